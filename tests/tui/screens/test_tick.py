"""The dialog in which lines are ticked."""

from __future__ import annotations

from typing import Any

from tests.tui.running import press, running, screen_text
from tui.screens.tick import Tick


async def test_lines_are_ticked_and_unticked_and_given_as_positions() -> None:
    async with running(None) as pilot:
        given: list[Any] = []
        await pilot.app.push_screen(Tick("Which?", ["one [b]", "two", "three"], frozenset({0, 2})), given.append)
        await pilot.pause()
        text = screen_text(pilot.app)
        assert "[x] one [b]" in text
        assert "[ ] two" in text
        await press(pilot, "space", "j", "space")
        assert "[ ] one [b]" in screen_text(pilot.app)
        await press(pilot, "enter")
        assert given == [frozenset({1, 2})]


async def test_whoever_thinks_better_of_it_changes_nothing() -> None:
    async with running(None) as pilot:
        given: list[Any] = []
        await pilot.app.push_screen(Tick("Which?", ["one"], frozenset()), given.append)
        await press(pilot, "space", "escape")
        assert given == [None]


async def test_a_click_ticks_a_line() -> None:
    async with running(None) as pilot:
        given: list[Any] = []
        await pilot.app.push_screen(Tick("Which?", ["one", "two"], frozenset()), given.append)
        await pilot.pause()
        await pilot.click("OptionList", offset=(4, 1))
        await press(pilot, "enter")
        assert given == [frozenset({1})]
