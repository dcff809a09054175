"""Series of numbers, for plots: what values or the column of a profile say over time."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple


class Summary(NamedTuple):
    """What a series says as a whole.

    Attributes:
        numbers: how many there are.
        least: the smallest of them.
        greatest: the largest of them.
        mean: their sum by their count.
    """

    numbers: int
    least: float
    greatest: float
    mean: float


class Series:
    """Numbers, each at a place: a time as a rule.

    Attributes:
        name: what the numbers are.
        unit: symbol of their unit; empty when they have none.
        at: places in ascending order; times in nanoseconds since 1970 UTC.
        values: the numbers.
        left_out: values that are no numbers, or have no place.
    """

    __slots__ = ("at", "left_out", "name", "unit", "values")

    def __init__(
        self, name: str, unit: str = "", at: Iterable[int] = (), values: Iterable[float] = (), left_out: int = 0
    ) -> None:
        self.name = name
        self.unit = unit
        self.at = array("q", at)
        self.values = array("d", values)
        self.left_out = left_out

    def __len__(self) -> int:
        return len(self.at)

    def add(self, at: int, value: float) -> None:
        """Append a number; `ordered` puts those right that come out of their order."""
        self.at.append(at)
        self.values.append(value)

    def ordered(self) -> Series:
        """The same numbers by their places; of equal places in the order in which they came."""
        order = sorted(range(len(self)), key=self.at.__getitem__)
        return Series(
            self.name, self.unit, map(self.at.__getitem__, order), map(self.values.__getitem__, order), self.left_out
        )

    @property
    def summary(self) -> Summary | None:
        """What they say as a whole; None when there are none."""
        values = self.values
        if not values:
            return None
        return Summary(len(values), min(values), max(values), sum(values) / len(values))

    def decimated(self, buckets: int) -> Series:
        """No more than two numbers for each of so many equal stretches: the smallest and the largest, in their order.

        What stands out stays: a line through them looks like one through all numbers.
        """
        count = len(self)
        if buckets < 1 or count <= 2 * buckets:
            return self
        found = Series(self.name, self.unit, left_out=self.left_out)
        first, last = self.at[0], self.at[-1]
        start = 0
        for bucket in range(buckets):
            end = count
            if bucket < buckets - 1:
                end = bisect_left(self.at, first + (last - first) * (bucket + 1) // buckets, start)
            some = self.values[start:end]
            if some:
                for index in sorted({some.index(min(some)), some.index(max(some))}):
                    found.add(self.at[start + index], some[index])
            start = end
        return found
