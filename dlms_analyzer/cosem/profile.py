"""Profile Generic buffers as tables (IEC 62056-6-2, class Profile generic; class Compact data).

Rows come as structures without names; the columns are what capture_objects says, or the part of it that a selective
access asked for. Meters leave out what can be worked out: a null-data time stamp is the one before it plus
capture_period, a null-data value is the one above it, a delta type is added to the one above it. What was worked out
is marked, and the octets stay what they were.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, Final, NamedTuple, Protocol

from dlms_analyzer.cosem.datetimes import DateTime
from dlms_analyzer.cosem.interpret.kinds import leaf
from dlms_analyzer.cosem.interpret.result import Interpreted, Mismatch, Pair, Part
from dlms_analyzer.cosem.interpret.shapes import elements_of, type_name
from dlms_analyzer.cosem.obis import dotted
from dlms_analyzer.cosem.units import present
from dlms_analyzer.words import counted
from scapy_layers.cosem_fields import logical_name_text
from scapy_layers.selective_access import CaptureObject, EntryDescriptor, RangeDescriptor, parse

PROFILE_GENERIC: Final = 7
COMPACT_DATA: Final = 62
BUFFER: Final = 2
CLOCK: Final = 8
TIME: Final = 2

_NULL: Final = 0
_STRUCTURE: Final = 2
_new: Final = tuple.__new__
_OCTETS, _DATE_TIME = 9, 25
_DELTAS: Final = frozenset({28, 29, 30, 31, 32, 33})
"""Delta types: differences to the value above (IEC 62056-5-3)."""

ROWS_SAID: Final = 3
"""Rows that words show."""

Plan = Callable[[Pair], Interpreted]


class Column(NamedTuple):
    """A column of a profile.

    Attributes:
        key: unique in its table, for scripts: the dotted logical name, `:attribute` behind it when it is not 2.
        name: in words.
        captured: the attribute that is captured; None when nothing says which.
        unit: symbol of the unit of scaled values; None where there is none.
    """

    key: str
    name: str
    captured: CaptureObject | None
    unit: str | None


class Cell(NamedTuple):
    """One value of a row.

    Attributes:
        value: friendly, as the attribute itself would be shown.
        scaled: with the scaler, exact; None where there is none.
        data: as sent, or as worked out.
        origin: `sent`; `filled`, the value above or the next time stamp; `delta`, added to the value above.
    """

    value: Any
    scaled: Decimal | None
    data: Pair
    origin: str


class Table(NamedTuple):
    """A profile buffer, or the part of it that was read.

    Attributes:
        columns: what is in the rows.
        rows: the rows, in the order sent.
        rule: what the names of the columns rest on.
        problem: why the columns have no names, or rows are missing; empty when all is well.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    rule: str
    problem: str

    def records(self) -> list[dict[str, Any]]:
        """Every row as a dict of values by column key; numbers as sent, without scaler."""
        keys = [column.key for column in self.columns]
        return [{key: cell.value for key, cell in zip(keys, row, strict=False)} for row in self.rows]

    def text(self, cell: Cell, column: Column) -> str:
        """A cell for people."""
        return str(cell.value) if cell.scaled is None else present(cell.scaled, column.unit or "")


class Memory(Protocol):
    """What has to be known about the meter."""

    def captured(self, class_id: int, logical_name: bytes) -> tuple[CaptureObject, ...] | None:
        """capture_objects of a profile."""

    def capture_period(self, logical_name: bytes) -> int | None:
        """Seconds between its rows; 0 when it captures on events."""

    def column_plan(self, captured: CaptureObject) -> tuple[Plan, str | None]:
        """How a captured value is read, and its unit."""

    def object_name(self, class_id: int | None, logical_name: bytes) -> str:
        """Name of an object."""

    def attribute_name(self, class_id: int, attribute: int) -> str:
        """Name of an attribute."""


Selection = tuple[int, Pair]
"""Selector and parameters of a selective access."""


def selected(columns: Sequence[CaptureObject], selection: Selection | None) -> tuple[CaptureObject, ...]:
    """The columns that a selective access leaves."""
    if selection is None:
        return tuple(columns)
    view = parse(PROFILE_GENERIC, BUFFER, *selection)
    if isinstance(view, RangeDescriptor) and view.selected_values:
        return view.selected_values
    if isinstance(view, EntryDescriptor):
        last = view.to_selected_value or len(columns)
        return tuple(columns[max(view.from_selected_value, 1) - 1 : last])
    return tuple(columns)


def selection_words(memory: Memory, class_id: int, attribute: int, selection: Selection) -> str:
    """A selective access in words: `from 2026-11-01T00:00:00 to 2026-11-02T00:00:00, columns …`."""
    view = parse(class_id, attribute, *selection)
    if isinstance(view, RangeDescriptor):
        say = leaf("auto")
        object_ = view.restricting_object
        by = "" if object_.class_id == CLOCK else f" by {memory.object_name(object_.class_id, object_.logical_name)}"
        text = f"from {say.value(view.from_value)} to {say.value(view.to_value)}{by}"
        if not view.selected_values:
            return text
        names = [memory.object_name(one.class_id, one.logical_name) for one in view.selected_values]
        return f"{text}, columns {', '.join(names)}"
    if isinstance(view, EntryDescriptor):
        last = "the last" if view.to_entry == 0 else str(view.to_entry)
        text = f"entries {view.from_entry} to {last}"
        if (view.from_selected_value, view.to_selected_value) in ((1, 0), (0, 0)):
            return text
        return f"{text}, columns {view.from_selected_value} to {view.to_selected_value or 'the last'}"
    return str(view)


def _columns(memory: Memory, objects: Sequence[CaptureObject]) -> tuple[tuple[Column, ...], list[Plan | None]]:
    """The columns of captured objects, and how the values in each are read."""
    found = []
    plans: list[Plan | None] = []
    keys: dict[str, int] = {}
    for one in objects:
        plan, unit = memory.column_plan(one)
        key = dotted(one.logical_name)
        name = memory.object_name(one.class_id, one.logical_name)
        if one.attribute_index != TIME:
            key += f":{one.attribute_index}"
            name += f", {memory.attribute_name(one.class_id, one.attribute_index)}"
        if one.data_index:
            key += f".{one.data_index}"
            name += f", element {one.data_index}"
        keys[key] = keys.get(key, 0) + 1
        if keys[key] > 1:
            key += f"#{keys[key]}"
        found.append(Column(key, name, one, unit))
        plans.append(plan)
    return tuple(found), plans


def table(memory: Memory, class_id: int, logical_name: bytes, data: Pair, selection: Selection | None = None) -> Table:
    """A buffer as a table.

    Raises:
        Mismatch: the `Data` is no array of rows.
    """
    alone = data[0] == _STRUCTURE  # some servers send a single row without the array around it
    rows = [_cells(row, index) for index, row in enumerate((data,) if alone else elements_of(data, 1))]
    known = memory.captured(class_id, logical_name)
    objects: Sequence[CaptureObject] = () if known is None else selected(known, selection)
    if known is None and selection is not None:
        objects = selected((), selection)
    widest = max(map(len, rows), default=len(objects))
    name = logical_name_text(logical_name)
    if known is None:
        rule, problem = "position only", f"capture_objects of {name} were not seen"
    else:
        rule, problem = f"capture_objects of {name}", ""
    if objects and known is None:
        rule, problem = f"columns asked of {name}", ""
    if len(objects) != widest:
        if objects:
            problem = f"rows have {widest} values, capture_objects of {name} has {len(objects)}"
        objects = ()
    columns, plans = _columns(memory, objects)
    if not objects:
        rule = "position only"
        columns = tuple(Column(str(index + 1), f"column {index + 1}", None, None) for index in range(widest))
        plans = [None] * widest
    period = memory.capture_period(logical_name) if class_id == PROFILE_GENERIC else None
    return Table(columns, _filled(rows, columns, plans, period), rule, problem)


def _cells(row: Pair, index: int) -> tuple[Pair, ...]:
    tag, value = row
    if tag in (1, 2):
        cells: tuple[Pair, ...] = value
        return cells
    if tag == 19:
        raise Mismatch(f"structure expected, {type_name(tag)} found", (index,))
    return (row,)  # a profile of one column, sent without the structure around it


def _filled(
    rows: list[tuple[Pair, ...]], columns: tuple[Column, ...], plans: Sequence[Plan | None], period: int | None
) -> tuple[tuple[Cell, ...], ...]:
    """The cells of rows; those of a column without a plan by the types of their data."""
    auto = leaf("auto").value
    above: list[Pair | None] = [None] * len(columns)
    clocks = [_is_clock(column) for column in columns]
    found = []
    for row in rows:
        cells = []
        for index, sent in enumerate(row):
            pair, origin = sent, "sent"
            if sent[0] == _NULL or sent[0] in _DELTAS:
                pair, origin = _worked_out(sent, above[index], period if clocks[index] else None)
            above[index] = pair
            plan = plans[index]
            if plan is None:
                cells.append(_new(Cell, (auto(pair), None, pair, origin)))
            else:
                shown = plan(pair)
                cells.append(_new(Cell, (shown.value, shown.scaled, pair, origin)))
        found.append(tuple(cells))
    return tuple(found)


def _is_clock(column: Column) -> bool:
    captured = column.captured
    return captured is not None and captured.class_id == CLOCK and captured.attribute_index == TIME


def _worked_out(pair: Pair, above: Pair | None, period: int | None) -> tuple[Pair, str]:
    """The value that null-data or a delta stands for; itself when there is nothing to work it out from."""
    tag, value = pair
    if above is None or above[0] == _NULL:
        return pair, "sent"
    if tag != _NULL:
        if not isinstance(above[1], int):
            return pair, "sent"
        return (above[0], above[1] + value), "delta"
    if period and above[0] in (_OCTETS, _DATE_TIME) and len(above[1]) == 12:
        later = DateTime.from_bytes(above[1]).after(period)
        return (pair, "sent") if later is None else ((above[0], later.to_bytes()), "filled")
    return above, "filled"


def interpreted(found: Table) -> Interpreted:
    """A table as the value of its attribute."""
    return Interpreted(
        found.records(), partial(_words, found), found.rule, parts=partial(_parts, found), problem=found.problem
    )


def _row_words(found: Table, row: tuple[Cell, ...]) -> str:
    return ", ".join(found.text(cell, column) for cell, column in zip(row, found.columns, strict=False))


def _words(found: Table) -> str:
    count = len(found.rows)
    if not count:
        return "no rows"
    said = "; ".join(_row_words(found, row) for row in found.rows[:ROWS_SAID])
    more = f"; {count - ROWS_SAID} more" if count > ROWS_SAID else ""
    return f"{counted(count, 'row')} of {len(found.columns)}: {said}{more}"


_ORIGINS: Final = {"sent": "", "filled": " (filled in)", "delta": " (by its difference)"}


def _parts(found: Table) -> tuple[Part, ...]:
    return tuple(
        Part(
            "",
            "",
            tuple(
                Part(column.name, found.text(cell, column) + _ORIGINS[cell.origin])
                for cell, column in zip(row, found.columns, strict=False)
            ),
        )
        for row in found.rows
    )
