"""The messages of the capture: a list, the fields of the one under the cursor, and its octets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Tab, Tabs

from dlms_analyzer.capture import CaptureError
from dlms_analyzer.filters import compile_filter
from dlms_analyzer.filters.from_node import condition_of
from dlms_analyzer.messages import Message
from dlms_analyzer.output.facts import facts
from dlms_analyzer.output.tree import Section, sections
from dlms_analyzer.words import counted
from tui.copying import copies
from tui.exporting import to_clipboard
from tui.rest import Rest
from tui.screens.dialog import Choose
from tui.screens.diff import compare
from tui.screens.frames import FramesScreen
from tui.screens.marking import MarkingScreen
from tui.session import Session
from tui.widgets.detail_tree import DetailTree
from tui.widgets.filter_bar import FilterBar
from tui.widgets.hex_view import HexView
from tui.widgets.lines import LineList
from tui.widgets.message_list import MessageList, MessageRows

MAX_JOINED: Final = 500
"""Messages of an exchange that are gone through at once to show what it carried; beyond, a key asks for it."""
TITLES: Final = {"sent": "As sent", "deciphered": "Deciphered", "reassembled": "Reassembled"}


class MessagesScreen(MarkingScreen):
    """List, tree and hex, linked with each other."""

    DEFAULT_CSS = """
    MessagesScreen {
        #list { height: 1fr; }
        #details { height: 45%; min-height: 7; border-top: solid $border-blurred; }
        #tree { width: 1fr; height: 1fr; }
        #octets { width: 72; max-width: 50%; border-left: solid $border-blurred; }
        #hex { height: 1fr; }
        #which { height: 1; }
        #which Underline { display: none; }
        &.no-details #details { display: none; }
        &.only-details #list { display: none; }
        &.only-details #details { height: 1fr; border-top: none; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("F", "follow", "Follow", show=False, id="messages.follow"),
        Binding("z", "zoom", "Panes", id="messages.zoom", tooltip="list and details, only the list, only the details"),
        Binding("x", "exchange", "Exchange", id="messages.exchange", tooltip="go round the messages of the exchange"),
        Binding("d", "compare", "Diff", show=False, id="messages.compare",
                tooltip="mark a message; on a second one: compare both"),
        Binding("L", "ladder", "Ladder", show=False, id="messages.ladder",
                tooltip="the ladder of the session that the message belongs to"),
        Binding("y", "copy", "Copy", show=False, id="messages.copy",
                tooltip="octets, JSON, tree or line to the clipboard of the terminal"),
        Binding("a", "filter_field", "Filter by field", show=False, id="messages.filter_field",
                tooltip="show the messages that have the same in the field under the cursor"),
        Binding("r", "frames", "Frames", show=False, id="messages.frames", tooltip="the frames as they were captured"),
        Binding("R", "reassemble", "Join", show=False, id="messages.reassemble",
                tooltip="show what a very long transfer carried"),
        Binding("less_than_sign", "grow_list(-5)", "Smaller list", show=False, id="messages.smaller"),
        Binding("greater_than_sign", "grow_list(5)", "Larger list", show=False, id="messages.larger"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._rest = Rest(self, self._show_details)
        self._shown: Message | None = None
        self._sections: dict[str, Section] = {}
        self._wanted: int | None = None
        """Number of a message to show as soon as it is there."""

    def body(self) -> ComposeResult:
        """The three panes."""
        yield FilterBar(id="filter")
        yield MessageList(id="list")
        with Horizontal(id="details"):
            yield DetailTree(id="tree")
            with Vertical(id="octets"):
                yield Tabs(*(Tab(title, id=name) for name, title in TITLES.items()), id="which")
                yield HexView(id="hex")

    def on_mount(self) -> None:
        """Begin in the list."""
        self.list.show_columns(self.analyzer_app.settings.columns, self.analyzer_app.settings.times)
        self.list.focus()

    def changed(self) -> None:
        """Show the messages of the session anew; the cursor stays where that is possible."""
        session = self.session
        if session is None:
            self.list.show(())
            self._show_nothing()
            return
        rows = self.rows
        if rows is not None and rows.session is session:
            rows.forget()
            self.list.forget()
            self._show_details()
        else:
            self.list.following = session.live
            self.list.show(MessageRows(session))
            self.tell_of_notes()
        self.filter_again()

    def grew(self) -> None:
        """There are more messages."""
        self.list.grown()
        self.chosen.go_on()
        if self._wanted is not None:
            self.show_message(self._wanted)

    def learnt(self) -> None:
        """Say with units and names what was said without them."""
        if self.rows is not None:
            self.rows.forget()
            self.list.forget()
            self._show_details()

    def status(self) -> str:
        """Which message of how many."""
        session, rows = self.session, self.rows
        if session is None:
            return "no capture is open: press 7"
        total = len(session.table)
        shown = len(self.list.rows)
        text = counted(total, "message") if shown == total else f"{shown:,} of {counted(total, 'message')}"
        if rows is not None and shown:
            text += f"  No. {rows.number(self.list.cursor):,}"
        if session.marked is not None:
            text += f"  {session.marked:,} marked (d)"
        if self.list.following:
            text += "  following (F)"
        return text + self.filter_status()

    def show_message(self, number: int) -> None:
        """Put the cursor on a message; the whole list is shown when it is not among those that are."""
        rows, session = self.rows, self.session
        if session is None or rows is None or number > len(session.table):
            self._wanted = number
            return
        self._wanted = None
        index = position(rows, number)
        if index is None:
            if self.chosen.text:
                self.notify(f"filter taken away: it hides message {number:,}", markup=False)
            self.list.sorted_by = self.chosen.sorted_by = None
            self.apply_filter("")
            index = number - 1
        self.list.grown()
        self.list.go(index)
        self.list.focus()

    def show_numbers(self, numbers: Sequence[int] | None) -> None:
        """Show the messages with some numbers; None for all. The cursor stays on its message where that is possible."""
        session, rows = self.session, self.rows
        if session is None:
            return
        number = rows.number(self.list.cursor) if rows is not None and len(rows) else 1
        shown = MessageRows(session, numbers)
        self.list.show(shown, position(shown, number) or 0)
        self.update_status()

    def on_line_list_highlighted(self, event: LineList.Highlighted) -> None:
        """Show the details of the message under the cursor, once the cursor rests."""
        if event.list is not self.list:
            return
        self.update_status()
        self._rest.begin()

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        """Go into the details."""
        if event.list is self.list:
            self.remove_class("no-details")
            self.query_one(DetailTree).focus()

    def _show_nothing(self) -> None:
        self._shown = None
        self._sections = {}
        self.query_one(DetailTree).show((), (), "no message")
        self.query_one(HexView).show(b"")

    def _show_details(self, *, joined: bool = False) -> None:
        self._rest.stop()
        session, rows = self.session, self.rows
        if session is None or rows is None or not len(rows):
            self._show_nothing()
            return
        number = rows.number(self.list.cursor)
        try:
            message = session.message(number) if joined or self._is_short(session, number) else session.glance(number)
            found = list(sections(message, show_secrets=session.show_secrets, meters=session.meters))
        except CaptureError as problem:
            self._show_nothing()
            self.notify(str(problem), severity="error", markup=False)
            return
        self._shown = message
        before = set(self._sections)
        self._sections = {one.name: one for one in found}
        if before != set(self._sections):
            self._show_tabs()
        told = facts(message, show_secrets=session.show_secrets)
        self.query_one(DetailTree).show(told, found, f"message {number:,}")
        self._show_octets("sent")
        if session.table.row(number).exchange is not None:
            rows.forget()  # values may have names and units now that more is known of the meter

    @staticmethod
    def _is_short(session: Session, number: int) -> bool:
        """Whether the exchange of a message is short enough to be gone through while somebody waits."""
        exchange = session.table.row(number).exchange
        return exchange is None or number - session.table.exchange_request[exchange] <= MAX_JOINED

    def _show_tabs(self) -> None:
        """Offer the octets that there are; those as sent are always there."""
        tabs = self.query_one(Tabs)
        for name in TITLES:
            (tabs.show if name in self._sections or name == "sent" else tabs.hide)(name)

    def _show_octets(self, name: str) -> None:
        view = self.query_one(HexView)
        section = self._sections.get(name)
        octets = b"" if section is None else section.octets
        if view.octets != octets:
            view.show(octets)
        tabs = self.query_one(Tabs)
        if tabs.active != name:
            tabs.active = name

    def on_tabs_tab_activated(self, event: Tabs.TabActivated) -> None:
        """Show other octets."""
        if event.tab.id is not None:
            self._show_octets(event.tab.id)

    def on_detail_tree_pointed(self, event: DetailTree.Pointed) -> None:
        """Mark the octets of the field."""
        place = event.place
        if not place.section:
            return
        self._show_octets(place.section)
        if place.node is not None:
            self.query_one(HexView).mark(place.node.start, place.node.end)

    def on_hex_view_pointed(self, event: HexView.Pointed) -> None:
        """Go to the field that an octet belongs to."""
        active = self.query_one(Tabs).active
        self.query_one(DetailTree).point(active or "sent", event.offset)

    def action_follow(self) -> None:
        """Go on with the newest message, until the cursor is moved."""
        self.list.following = True
        self.list.action_go_last()
        self.update_status()

    async def action_frames(self) -> None:
        """Show the frames of the capture, with the cursor on that of the message."""
        rows = self.rows
        if self.session is None:
            return
        number = rows.number(self.list.cursor) if rows is not None and len(rows) else None
        await self.app.push_screen(FramesScreen(number))

    def action_zoom(self) -> None:
        """List and details, only the list, only the details."""
        if self.has_class("no-details"):
            self.set_classes("only-details")
            self.query_one(DetailTree).focus()
        elif self.has_class("only-details"):
            self.set_classes("")
            self.list.focus()
        else:
            self.set_classes("no-details")
            self.list.focus()

    def action_grow_list(self, by: int) -> None:
        """Make the list larger, or smaller when `by` is negative."""
        details = self.query_one("#details")
        height = details.size.height - by
        details.styles.height = max(min(height, self.size.height - 8), 5)

    def action_exchange(self) -> None:
        """Go to the next message of the exchange; from the last one to the first."""
        session, rows = self.session, self.rows
        if session is None or rows is None or not len(rows):
            return
        number = rows.number(self.list.cursor)
        exchange = session.table.row(number).exchange
        if exchange is None:
            self.notify("this message belongs to no exchange", markup=False)
            return
        following = session.table.column("exchange", number + 1)
        after = next((at for at, one in enumerate(following, number + 1) if one == exchange), None)
        self.show_message(session.table.exchange_request[exchange] if after is None else after)

    async def action_ladder(self) -> None:
        """Show where the message stands in its session."""
        rows = self.rows
        if rows is not None and len(rows):
            await self.analyzer_app.show_ladder(rows.number(self.list.cursor))

    async def action_compare(self) -> None:
        """Mark the message, or compare it with the one that is marked."""
        rows = self.rows
        if rows is not None and len(rows):
            await compare(self.analyzer_app, rows.number(self.list.cursor))
            self.update_status()

    async def action_copy(self) -> None:
        """Ask what of the message to copy, and give it to the terminal."""
        session, message = self.session, self._shown
        if session is None or message is None:
            return
        forms = copies(session, message, self._sections.get(self.query_one(Tabs).active or "sent"))

        def copy(index: int | None) -> None:
            if index is not None:
                to_clipboard(self.analyzer_app, forms[index].title, forms[index].make())

        await self.app.push_screen(Choose("Copy", [one.title for one in forms]), copy)

    def action_filter_field(self) -> None:
        """Show the messages that have the same in the field under the cursor of the tree."""
        session, message = self.session, self._shown
        tree = self.query_one(DetailTree)
        place = tree.cursor_node.data if tree.cursor_node is not None else None
        if session is None or message is None or place is None:
            return
        text: str | None = None
        if place.fact is not None and place.fact.field:
            text = f"{place.fact.field} == {place.fact.value}"
            if not compile_filter(text).matches(message, session.meters):
                text = None  # a time with more digits than a filter takes
        elif place.node is not None:
            text = condition_of(message, session.meters, place.node, tree.path)
        if text is None:
            self.notify("no filter can ask for this", markup=False)
            return
        self.apply_filter(text)

    def action_reassemble(self) -> None:
        """Show what a very long transfer carried, however long that takes."""
        self._show_details(joined=True)


def position(rows: MessageRows, number: int) -> int | None:
    """The line of a message; None when it is not shown."""
    if rows.numbers is None:
        return number - 1 if 0 < number <= len(rows) else None
    try:
        return rows.numbers.index(number)
    except ValueError:
        return None
