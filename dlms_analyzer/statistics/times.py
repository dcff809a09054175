"""Response times: how many, how long, and how they are spread.

Times are counted in bins that grow with them, as wide as the upper bits of a 32-bit float tell apart: 64 in each
doubling.
A percentile is right within `PERCENTILE_ERROR`, however many times there are; the shortest and the longest have the
seven digits that such a float has.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from math import ceil, inf
from struct import pack, unpack
from typing import Final, NamedTuple

_SHIFT: Final = 17
"""Bits of a float that do not matter: 6 of the 23 bits of its fraction are left."""
PERCENTILE_ERROR: Final = 1 / 128
"""Largest relative error of a percentile: half the width of a bin."""
_STEPS: Final = (1, 2, 5)
"""Where the bands of a histogram begin, in each decade."""
_SHORTEST: Final = -6
"""Decade in which the bands begin: microseconds, which is what most captures tell apart."""
_LONGEST: Final = 5
"""Decade in which they end; no client waits for a day."""
_EDGES: Final = tuple(step * 10.0**decade for decade in range(_SHORTEST, _LONGEST) for step in _STEPS)


class Band(NamedTuple):
    """A bar of a histogram.

    Attributes:
        low: seconds, from here.
        high: seconds, to here; that itself belongs to the next band.
        answers: how many.
    """

    low: float
    high: float
    answers: int


class Times:
    """Some response times.

    Example:
        >>> times = Times()
        >>> times.add([0.25, 0.5, 4.0])
        >>> times.count, times.least, times.most, round(times.percentile(50), 2)
        (3, 0.25, 4.0, 0.5)

    Attributes:
        count: how many.
        total: their sum, seconds.
        least: the shortest; infinite while there is none.
        most: the longest; 0 while there is none.
    """

    __slots__ = ("_bins", "count", "least", "most", "total")

    def __init__(self) -> None:
        self.count = 0
        self.total = 0.0
        self.least = inf
        self.most = 0.0
        self._bins: dict[int, int] = {}

    def add(self, seconds: Iterable[float]) -> None:
        """Count some times; those below 0, from a clock that was set back, count as 0."""
        times = array("f", seconds)
        if not times:
            return
        if min(times) < 0.0:
            times = array("f", (max(one, 0.0) for one in times))
        self.count += len(times)
        self.total += sum(times)
        self.least = min(self.least, *times)
        self.most = max(self.most, *times)
        for bits in array("I", times.tobytes()):
            number = bits >> _SHIFT
            self._bins[number] = self._bins.get(number, 0) + 1

    def join(self, other: Times) -> None:
        """Count what another one has counted."""
        self.count += other.count
        self.total += other.total
        self.least = min(self.least, other.least)
        self.most = max(self.most, other.most)
        for number, count in other._bins.items():
            self._bins[number] = self._bins.get(number, 0) + count

    @property
    def mean(self) -> float:
        """Their average; 0 when there is none."""
        return self.total / self.count if self.count else 0.0

    def percentile(self, percent: float) -> float:
        """The time that as many per cent of the answers take at most; 0 when there is none.

        Args:
            percent: above 0, up to 100.
        """
        wanted = ceil(self.count * percent / 100)
        if wanted >= self.count:
            return self.most
        found = 0
        for number in sorted(self._bins):
            found += self._bins[number]
            if found >= wanted:
                return min(max(_middle(number), self.least), self.most)
        return self.most

    def histogram(self) -> list[Band]:
        """How many answers took how long: bands that begin at 1, 2 and 5 of each decade, without gaps between them.

        A time that is nearer to an edge than `PERCENTILE_ERROR` may be counted on the other side of it.
        """
        if not self.count:
            return []
        counts = [0] * (len(_EDGES) + 1)
        for number, count in self._bins.items():
            counts[_band(_middle(number))] += count
        filled = [index for index, count in enumerate(counts) if count]
        edges = (0.0, *_EDGES, inf)
        return [Band(edges[at], edges[at + 1], counts[at]) for at in range(filled[0], filled[-1] + 1)]


def _middle(number: int) -> float:
    """The time in the middle of a bin."""
    if not number:
        return 0.0
    middle: float = unpack("=f", pack("=I", number << _SHIFT | 1 << _SHIFT - 1))[0]
    return middle


def _band(seconds: float) -> int:
    """Which band of the histogram a time belongs to."""
    return sum(edge <= seconds for edge in _EDGES)
