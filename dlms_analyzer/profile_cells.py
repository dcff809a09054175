"""Cells of profiles as values of the objects that were captured, at the time of their row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final

from dlms_analyzer.cosem.datetimes import DATE_TIME_SIZE, DateTime
from dlms_analyzer.cosem.profile import CLOCK, TIME, Column, Table
from dlms_analyzer.values import CAPTURED, Value
from scapy_layers.data import DataPair

MAX_SORTED: Final = 1_000_000
"""Values that are put in order together: some hundred megabytes."""

FIRST_YEAR, LAST_YEAR = 1971, 9998
"""Years of time stamps that are moments in every zone; meters without a clock send 1970 and before."""

NO_MOMENT: Final = "no time stamp in the row: time of the message"
NO_ZONE: Final = "time stamp without deviation: taken for UTC"
_WORKED_OUT: Final = {
    "filled": "left out by the meter, filled in",
    "delta": "sent as the difference to the value above",
}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def history(values: Iterable[Value], matches: Callable[[bytes], bool]) -> Iterator[Value]:
    """The values of some objects: those that were accessed, and the cells of profiles that captured them.

    Args:
        values: all values.
        matches: tells the logical names of the objects.
    """
    for value in values:
        if value.logical_name is not None and matches(value.logical_name):
            yield value
        yield from cells(value, matches)


def cells(value: Value, matches: Callable[[bytes], bool]) -> Iterator[Value]:
    """The cells of the columns whose logical names match, row by row; none when the value is no profile."""
    table = value.table
    if table is None:
        return
    found = [
        (index, column.captured)
        for index, column in enumerate(table.columns)
        if column.captured is not None and matches(column.captured.logical_name)
    ]
    if not found:
        return
    for row, (moment, remark) in zip(table.rows, moments(table), strict=True):
        for index, captured in found:
            if index >= len(row):
                continue
            cell = row[index]
            said = "; ".join(one for one in (_WORKED_OUT.get(cell.origin, ""), remark) if one)
            yield Value(
                value.time if moment is None else moment,
                value.message,
                value.meter,
                captured.class_id,
                captured.logical_name,
                None,
                None if captured.data_index else captured.attribute_index,
                cell.data,
                CAPTURED,
                remark=said,
            )


def moments(table: Table) -> Iterator[tuple[int | None, str]]:
    """When each row was captured, nanoseconds since 1970 UTC, and what is odd about that; None when it does not say."""
    clock = next((index for index, column in enumerate(table.columns) if _is_clock(column)), None)
    for row in table.rows:
        yield moment_of(row[clock].data) if clock is not None and clock < len(row) else (None, NO_MOMENT)


def _is_clock(column: Column) -> bool:
    captured = column.captured
    return captured is not None and (captured.class_id, captured.attribute_index) == (CLOCK, TIME)


def moment_of(data: DataPair) -> tuple[int | None, str]:
    """Nanoseconds since 1970 UTC that a time stamp says, and what is odd about it; None when it says no moment."""
    octets = data[1]
    if not isinstance(octets, bytes) or len(octets) != DATE_TIME_SIZE:
        return None, NO_MOMENT
    moment = DateTime.from_bytes(octets).to_datetime()
    if moment is None or not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None, NO_MOMENT
    remark = ""
    if moment.tzinfo is None:
        moment, remark = moment.replace(tzinfo=UTC), NO_ZONE
    return (moment - _EPOCH) // _MICROSECOND * 1000, remark


def in_order(values: Iterable[Value]) -> Iterator[Value]:
    """Values by their time; of more than `MAX_SORTED`, so many at once."""
    left = iter(values)
    while some := sorted(islice(left, MAX_SORTED), key=lambda value: value.time):
        yield from some
