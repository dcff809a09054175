"""Readings of profiles as tables, for people and for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from dlms_analyzer.cosem.obis import dotted
from dlms_analyzer.cosem.profile import Cell, Column, Table
from dlms_analyzer.cosem.units import exact_json
from dlms_analyzer.message_json import time_text
from dlms_analyzer.output.cells import fitted
from dlms_analyzer.output.escape import escape
from dlms_analyzer.output.style import Style
from dlms_analyzer.output.values import object_text
from dlms_analyzer.values import Value
from dlms_analyzer.words import counted
from scapy_layers.cosem_fields import logical_name_text

FILLED: Final = "filled"
DELTA: Final = "delta"
_MARKS: Final = {FILLED: "*", DELTA: "+"}
_LEGEND: Final = {FILLED: "* left out by the meter, filled in", DELTA: "+ sent as the difference to the value above"}

WIDEST_HEADING: Final = 24
"""Columns that the name of a profile column takes when its values are narrower."""


def column_heading(column: Column) -> str:
    """Name of a column with the unit of its values."""
    return f"{column.name} [{column.unit}]" if column.unit else column.name


def _cell_value(cell: Cell) -> Any:
    """The number with its scaler in the unit of the column, else the friendly value."""
    return cell.value if cell.scaled is None else f"{cell.scaled:f}"


def cell_text(cell: Cell) -> str:
    """A cell with its scaler and the mark of one that was worked out; not escaped."""
    return str(_cell_value(cell)) + _MARKS.get(cell.origin, "")


def profile_heading(value: Value, table: Table) -> str:
    """One line about a reading of a profile."""
    text = f"message {value.message}  {time_text(value.time)}  {value.meter.called}  {object_text(value)} {value.name}"
    text += f": {counted(len(table.rows), 'row')}"
    return escape(f"{text}  [{table.problem}]" if table.problem else text)


def profile_lines(value: Value, table: Table, style: Style, width: int | None = None) -> Iterator[str]:
    """A reading of a profile as a table: codes and names of the columns above, units with the names."""
    yield style("bold", fitted(profile_heading(value, table), width))
    if not table.rows:
        return
    rows = [[escape(cell_text(cell)) for cell in row] for row in table.rows]
    codes = [column_code(column) for column in table.columns]
    headings = [escape(column_heading(column)) for column in table.columns]
    widest = None if width is None else WIDEST_HEADING
    widths = [
        max(len(code), len(fitted(heading, widest)), *(len(row[index]) for row in rows if index < len(row)))
        for index, (code, heading) in enumerate(zip(codes, headings, strict=True))
    ]
    for texts in (codes, headings):
        cells = (f"{fitted(text, size):<{size}}" for text, size in zip(texts, widths, strict=True))
        yield style("dim", fitted("  " + "  ".join(cells).rstrip(), width))
    numbers = [is_numeric(table, index) for index in range(len(widths))]
    for row in rows:
        cells = (
            f"{text:>{size}}" if number else f"{text:<{size}}"
            for text, size, number in zip(row, widths, numbers, strict=False)
        )
        yield fitted("  " + "  ".join(cells).rstrip(), width)
    for origin, said in _LEGEND.items():
        if any(cell.origin == origin for row in table.rows for cell in row):
            yield style("dim", f"  {said}")


def column_code(column: Column) -> str:
    """OBIS code of a column, with the attribute behind it where it is not the value."""
    captured = column.captured
    if captured is None:
        return column.key
    text = logical_name_text(captured.logical_name)
    return text if ":" not in column.key else text + column.key[column.key.index(":") :]


def is_numeric(table: Table, index: int) -> bool:
    """Whether all values of a column are numbers."""
    return all(isinstance(row[index].value, int | float) for row in table.rows if index < len(row))


def profile_csv_heading(table: Table) -> list[str]:
    """The first row of a profile as CSV."""
    return ["message", "meter", *map(column_heading, table.columns)]


def profile_csv_rows(value: Value, table: Table) -> Iterator[list[Any]]:
    """The rows of a profile as CSV; numbers with their scaler, in the unit that the heading names."""
    for row in table.rows:
        yield [value.message, value.meter.called, *map(_cell_value, row)]


def profile_dicts(value: Value, table: Table) -> Iterator[dict[str, Any]]:
    """An object for each row of a profile."""
    keys = [column.key for column in table.columns]
    units = {column.key: column.unit or None for column in table.columns}
    names = {column.key: column.name for column in table.columns}
    for index, row in enumerate(table.rows):
        cells = list(zip(keys, row, strict=False))
        yield {
            "time": time_text(value.time),
            "message": value.message,
            "meter": value.meter.key,
            "meter_name": value.meter.called,
            "logical_name": None if value.logical_name is None else dotted(value.logical_name),
            "name": value.name,
            "row": index,
            "values": {key: cell.value for key, cell in cells},
            "scaled": {key: exact_json(cell.scaled) for key, cell in cells},
            "units": units,
            "columns": names,
            "worked_out": {key: cell.origin for key, cell in cells if cell.origin != "sent"},
            "rule": table.rule,
            "problem": table.problem or None,
        }
