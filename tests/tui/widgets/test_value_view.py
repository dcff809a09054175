"""Long texts on narrow panes."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from dlms_analyzer.output.value_lines import ValueLine
from tui.theme import THEMES
from tui.widgets.value_view import MAX_WRAPPED, ValueView


class Shown(App[None]):
    def compose(self) -> ComposeResult:
        for theme in THEMES:
            self.register_theme(theme)
        yield ValueView()


def painted(view: ValueView) -> list[str]:
    return [view.render_line(y).text.rstrip() for y in range(min(view.count, view.size.height))]


@pytest.mark.parametrize("width", [30, 60])
async def test_a_long_text_goes_on_below_without_losing_a_character(width: int) -> None:
    text = "a word and " * 10 + "x" * 90
    async with Shown().run_test(size=(width, 40)) as pilot:
        view = pilot.app.query_one(ValueView)
        view.show([ValueLine(0, "value", text), ValueLine(1, "inside", "5")])
        await pilot.pause()
        lines = painted(view)
        assert lines[0].startswith("value ")
        assert lines[-1].split() == ["inside", "5"]
        body = "".join(line.removeprefix("value").strip() + " " for line in lines[:-1])
        assert body.replace(" ", "") == text.replace(" ", "")
        assert max(map(len, lines)) <= width


async def test_a_text_without_end_is_cut_and_one_from_the_wire_is_escaped() -> None:
    async with Shown().run_test(size=(40, 40)) as pilot:
        view = pilot.app.query_one(ValueView)
        view.show([ValueLine(0, "value", "\x1b[31m\u202e" + "y" * 1_000_000)])
        await pilot.pause()
        assert view.count == MAX_WRAPPED + 1
        assert "\\x1b[31m" in painted(view)[0]
