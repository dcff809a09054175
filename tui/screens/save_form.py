"""The form that asks what to save, in which form and where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label, RadioSet

from dlms_analyzer.output.escape import escape
from dlms_analyzer.output.message_exports import CSV, JSONL, TEXT
from tui.text import safe
from tui.widgets.toggles import RadioMark

PCAPNG: Final = "pcapng"
_FORMS: Final = {
    PCAPNG: ("pcapng: the frames, for this program and for Wireshark", ".pcapng"),
    TEXT: ("text: a line for each message", ".txt"),
    JSONL: ("jsonl: all that is known about each message", ".jsonl"),
    CSV: ("csv: a row for each message", ".csv"),
}
"""What can be written, and the ending of such a file."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user wants to save.

    Attributes:
        form: `PCAPNG`, or a form of the export of messages.
        path: of the file.
        numbers: of the messages; None for everything.
    """

    form: str
    path: str
    numbers: Iterable[int] | None = None


class SaveForm(ModalScreen[Wish | None]):
    """Asks; gives the wish, or None when the user thought better of it."""

    DEFAULT_CSS = """
    SaveForm {
        align: center middle;
        #box { width: 72; max-width: 95%; height: auto; max-height: 95%; border: solid $border; padding: 0 1;
               background: $surface; overflow-y: auto; }
        RadioSet { width: 1fr; border: none; padding: 0; }
        Input { background: $boost; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel", id="save.cancel"),
        Binding("ctrl+s", "save", "Save", id="save.save"),
    ]

    def __init__(self, choices: Sequence[tuple[str, Iterable[int] | None]], path: str) -> None:
        """Prepare.

        Args:
            choices: what can be saved: words, and the numbers of the messages.
            path: file name to begin with, without ending.
        """
        super().__init__()
        self._choices = choices
        self._path = path

    def compose(self) -> ComposeResult:
        """What, how, where."""
        with Vertical(id="box"):
            yield Label("What to save")
            yield RadioSet(*(RadioMark(safe(words), not at) for at, (words, _) in enumerate(self._choices)), id="what")
            yield Label("As")
            yield RadioSet(*(RadioMark(words, form == PCAPNG) for form, (words, _) in _FORMS.items()), id="form")
            yield Label("File (Enter saves)")
            # An Input paints what it holds as it is: the name of the capture may have been made to steer the terminal.
            yield Input(escape(self._path) + _FORMS[PCAPNG][1], id="path", compact=True)

    def on_mount(self) -> None:
        """Begin with what is most often changed."""
        self.query_one("#path", Input).focus()

    @property
    def _form(self) -> str:
        return list(_FORMS)[max(self.query_one("#form", RadioSet).pressed_index, 0)]

    def on_radio_set_changed(self, event: RadioSet.Changed) -> None:
        """Let the ending of the file follow its form."""
        if event.radio_set.id != "form":
            return
        path = self.query_one("#path", Input)
        for _, ending in _FORMS.values():
            if path.value.endswith(ending):
                path.value = path.value.removesuffix(ending) + _FORMS[self._form][1]
                return

    def on_input_submitted(self) -> None:
        """Save."""
        self.action_save()

    def action_save(self) -> None:
        """Take the form as it is, if there is a path."""
        path = self.query_one("#path", Input).value.strip()
        if path:
            what = max(self.query_one("#what", RadioSet).pressed_index, 0)
            _ = self.dismiss(Wish(self._form, path, self._choices[what][1]))
