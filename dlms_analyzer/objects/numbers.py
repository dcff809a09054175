"""Values as series of numbers: the history of an attribute, or a column of a profile."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from math import isfinite
from typing import Any, Final

from dlms_analyzer.cosem.profile import Cell, Table
from dlms_analyzer.objects.history import History
from dlms_analyzer.profile_cells import moments
from dlms_analyzer.series import Series

BATCH: Final = 16
"""Values that are looked at in one step."""


def number_of(value: Any, scaled: Decimal | None) -> float | None:
    """A value as a number, with its scaler where there is one; None when it is none."""
    if scaled is None and (isinstance(value, bool) or not isinstance(value, int | float)):
        return None
    found = float(value if scaled is None else scaled)
    return found if isfinite(found) else None


def history_series(history: History, name: str) -> Iterator[Series]:
    """The numbers of a history, in small steps; each step gives the series so far.

    Args:
        history: the values; collected already.
        name: what the numbers are.
    """
    series = Series(name)
    for index in range(len(history)):
        value = history.value(index)
        shown = None if value is None or value.secret is not None else value.shown
        number = None if shown is None else number_of(shown.value, shown.scaled)
        unit = "" if shown is None else shown.unit or ""
        if number is not None and not len(series):
            series.unit = unit
        if number is None or unit != series.unit:
            series.left_out += 1
        else:
            series.add(history.time(index), number)
        if not (index + 1) % BATCH:
            yield series
    yield series


def numeric_columns(table: Table) -> list[int]:
    """The columns of a table that have numbers."""
    return [
        index
        for index in range(len(table.columns))
        if any(index < len(row) and _number(row[index]) is not None for row in table.rows)
    ]


def column_series(table: Table, index: int, *, by_row: bool = False) -> Series:
    """The numbers of a column, at the times of their rows.

    Args:
        table: the profile.
        index: of the column.
        by_row: at the numbers of their rows, for profiles whose rows say no time.
    """
    column = table.columns[index]
    series = Series(column.name, column.unit or "")
    for at, (row, (moment, _)) in enumerate(zip(table.rows, moments(table), strict=True), 1):
        number = _number(row[index]) if index < len(row) else None
        place = at if by_row else moment
        if number is None or place is None:
            series.left_out += 1
        else:
            series.add(place, number)
    return series.ordered()


def _number(cell: Cell) -> float | None:
    return number_of(cell.value, cell.scaled)
