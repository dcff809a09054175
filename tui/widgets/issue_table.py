"""The lists of the findings screen: issues with headings between them, and the messages that show one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from rich.segment import Segment

from dlms_analyzer.frames import NANOSECONDS
from dlms_analyzer.issues import Heading, Issue
from dlms_analyzer.words import counted
from tui.session import Session
from tui.text import fit
from tui.theme import styles
from tui.widgets.table import Column, RowTable

ROLES: Final = {
    "critical": "bad",
    "high": "error",
    "error": "error",
    "medium": "warning",
    "warning": "warning",
    "low": "note",
    "note": "note",
    "information": "dim",
    "chat": "dim",
}
"""Grade to the role whose style it has."""


def _of_issue(text: Callable[[Issue], str]) -> Callable[[Heading | Issue], str]:
    return lambda row: text(row) if isinstance(row, Issue) else ""


ISSUE_COLUMNS: Final[tuple[Column[Heading | Issue], ...]] = (
    Column("grade", "Grade", 11, _of_issue(lambda issue: issue.grade), _of_issue(lambda issue: ROLES[issue.grade])),
    Column("code", "Code", 18, _of_issue(lambda issue: issue.code), grow=1),
    Column("title", "What was seen", 20, _of_issue(lambda issue: issue.title), grow=4, rank=2),
    Column("meter", "Meter", 16, _of_issue(lambda issue: issue.meter), grow=1),
    Column("place", "Where", 15, _of_issue(lambda issue: issue.place), grow=1, rank=3),
    Column("total", "Messages", 8, _of_issue(lambda issue: f"{issue.total:,}"), right=True),
    Column("first", "First", 7, _of_issue(lambda issue: f"{issue.messages[0]:,}" if issue.messages else ""),
           right=True, rank=1),
    Column("origin", "From", 12, _of_issue(lambda issue: issue.origin.value), _of_issue(lambda _: "dim"), rank=4),
)  # fmt: skip


class IssueTable(RowTable[Heading | Issue]):
    """Issues and headings."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(ISSUE_COLUMNS, id=id)

    def row_segments(self, index: int, width: int) -> Sequence[Segment]:
        """The cells of an issue; of a heading, what the issues below it have in common."""
        row = self.rows[index]
        if isinstance(row, Issue):
            return super().row_segments(index, width)
        counts = f"{row.grade}: {counted(row.issues, 'issue')}, {counted(row.messages, 'message')}"
        known = styles(self.app)
        room = max(width - len(counts) - 2, 0)
        return [Segment(f"{fit(row.text, room)}  ", known.accent), Segment(counts, known[ROLES[row.grade]])]


class Shown(NamedTuple):
    """A message that shows an issue.

    Attributes:
        number: of the message.
        seconds: since the first message of the capture.
        service: of the message.
        text: what it shows.
    """

    number: int
    seconds: float
    service: str
    text: str


class ShownMessages(Sequence[Shown]):
    """The messages that show an issue; each is looked up when it is visible."""

    def __init__(self, session: Session, issue: Issue, text: Callable[[int], str]) -> None:
        """Prepare.

        Args:
            session: has the messages.
            issue: which they show.
            text: what is seen at a message, by its number.
        """
        self.issue = issue
        self._session = session
        self._text = text

    def __len__(self) -> int:
        return len(self.issue.messages)

    def __getitem__(self, index: int) -> Shown:  # type: ignore[override]
        number = self.issue.messages[index]
        row = self._session.table.row(number)
        seconds = (row.time - self._session.first_time) / NANOSECONDS
        return Shown(number, seconds, row.service, self._text(number))


SHOWN_COLUMNS: Final[tuple[Column[Shown], ...]] = (
    Column("number", "No.", 7, lambda row: f"{row.number:,}", right=True),
    Column("time", "Time", 11, lambda row: f"{row.seconds:.6f}", lambda _: "dim", right=True, rank=1),
    Column("service", "Service", 22, lambda row: row.service, rank=2),
    Column("text", "What it shows", 20, lambda row: row.text, grow=1),
)
