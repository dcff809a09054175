"""The keys of a screen, and what they do."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from tui.actions import Action, actions_of
from tui.theme import styles

ORDER = ("Screen", "Pane", "Everywhere")
KEYS_WIDTH: Final = 14
"""Columns of the terminal for the keys of an action."""
NARROW: Final = 70
"""Columns of the terminal below which there is no room for names beside what actions do."""


class HelpScreen(ModalScreen[None]):
    """Lists the keys of the screen that it lies on, with the names by which settings give actions other keys."""

    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        #keys { width: 104; max-width: 95%; height: auto; max-height: 90%; border: solid $border; padding: 0 1;
                background: $surface; }
        #keys > Static { width: 1fr; height: auto; }
        #about { margin-top: 1; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "app.pop_screen", "Close", id="help.close"),
        Binding("j", "scroll(1)", "Down", show=False, id="help.down"),
        Binding("k", "scroll(-1)", "Up", show=False, id="help.up"),
    ]

    def __init__(self, screen: Screen[Any]) -> None:
        super().__init__()
        self._groups: dict[str, list[Action]] = {name: [] for name in ORDER}
        for one in actions_of(screen):
            here = "Everywhere" if one.node is screen.app else "Screen" if one.node is screen else "Pane"
            self._groups[here].append(one)

    def compose(self) -> ComposeResult:
        """A list that scrolls."""
        with VerticalScroll(id="keys", can_focus=True):
            yield Static(id="actions")
            said = "A line in the table [keys] of the settings gives an action other keys by its name, like app.help."
            yield Static(Text(f"{said} Esc closes this.", styles(self.app).dim), id="about")

    def on_resize(self) -> None:
        """Names stand beside what they are names of, or below it where that has too little room."""
        self.query_one("#actions", Static).update(self._table(beside=self.size.width >= NARROW))

    def _table(self, *, beside: bool) -> Table:
        known = styles(self.app)
        table = Table.grid(padding=(0, 1), expand=True)
        table.add_column(min_width=KEYS_WIDTH, max_width=KEYS_WIDTH)
        table.add_column(ratio=1)
        if beside:
            table.add_column(no_wrap=True, justify="right")
        for group, found in self._groups.items():
            if found:
                table.add_row(Text(group, known.heading))
            for one in found:
                keys = Padding(Text(" ".join(one.keys), known.accent), (0, 0, 0, 2))
                said, name = Text(f"{one.title}: {one.about}" if one.about else one.title), Text(one.name, known.dim)
                if beside:
                    table.add_row(keys, said, name)
                else:
                    table.add_row(keys, Text("\n").join((said, name) if one.name else (said,)))
        return table

    def action_scroll(self, by: int) -> None:
        """Scroll by some lines."""
        self.query_one("#keys").scroll_relative(y=by, animate=False)
