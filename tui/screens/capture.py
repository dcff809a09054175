"""To come: capture."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Static

from tui.screens.base import MainScreen


class CaptureScreen(MainScreen):
    """To come."""

    def body(self) -> ComposeResult:
        """Nothing yet."""
        yield Static("to come")
