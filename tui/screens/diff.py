"""Two messages beside each other: their fields, their octets, and what differs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from dlms_analyzer.capture import CaptureError
from dlms_analyzer.frames import NANOSECONDS
from dlms_analyzer.message_diff import Change, Difference, difference
from dlms_analyzer.output.tree import Section, sections
from tui.screens.base import MainScreen
from tui.session import Session
from tui.widgets.field_pairs import FieldPairs
from tui.widgets.lines import LineList
from tui.widgets.octet_pairs import OctetPairs

if TYPE_CHECKING:
    from tui.app import AnalyzerApp

SHORTLY: Final = 2.0
"""Seconds that the user is told of a mark: what is compared next may stand behind the note."""
SENT: Final = "sent"
TITLES: Final = {SENT: "as sent", "deciphered": "deciphered"}
"""Octets that can be compared, and what to call them."""


async def compare(app: AnalyzerApp, number: int) -> None:
    """Mark a message; when another one is marked, show both beside each other.

    Args:
        app: the application.
        number: of the message.
    """
    session = app.session
    if session is None:
        return
    marked = session.marked
    if marked is None:
        session.marked = number
        told = f"message {number} is marked: on another one the same key compares both"
        app.notify(told, timeout=SHORTLY, markup=False)
    elif marked == number:
        session.marked = None
        app.notify(f"message {number} is no longer marked", markup=False)
    else:
        session.marked = None
        await app.push_screen(DiffScreen(marked, number))


class DiffScreen(MainScreen):
    """Fields above, octets below."""

    DEFAULT_CSS = """
    DiffScreen {
        #fields { height: 2fr; }
        #octets { height: 1fr; min-height: 4; border-top: solid $border-blurred; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace", "leave", "Back", id="diff.leave"),
        Binding("n", "difference", "Next", id="diff.next", tooltip="the next difference"),
        Binding("N", "difference(True)", "Before", id="diff.previous", tooltip="the difference before"),
        Binding("o", "only", "Only differences", id="diff.only"),
        Binding("v", "view", "As sent/deciphered", id="diff.view"),
        Binding("x", "swap", "Swap", show=False, id="diff.swap", tooltip="left to right and right to left"),
    ]

    def __init__(self, left: int, right: int) -> None:
        """Prepare.

        Args:
            left: number of the message on the left.
            right: number of the message on the right.
        """
        super().__init__()
        self.numbers = (left, right)
        self.difference: Difference | None = None
        self.which: str | None = None
        """Which octets are compared; None for what was deciphered, where something was."""
        self._only = False
        self._session: Session | None = None

    def body(self) -> ComposeResult:
        """The two panes."""
        yield FieldPairs(id="fields")
        yield OctetPairs(id="octets")

    @property
    def fields(self) -> FieldPairs:
        """The upper pane."""
        return self.query_one("#fields", FieldPairs)

    @property
    def octets(self) -> OctetPairs:
        """The lower pane."""
        return self.query_one("#octets", OctetPairs)

    def on_mount(self) -> None:
        """Begin in the fields."""
        self.fields.focus()

    def changed(self) -> None:
        """Compare anew: keys were added; with another capture there is nothing to compare."""
        session = self.session
        if session is None or (self._session is not None and session is not self._session):
            self.action_leave()
            return
        self._session = session
        self._compare()

    def status(self) -> str:
        """What is compared, and how much differs."""
        found = self.difference
        if found is None:
            return ""
        text = f"messages {self.numbers[0]} and {self.numbers[1]}, {TITLES[self.which or SENT]}"
        if found.same:
            return f"{text}: no difference"
        fields = sum(1 for pair in found.fields if pair.change is not Change.SAME)
        octets = sum(
            max(run.left_end - run.left, run.right_end - run.right)
            for run in found.runs
            if run.change is not Change.SAME
        )
        return f"{text}: {fields:,} fields and {octets:,} octets differ" + (
            "  only differences (o)" if self._only else ""
        )

    def _sections(self, session: Session) -> list[dict[str, Section]]:
        """The octets of both messages with their fields, by what they are."""
        found = []
        for number in self.numbers:
            message = session.glance(number)
            parts = sections(message, show_secrets=session.show_secrets, meters=session.meters)
            found.append({one.name: one for one in parts})
        return found

    def _compare(self) -> None:
        session = self._session
        if session is None:
            return
        try:
            left, right = self._sections(session)
        except CaptureError as problem:
            self.notify(str(problem), severity="error", markup=False)
            return
        offered = [name for name in TITLES if name in left or name in right]
        if self.which not in offered:
            self.which = offered[-1]
        # What came in clear is compared with what was deciphered of the other one.
        self.difference = difference(left.get(self.which, left[SENT]), right.get(self.which, right[SENT]))
        self._show()

    def _show(self) -> None:
        session, found = self._session, self.difference
        if session is None or found is None:
            return
        left, right = (_heading(session, number) for number in self.numbers)
        self.fields.show(found, (left, right), only_differences=self._only)
        self.octets.show(found)
        self.update_status()

    def on_line_list_highlighted(self, event: LineList.Highlighted) -> None:
        """Mark the octets of the fields under the cursor."""
        event.stop()
        pair = self.fields.pair
        if event.list is self.fields and pair is not None:
            self.octets.mark(pair)

    def action_difference(self, backwards: bool = False) -> None:
        """Go to the next difference of the pane, or to the one before."""
        pane = self.octets if self.octets.has_focus else self.fields
        if not pane.go_to_difference(backwards=backwards):
            self.notify("no difference before this" if backwards else "no difference behind this", markup=False)

    def action_only(self) -> None:
        """Show only the fields that differ, or all."""
        self._only = not self._only
        self._show()

    def action_view(self) -> None:
        """Compare what was sent, or what was deciphered."""
        names = list(TITLES)
        before = self.which
        self.which = names[(names.index(before or SENT) + 1) % len(names)]
        self._compare()
        if self.which == before:
            self.notify("nothing was deciphered", markup=False)

    def action_swap(self) -> None:
        """Let left and right change places."""
        self.numbers = self.numbers[::-1]
        self._compare()

    def action_leave(self) -> None:
        """Go back."""
        _ = self.dismiss(None)  # to wait for it here would be to wait for this handler


def _heading(session: Session, number: int) -> str:
    """What to call a message: its number, when it came, who sent what."""
    row = session.table.row(number)
    seconds = (row.time - session.first_time) / NANOSECONDS
    return f"{number}  {seconds:.6f}  {row.sender.value or '?'}  {row.service}"
