"""Check marks and radio buttons that show without colours whether they are on."""

from __future__ import annotations

from textual.widgets import Checkbox, RadioButton


class CheckMark(Checkbox):
    """A check mark: `[x]` or `[ ]`."""

    BUTTON_LEFT = "["
    BUTTON_RIGHT = "]"

    def on_mount(self) -> None:
        """Show what it is at first."""
        self.BUTTON_INNER = "x" if self.value else " "

    def watch_value(self) -> None:
        """Show what it is now."""
        self.BUTTON_INNER = "x" if self.value else " "
        super().watch_value()


class RadioMark(RadioButton):
    """One of several: `(o)` or `( )`."""

    BUTTON_LEFT = "("
    BUTTON_RIGHT = ")"

    def on_mount(self) -> None:
        """Show what it is at first."""
        self.BUTTON_INNER = "o" if self.value else " "

    def watch_value(self) -> None:
        """Show what it is now."""
        self.BUTTON_INNER = "o" if self.value else " "
        super().watch_value()
