"""The first line of every main screen: which screens there are, and what is open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.style import Style
from rich.text import Text
from textual.widget import Widget

from tui.screens import MAIN_SCREENS
from tui.text import clip
from tui.theme import styles

if TYPE_CHECKING:
    from tui.app import AnalyzerApp


class TitleLine(Widget):
    """The main screens with their keys, the current one marked; behind them the name of the capture."""

    DEFAULT_CSS = """
    TitleLine {
        dock: top;
        height: 1;
        background: $panel;
        color: $foreground;
        link-style: none;
        link-background-hover: $primary;
    }
    """

    def render(self) -> Text:
        """The line, as wide as the widget."""
        app: Any = self.app
        return self._line(app, self.size.width)

    @staticmethod
    def _line(app: AnalyzerApp, width: int) -> Text:
        known = styles(app)
        line = Text(no_wrap=True, end="")
        short = width < sum(len(mode.title) + 3 for mode in MAIN_SCREENS)
        for key, mode in enumerate(MAIN_SCREENS, 1):
            current = mode.name == app.current_mode
            name = mode.title if current or not short else mode.title[:4]
            style = known.cursor if current else known.dim
            line.append(f" {key} {name}", style + Style(meta={"@click": f"app.show_mode('{mode.name}')"}))
        session = app.session
        if session is not None:
            room = width - line.cell_len - 2
            if room > len("…"):
                name = clip(session.title, room)
                line.append("  " + name, known.bold)
        return line
