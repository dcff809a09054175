"""LineList: a list of any length, of which only the visible lines are made."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.app import App, ComposeResult

from tests.tui.running import screen_text
from tui.theme import THEMES
from tui.widgets.lines import LineList


class Numbers(LineList):
    """Line by line its own number."""

    def __init__(self) -> None:
        super().__init__()
        self.made: set[int] = set()
        self.widths: set[int] = set()

    def row_segments(self, index: int, width: int) -> Sequence[Segment]:
        self.made.add(index)
        self.widths.add(width)
        return [Segment(f"line {index}")]


class Listing(App[None]):
    """Nothing but a list."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.numbers = Numbers()
        self.first_count = count
        self.told: list[tuple[str, int]] = []

    def compose(self) -> ComposeResult:
        yield self.numbers

    def on_mount(self) -> None:
        self.register_theme(THEMES[0])
        self.theme = THEMES[0].name
        self.numbers.count = self.first_count
        self.numbers.focus()

    def on_line_list_highlighted(self, event: LineList.Highlighted) -> None:
        self.told.append(("highlighted", event.index))

    def on_line_list_chosen(self, event: LineList.Chosen) -> None:
        self.told.append(("chosen", event.index))


async def test_of_a_million_lines_only_the_visible_ones_are_made() -> None:
    app = Listing(1_000_000)
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.press("end")
        await pilot.pause()
        assert "line 999999" in screen_text(app)
        assert app.numbers.cursor == 999_999
        assert len(app.numbers.made) < 100


async def test_the_cursor_stays_in_sight() -> None:
    app = Listing(100)
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.press(*["j"] * 15)
        await pilot.pause()
        assert "line 15" in screen_text(app)
        await pilot.press("pageup", "k")
        await pilot.pause()
        assert "line 4" in screen_text(app)
        assert app.numbers.cursor == 4


async def test_a_list_that_is_followed_goes_on_with_the_newest_line_until_the_cursor_is_moved() -> None:
    app = Listing(5)
    async with app.run_test(size=(40, 10)) as pilot:
        app.numbers.following = True
        app.numbers.count = 50
        await pilot.pause()
        assert app.numbers.cursor == 49
        await pilot.press("up")
        app.numbers.count = 90
        await pilot.pause()
        assert app.numbers.cursor == 48
        assert not app.numbers.following


async def test_enter_and_a_double_click_choose_a_line() -> None:
    app = Listing(20)
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.press("down", "enter")
        await pilot.click(Numbers, offset=(2, 5), times=2)
        await pilot.pause()
    assert [one for one in app.told if one[0] == "chosen"] == [("chosen", 1), ("chosen", 5)]


async def test_a_shorter_list_takes_the_cursor_back_inside() -> None:
    app = Listing(100)
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.press("end")
        app.numbers.replace(3, 99)
        await pilot.pause()
        assert app.numbers.cursor == 2
        assert "line 2" in screen_text(app)
        app.numbers.replace(0)
        await pilot.press("down", "enter")
        await pilot.pause()
        assert app.numbers.cursor == 0
    assert ("chosen", 0) not in app.told


async def test_a_list_that_has_become_empty_tells_so() -> None:
    app = Listing(3)
    async with app.run_test(size=(40, 10)) as pilot:
        for empty in (lambda: app.numbers.replace(0), lambda: setattr(app.numbers, "count", 0)):
            app.numbers.count = 3
            await pilot.pause()
            app.told.clear()
            empty()
            await pilot.pause()
            assert ("highlighted", 0) in app.told


async def test_a_line_ends_before_the_scroll_bar() -> None:
    for count, width in ((100, 39), (3, 40)):
        app = Listing(count)
        async with app.run_test(size=(40, 10)) as pilot:
            await pilot.pause()
            app.numbers.widths.clear()
            app.numbers.forget()
            await pilot.pause()
            assert app.numbers.widths == {width}


async def test_the_heading_stands_on_the_background_of_the_list() -> None:
    app = Listing(3)
    app.numbers.heading_lines = 1
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        segments = list(app.numbers.render_line(0))
        assert segments
        assert {segment.style.bgcolor for segment in segments} == {app.numbers.rich_style.bgcolor}
