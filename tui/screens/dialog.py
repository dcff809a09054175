"""Small dialogs: a question with a line to answer, a list to choose from, a yes or no."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.suggester import Suggester
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from tui.text import safe

_BOX = """
    align: center middle;
    #box { width: 76; max-width: 95%; height: auto; max-height: 90%; border: solid $border; padding: 0 1;
           background: $surface; }
    #box Label { width: 1fr; }
    #problem { color: $text-error; height: auto; }
    OptionList, OptionList:focus { height: auto; max-height: 20; border: none; }
"""


class Ask(ModalScreen[str | None]):
    """Asks for a line of text; gives it, or None when the user thought better of it."""

    DEFAULT_CSS = f"Ask {{ {_BOX} }}"

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel", id="dialog.cancel")]

    def __init__(
        self,
        question: str,
        text: str = "",
        *,
        check: Callable[[str], str | None] | None = None,
        secret: bool = False,
        suggester: Suggester | None = None,
    ) -> None:
        """Prepare.

        Args:
            question: what to ask.
            text: what stands there at first.
            check: says what is wrong with an answer, None when nothing is.
            secret: the answer is not shown while it is typed.
            suggester: completes what is typed.
        """
        super().__init__()
        self._question = question
        self._text = text
        self._check = check
        self._secret = secret
        self._suggester = suggester

    def compose(self) -> ComposeResult:
        """Question, line, and what is wrong with it."""
        with Vertical(id="box"):
            yield Label(safe(self._question))
            yield Input(self._text, password=self._secret, suggester=self._suggester, id="answer")
            yield Label("", id="problem", markup=False)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say at once what is wrong."""
        problem = self._check(event.value) if self._check is not None and event.value else None
        self.query_one("#problem", Label).update(safe(problem or ""))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the answer, if nothing is wrong with it."""
        if self._check is None or self._check(event.value) is None:
            _ = self.dismiss(event.value)  # to wait for it here would be to wait for this handler


class Choose(ModalScreen[int | None]):
    """Lets the user choose one of several lines; gives its position, or None."""

    DEFAULT_CSS = f"Choose {{ {_BOX} }}"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel", id="dialog.cancel"),
        Binding("j", "move(1)", "Down", show=False, id="dialog.down"),
        Binding("k", "move(-1)", "Up", show=False, id="dialog.up"),
    ]

    def __init__(self, question: str, lines: Sequence[str], chosen: int = 0) -> None:
        """Prepare.

        Args:
            question: what to ask.
            lines: to choose from; need not be escaped.
            chosen: the line with the cursor at first.
        """
        super().__init__()
        self._question = question
        self._lines = lines
        self._chosen = chosen

    def compose(self) -> ComposeResult:
        """Question and lines."""
        with Vertical(id="box"):
            yield Label(safe(self._question))
            yield OptionList(*(Option(safe(line)) for line in self._lines))

    def on_mount(self) -> None:
        """Put the cursor on the line that is chosen now."""
        options = self.query_one(OptionList)
        options.highlighted = self._chosen
        options.focus()

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        options = self.query_one(OptionList)
        (options.action_cursor_down if by > 0 else options.action_cursor_up)()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take the line."""
        _ = self.dismiss(event.option_index)


class Confirm(ModalScreen[bool]):
    """Asks for a yes or a no."""

    DEFAULT_CSS = f"Confirm {{ {_BOX} }}"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "dismiss(True)", "Yes", id="dialog.yes"),
        Binding("n,escape", "dismiss(False)", "No", id="dialog.no"),
    ]

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """Question and keys."""
        with Vertical(id="box"):
            yield Label(safe(self._question))
            yield Label("y: yes    n: no")
