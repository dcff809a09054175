"""Messages and octets over time, in buckets that are joined to wider ones when the capture gets longer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

MAX_BUCKETS: Final = 2_000
"""Buckets of a timeline: more than a wide terminal has columns, even with eight dots in each character."""

_MILLISECOND: Final = 1_000_000
_SECOND: Final = 1_000 * _MILLISECOND
_MINUTE: Final = 60 * _SECOND
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
WIDTHS: Final = (
    *(factor * _MILLISECOND for factor in (1, 2, 10, 20, 100, 200)),
    *(factor * _SECOND for factor in (1, 2, 10, 30)),
    *(factor * _MINUTE for factor in (1, 2, 10, 30)),
    *(factor * _HOUR for factor in (1, 2, 6, 12)),
    *(factor * _DAY for factor in (1, 7, 28, 364)),
)
"""Nanoseconds that a bucket may be wide; each is a multiple of the one before, so that buckets can be joined.
64 bits count 585 years: there is always one that is wide enough."""


class Bucket(NamedTuple):
    """What was said in some time.

    Attributes:
        start: nanoseconds since 1970 UTC.
        messages: how many.
        octets: of them.
        troubles: messages with a warning or an error.
    """

    start: int
    messages: int
    octets: int
    troubles: int


class Timeline:
    """Buckets of one width.

    Attributes:
        width: of a bucket, nanoseconds.
    """

    def __init__(self) -> None:
        self.width = WIDTHS[0]
        self._first = self._last = -1
        self._buckets: dict[int, list[int]] = {}

    def add(self, times: Sequence[int], sizes: Iterable[int], troubled: Iterable[bool]) -> None:
        """Count messages.

        Args:
            times: nanoseconds since 1970 UTC, at least one.
            sizes: octets of each.
            troubled: whether each has a warning or an error.
        """
        self._reach(min(times), max(times))
        buckets, width = self._buckets, self.width
        for time, size, trouble in zip(times, sizes, troubled, strict=True):
            place = time // width
            bucket = buckets.get(place)
            if bucket is None:
                bucket = buckets[place] = [0, 0, 0]
            bucket[0] += 1
            bucket[1] += size
            bucket[2] += trouble

    def buckets(self) -> list[Bucket]:
        """The buckets in the order of time, empty ones between others too."""
        if not self._buckets:
            return []
        nothing = (0, 0, 0)
        places = range(self._first // self.width, self._last // self.width + 1)
        return [Bucket(place * self.width, *self._buckets.get(place, nothing)) for place in places]

    def _reach(self, first: int, last: int) -> None:
        """Have room for these times."""
        if self._buckets:
            first, last = min(first, self._first), max(last, self._last)
        self._first, self._last = first, last
        width = next(one for one in WIDTHS if one >= self.width and last // one - first // one < MAX_BUCKETS)
        if width == self.width:
            return
        joined: dict[int, list[int]] = {}
        for place, counts in self._buckets.items():
            bucket = joined.setdefault(place * self.width // width, [0, 0, 0])
            for index, count in enumerate(counts):
                bucket[index] += count
        self.width, self._buckets = width, joined
