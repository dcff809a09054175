"""The line in which filters are written."""

from __future__ import annotations

from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Label, OptionList

from tests.tui.running import press_fast
from tui.theme import THEMES
from tui.widgets.filter_bar import FilterBar, FilterHelp, FilterInput


class Bench(App[None]):
    """An application of nothing but the bar."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def compose(self) -> ComposeResult:
        yield FilterBar()
        yield Label("below")

    def on_mount(self) -> None:
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name
        self.query_one(FilterBar).history = ("newest", "oldest")
        self.query_one(FilterBar).open()

    def on_filter_bar_applied(self, event: FilterBar.Applied) -> None:
        self.said.append(f"applied {event.text}")

    def on_filter_bar_left(self) -> None:
        self.said.append("left")


async def typed(pilot: Any, text: str) -> FilterInput:
    await press_fast(pilot, *text)
    await pilot.pause()
    found: FilterInput = pilot.app.query_one(FilterInput)
    return found


async def test_a_wrong_filter_is_not_applied() -> None:
    app = Bench()
    async with app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "dlms.kind == apud")
        await pilot.press("enter")
        assert app.said == []
        assert app.query_one(FilterBar).has_class("wrong")


async def test_enter_applies_and_escape_leaves_once_the_list_is_closed() -> None:
    app = Bench()
    async with app.run_test(size=(80, 24)) as pilot:
        await typed(pilot, "dlms.ki")
        assert app.query_one(FilterHelp).has_class("shown")
        await pilot.press("escape")
        assert not app.query_one(FilterHelp).query_one(OptionList).display
        assert app.said == []
        await pilot.press("escape")
        await pilot.pause()
        assert app.said == ["left"]
        await typed(pilot, "nd")
        await pilot.press("enter")
        await pilot.pause()
        assert app.said == ["left", "applied dlms.kind"]


async def test_without_a_list_the_arrows_go_through_the_history_and_back() -> None:
    app = Bench()
    async with app.run_test(size=(80, 24)) as pilot:
        line = app.query_one(FilterInput)
        values = []
        for key in ("up", "up", "up", "down", "down", "down"):
            await pilot.press(key)
            await pilot.pause()
            values.append(line.value)
        assert values == ["newest", "oldest", "oldest", "newest", "", ""]


async def test_tab_offers_what_can_stand_there_when_no_list_is_open() -> None:
    app = Bench()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("tab")
        await pilot.pause()
        assert app.query_one(OptionList).option_count > 100
        await pilot.press("tab")
        await pilot.pause()
        assert app.query_one(FilterInput).value == "association "


async def test_a_click_takes_a_completion() -> None:
    app = Bench()
    async with app.run_test(size=(80, 24)) as pilot:
        line = await typed(pilot, "dlms.sen")
        app.query_one(OptionList).action_first()
        app.query_one(OptionList).action_select()
        await pilot.pause()
        assert line.value == "dlms.sender "
        assert line.has_focus


async def test_a_completion_in_the_middle_leaves_what_stands_behind() -> None:
    app = Bench()
    async with app.run_test(size=(80, 24)) as pilot:
        line = app.query_one(FilterInput)
        line.value = " && dlms.kind == apdu"
        line.cursor_position = 0
        await typed(pilot, "message.n")
        await pilot.press("tab")
        assert line.value == "message.number && dlms.kind == apdu"


@pytest.mark.parametrize("width", [30, 80, 200])
async def test_what_is_wrong_is_pointed_at_in_any_width(width: int) -> None:
    app = Bench()
    async with app.run_test(size=(width, 24)) as pilot:
        await typed(pilot, "dlms.kind == apdu && dlms.kind == apud && message.number")
        trouble = str(app.query_one("#trouble", Label).render())
        assert "^^^^" in trouble
        assert "did you mean apdu" in trouble.replace("\n", " ")
