"""Axes of plots: places for their marks that people like, and the words at the marks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import ceil, floor, log10
from typing import Final, NamedTuple

NANOSECONDS: Final = 1_000_000_000
_MINUTE, _HOUR, _DAY = 60 * NANOSECONDS, 3_600 * NANOSECONDS, 86_400 * NANOSECONDS

_STEPS: Final = (
    *(digit * 10**power for power in range(3, 9) for digit in (1, 2, 5)),
    *(count * NANOSECONDS for count in (1, 2, 5, 10, 15, 30)),
    *(count * _MINUTE for count in (1, 2, 5, 10, 15, 30)),
    *(count * _HOUR for count in (1, 2, 3, 6, 12)),
    *(count * _DAY for count in (1, 2, 7, 14, 28, 91, 182, 364)),
)  # fmt: skip
"""Nanoseconds between the marks of a time axis; years are counted in multiples of the last."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
TIME_LABEL: Final = 12
"""Characters of the longest label of a time, `12:00:00.000`, or of a date."""


class Mark(NamedTuple):
    """A mark of an axis.

    Attributes:
        at: its place.
        text: what stands beside it.
    """

    at: float
    text: str


def number_marks(least: float, greatest: float, count: int) -> list[Mark]:
    """About so many marks at round numbers, and one more at most, from `least` to `greatest`, which differ."""
    rough = (greatest - least) / max(count, 1)
    power = 10.0 ** floor(log10(rough))
    step = next(digit * power for digit in (1, 2, 5, 10) if digit * power >= rough * (1 - 1e-9))
    places = max(0, -floor(log10(step) + 1e-9))
    first = ceil(least / step - 1e-9)
    last = min(floor(greatest / step + 1e-9), first + count)  # where numbers are so near that they hardly differ
    return [Mark(index * step, _number(index * step, places)) for index in range(first, last + 1)]


def _number(value: float, places: int) -> str:
    text = f"{value:.{places}f}"
    return f"{value:.6g}" if len(text) > TIME_LABEL else text


def time_marks(first: int, last: int, count: int) -> list[Mark]:
    """At most so many marks at round times, in UTC, from `first` to `last`; nanoseconds since 1970."""
    rough = max((last - first) // max(count, 1), 1)
    longest = _STEPS[-1]
    step = next((one for one in _STEPS if one >= rough), -(-rough // longest) * longest)
    start = -(-first // step) * step
    return [Mark(at, _time(at, step)) for at in range(start, last + 1, step)]


def _time(at: int, step: int) -> str:
    moment = _EPOCH + timedelta(microseconds=at // 1_000)
    if step >= _DAY or (step >= _MINUTE and not at % _DAY):
        return f"{moment:%Y-%m-%d}"
    if step >= _MINUTE:
        return f"{moment:%H:%M}"
    if step >= NANOSECONDS:
        return f"{moment:%H:%M:%S}"
    return f"{moment:%H:%M:%S}.{moment.microsecond // 1_000:03}" if step >= 1_000_000 else f"{moment:%M:%S.%f}"
