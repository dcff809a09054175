"""Whatever is painted, and by whatever way it came there, steers no terminal and moves nothing beside it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import ComposeResult
from textual.widgets import Input

from dlms_analyzer.output.escape import MAX_MARKS, escape
from tui.app import AnalyzerApp
from tui.harmless import BLANK_OF_PLOTS, REPLACEMENT, harmless

ANYTHING = st.text(st.characters() | st.sampled_from("\x1b\x9b\u202e\u200b\ufe0f\U000e0041─│⣀\u2800電"))


@pytest.mark.parametrize("text", ["plain", "├─ Zähler ▸", "電力量計", "e\u0301", f"⣀⡠{BLANK_OF_PLOTS}⠔"])
def test_what_screens_are_made_of_stays(text: str) -> None:
    assert harmless(text) == text


@pytest.mark.parametrize(
    ("text", "shown"), [("a\x1b[31mb", "a[31mb"), ("a\u202eb", "ab"), ("a\ue000b", f"a{REPLACEMENT}b"), ("a\nb", "ab")]
)
def test_what_steers_hides_or_turns_is_gone(text: str, shown: str) -> None:
    assert harmless(text) == shown


@given(ANYTHING)
def test_nothing_that_steers_is_left_whatever_it_was(text: str) -> None:
    for one in harmless(text).replace(BLANK_OF_PLOTS, ""):
        assert escape(f"x{one}") == f"x{one}"


@given(
    st.text(st.characters(exclude_categories=["Cn", "Co", "Cs"])).filter(
        lambda text: "\u200d" not in text and "\ufe0f" not in text
    )
)
def test_a_line_takes_as_many_cells_as_before(text: str) -> None:
    assert cell_len(harmless(text)) == cell_len(text)


async def test_a_field_holds_what_was_put_into_it_and_paints_it_harmless() -> None:
    class WithField(AnalyzerApp):
        def compose(self) -> ComposeResult:
            yield Input()

    app = WithField()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.screen.mount(field := Input("a\x1b[31m\u202eb" + "\u0301" * MAX_MARKS))
        await pilot.pause()
        painted = "".join(segment.text for strip in app.screen._compositor.render_strips() for segment in strip)
        assert field.value.startswith("a\x1b[31m\u202eb")
        assert "\x1b" not in painted
        assert "\u202e" not in painted
        assert "a[31mb" in painted
