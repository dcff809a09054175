"""Text on the screens: shown as it is, without effect, in as many cells as there are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from tui.text import clip, fit, safe

ANYTHING = st.text(st.characters() | st.sampled_from("電\u0301\u200d\u200c\ufe0f⚡a \x1b[]"))


@pytest.mark.parametrize("text", ["[red]not red[/red]", "[link=x]", "[/]", "\\[b]", ":boom:", "[@click=quit]x[/]"])
def test_markup_is_shown_as_it_was_sent(text: str) -> None:
    console = Console(width=80, file=None, force_terminal=True)
    rendered = safe(text).render(console)
    assert [(segment.text, bool(segment.style)) for segment in rendered] == [(text, False)]


def test_control_characters_are_shown_as_escapes() -> None:
    assert safe("a\x1b[2Jb").plain == "a\\x1b[2Jb"


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("short", 5, "short"),
        ("longer", 5, "long…"),
        ("電力量計", 8, "電力量計"),
        ("電力量計", 7, "電力量…"),
        ("電力量計", 6, "電力…"),
        ("e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301e\u0301"),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…"),
        ("a\x1bb", 4, "a\\x…"),
        ("two words", 5, "two…"),
        ("x", 1, "x"),
        ("xy", 1, "…"),
        ("xy", 0, ""),
        ("xy", -3, ""),
    ],
)
def test_a_text_is_cut_where_its_cells_end(text: str, width: int, shown: str) -> None:
    assert clip(text, width) == shown


@given(ANYTHING, st.integers(min_value=-1, max_value=40))
def test_a_clipped_text_never_takes_more_cells_than_there_are(text: str, width: int) -> None:
    assert cell_len(clip(text, width)) <= max(width, 0)


@given(ANYTHING, st.integers(min_value=-1, max_value=40), st.booleans())
def test_a_fitted_text_takes_exactly_the_cells_there_are(text: str, width: int, right: bool) -> None:
    assert cell_len(fit(text, width, right=right)) == max(width, 0)


def test_numbers_stand_at_the_right() -> None:
    assert fit("42", 5, right=True) == "   42"


def test_megabytes_of_text_are_cut_before_they_are_read() -> None:
    assert clip("\u202e" * 50_000_000, 10) == "\\u202e\\u2…"
    assert clip(("e" + "\u0301" * 6) * 5_000_000, 3) == ("e" + "\u0301" * 6) * 2 + "…"
