"""What all main screens share: they are told of something new once they can show it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Label

from tui.app import AnalyzerApp
from tui.screens.base import MainScreen


class Counting(MainScreen):
    """Counts how often it was told that there is more, and looks for its pane each time."""

    def __init__(self) -> None:
        super().__init__()
        self.told = 0

    def body(self) -> ComposeResult:
        self.tell("grew")  # a capture grows whenever it likes
        yield Label("", id="pane")

    def grew(self) -> None:
        self.query_one("#pane", Label).update("more")
        self.told += 1


async def test_a_screen_that_has_no_panes_yet_is_told_when_it_has_them() -> None:
    app = AnalyzerApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = Counting()
        await app.push_screen(screen)
        await pilot.pause()
        assert screen.told == 1
        screen.tell("grew")
        assert screen.told == 2
