"""Actions: each once, with all its keys and its name; shown by the help and found by the palette."""

from __future__ import annotations

import pytest

from tests.tui.running import press, running, screen_text, session_of, write
from tui.actions import actions_of
from tui.settings import Settings


async def test_every_action_is_there_once_with_all_its_keys_and_its_name() -> None:
    async with running(session_of("ln_wrapper_low")) as pilot:
        actions = {one.title: one for one in actions_of(pilot.app.screen)}
        assert (actions["Go to"].name, actions["Go to"].keys) == ("messages.go_to", (":", "^g"))
        assert (actions["Filter"].name, actions["Filter"].keys) == ("messages.filter", ("/",))
        assert (actions["Down"].name, actions["Down"].keys) == ("list.down", ("↓", "j"))
        assert actions["Quit"].name == "app.quit"


@pytest.mark.parametrize("width", [250, 140, 80, 60, 50])
async def test_the_help_shows_all_keys_of_an_action_and_its_name_for_the_settings(width: int) -> None:
    async with running(session_of("ln_wrapper_low"), (width, 200), ["question_mark"]) as pilot:
        text = screen_text(pilot.app)
        for one in actions_of(pilot.app.screen_stack[0]):
            assert one.name in text
        assert "messages.filter_field" in text
        assert ": ^g" in text


async def test_the_help_shows_the_keys_that_the_user_gave() -> None:
    settings = Settings(keys={"messages.go_to": "f4,f6"})
    async with running(session_of("ln_wrapper_low"), settings=settings, keys=["question_mark"]) as pilot:
        assert "f4 f6 " in screen_text(pilot.app)
        assert "^g" not in screen_text(pilot.app)


async def test_the_palette_finds_an_action_by_its_name() -> None:
    async with running(session_of("ln_wrapper_low"), keys=["ctrl+p"]) as pilot:
        await write(pilot, "messages.go_to")
        await pilot.pause(0.5)
        assert "Go to (: ^g)  messages.go_to" in screen_text(pilot.app)
        await press(pilot, "escape")
