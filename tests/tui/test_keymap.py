"""The user's keys: the ones that mean something are used, and of the others it is said why not."""

from __future__ import annotations

import pytest
from textual.app import App
from textual.binding import Binding
from textual.screen import Screen

from tui.keymap import CheckedKeys, bindings_of, checked_keys


class Base(Screen[None]):
    BINDINGS = [Binding("slash", "filter", "Filter", id="messages.filter")]


class Messages(Base):
    BINDINGS = [Binding("f,F", "frames", "Frames", id="messages.frames"), ("x", "nothing", "Without an id")]


class Meters(Screen[None]):
    BINDINGS = [Binding("p", "plot", "Plot", id="meters.plot")]


class Program(App[None]):
    BINDINGS = [Binding("question_mark", "help", "Help", id="app.help")]


BINDINGS = bindings_of([Program, Messages, Meters])


def checked(**wanted: str) -> CheckedKeys:
    return checked_keys({name.replace("_", ".", 1): keys for name, keys in wanted.items()}, BINDINGS, "Program")


def test_the_bindings_of_a_screen_are_those_of_its_bases_too() -> None:
    names = {name: [(one.id, one.key) for one in bindings] for name, bindings in BINDINGS.items()}
    assert names["Messages"] == [("messages.frames", "f"), ("messages.frames", "F"), ("messages.filter", "slash")]


def test_keys_are_taken_in_the_spelling_of_people_and_of_textual() -> None:
    assert checked(messages_filter="&, ctrl+f,f12,pageup") == CheckedKeys(
        {"messages.filter": "ampersand,ctrl+f,f12,pageup"}, {}
    )


def test_an_unknown_action_is_told_with_the_one_that_may_be_meant() -> None:
    assert checked(messages_filtre="f12").problems == {
        "messages.filtre": "keys: there is no action messages.filtre; is messages.filter meant?"
    }
    assert checked(zzz="f12").problems == {"zzz": "keys: there is no action zzz"}


@pytest.mark.parametrize(("keys", "told"), [("hyper+cheese", "'hyper+cheese'"), ("f,foo", "'foo'"), (",", "','")])
def test_a_key_that_no_keyboard_has_is_told(keys: str, told: str) -> None:
    assert checked(meters_plot=keys) == CheckedKeys({}, {"meters.plot": f"keys: meters.plot: there is no key {told}"})


def test_a_key_that_another_action_of_the_screen_has_is_not_taken_from_it() -> None:
    assert checked(messages_filter="f12,F") == CheckedKeys(
        {},
        {"messages.filter": "keys: messages.filter: F is the key of messages.frames already; the usual key is used"},
    )


def test_a_key_that_is_active_on_every_screen_is_not_taken_either() -> None:
    assert checked(meters_plot="?").problems == {
        "meters.plot": "keys: meters.plot: question_mark is the key of app.help already; the usual key is used"
    }


def test_the_same_key_may_do_different_things_on_different_screens() -> None:
    assert checked(meters_plot="f") == CheckedKeys({"meters.plot": "f"}, {})


def test_two_actions_may_change_their_keys_with_each_other() -> None:
    swapped = {"messages.filter": "f,F", "messages.frames": "slash"}
    assert checked_keys(swapped, BINDINGS, "Program") == CheckedKeys(swapped, {})


def test_of_two_actions_that_get_the_same_key_the_first_has_it() -> None:
    found = checked(messages_filter="f9", messages_frames="f9")
    assert len(found.keymap) == 1
    assert len(found.problems) == 1


async def test_textual_understands_what_is_left() -> None:
    app = Program()
    async with app.run_test() as pilot:
        app.set_keymap(checked(messages_filter="&").keymap)
        await app.push_screen(Messages())
        await pilot.pause()
        assert app.active_bindings["ampersand"].binding.action == "filter"
        assert "slash" not in app.active_bindings
