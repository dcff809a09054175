"""The keys of a screen, and what they do."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from tui.theme import styles

ORDER = ("Screen", "Pane", "Everywhere")


class HelpScreen(ModalScreen[None]):
    """Lists the keys of the screen that it lies on."""

    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        #keys { width: 72; max-width: 95%; height: auto; max-height: 90%; border: solid $border; padding: 0 1;
                background: $surface; }
        #keys > Static { width: 1fr; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "app.pop_screen", "Close", id="help.close"),
        Binding("j", "scroll(1)", "Down", show=False, id="help.down"),
        Binding("k", "scroll(-1)", "Up", show=False, id="help.up"),
    ]

    def __init__(self, screen: Screen[Any]) -> None:
        super().__init__()
        self._groups: dict[str, list[tuple[str, str]]] = {name: [] for name in ORDER}
        for active in screen.active_bindings.values():
            binding = active.binding
            if not binding.description or binding.system:
                continue
            here = "Everywhere" if active.node is screen.app else "Screen" if active.node is screen else "Pane"
            shown = screen.app.get_key_display(binding)
            text = binding.description + (f": {binding.tooltip}" if binding.tooltip else "")
            found = self._groups[here]
            known = next((at for at, (_, said) in enumerate(found) if said == text), None)
            if known is None:
                found.append((shown, text))
            else:
                found[known] = (f"{found[known][0]} {shown}", text)

    def compose(self) -> ComposeResult:
        """A list that scrolls."""
        with VerticalScroll(id="keys", can_focus=True):
            yield Static(self._text(), markup=False)

    def _text(self) -> Text:
        known = styles(self.app)
        text = Text()
        for name, found in self._groups.items():
            if not found:
                continue
            text.append(f"{name}\n", known.heading)
            for key, said in found:
                text.append(f"  {key:<22}", known.accent)
                text.append(f"{said}\n")
        text.append("\nSettings can give every action another key. Esc closes this.", known.dim)
        return text

    def action_scroll(self, by: int) -> None:
        """Scroll by some lines."""
        self.query_one("#keys").scroll_relative(y=by, animate=False)
