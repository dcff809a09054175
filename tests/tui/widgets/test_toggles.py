"""Check marks and radio buttons say what they are without colours."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import RadioSet

from tests.tui.running import screen_text
from tui.widgets.toggles import CheckMark, RadioMark


class Toggles(App[None]):
    def compose(self) -> ComposeResult:
        yield CheckMark("on", value=True, id="on")
        yield CheckMark("off", id="off")
        yield RadioSet(RadioMark("first", True), RadioMark("second"))


async def test_what_is_on_and_what_is_off_differ_in_signs() -> None:
    app = Toggles()
    async with app.run_test() as pilot:
        text = screen_text(app)
        assert "[x] on" in text
        assert "[ ] off" in text
        assert "(o) first" in text
        assert "( ) second" in text
        app.query_one("#off", CheckMark).focus()
        await pilot.press("enter")
        app.query_one(RadioSet).focus()
        await pilot.press("down", "enter")
        await pilot.pause()
        text = screen_text(app)
        assert "[x] off" in text
        assert "( ) first" in text
        assert "(o) second" in text
