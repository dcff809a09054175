"""Plots: lines and bars on whatever room there is, and the same in words."""

from __future__ import annotations

import math

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from dlms_analyzer.series import Series
from tui.theme import DARK, LIGHT, THEMES
from tui.widgets.plot import Picture, Plot

QUARTER = 900_000_000_000
START = 1_794_484_800_000_000_000


class Shown(App[None]):
    def __init__(self, picture: Picture | None) -> None:
        super().__init__()
        self.picture = picture
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK

    def compose(self) -> ComposeResult:
        yield Plot(self.picture)


def energy(count: int = 96, name: str = "import") -> Series:
    """A day of quarters of an hour."""
    values = [10 + 5 * math.sin(index / 10) for index in range(count)]
    return Series(name, "kWh", [START + index * QUARTER for index in range(count)], values)


def lines(pilot: Pilot[None]) -> list[str]:
    return pilot.app.query_one(Plot).render().plain.split("\n")


@pytest.mark.parametrize("size", [(80, 24), (250, 70), (24, 8)])
async def test_a_plot_fills_its_room_whatever_that_is(size: tuple[int, int]) -> None:
    async with Shown(Picture("active energy", (energy(100_000),))).run_test(size=size) as pilot:
        found = lines(pilot)
        assert len(found) == size[1]
        assert max(map(len, found)) <= size[0]
        await pilot.resize_terminal(60, 20)
        await pilot.pause()
        assert len(lines(pilot)) == 20


async def test_title_unit_and_words_say_what_the_line_shows() -> None:
    async with Shown(Picture("active energy", (energy(),))).run_test(size=(80, 24)) as pilot:
        title, *_, words, span = lines(pilot)
        assert title == "active energy [kWh]"
        assert words.startswith("96 values, min 5.0")
        assert "kWh, max 14.9" in words
        assert span == "2026-11-12 12:00:00 to 2026-11-13 11:45:00 UTC"


async def test_values_that_are_no_numbers_are_counted() -> None:
    series = energy()
    series.left_out = 3
    async with Shown(Picture("active energy", (series,))).run_test(size=(80, 24)) as pilot:
        assert lines(pilot)[-2].startswith("96 values (3 left out), min 5")


async def test_nothing_to_plot_is_said() -> None:
    async with Shown(None).run_test() as pilot:
        assert lines(pilot) == ["nothing to plot: no value is a number"]
        pilot.app.query_one(Plot).show(Picture("texts", (Series("texts", left_out=2),)))
        await pilot.pause()
        assert lines(pilot) == ["texts", "nothing to plot: no value is a number; 2 left out"]


@pytest.mark.parametrize("bars", [False, True])
async def test_one_value_and_equal_values_are_drawn(bars: bool) -> None:
    series = Series("power", "W", [START], [0.0])
    async with Shown(Picture("power", (series,), bars=bars)).run_test(size=(40, 10)) as pilot:
        assert any(set(line) - set(" │┤-.0123456789") for line in lines(pilot)[1:-4])
        assert lines(pilot)[-2] == "1 value, min 0 W, max 0 W, mean 0 W"


async def test_bars_stand_on_zero_and_hang_below_it() -> None:
    series = Series("reactive power", "var", range(4), [2.0, -2.0, 2.0, -2.0])
    async with Shown(Picture("power", (series,), bars=True, across="hour")).run_test(size=(40, 12)) as pilot:
        found = lines(pilot)
        plot = found[1:-4]
        above, below = plot[0], plot[-1]
        assert "█" in above
        assert "█" in below
        assert not any("█" == one == other for one, other in zip(above, below, strict=True))
        assert found[-1] == "hour: 0 to 3"


async def test_lines_differ_without_colour_too() -> None:
    shown = Picture("two", (energy(name="import"), Series("export", "kWh", [START, START + QUARTER], [1.0, 2.0])))
    async with Shown(shown).run_test(size=(80, 24)) as pilot:
        found = lines(pilot)
        assert found[0] == "two [kWh]  ⠶ import  o export"
        assert any("o" in line for line in found[1:-5])


async def test_text_from_the_wire_does_not_reach_the_terminal_as_it_is() -> None:
    series = Series("a\x1b[31m\u202eb", "k\x1bWh", [START, START + 1], [1.0, 2.0])
    shown = Picture("[red]x[/]\x1b]0;owned\x07" + "y" * 500, (series, series))
    async with Shown(shown).run_test(size=(80, 24)) as pilot:
        found = "\n".join(lines(pilot))
        assert not set(found) & {"\x1b", "\x07", "\u202e"}
        assert found.startswith("[red]x[/]\\x1b]0;owned")
        assert "a\\x1b[31m" in found


async def test_a_plot_takes_the_colours_of_the_theme_and_none_where_none_are_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with Shown(Picture("active energy", (energy(),))).run_test(size=(80, 24)) as pilot:
        dark = {span.style for span in pilot.app.query_one(Plot).render().spans}
        pilot.app.theme = LIGHT
        await pilot.pause()
        assert dark.isdisjoint(span.style for span in pilot.app.query_one(Plot).render().spans)
    monkeypatch.setenv("NO_COLOR", "1")
    async with Shown(Picture("active energy", (energy(),))).run_test(size=(80, 24)) as pilot:
        spans = pilot.app.query_one(Plot).render().spans
        assert spans
        assert all(getattr(span.style, "color", None) is None for span in spans)
