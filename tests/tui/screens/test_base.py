"""What all main screens share: they are told of something new once they can show it."""

from __future__ import annotations

import pytest
from textual.app import ComposeResult
from textual.widgets import Label

from tests.tui.running import press, running, screen_text, session_of, settled
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


def title(app: AnalyzerApp) -> str:
    """The first line of the screen."""
    return screen_text(app).split("\n", 1)[0]


@pytest.mark.parametrize("first", ["ln_wrapper_low", None])
async def test_the_title_names_the_capture_that_is_open_now(first: str | None) -> None:
    async with running(session_of(first) if first else None, keys=["2", "7", "1"]) as pilot:
        assert ("ln_wrapper_low.pcap" in title(pilot.app)) is bool(first)
        await pilot.app.open_session(session_of("event_udp_wrapper"))
        await settled(pilot)
        for key in ("1", "2", "7"):
            await press(pilot, key)
            assert title(pilot.app).endswith("event_udp_wrapper.pcap")
