"""Attribute values for people and for spreadsheets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from dlms_analyzer.message_json import time_text
from dlms_analyzer.output.cells import fitted
from dlms_analyzer.output.escape import escape
from dlms_analyzer.output.style import Style
from dlms_analyzer.values import Value
from scapy_layers.cosem_fields import logical_name_text

NOT_SHOWN: Final = "not shown"
"""Stands in the place of a secret."""

NARROW: Final = 100
"""Columns of a terminal below which the date, the class and most of the name of the meter give way to the value."""
WIDE: Final = 130
"""Columns of a terminal from which on there is room for whole names of attributes."""
NARROWEST_NAME: Final = 8
PIPED_NAME: Final = 40
"""Columns of a name where no terminal limits the line; longer ones push the value to the right."""


def value_text(value: Value, *, show_secrets: bool = False) -> str:
    """What a value says, on one line, with its unit."""
    if not show_secrets and value.secret is not None:
        return NOT_SHOWN
    words, problem = value.shown.words, value.problem
    return escape(f"{words}  [{problem}]" if problem else words)


def object_text(value: Value) -> str:
    """Logical name, or the short name where no object list tells more."""
    if value.logical_name is not None:
        return logical_name_text(value.logical_name)
    return "?" if value.base_name is None else f"short name {value.base_name:04X}"


def _class(value: Value) -> str:
    return "?" if value.class_id is None else str(value.class_id)


def _attribute(value: Value) -> str:
    return value.attribute_name or ("?" if value.attribute is None else str(value.attribute))


def _clock(value: Value) -> str:
    return time_text(value.time)[11:19]


def _second(value: Value) -> str:
    return time_text(value.time)[:19].replace("T", " ")


class _Column(NamedTuple):
    heading: str
    width: int
    text: Callable[[Value], str]


def _columns(width: int | None) -> list[_Column]:
    """What stands before name and value on a line of so many columns."""
    narrow, wide = width is not None and width < NARROW, width is None or width >= WIDE
    return [
        _Column("msg", 6, lambda value: f"{value.message:>6}"),
        _Column("time", 8, _clock) if narrow else _Column("time", 19, _second),
        _Column("meter", 8 if narrow else 16, lambda value: value.meter.called),
        *(() if narrow else (_Column("class", 5, lambda value: f"{_class(value):>5}"),)),
        _Column("object", 16, object_text),
        _Column("attribute", 16 if wide else 9, _attribute),
    ]


class ValueLines:
    """Renders values as lines: message, time, meter, class, object, attribute, name and value."""

    def __init__(self, style: Style, width: int | None = None, *, show_secrets: bool = False) -> None:
        """Prepare.

        Args:
            style: colours.
            width: columns of the terminal; None when lines may be as long as they are.
            show_secrets: print passwords as well.
        """
        self.style = style
        self.width = width
        self.show_secrets = show_secrets
        self._columns = _columns(width)
        self._name = PIPED_NAME
        if width is not None:
            rest = width - sum(column.width + 1 for column in self._columns) - 1
            self._name = max(rest * 2 // 5, NARROWEST_NAME)

    def heading(self) -> str:
        """The line above the values."""
        heads = [f"{one.heading:<{one.width}}" for one in self._columns]
        return self.style("bold", fitted(" ".join([*heads, f"{'name':<{self._name}}", "value"]), self.width))

    def line(self, value: Value) -> str:
        """The line of a value."""
        style, width = self.style, self.width

        def cell(text: str, size: int) -> str:
            return f"{fitted(escape(text), None if width is None else size):<{size}}"

        head = " ".join(cell(one.text(value), one.width) for one in self._columns)
        name = cell(value.name or "", self._name)
        said = value_text(value, show_secrets=self.show_secrets)
        if width is not None:
            said = fitted(said, max(width - len(head) - len(name) - 2, 1))
        return f"{style('dim', head)} {name} {style('server', said)}"


CSV_COLUMNS: Final = (
    "time", "message", "meter", "meter_name", "class_id", "class", "logical_name", "name", "attribute",
    "attribute_name", "origin", "value", "unit",
)  # fmt: skip


def csv_row(value: Value, *, show_secrets: bool = False) -> list[Any]:
    """The cells of `CSV_COLUMNS`: the number with its scaler in the unit of the object, else the friendly value."""
    said = value.to_dict(show_secrets=show_secrets)
    shown = None if said["scaled"] is None else f"{value.shown.scaled:f}"
    said["value"] = said["value"] if shown is None else shown
    if said["text"] == NOT_SHOWN and not show_secrets and value.secret is not None:
        said["value"] = NOT_SHOWN
    return [said[key] for key in CSV_COLUMNS]
