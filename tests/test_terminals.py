"""Every screen in every terminal: tiny and huge, resized all the time, of 16 colours and of none."""

from __future__ import annotations

from typing import Any

import pytest
from rich.color import Color, ColorSystem, ColorType
from rich.segment import Segment

from tests.support import CAPTURES
from tests.tui.running import press, settled
from tests.views import CIPHERED, VIEWS, View, app_on, going_to
from tui.app import AnalyzerApp
from tui.theme import THEMES

SIZES = [(80, 24), (250, 70), (20, 6), (1, 1), (300, 3), (3, 60), (80, 24)]

TERMINAL_OF_16 = ColorSystem.STANDARD


def segments(app: AnalyzerApp) -> list[Segment]:
    return [segment for strip in app.screen._compositor.render_strips() for segment in strip]


@pytest.fixture(autouse=True)
def _at_the_captures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CAPTURES)


@pytest.mark.parametrize("view", VIEWS, ids=[view.name for view in VIEWS])
async def test_a_screen_fills_a_terminal_of_any_size_and_is_the_same_when_it_has_its_old_one(view: View) -> None:
    app = app_on(view.best_on)
    async with app.run_test(size=SIZES[0]) as pilot:
        await going_to(view)(pilot)
        before = texts(app)
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await press(pilot, "down", "up")
            strips = app.screen._compositor.render_strips()
            assert [strip.cell_length for strip in strips] == [size[0]] * size[1]
        await settled(pilot)
        assert len(texts(app)) == len(before)
        assert texts(app)[0] == before[0]
        app.close_session()


def texts(app: AnalyzerApp) -> list[str]:
    return [strip.text for strip in app.screen._compositor.render_strips()]


@pytest.mark.parametrize("view", VIEWS, ids=[view.name for view in VIEWS])
async def test_every_word_is_visible_in_16_colours(view: View) -> None:
    app = app_on(CIPHERED)
    async with app.run_test(size=(140, 45)) as pilot:
        await going_to(view)(pilot)
        for theme in THEMES:
            app.theme = theme.name
            await settled(pilot)
            lost = [segment for segment in segments(app) if is_word(segment) and is_invisible(segment)]
            # What is behind a dialog is dimmed so that nobody reads it.
            assert lost == [] or app.screen.is_modal
        app.close_session()


def is_word(segment: Segment) -> bool:
    return any(character.isalnum() for character in segment.text)


def is_invisible(segment: Segment) -> bool:
    style = segment.style
    if style is None or style.color is None or style.bgcolor is None:
        return False
    return in_16(style.color) == in_16(style.bgcolor)


def in_16(colour: Color) -> int | None:
    return colour.downgrade(TERMINAL_OF_16).number


@pytest.mark.parametrize("view", VIEWS, ids=[view.name for view in VIEWS])
async def test_where_no_colour_is_wanted_there_is_none(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = app_on(CIPHERED)
    async with app.run_test(size=(140, 45)) as pilot:
        await going_to(view)(pilot)
        coloured = [
            segment
            for segment in segments(app)
            if segment.style is not None and any(is_colour(one) for one in (segment.style.color, segment.style.bgcolor))
        ]
        assert coloured == []
        app.close_session()


def is_colour(colour: Any) -> bool:
    return colour is not None and colour.type is not ColorType.DEFAULT
