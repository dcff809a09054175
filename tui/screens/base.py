"""What all main screens share: the title line above, the status line and the keys below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Footer

from tui.widgets.status_line import StatusLine
from tui.widgets.title_line import TitleLine

if TYPE_CHECKING:
    from tui.app import AnalyzerApp
    from tui.session import Session


class MainScreen(Screen[None]):
    """A screen on the capture that is open.

    Subclasses compose what is between title and status in `body`, and are told when there is something new; while
    they are not visible they are told once when they are shown again.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", "Next pane", show=False, id="screen.next_pane"),
        Binding("shift+tab", "app.focus_previous", "Previous pane", show=False, id="screen.previous_pane"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._missed: set[str] = {"changed"}
        """What to be told when the screen is shown again."""

    @property
    def analyzer_app(self) -> AnalyzerApp:
        """The application."""
        app: Any = self.app
        return app  # type: ignore[no-any-return]

    @property
    def session(self) -> Session | None:
        """The open capture."""
        return self.analyzer_app.session

    def compose(self) -> ComposeResult:
        """Title, body, status, keys."""
        yield TitleLine()
        yield from self.body()
        yield StatusLine()
        yield Footer(show_command_palette=False, compact=True)

    def body(self) -> ComposeResult:
        """What is between title and status."""
        raise NotImplementedError(f"{type(self).__name__} has no body")

    def grew(self) -> None:
        """There are more messages; called some times a second while a capture is read."""

    def changed(self) -> None:
        """Another capture is open, or keys were added: what was remembered of it is outdated."""

    def learnt(self) -> None:
        """More is known of the meters: lines may say values with their units now."""

    def status(self) -> str:
        """What to say in the status line about what is shown."""
        return ""

    def tell(self, what: str) -> None:
        """Call `grew`, `changed` or `learnt`, now or when the screen is visible again."""
        # A screen is current a moment before it has its panes.
        if not self.is_current or not self.is_running or not self.is_mounted:
            self._missed.add(what)
            return
        self._hear(what)
        self.update_status()

    def on_screen_resume(self) -> None:
        """Hear what was missed."""
        missed, self._missed = self._missed, set()
        for what in ("changed", "grew", "learnt"):
            if what in missed:
                self._hear(what)
        self.update_status()

    def _hear(self, what: str) -> None:
        """Take note of something new; another capture has another name in the title line too."""
        if what == "changed":
            for line in self.query(TitleLine):
                line.refresh()
        getattr(self, what)()

    def update_status(self) -> None:
        """Say again what the status line says."""
        for line in self.query(StatusLine):
            line.say(self.status())
