"""A dialog in which lines are ticked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from tui.text import safe


class Tick(ModalScreen[frozenset[int] | None]):
    """Lets the user tick lines; gives the positions of those that are ticked, or None."""

    DEFAULT_CSS = """
    Tick {
        align: center middle;
        #box { width: 60; max-width: 95%; height: auto; max-height: 90%; border: solid $border; padding: 0 1;
               background: $surface; }
        #box Label { width: 1fr; }
        OptionList, OptionList:focus { height: auto; max-height: 1fr; border: none; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel", id="dialog.cancel"),
        Binding("enter", "take", "Take", id="dialog.take", priority=True),
        Binding("space", "tick", "Tick", id="dialog.tick"),
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
        self._ticked = set(ticked)

    def compose(self) -> ComposeResult:
        """Question, how to go on, and lines."""
        with Vertical(id="box"):
            yield Label(safe(f"{self._question}  (Space: tick, Enter: take, Esc: cancel)"))
            yield OptionList(*(Option(self._line(at)) for at in range(len(self._lines))), markup=False)

    def on_mount(self) -> None:
        """Put the cursor on the first line."""
        self._list.highlighted = 0
        self._list.focus()

    def _line(self, at: int) -> Text:
        """A line with its tick, which is no matter of colour."""
        return safe(f"[{'x' if at in self._ticked else ' '}] {self._lines[at]}")

    @property
    def _list(self) -> OptionList:
        return self.query_one(OptionList)

    def action_tick(self) -> None:
        """Tick the line, or take its tick away."""
        if self._list.highlighted is not None:
            self._toggle(self._list.highlighted)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A line was clicked."""
        self._toggle(event.option_index)

    def _toggle(self, at: int) -> None:
        self._ticked ^= {at}
        self._list.replace_option_prompt_at_index(at, self._line(at))

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        (self._list.action_cursor_down if by > 0 else self._list.action_cursor_up)()

    def action_take(self) -> None:
        """Give what is ticked."""
        _ = self.dismiss(frozenset(self._ticked))
