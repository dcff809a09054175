"""What the themes promise: contrast, roles that differ in 16 colours too, only attributes where no colour is wanted."""

from __future__ import annotations

from itertools import combinations

import pytest
from rich.color import Color, ColorSystem
from rich.style import Style
from textual.app import App, ComposeResult
from textual.theme import Theme
from textual.widgets import OptionList

from tui.theme import CONTRAST, DARK, LIGHT, NO_COLOUR_CSS, ROLES, THEMES, styles

LEAST = {DARK: 4.5, LIGHT: 4.5, CONTRAST: 7.0}
"""Contrast of text that WCAG 2.2 asks for: 1.4.3 (AA), and 1.4.6 (AAA) for who chooses the theme of contrast."""

BY_NAME = {theme.name: theme for theme in THEMES}


class Themed(App[None]):
    CSS = NO_COLOUR_CSS

    def __init__(self, theme: str, *, native: bool = False) -> None:
        super().__init__(ansi_color=native or None)
        for one in THEMES:
            self.register_theme(one)
        self.theme = theme

    def compose(self) -> ComposeResult:
        yield OptionList("one", "two")


def luminance(colour: str) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in Color.parse(colour).get_truecolor())
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def pairs(theme: Theme, style: Style) -> list[tuple[str, str]]:
    """Text and ground, on each ground a text of the style can stand on."""
    assert style.color is not None
    text = style.color.name
    if style.bgcolor is not None:
        return [(text, style.bgcolor.name)]
    return [(text, ground) for ground in (theme.background, theme.surface, theme.panel) if ground]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", LEAST)
def test_a_role_has_the_contrast_that_people_need_to_read_it(name: str, role: str) -> None:
    app = Themed(name)
    for text, ground in pairs(BY_NAME[name], styles(app)[role]):
        assert contrast(text, ground) >= LEAST[name], (text, ground)


@pytest.mark.parametrize("name", LEAST)
def test_textuals_own_widgets_have_that_contrast_too(name: str) -> None:
    theme = BY_NAME[name]
    made = theme.to_color_system().generate()
    for text, ground in [
        ("foreground", "background"),
        ("text", "surface"),
        ("text-muted", "surface"),
        ("text-disabled", "surface"),
        ("block-cursor-foreground", "block-cursor-background"),
        ("block-cursor-blurred-foreground", "block-cursor-blurred-background"),
        ("footer-key-foreground", "footer-background"),
        ("footer-description-foreground", "footer-background"),
        ("input-selection-foreground", "input-selection-background"),
        ("input-cursor-foreground", "input-cursor-background"),
        ("button-color-foreground", "primary"),
        ("warning", "surface"),
        ("error", "surface"),
        ("success", "surface"),
        ("accent", "surface"),
    ]:
        assert contrast(made[text], made[ground]) >= LEAST[name], (text, ground)


def in_16(style: Style) -> tuple[object, ...]:
    """What is left of a style in a terminal of 16 colours."""
    numbers = [
        None if colour is None else colour.downgrade(ColorSystem.STANDARD).number
        for colour in (style.color, style.bgcolor)
    ]
    return (*numbers, style.bold, style.italic, style.underline, style.reverse)


@pytest.mark.parametrize("name", LEAST)
def test_roles_differ_in_16_colours(name: str) -> None:
    found = styles(Themed(name))
    same = {
        frozenset((one, other)) for one, other in combinations(ROLES, 2) if in_16(found[one]) == in_16(found[other])
    }
    # What matters least and what has no meaning of its own may look alike.
    assert same <= {frozenset(("link", "dim"))}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", LEAST)
def test_a_role_is_visible_in_16_colours(name: str, role: str) -> None:
    for text, ground in pairs(BY_NAME[name], styles(Themed(name))[role]):
        numbers = {Color.parse(colour).downgrade(ColorSystem.STANDARD).number for colour in (text, ground)}
        assert len(numbers) == 2


def test_a_theme_of_textual_gets_the_styles_that_are_as_light() -> None:
    assert styles(Themed("textual-light")) == styles(Themed(LIGHT))
    assert styles(Themed("nord")) == styles(Themed(DARK))


def test_an_unknown_role_is_an_error() -> None:
    with pytest.raises(KeyError):
        styles(Themed(DARK))["password"]


def test_without_colours_roles_are_attributes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    found = styles(Themed(DARK))
    assert all(found[role].color is None and found[role].bgcolor is None for role in ROLES)
    assert found.cursor.reverse
    assert found.resting.underline


async def test_without_colours_the_selected_line_of_textuals_lists_is_still_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = Themed(DARK, native=True)
    async with app.run_test(size=(20, 6)) as pilot:
        await pilot.press("down")
        rows = [list(strip) for strip in app.screen._compositor.render_strips()]
        styles_seen = [segment.style for row in rows for segment in row if segment.style is not None]
        assert all(style.color is None or style.color.is_default for style in styles_seen)
        selected = [segment for row in rows for segment in row if "two" in segment.text]
        assert [segment.style is not None and segment.style.underline for segment in selected] == [True]
