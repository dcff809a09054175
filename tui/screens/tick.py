"""A dialog in which lines are ticked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, SelectionList
from textual.widgets.selection_list import Selection

from tui.text import safe


class Tick(ModalScreen[frozenset[int] | None]):
    """Lets the user tick lines; gives the positions of those that are ticked, or None."""

    DEFAULT_CSS = """
    Tick {
        align: center middle;
        #box { width: 60; max-width: 95%; height: auto; max-height: 90%; border: solid $border; padding: 0 1;
               background: $surface; }
        #box Label { width: 1fr; }
        SelectionList { height: auto; max-height: 24; border: none; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel", id="dialog.cancel"),
        Binding("enter", "take", "Take", id="dialog.take", priority=True),
        Binding("j", "move(1)", "Down", show=False, id="dialog.down"),
        Binding("k", "move(-1)", "Up", show=False, id="dialog.up"),
    ]

    def __init__(self, question: str, lines: Sequence[str], ticked: frozenset[int]) -> None:
        """Prepare.

        Args:
            question: what to ask.
            lines: to tick; need not be escaped.
            ticked: positions of those that are ticked at first.
        """
        super().__init__()
        self._question = question
        self._lines = lines
        self._ticked = ticked

    def compose(self) -> ComposeResult:
        """Question, lines, and how to go on."""
        with Vertical(id="box"):
            yield Label(safe(self._question))
            yield SelectionList[int](
                *(Selection(safe(line), at, at in self._ticked) for at, line in enumerate(self._lines))
            )
            yield Label("Space: tick    Enter: take    Esc: cancel")

    @property
    def _lists(self) -> SelectionList[int]:
        return self.query_one(SelectionList)

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        (self._lists.action_cursor_down if by > 0 else self._lists.action_cursor_up)()

    def action_take(self) -> None:
        """Give what is ticked."""
        _ = self.dismiss(frozenset(self._lists.selected))
