"""AnalyzerApp: the screens, what is open, and what all of them can do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Final

from textual import events
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.driver import Driver
from textual.filter import LineFilter
from textual.message import Message
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.widgets import Input

from dlms_analyzer.output.escape import escape
from tui import garbage
from tui.actions import actions_of
from tui.capturing import Capturing
from tui.harmless import Harmless
from tui.jobs import Job, Jobs
from tui.keymap import bindings_of, checked_keys
from tui.recent import Recent
from tui.screens import MAIN_SCREENS
from tui.screens.base import MainScreen
from tui.session import Given, Session
from tui.settings import Settings, key_place, save_setting
from tui.theme import CONTRAST_CSS, NARROW_CSS, NO_COLOUR_CSS, THEMES

GROWTH: Final = 0.15
"""Seconds between two times that screens are told that there are more messages."""
ASK_DROPS: Final = 2.0
"""Seconds between two times that the capture program is asked what the system dropped."""


class AnalyzerApp(App[int]):
    """What `dlms-analyzer FILE` shows.

    Attributes:
        session: the open capture; None when there is none.
        jobs: what is going on.
        capturing: opens, stops and saves captures.
        settings: what the user likes.
        recent: captures and filters that were used before.
    """

    TITLE = "dlms-analyzer"
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {mode.name: mode.make for mode in MAIN_SCREENS}
    DEFAULT_MODE = "messages"
    ENABLE_COMMAND_PALETTE = True
    CSS = NO_COLOUR_CSS + NARROW_CSS + CONTRAST_CSS

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(str(key), f"show_mode('{mode.name}')", mode.title, show=False, id=f"app.{mode.name}")
            for key, mode in enumerate(MAIN_SCREENS, 1)
        ),
        Binding("question_mark", "help", "Help", key_display="?", id="app.help"),
        Binding(
            "ctrl+s",
            "save",
            "Save as",
            show=False,
            id="app.save",
            tooltip="save frames or messages: everything, what is listed, a conversation",
        ),
        Binding(
            "ctrl+e",
            "toggle_capture",
            "Start/stop",
            show=False,
            id="app.toggle_capture",
            tooltip="stop the live capture, or start it again",
        ),
        Binding("ctrl+p", "command_palette", "Commands", show=False, id="app.palette"),
        Binding("escape", "cancel", "Cancel", show=False, id="app.cancel"),
        Binding("q", "quit", "Quit", id="app.quit"),
    ]

    def __init__(
        self,
        session: Session | None = None,
        settings: Settings | None = None,
        *,
        settings_path: Path | None = None,
        recent: Recent | None = None,
        problems: Sequence[str] = (),
        display_filter: str = "",
        given: Given | None = None,
    ) -> None:
        """Prepare.

        Args:
            session: the capture to open.
            settings: what the user likes; None for the usual.
            settings_path: where settings are written when the user changes them; None for nowhere.
            recent: captures and filters that were used before; None when nothing is remembered.
            problems: what the user should hear about the settings.
            display_filter: which messages are shown at first.
            given: keys, options and names for every capture that is opened.
        """
        # Only where it paints with the terminal's own colours does Textual know how to leave all of them out.
        super().__init__(ansi_color="NO_COLOR" in os.environ or None)
        self.settings = settings or Settings()
        for theme in THEMES:
            self.register_theme(theme)
        # Set as a theme is set later, the style sheets of all widgets would be read twice at the start.
        self.set_reactive(App.theme, self.settings.theme)
        self.recent = recent or Recent(None, self.settings)
        self.jobs = Jobs(self)
        self.session = session
        self.capturing = Capturing(self, given or Given())
        self._settings_path = settings_path
        self._harmless = Harmless()
        self._problems = list(problems)
        self._display_filter = display_filter
        self._seen = 0
        """Messages that the screens were told of."""

    def on_mount(self) -> None:
        """Begin with the capture that was named."""
        if self.settings.keys:
            keymap, problems = checked_keys(
                self.settings.keys, bindings_of(_with_keys(type(self))), type(self).__name__
            )
            self.set_keymap(keymap)
            self._problems += [key_place(self._settings_path, name) + text for name, text in problems.items()]
        self.set_interval(GROWTH, self._tell_growth)
        self.set_interval(ASK_DROPS, self._ask_drops)
        self.set_interval(garbage.REST, lambda: garbage.sweep(self.jobs.idle))
        for problem in self._problems:
            self.notify(problem, title="Settings", severity="warning", markup=False)
        if self.session is not None:
            self._read(self.session)
        if self._display_filter:
            self.call_after_refresh(self.apply_filter, self._display_filter)

    def on_key(self, event: events.Key) -> None:
        """Write into the line that an earlier key has opened: this one was typed before the line had the focus.

        Over a slow connection keys come several at a time. A line takes all that can be written itself; so what
        comes here was on its way to somebody else, where it may be a command.
        """
        line = self.focused
        if isinstance(line, Input) and event.is_printable and event.character is not None:
            event.prevent_default()
            line.insert_text_at_cursor(event.character)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Tell the user something for some seconds; what it says of names and of the wire has no effect."""
        text = "\n".join(escape(line) for line in message.split("\n"))
        super().notify(text, title=escape(title), severity=severity, timeout=timeout, markup=markup)

    def watch_theme(self) -> None:
        """What was painted in the colours of another theme is outdated."""
        self.tell("changed")

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What every line goes through before it is painted."""
        return [*super().get_line_filters(), self._harmless]

    def keep_setting(self, name: str, value: Any) -> None:
        """Change a setting, for this run and for later ones.

        Args:
            name: of the field of `Settings`.
            value: as that field has it.
        """
        self.settings = replace(self.settings, **{name: value})
        if self._settings_path is not None and (problem := save_setting(self._settings_path, name, value)) is not None:
            self.notify(problem, title="Settings", severity="warning", markup=False)

    def get_driver_class(self) -> type[Driver]:
        """The driver of this terminal; it lets jobs rest as soon as the user does something."""
        usual = super().get_driver_class()

        class AttentiveDriver(usual):  # type: ignore[misc, valid-type]
            """Tells the jobs of a key at once, before it goes its way through the event loop."""

            def process_message(self, message: Message) -> None:
                """Hand on what the terminal sent."""
                if isinstance(message, events.InputEvent) and not isinstance(message, events.MouseMove):
                    self._app.jobs.attend()
                super().process_message(message)

        return AttentiveDriver

    async def open_session(self, session: Session) -> None:
        """Show another capture in place of the one that is open."""
        self.close_session()
        self.session = session
        self._read(session)
        self.tell("changed")
        await self.switch_mode("messages")

    def close_session(self) -> None:
        """Let go of the open capture."""
        self.jobs.cancel_all()
        if self.session is not None:
            self.session.close()
        self.session = None
        self._seen = 0

    def _read(self, session: Session) -> None:
        def done() -> None:
            session.ended = True
            if session.recording is not None:
                session.recording.close()
            for problem in session.source.problems:
                self.notify(str(problem), title=session.title, severity="warning", markup=False)
            self.tell("grew")
            self._learn(session)

        name = "live" if session.live else "reading"
        self.jobs.start(name, session.reading(), on_done=done, background=session.live or session.growing)

    def _learn(self, session: Session) -> None:
        """Learn from all of a capture that was read to its end what its values mean."""
        if not session.live:
            self.jobs.start("names", session.learning(), on_done=lambda: self.tell("learnt"))

    def _ask_drops(self) -> None:
        if self.session is not None:
            self.session.ask_drops()

    def _tell_growth(self) -> None:
        if self.session is None:
            return
        count = len(self.session.table)
        if count != self._seen:
            self._seen = count
            self.tell("grew")

    def tell(self, what: str) -> None:
        """Tell every main screen that something is new; see `MainScreen.tell`."""
        if what == "changed" and self.session is not None and self.session.ended:
            self._learn(self.session)
        for stack in self._screen_stacks.values():
            for screen in stack:
                if isinstance(screen, MainScreen):
                    screen.tell(what)

    def main_screen(self, mode: str) -> MainScreen | None:
        """The main screen of a mode, if it was shown before."""
        stack = self._screen_stacks.get(mode)
        return stack[0] if stack and isinstance(stack[0], MainScreen) else None

    async def action_show_mode(self, mode: str) -> None:
        """Show a main screen."""
        await self.switch_mode(mode)

    async def show_message(self, number: int) -> None:
        """Show a message on the messages screen."""
        await self.switch_mode("messages")
        screen: Any = self.main_screen("messages")
        screen.show_message(number)

    async def show_ladder(self, number: int) -> None:
        """Show the ladder that a message stands on."""
        await self.switch_mode("sessions")
        screen: Any = self.main_screen("sessions")
        await screen.climb_to(number)

    async def apply_filter(self, text: str) -> None:
        """Show the messages that a display filter describes."""
        await self.switch_mode("messages")
        screen: Any = self.main_screen("messages")
        screen.apply_filter(text)

    def action_cancel(self) -> None:
        """End the newest job; what it found stays."""
        job: Job | None = self.jobs.cancel_newest()
        if job is not None:
            self.notify(f"{job.name}: cancelled", markup=False)

    async def action_help(self) -> None:
        """Show the keys of this screen."""
        from tui.screens.help import HelpScreen

        await self.push_screen(HelpScreen(self.screen))

    async def action_quit(self) -> None:
        """Leave; what was captured and not saved is asked about."""
        self.capturing.do(self.capturing.leave())

    def action_save(self) -> None:
        """Save something of the capture."""
        self.capturing.do(self.capturing.save())

    def action_toggle_capture(self) -> None:
        """Stop the live capture, or start it again."""
        self.capturing.do(self.capturing.toggle())

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Every action of the current screen and of the application, for the palette."""
        for one in actions_of(screen):

            def run(action: str = one.action, node: DOMNode = one.node) -> None:
                self.call_later(self.run_action, action, node)

            keys = " ".join(one.keys)
            yield SystemCommand(f"{one.title} ({keys})  {one.name}".rstrip(), one.about or f"key {keys}", run)
        for theme in THEMES:

            def use(name: str = theme.name) -> None:
                self.theme = name
                self.keep_setting("theme", name)

            yield SystemCommand(f"Theme {theme.name}", "use these colours", use)


def _with_keys(app: type[DOMNode]) -> list[type[DOMNode]]:
    """The application, and every screen and widget of ours: whatever may have keys."""
    for mode in MAIN_SCREENS:
        mode.screen_class()
    found: list[type[DOMNode]] = [app]
    waiting: list[type[DOMNode]] = [DOMNode]
    while waiting:
        for one in waiting.pop().__subclasses__():
            waiting.append(one)
            if one.__module__.startswith("tui.") and "BINDINGS" in vars(one) and one not in found:
                found.append(one)
    return found
