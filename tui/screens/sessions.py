"""The sessions of the capture: a list of associations, and what is known about the one under the cursor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from dlms_analyzer.associations.association import Association
from dlms_analyzer.net.streams import Conversation
from dlms_analyzer.output.sessions import session_lines
from dlms_analyzer.output.spans import span_text
from dlms_analyzer.output.style import Style
from dlms_analyzer.sessions import Measured, Measuring, Naming, SessionList
from dlms_analyzer.sessions.facts import meter_name
from dlms_analyzer.sessions.listing import STEP
from tui.jobs import Job
from tui.rest import Rest
from tui.screens.base import MainScreen
from tui.screens.dialog import Choose
from tui.screens.ladder import LadderScreen
from tui.session import Session
from tui.session_columns import LARGEST_FIRST, SORTABLE, SessionRow, SessionRows, sort_key
from tui.text import safe
from tui.theme import ROLES, styles
from tui.widgets.lines import LineList
from tui.widgets.session_table import SessionTable
from tui.widgets.table import RowTable


class SessionsScreen(MainScreen):
    """List and details."""

    DEFAULT_CSS = """
    SessionsScreen {
        #list { height: 1fr; }
        #about { height: 40%; min-height: 5; max-height: 16; border-top: solid $border-blurred; padding: 0 1; }
        #facts { width: 1fr; height: auto; }
        &.no-details #about { display: none; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "group", "Group", id="sessions.group", tooltip="put associations below their conversations"),
        Binding("s", "sort", "Sort", id="sessions.sort"),
        Binding("S", "reverse", "Reverse", show=False, id="sessions.reverse", tooltip="the other way round"),
        Binding("c", "conversation", "Conversation", id="sessions.conversation",
                tooltip="the ladder of the whole conversation"),
        Binding("f", "follow", "Messages", id="sessions.follow", tooltip="list only the messages of this association"),
        Binding("z", "zoom", "Details", show=False, id="sessions.zoom", tooltip="show or hide the details"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._rest = Rest(self, self._show_details)
        self._shown: Session | None = None
        self._sorting: tuple[str, bool] | None = None
        """Key of the column and whether the largest comes first."""
        self._grouped = False
        self._growing: Job | None = None
        self._measuring: Job | None = None
        self._naming: Naming | None = None
        self._learning: Job | None = None

    def body(self) -> ComposeResult:
        """The two panes."""
        yield SessionTable(id="list")
        with VerticalScroll(id="about", can_focus=True):
            yield Static("", id="facts", markup=False)

    @property
    def list(self) -> SessionTable:
        """The list pane."""
        return self.query_one("#list", SessionTable)

    @property
    def row(self) -> SessionRow | None:
        """The line under the cursor."""
        return self.list.row

    def on_mount(self) -> None:
        """Begin in the list."""
        self.list.focus()

    def changed(self) -> None:
        """Show the associations of the session anew; the cursor stays where that is possible."""
        session = self.session
        if session is None:
            self._shown = None
            self.list.show(())
            self._paint_details()
            return
        if session is not self._shown:
            self._shown = session
            self._sorting = None
            self._naming = Naming(session.capture, session.meters)
            self._show(Measuring(session.table))
            return
        self._naming = Naming(session.capture, session.meters)  # names may have been deciphered
        self._learn()
        self.list.grown()
        self._show_details()

    def grew(self) -> None:
        """There are more messages, and maybe more associations."""
        if self._growing is None or self._growing.over:
            self._grow()

    def status(self) -> str:
        """How many associations, and in which order."""
        session = self.session
        if session is None:
            return "no capture is open: press 7"
        associations, conversations = len(session.table.associations), len(session.table.conversations)
        text = f"{associations:,} associations in {conversations:,} conversations"
        if self._sorting is not None:
            text += f"  by {self._sorting[0]}{', largest first' if self._sorting[1] else ''}"
        return text

    def _show(self, measuring: Measuring, cursor: Association | None = None) -> None:
        """Begin a list anew."""
        session = self._shown
        if session is None:
            return
        lines = SessionList(session.table, grouped=self._grouped)
        self.list.show_lines(SessionRows(session, lines, measuring))
        self.list.sorted_by = self._sorting
        self._grow(cursor)

    def _grow(self, cursor: Association | None = None) -> None:
        """Take the associations that came since; the cursor stays on its association.

        Args:
            cursor: the association to put it on; None for the one that it is on.
        """
        rows = self.list.lines
        if rows is None:
            return
        row = self.row
        kept = cursor if cursor is not None or row is None else row.association
        steps: Iterator[tuple[int, int]] = rows.lines.grow()
        if self._sorting is not None:
            key, descending = self._sorting
            steps = rows.lines.sort(sort_key(rows.session, key), descending=descending)

        def stepped(_: tuple[int, int]) -> None:
            self._restore(kept)

        def done() -> None:
            self._restore(kept)
            self.update_status()
            self._measure()
            self._learn()

        if self._growing is not None:
            self._growing.cancel()
            self._growing = None
        if self._sorting is None and rows.lines.lacking <= STEP:
            for _ in steps:
                pass
            done()
            return
        self._growing = self.analyzer_app.jobs.start("listing", steps, on_step=stepped, on_done=done)

    def _learn(self) -> None:
        """Learn what the meters call themselves."""
        if self._naming is not None and (self._learning is None or self._learning.over):
            jobs = self.analyzer_app.jobs
            self._learning = jobs.start("naming", self._naming.learn(), on_done=self.list.grown)

    def _restore(self, kept: Association | None) -> None:
        """Show what the list has now, with the cursor on an association."""
        self.list.grown()
        rows = self.list.lines
        line = None if kept is None or rows is None else rows.lines.line_of(kept)
        if line is not None and line != self.list.cursor:
            self.list.cursor = line

    def on_line_list_highlighted(self, event: LineList.Highlighted) -> None:
        """Show the details of the association under the cursor, once the cursor rests."""
        event.stop()
        self._rest.begin()

    async def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """Climb the ladder of the association, or of the conversation."""
        event.stop()
        row = self.row
        if row is not None:
            await self._climb(row.line)

    def on_row_table_heading_clicked(self, event: RowTable.HeadingClicked) -> None:
        """Sort by the column; the other way round at the second click."""
        event.stop()
        self._sort(event.key)

    def _show_details(self) -> None:
        """Show the details, and measure what is visible."""
        self._rest.stop()
        self._paint_details()
        self._measure()

    def _paint_details(self) -> None:
        row, session = self.row, self.session
        text = Text()
        if row is not None and row.association is not None and session is not None:
            for line in self._lines(session, row.association, row.measured):
                text.append_text(line).append("\n")
        self.query_one("#facts", Static).update(text)

    def _lines(self, session: Session, association: Association, measured: Measured | None) -> Iterator[Text]:
        """What is known about an association, as the command line says it."""
        known = styles(self.app)
        roles = _Roles()
        for line in session_lines(association, roles, meter_name(association, session.meters) or None):
            yield safe(line.removeprefix("      "), known[roles.role] if roles.role else "")
            roles.role = ""
        if measured is not None and measured.times.count:
            times = measured.times
            spread = ", ".join(f"p{percent} {span_text(times.percentile(percent))}" for percent in (50, 95, 99))
            rate = measured.throughput(association)
            yield safe(f"{times.count:,} answers: {spread}; {measured.octets:,} octets, {rate:,.0f} a second")

    def _measure(self) -> None:
        """Measure the associations that are visible, if something is not known of them yet."""
        rows = self.list.lines
        if rows is None or (self._measuring is not None and not self._measuring.over):
            return
        first = self.list.scroll_offset.y
        visible = [rows[line].association for line in range(first, min(first + self.list.page_size, len(rows)))]
        row = self.row
        visible.append(None if row is None else row.association)
        wanted = {one.number for one in visible if one is not None and rows.measuring.lacks(one.number)}
        if not wanted:
            return
        self._measuring = self.analyzer_app.jobs.start(
            "measuring", rows.measuring.measure(wanted), on_done=self._measured
        )

    def _measured(self) -> None:
        """Show what was measured."""
        self._measuring = None
        self.list.forget()
        self._paint_details()

    async def climb_to(self, number: int) -> None:
        """Climb the ladder that a message stands on, with the cursor on it."""
        session = self.session
        if session is None:
            return
        if session is not self._shown:
            self.changed()
        row = session.table.row(number)
        of = row.association or row.conversation
        screen = self.app.screen
        if isinstance(screen, LadderScreen):
            screen.climb(of, number)
        else:
            await self._climb(of, number)

    async def _climb(self, of: Association | Conversation, number: int | None = None) -> None:
        rows = self.list.lines
        if rows is not None:
            await self.app.push_screen(LadderScreen(of, rows.lines, number))

    async def action_conversation(self) -> None:
        """Climb the ladder of the conversation."""
        row = self.row
        if row is not None:
            await self._climb(row.conversation)

    async def action_follow(self) -> None:
        """List the messages of the association, or of the conversation."""
        row = self.row
        if row is None:
            return
        if row.association is None:
            await self.analyzer_app.apply_filter(f"conversation == {row.conversation.number}")
        else:
            await self.analyzer_app.apply_filter(f"association == {row.association.number}")

    def action_group(self) -> None:
        """Put associations below their conversations, or in one list."""
        self._grouped = not self._grouped
        self._sorting = None
        self._again()

    async def action_sort(self) -> None:
        """Choose what the list is sorted by."""
        chosen = next((at for at, one in enumerate(SORTABLE) if self._sorting and one.key == self._sorting[0]), 0)

        def sort(index: int | None) -> None:
            if index is not None:
                self._sort(SORTABLE[index].key)

        await self.app.push_screen(Choose("Sort by", [column.title for column in SORTABLE], chosen), sort)

    def action_reverse(self) -> None:
        """Sort the other way round."""
        key, descending = self._sorting or ("number", False)
        self._sorting = (key, not descending)
        self._grouped = False
        self._again()

    def action_zoom(self) -> None:
        """Show or hide the details."""
        self.toggle_class("no-details")
        self.list.focus()

    def _sort(self, key: str) -> None:
        if all(column.key != key for column in SORTABLE):
            return
        if self._sorting is not None and self._sorting[0] == key:
            self.action_reverse()
            return
        self._sorting = (key, key in LARGEST_FIRST)
        self._grouped = False
        self._again()

    def _again(self) -> None:
        """Begin the list anew; the cursor stays on its association, and what was measured stays known."""
        rows, row = self.list.lines, self.row
        if rows is not None:
            self._show(rows.measuring, None if row is None else row.association)
        self.update_status()


class _Roles(Style):
    """Takes note of the role that a line has, instead of painting it."""

    def __init__(self) -> None:
        super().__init__(enabled=False)
        self.role = ""

    def __call__(self, name: str, text: str) -> str:
        """The text as it is."""
        self.role = name if name in ROLES else ""
        return text
