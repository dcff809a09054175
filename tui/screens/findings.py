"""The findings: expert notes and what the audit finds, worst first, with why it matters and what to do."""

from __future__ import annotations

from typing import ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from dlms_analyzer.audit.indexed import IndexAudit
from dlms_analyzer.expert_summary import ExpertSummary
from dlms_analyzer.issues import Grouping, Heading, Issue, Origin, grouped, issues_of
from dlms_analyzer.security.keys import shown
from dlms_analyzer.words import counted
from tui.screens.gathering import GatheringScreen, Work
from tui.session import Session
from tui.text import safe
from tui.theme import styles
from tui.widgets.issue_table import ROLES, SHOWN_COLUMNS, IssueTable, Shown, ShownMessages
from tui.widgets.lines import LineList
from tui.widgets.table import RowTable

MAX_FILTERED: Final = 100
"""Messages that a display filter names by their numbers."""

_GROUPINGS: Final = tuple(Grouping)
_ORIGINS: Final = (None, *Origin)


class FindingsScreen(GatheringScreen):
    """Issues; why the one under the cursor matters; its messages."""

    DEFAULT_CSS = """
    FindingsScreen {
        #issues { height: 1fr; min-height: 3; }
        #about { height: auto; max-height: 40%; padding: 0 1; background: $surface; }
        #said { width: 1fr; height: auto; }
        #shown { height: 30%; min-height: 3; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "group", "Group", id="findings.group", tooltip="worst first, by code, or by meter"),
        Binding("o", "origin", "From", id="findings.origin", tooltip="all, only the audit, or only expert notes"),
        Binding("f", "filter", "Filter", id="findings.filter", tooltip="show the messages that have it"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._summary: ExpertSummary | None = None
        self._audit: IndexAudit | None = None
        self._issues: list[Issue] = []
        self._grouping = Grouping.WORST
        self._origin: Origin | None = None
        self._told: Heading | Issue | None = None
        """What the text is about."""

    def body(self) -> ComposeResult:
        """The three panes."""
        yield IssueTable(id="issues")
        with VerticalScroll(id="about", can_focus=True):
            yield Static(id="said", markup=False)
        yield RowTable[Shown](SHOWN_COLUMNS, id="shown")

    @property
    def issues(self) -> IssueTable:
        """The list of issues."""
        return self.query_one("#issues", IssueTable)

    @property
    def shown(self) -> RowTable[Shown]:
        """The list of messages."""
        return self.query_one("#shown", RowTable)

    def on_mount(self) -> None:
        """Begin with the issues."""
        self.issues.focus()

    def begin(self, session: Session | None) -> None:
        """Forget all issues."""
        self._summary = None if session is None else ExpertSummary(session.table)
        self._audit = None if session is None else IndexAudit(session.capture)

    def work(self) -> Work:
        """The notes are there; the audit reads all messages for its findings."""
        if self._summary is None or self._audit is None:
            return ()
        return ("expert notes", self._summary.read()), ("audit", self._audit.read())

    def show_gathered(self) -> None:
        """Show what was found until now; the cursor stays on its issue."""
        session = self.session
        self._issues = []
        if session is not None and self._summary is not None and self._audit is not None:
            self._issues = issues_of(self._audit.findings(), self._summary.groups(), session.meters.called)
        self._arrange()

    def _arrange(self) -> None:
        before = self.issues.row if self.issues.cursor else None  # whoever looks at the worst one sees a worse one
        wanted = [issue for issue in self._issues if self._origin in (None, issue.origin)]
        rows = grouped(wanted, self._grouping)
        place = next((at for at, row in enumerate(rows) if before is not None and _same(row, before)), 0)
        self.issues.show(rows, place)
        if not rows:
            self._show_about(None)
        self.update_status()

    def status(self) -> str:
        """How many issues, in which order."""
        if self.session is None:
            return "no capture is open: press 7"
        shown_issues = sum(isinstance(row, Issue) for row in self.issues.rows)
        text = f"{counted(shown_issues, 'issue')}, {self._grouping.value}"
        if self._origin is not None:
            text += f", only {self._origin.value}"
        if self.cancelled:
            text += "; not all messages were looked at (r: again)"
        return text

    def on_line_list_highlighted(self, event: LineList.Highlighted) -> None:
        """Say more about the issue under the cursor."""
        if event.list is self.issues:
            self._show_about(self.issues.row)

    async def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """Show the message; of an issue, the first one."""
        row = self.issues.row
        if event.list is self.shown and self.shown.row is not None:
            await self.analyzer_app.show_message(self.shown.row.number)
        elif event.list is self.issues and isinstance(row, Issue) and row.messages:
            await self.analyzer_app.show_message(row.messages[0])

    def _show_about(self, row: Heading | Issue | None) -> None:
        session, about = self.session, self.query_one("#said", Static)
        if row is None or self._told is None or not _same(row, self._told):
            self.query_one("#about").scroll_home(animate=False)
        self._told = row
        if session is None or not isinstance(row, Issue):
            about.update(safe(row.text if row is not None else self._nothing()))
            self.shown.show(())
            return
        known = styles(self.app)
        text = Text(end="")
        text.append_text(safe(f"{row.grade}: {row.title}", known[ROLES[row.grade]]))
        for label, said in (
            ("seen", row.text),
            ("meter", row.meter if row.meter == row.place else f"{row.meter} at {row.place}"),
            ("secret", shown(row.secret, session.show_secrets) or ""),
            ("why", row.why),
            ("do", row.advice),
        ):
            if said:
                text.append(f"\n{label}: ", known.dim)
                text.append_text(safe(said))
        about.update(text)
        self.shown.show(ShownMessages(session, row, lambda number: self._said(row, number)))

    def _said(self, issue: Issue, number: int) -> str:
        """What is seen at a message."""
        if issue.origin is Origin.NOTES and self._summary is not None:
            return self._summary.text(issue.code, number)
        return issue.title

    def _nothing(self) -> str:
        if self.session is None:
            return "No capture is open: press 7."
        if self.gathering:
            return "Looking …"
        return "Nothing was found."

    def action_group(self) -> None:
        """Worst first, by code, by meter."""
        self._grouping = _GROUPINGS[(_GROUPINGS.index(self._grouping) + 1) % len(_GROUPINGS)]
        self._arrange()

    def action_origin(self) -> None:
        """Show all, only what the audit finds, only expert notes."""
        self._origin = _ORIGINS[(_ORIGINS.index(self._origin) + 1) % len(_ORIGINS)]
        self._arrange()

    async def action_filter(self) -> None:
        """Show the messages that have what is under the cursor."""
        session, row = self.session, self.issues.row
        if session is None or not isinstance(row, Issue):
            self.notify("Put the cursor on an issue first")
            return
        numbers = row.messages[:MAX_FILTERED]
        if row.origin is Origin.NOTES and (
            len(row.messages) > MAX_FILTERED or all(self._has(session, number, row.code) for number in numbers)
        ):
            await self.analyzer_app.apply_filter(f'expert.code == "{row.code}"')
        else:
            await self.analyzer_app.apply_filter(f"message.number in {{{', '.join(map(str, numbers))}}}")

    @staticmethod
    def _has(session: Session, number: int, code: str) -> bool:
        """Whether a message itself has a note; those on how an association ended belong to none."""
        return any(expert.code == code for expert in session.table.experts(number))


def _same(row: Heading | Issue, other: Heading | Issue) -> bool:
    """Whether two rows are about the same, whatever came to it meanwhile."""
    if isinstance(row, Issue) and isinstance(other, Issue):
        return (row.origin, row.code, row.place) == (other.origin, other.code, other.place)
    return isinstance(row, Heading) and isinstance(other, Heading) and row.text == other.text
