"""The columns of the list of sessions, and what it can be sorted by: data, one row each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Final, overload

from dlms_analyzer.associations.association import Association
from dlms_analyzer.frames import NANOSECONDS
from dlms_analyzer.ladder.rungs import PROTECTIONS
from dlms_analyzer.meaning import place_of_server
from dlms_analyzer.message_json import time_text
from dlms_analyzer.net.streams import Conversation
from dlms_analyzer.output.spans import span_text
from dlms_analyzer.sessions import Facts, Measured, Measuring, SessionList, facts_of
from dlms_analyzer.sessions.facts import duration
from tui.session import Session
from tui.signs import LOCK_ROLES, LOCKS
from tui.widgets.table import Column

MAX_KEPT: Final = 512
"""Associations remembered as they were looked at for the list: some screens full."""


class SessionRow:
    """A line of the list: an association, or the conversation above its associations."""

    def __init__(self, session: Session, line: Association | Conversation, measuring: Measuring) -> None:
        self.line = line
        self._session = session
        self._measuring = measuring

    @property
    def association(self) -> Association | None:
        """The association; None on the line of a conversation."""
        return self.line if isinstance(self.line, Association) else None

    @property
    def conversation(self) -> Conversation:
        """The conversation."""
        return self.line.conversation if isinstance(self.line, Association) else self.line

    @cached_property
    def facts(self) -> Facts | None:
        """What there is to say of the association."""
        return None if self.association is None else facts_of(self.association, self._session.meters)

    @property
    def measured(self) -> Measured | None:
        """Its response times, once they were measured."""
        return None if self.association is None else self._measuring[self.association.number]


class SessionRows(Sequence[SessionRow]):
    """The lines of a list of associations, looked at when they are asked for."""

    def __init__(self, session: Session, lines: SessionList, measuring: Measuring) -> None:
        """Begin.

        Args:
            session: has the associations.
            lines: which stand where.
            measuring: has their response times.
        """
        self.session = session
        self.lines = lines
        self.measuring = measuring
        self._kept: dict[int, SessionRow] = {}

    def __len__(self) -> int:
        return len(self.lines)

    @overload
    def __getitem__(self, index: int) -> SessionRow: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[SessionRow]: ...
    def __getitem__(self, index: int | slice) -> SessionRow | Sequence[SessionRow]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        row = self._kept.get(index)
        if row is None:
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
            row = self._kept[index] = SessionRow(self.session, self.lines[index], self.measuring)
        return row

    def forget(self) -> None:
        """Look at all of them anew."""
        self._kept.clear()


def _fact(get: Callable[[Facts], str]) -> Callable[[SessionRow], str]:
    return lambda row: "" if row.facts is None else get(row.facts)


def _counted(get: Callable[[Association], int]) -> Callable[[SessionRow], str]:
    """A number of the association; nothing where it is 0."""

    def text(row: SessionRow) -> str:
        number = 0 if row.association is None else get(row.association)
        return f"{number:,}" if number else ""

    return text


def _span(get: Callable[[Association], float]) -> Callable[[SessionRow], str]:
    def text(row: SessionRow) -> str:
        seconds = 0.0 if row.association is None else get(row.association)
        return span_text(seconds) if seconds else ""

    return text


def _percentile(percent: int) -> Callable[[SessionRow], str]:
    def text(row: SessionRow) -> str:
        times = None if row.measured is None else row.measured.times
        return span_text(times.percentile(percent)) if times is not None and times.count else ""

    return text


def _throughput(row: SessionRow) -> str:
    if row.measured is None or row.association is None:
        return ""
    return f"{row.measured.throughput(row.association):,.0f}"


def _meter(row: SessionRow) -> str:
    """What the meter is called; where it is while nothing of that was seen, as other screens call it."""
    if row.facts is None or row.association is None:
        return ""
    return row.facts.meter or place_of_server(row.association)


def _meter_role(row: SessionRow) -> str:
    return "bold" if row.facts is not None and row.facts.meter else "dim"


def _lock_role(row: SessionRow) -> str:
    return "" if row.facts is None else LOCK_ROLES[row.facts.protection]


def _dim(_: SessionRow) -> str:
    return "dim"


def _trouble(_: SessionRow) -> str:
    return "warning"


def _state_role(row: SessionRow) -> str:
    return "warning" if row.facts is not None and row.facts.state in ("rejected", "proposed") else ""


def _slowest(association: Association) -> float:
    return association.slowest / NANOSECONDS


COLUMNS: Final[tuple[Column[SessionRow], ...]] = (
    Column("number", "#", 6, lambda row: "" if row.association is None else f"{row.association.number}", _dim,
           right=True),
    Column("first", "Begins (UTC)", 27,
           lambda row: "" if row.association is None else time_text(row.association.first), _dim, rank=12),
    Column("client", "Client", 21, _fact(lambda facts: facts.client), rank=7),
    Column("server", "Server", 21, _fact(lambda facts: facts.server), rank=2),
    Column("saps", "SAPs", 8, _fact(lambda facts: facts.saps), _dim, rank=3),
    Column("meter", "Meter", 16, _meter, _meter_role, grow=1),
    Column("context", "Context", 11, _fact(lambda facts: facts.context), rank=4),
    Column("mechanism", "Login", 11, _fact(lambda facts: facts.mechanism), rank=8),
    Column("security", "Sec", 4, _fact(lambda facts: LOCKS[facts.protection]), _lock_role),
    Column("state", "State", 15, _fact(lambda facts: facts.state), _state_role),
    Column("messages", "Msgs", 7, _counted(lambda one: one.messages), right=True),
    Column("exchanges", "Exch", 7, _counted(lambda one: one.exchanges), right=True, rank=6),
    Column("errors", "Err", 5, _fact(lambda facts: f"{facts.errors:,}" if facts.errors else ""), _trouble, right=True),
    Column("unanswered", "Unans", 5, _counted(lambda one: one.unanswered), _trouble, right=True),
    Column("duration", "Lasts", 9, _span(duration), right=True, rank=5),
    Column("p50", "p50", 9, _percentile(50), right=True, rank=10),
    Column("p95", "p95", 9, _percentile(95), right=True, rank=9),
    Column("slowest", "Slowest", 9, _span(_slowest), right=True, rank=1),
    Column("throughput", "octets/s", 9, _throughput, right=True, rank=11),
)  # fmt: skip
"""Every column, in the order in which they stand."""

WITHOUT_ENDS: Final = tuple(column for column in COLUMNS if column.key not in ("client", "server"))
"""The columns where the line of the conversation says who talks."""


def sort_key(session: Session, key: str) -> Callable[[Association], Any]:
    """What associations are sorted by for a column.

    Args:
        session: has the associations.
        key: of the column, one of `SORTABLE`.
    """
    simple = _SIMPLE.get(key)
    if simple is not None:
        return simple

    def by_fact(association: Association) -> Any:
        value = getattr(facts_of(association, session.meters), _FACTS[key])
        if key == "meter":
            return value or place_of_server(association)
        return PROTECTIONS.index(value) if key == "security" else value

    return by_fact


_SIMPLE: Final[dict[str, Callable[[Association], Any]]] = {
    "number": lambda one: one.number,
    "first": lambda one: one.first,
    "messages": lambda one: one.messages,
    "exchanges": lambda one: one.exchanges,
    "errors": lambda one: sum(one.errors.values()),
    "unanswered": lambda one: one.unanswered,
    "duration": duration,
    "slowest": lambda one: one.slowest,
}
_FACTS: Final = {
    "client": "client", "server": "server", "saps": "saps", "meter": "meter", "context": "context",
    "mechanism": "mechanism", "security": "protection", "state": "state",
}  # fmt: skip
SORTABLE: Final = tuple(column for column in COLUMNS if column.key in _SIMPLE or column.key in _FACTS)
"""Columns that the list can be sorted by: those that are known of every association without measuring it."""
LARGEST_FIRST: Final = frozenset({"messages", "exchanges", "errors", "unanswered", "duration", "slowest", "security"})
"""Columns of which the largest is looked for first."""
