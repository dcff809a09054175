"""FindingScreen: whatever helps to find messages in a list: filter, search, order, columns, going to a place."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from dlms_analyzer.filters.completion import check
from dlms_analyzer.index.places import place_of
from dlms_analyzer.index.searching import Searched, Sought, search, sought
from dlms_analyzer.index.seen import seen_values
from dlms_analyzer.index.sorting import SORTABLE
from dlms_analyzer.words import counted
from tui.chosen import Chosen
from tui.jobs import Job
from tui.message_columns import COLUMNS
from tui.screens.base import MainScreen
from tui.screens.dialog import Ask, Choose
from tui.screens.tick import Tick
from tui.session import Session
from tui.widgets.filter_bar import FilterBar
from tui.widgets.message_list import MessageList, MessageRows, shown_columns
from tui.widgets.table import RowTable

SEARCH_QUESTION = "Search for a text, octets (c0 01 c1) or a logical name (1-0:1.8.0); text: hex: obis: say which"
PLACE_QUESTION = "Go to message 120, frame f120, +2.5 seconds, 12:30:01 or 2026-01-31 12:30 (UTC)"


class FindingScreen(MainScreen):
    """A main screen with a filter bar above a list of messages."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/", id="messages.filter"),
        Binding("ctrl+f", "search", "Search", id="messages.search"),
        Binding("n", "search_on(1)", "Next found", show=False, id="messages.next_found"),
        Binding("N", "search_on(-1)", "Found before", show=False, id="messages.previous_found"),
        Binding("colon,ctrl+g", "go_to", "Go to", key_display=":", id="messages.go_to",
                tooltip="a message, a frame or a time"),
        Binding("f", "follow_conversation", "Conversation", show=False, id="messages.conversation",
                tooltip="show this conversation only; again: show all"),
        Binding("s", "sort", "Sort", show=False, id="messages.sort"),
        Binding("S", "reverse", "Reverse order", show=False, id="messages.reverse"),
        Binding("c", "columns", "Columns", show=False, id="messages.columns", tooltip="choose the columns of the list"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self.chosen = Chosen(self.analyzer_app.jobs, self._show_chosen, self._more_found)
        self._stays_on: int | None = None
        """Number of the message that had the cursor before a filter."""
        self._filtered: tuple[Session, int] | None = None
        """The capture that the filter was last used on, and how many of its rows had been corrected."""
        self._to_top = False
        """The order was changed: its first message is of interest, not where the one under the cursor is now."""
        self._sought: tuple[str, Sought] | None = None
        self._searching: Job | None = None

    @property
    def list(self) -> MessageList:
        """The list of messages."""
        return self.query_one("#list", MessageList)

    @property
    def rows(self) -> MessageRows | None:
        """The messages in the list."""
        rows = self.list.rows
        return rows if isinstance(rows, MessageRows) else None

    @property
    def bar(self) -> FilterBar:
        """The line in which a filter is written."""
        return self.query_one(FilterBar)

    @property
    def number(self) -> int | None:
        """Number of the message under the cursor."""
        rows = self.rows
        return rows.number(self.list.cursor) if rows is not None and len(rows) else None

    def show_numbers(self, numbers: Sequence[int] | None) -> None:
        """Show the messages with some numbers; None for all."""
        raise NotImplementedError(f"{type(self).__name__} shows no messages")

    def go_to_line(self, index: int) -> None:
        """Put the cursor on a line of the list."""
        self.list.go(index)
        self.list.focus()

    def filter_again(self) -> None:
        """The capture is another one, or keys were added: the same filter may describe other messages."""
        session = self.session
        state = None if session is None else (session, session.table.corrected)
        if session is None or state == self._filtered:
            return
        self._filtered = state
        if self.chosen.text or self.chosen.sorted_by is not None:
            self._stays_on = self.number
            self.chosen.filter(session, self.chosen.text)

    def filter_status(self) -> str:
        """What to say about the filter, beside how many messages are shown."""
        stopped, gone = self.chosen.stopped, self.chosen.gone
        text = "" if stopped is None else f"  filter stopped at No. {stopped:,}"
        return f"{text}  {counted(gone, 'message')} no longer kept" if gone else text

    def _show_chosen(self, numbers: Sequence[int] | None) -> None:
        self.list.sorted_by = self.chosen.sorted_by
        self.show_numbers(numbers)
        if self._to_top and len(self.list.rows):
            self._to_top = False
            self.list.go(0)

    def _more_found(self) -> None:
        self.list.grown()
        self._stay()
        self.update_status()

    def _stay(self) -> None:
        """Put the cursor back on its message, or behind it, once so much was found; not when it was moved since."""
        rows, number = self.rows, self._stays_on
        if number is None or rows is None or not rows.numbers:
            return
        if self.list.cursor or rows.numbers[-1] >= number:
            self._stays_on = None
            if not self.list.cursor and self.chosen.sorted_by is None:
                self.list.cursor = bisect_left(rows.numbers, number)

    def apply_filter(self, text: str) -> None:
        """Show the messages that a display filter describes."""
        session, self._stays_on = self.session, self.number
        if (error := check(text)) is not None:
            self.notify(str(error), title="No filter", severity="error", markup=False)
            return
        if session is None:
            self.chosen.text = text  # for the capture that is opened next
        else:
            self.chosen.filter(session, text)
        if text:
            self.analyzer_app.recent.add_filter(text)
        self.bar.show_filter(text)
        self.update_status()

    def action_filter(self) -> None:
        """Write a filter."""
        session = self.session
        self.bar.history = self.analyzer_app.recent.filters
        self.bar.seen = {} if session is None else seen_values(session.table)
        self.bar.open()

    def on_filter_bar_applied(self, event: FilterBar.Applied) -> None:
        """Use what was written."""
        self.list.focus()
        self.apply_filter(event.text)

    def on_filter_bar_left(self) -> None:
        """Back to the list, with the filter that is in use."""
        self.list.focus()
        self.bar.show_filter(self.chosen.text)

    def action_follow_conversation(self) -> None:
        """Show the conversation of this message only; show all when that is shown already."""
        session, number = self.session, self.number
        if session is None or number is None:
            return
        text = f"conversation == {session.table.row(number).conversation.number}"
        self.apply_filter("" if self.chosen.text == text else text)

    async def action_search(self) -> None:
        """Ask what to search for, and go to the next message that says it."""

        def problem_of(text: str) -> str | None:
            try:
                sought(text)
            except ValueError as problem:
                return str(problem)
            return None

        def search_for(text: str | None) -> None:
            if text:
                self._sought = (text, sought(text))
                self.action_search_on(1)

        before = "" if self._sought is None else self._sought[0]
        await self.app.push_screen(Ask(SEARCH_QUESTION, before, check=problem_of), search_for)

    def action_search_on(self, way: int) -> None:
        """Go to the next message that says what was searched for, or to the one before."""
        session, rows = self.session, self.rows
        if self._sought is None:
            self.call_later(self.action_search)
            return
        if session is None or rows is None or not len(rows):
            return
        if self._searching is not None:
            self._searching.cancel()
        text, wanted = self._sought
        count, cursor = len(rows), self.list.cursor
        order = _Around(rows, cursor, way)
        looked = gone = 0

        def step(progress: Searched) -> None:
            nonlocal looked, gone
            looked, gone = progress.done, progress.gone
            if progress.found is None:
                return
            index = (cursor + way * looked) % count
            if (index <= cursor) if way > 0 else (index >= cursor):
                self.notify(f"from the {'beginning' if way > 0 else 'end'} on", title="Search", markup=False)
            self.go_to_line(index)
            looked = -1

        def done() -> None:
            if looked >= 0:
                kept = f"; {counted(gone, 'message')} no longer kept" if gone else ""
                said = f"{wanted.what.value} {text}: not found{kept}"
                self.notify(said, title="Search", severity="warning", markup=False)

        steps = search(session.capture, wanted, order, session.meters, show_secrets=session.show_secrets)
        self._searching = self.analyzer_app.jobs.start("searching", steps, on_step=step, on_done=done)

    async def action_go_to(self) -> None:
        """Ask for a message, a frame or a time, and go there."""
        session = self.session
        if session is None:
            return
        table = session.table

        def problem_of(text: str) -> str | None:
            try:
                place_of(table, text)
            except ValueError as problem:
                return str(problem)
            return None

        def go(text: str | None) -> None:
            if text:
                self.call_later(self.analyzer_app.show_message, place_of(table, text))

        await self.app.push_screen(Ask(PLACE_QUESTION, check=problem_of), go)

    async def action_sort(self) -> None:
        """Ask for the column by which messages are sorted."""
        sortable = [one for one in COLUMNS if one.key in SORTABLE]
        lines = ["capture order", *(f"{one.title}  ({one.key})" for one in sortable)]
        by = self.chosen.sorted_by
        marked = 0 if by is None else 1 + [one.key for one in sortable].index(by[0])

        def sort(index: int | None) -> None:
            if index is not None:
                self.sort_by((sortable[index - 1].key, False) if index else None)

        await self.app.push_screen(Choose("Sort by", lines, marked), sort)

    def sort_by(self, by: tuple[str, bool] | None) -> None:
        """Sort by a column, the last first when that is wanted; None for capture order."""
        if self.session is None:
            return
        self.list.sorted_by = by
        self.list.refresh()
        self._to_top = by is not None
        self.chosen.sort(self.session, by)

    def action_reverse(self) -> None:
        """Turn the order around."""
        by = self.chosen.sorted_by or ("number", False)
        self.sort_by((by[0], not by[1]))

    def on_row_table_heading_clicked(self, event: RowTable.HeadingClicked) -> None:
        """Sort by the column; at the next click the other way round, then no more."""
        if event.table is not self.list or event.key not in SORTABLE:
            return
        by = self.chosen.sorted_by
        if by is None or by[0] != event.key:
            self.sort_by((event.key, False))
        else:
            self.sort_by(None if by[1] else (event.key, True))

    async def action_columns(self) -> None:
        """Ask which columns are shown, and keep that."""
        shown = {one.key for one in shown_columns(self.analyzer_app.settings.columns)}
        lines = [f"{one.title}  ({one.key})".strip() for one in COLUMNS]

        def choose(ticked: frozenset[int] | None) -> None:
            if ticked:
                keys = tuple(COLUMNS[index].key for index in sorted(ticked))
                self.analyzer_app.keep_setting("columns", keys)
                self.list.show_columns(keys, self.analyzer_app.settings.times)

        marked = frozenset(index for index, one in enumerate(COLUMNS) if one.key in shown)
        await self.app.push_screen(Tick("Columns", lines, marked), choose)


class _Around(Sequence[int]):
    """The messages of a list from behind the cursor on, around its end and up to the cursor."""

    def __init__(self, rows: MessageRows, cursor: int, way: int) -> None:
        self._rows = rows
        self._cursor = cursor
        self._way = way
        self._count = len(rows)

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, at: int) -> int:  # type: ignore[override]
        if not 0 <= at < self._count:
            raise IndexError(at)
        return self._rows.number((self._cursor + self._way * (at + 1)) % self._count)
