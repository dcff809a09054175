"""HistoryTable: every value of an attribute that was seen, in the order of time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, overload

from dlms_analyzer.message_json import time_text
from dlms_analyzer.objects import History
from dlms_analyzer.output.values import value_text
from dlms_analyzer.values import CAPTURED
from tui.widgets.table import Column, RowTable


class Seen(NamedTuple):
    """One value of a history; what it says is looked at when it is painted.

    Attributes:
        history: the values.
        place: which of them.
        show_secrets: passwords are shown.
    """

    history: History
    place: int
    show_secrets: bool

    @property
    def time(self) -> str:
        """When, in UTC."""
        return time_text(self.history.time(self.place))[:19].replace("T", " ")

    @property
    def message(self) -> int:
        """Number of the message that revealed it."""
        return self.history.message(self.place)

    @property
    def origin(self) -> str:
        """Read, written, notified, or captured by a profile."""
        if self.history.is_captured(self.place):
            return CAPTURED
        if self._takes_long:
            return ""
        value = self.history.value(self.place)
        return "" if value is None else value.origin

    @property
    def text(self) -> str:
        """What it says; for a profile that it is one, as it is a table of its own."""
        if self.history.ref.is_profile:
            return "a reading of the profile"
        if self._takes_long:
            return "a long transfer"
        value = self.history.value(self.place)
        return "cannot be read" if value is None else value_text(value, show_secrets=self.show_secrets)

    @property
    def _takes_long(self) -> bool:
        """Whether to look at it would hold up the screen."""
        return self.history.ref.is_profile or self.history.meter.is_long(self.message)


class HistoryRows(Sequence[Seen]):
    """The values of a history."""

    def __init__(self, history: History, *, show_secrets: bool) -> None:
        self.history = history
        self.show_secrets = show_secrets

    def __len__(self) -> int:
        return len(self.history)

    @overload
    def __getitem__(self, index: int) -> Seen: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Seen]: ...
    def __getitem__(self, index: int | slice) -> Seen | Sequence[Seen]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        return Seen(self.history, range(len(self))[index], self.show_secrets)


COLUMNS: Final[tuple[Column[Seen], ...]] = (
    Column("time", "Time (UTC)", 19, lambda one: one.time, lambda _: "dim"),
    Column("value", "Value", 16, lambda one: one.text, lambda _: "value", grow=1),
    Column("origin", "Origin", 8, lambda one: one.origin, lambda _: "dim", rank=2),
    Column("message", "Message", 9, lambda one: f"{one.message:,}", right=True, rank=1),
)


class HistoryTable(RowTable[Seen]):
    """The table of a history."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(COLUMNS, id=id)
