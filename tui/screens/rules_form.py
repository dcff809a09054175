"""The form for how streams are framed: rules for ports, and whether others are recognised by content."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label, TextArea

from dlms_analyzer.framing.options import PROFILES, DecodeAs, FramingOptions
from tui.text import safe
from tui.widgets.toggles import CheckMark


class RulesForm(ModalScreen[FramingOptions | None]):
    """Asks for the rules, one a line; gives the options, or None when the user thought better of it."""

    DEFAULT_CSS = """
    RulesForm {
        align: center middle;
        #box { width: 72; max-width: 95%; height: auto; max-height: 95%; border: solid $border; padding: 0 1;
               background: $surface; }
        #rules { height: 8; }
        #problem { color: $text-error; height: auto; width: 1fr; }
        Label { width: 1fr; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel", id="rules.cancel", priority=True),
        Binding("ctrl+s", "take", "Read again with these", id="rules.take", priority=True),
    ]

    def __init__(self, options: FramingOptions, hint: str = "") -> None:
        """Prepare.

        Args:
            options: as they are now.
            hint: ports that somebody may want a rule for.
        """
        super().__init__()
        self._options = options
        self._hint = hint

    def compose(self) -> ComposeResult:
        """Rules, a mark, and what is wrong."""
        with Vertical(id="box"):
            yield Label(f"A rule a line, like tcp.port==4063,hdlc; framings: {', '.join(PROFILES)}", markup=False)
            if self._hint:
                yield Label(safe(self._hint))
            yield TextArea("\n".join(map(str, self._options.decode_as)), id="rules")
            yield CheckMark(
                "recognise other streams by content", self._options.heuristics, id="heuristics", compact=True
            )
            yield Label("", id="problem", markup=False)
            yield Label("ctrl+s: read the capture again with these rules    Escape: leave all as it is", markup=False)

    def on_mount(self) -> None:
        """Begin with the rules."""
        self.query_one(TextArea).focus()

    def on_text_area_changed(self) -> None:
        """Say at once what is wrong."""
        self.query_one("#problem", Label).update(safe(self._read()[1]))

    def action_take(self) -> None:
        """Take the rules, if nothing is wrong with them."""
        options, problem = self._read()
        if not problem:
            _ = self.dismiss(options)

    def _read(self) -> tuple[FramingOptions, str]:
        """The options, and what is wrong with them."""
        lines = [line.strip() for line in self.query_one(TextArea).text.splitlines() if line.strip()]
        try:
            rules = tuple(map(DecodeAs.parse, lines))
        except ValueError as problem:
            return self._options, str(problem)
        return FramingOptions(rules, self.query_one("#heuristics", CheckMark).value, self._options.line), ""
