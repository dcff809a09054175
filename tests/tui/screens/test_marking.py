"""Bookmarks, notes and copies of messages, and filters made of their fields."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.support import CAPTURES
from tests.tui.running import press, running, screen_text, session_of, write
from tests.tui.screens.test_finding import expected, here, shown, told
from tui.notes import SUFFIX
from tui.screens.dialog import Choose
from tui.widgets.detail_tree import DetailTree
from tui.widgets.filter_bar import FilterInput

PLAIN = "ln_wrapper_low"


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    """A capture in a folder that can be written to."""
    return Path(shutil.copy(CAPTURES / f"{PLAIN}.pcap", tmp_path / "trace.pcap"))


async def test_a_bookmark_is_shown_in_the_list_kept_beside_the_capture_and_taken_away(capture: Path) -> None:
    async with running(session_of(capture), keys=["down", "down", "m"]) as pilot:
        assert "\n*       3 " in screen_text(pilot.app)
        kept = json.loads(Path(f"{capture}{SUFFIX}").read_text(encoding="utf-8"))
        assert [(one["message"], one["bookmark"]) for one in kept["messages"]] == [(3, True)]
    async with running(session_of(capture), keys=["down", "down"]) as pilot:
        assert "\n*       3 " in screen_text(pilot.app)
        await press(pilot, "m")
        assert "\n*       3 " not in screen_text(pilot.app)


async def test_a_note_is_written_shown_in_the_list_of_bookmarks_and_gone_to(capture: Path) -> None:
    async with running(session_of(capture), keys=["down"] * 9 + ["M"]) as pilot:
        await write(pilot, "too late [b]x[/b]")
        await press(pilot, "enter", "home", "down", "m", "home", "apostrophe")
        text = screen_text(pilot.app)
        assert "too late [b]x[/b]" in text
        assert text.index("*       2") < text.index("n      10")
        await press(pilot, "down", "enter")
        assert here(pilot) == 10
        await press(pilot, "M")
        assert "too late [b]x[/b]" in screen_text(pilot.app)


async def test_without_bookmarks_it_is_said_how_to_set_one(capture: Path) -> None:
    async with running(session_of(capture), keys=["apostrophe"]) as pilot:
        assert "m sets a bookmark" in told(pilot)


async def test_a_damaged_file_of_notes_is_told_when_the_capture_is_opened(capture: Path) -> None:
    Path(f"{capture}{SUFFIX}").write_text("no notes", encoding="utf-8")
    async with running(session_of(capture)) as pilot:
        assert "left as it is" in told(pilot)


async def copied(pilot: Any, title: str) -> str:
    await press(pilot, "y")
    assert isinstance(pilot.app.screen, Choose)
    titles = list(pilot.app.screen._lines)
    await press(pilot, *["down"] * titles.index(title), "enter")
    assert f"copied: {title}" in told(pilot)
    return pilot.app.clipboard


async def test_a_message_is_copied_in_every_form(capture: Path) -> None:
    session = session_of(capture)
    async with running(session, keys=["down"] * 2) as pilot:
        octets = session.capture.octets(3)
        assert bytes.fromhex(await copied(pilot, "octets as sent as hex")) == octets
        assert octets.hex()[:24] in (await copied(pilot, "octets as sent as Python bytes"))
        assert f"[{len(octets)}]" in (await copied(pilot, "octets as sent as C array"))
        assert json.loads(await copied(pilot, "JSON"))["number"] == 3
        assert "action-request-normal" in await copied(pilot, "tree")
        assert "ACTION.request normal" in await copied(pilot, "line")


async def test_a_password_is_copied_as_octets_and_not_in_words() -> None:
    async with running(session_of(PLAIN)) as pilot:
        assert "Gurux" not in await copied(pilot, "tree")
        assert "not shown" in await copied(pilot, "tree")


async def test_deciphered_octets_are_copied_where_they_are_looked_at() -> None:
    session = session_of("ln_wrapper_gmac_glo", keys="ln_wrapper_gmac_glo")
    async with running(session, keys=["down"] * 6) as pilot:
        pilot.app.screen.query_one("Tabs").active = "deciphered"
        await pilot.pause()
        text = await copied(pilot, "octets deciphered as hex")
        assert bytes.fromhex(text) == session.capture.message(7).plaintext


async def test_a_field_of_the_tree_becomes_the_filter() -> None:
    session = session_of(PLAIN)
    async with running(session, keys=["down"] * 40 + ["enter"]) as pilot:
        tree = pilot.app.screen.query_one(DetailTree)
        place = next(one for one in tree.root.children[1].children if "logical_name" in str(one.label))
        tree.move_cursor(place)
        await press(pilot, "a")
        assert pilot.app.screen.query_one(FilterInput).value == "dlms.logical_name == 1-1:21.25.0.255"
        assert shown(pilot) == expected(session, "dlms.logical_name == 1-1:21.25.0.255") != []
        assert here(pilot) == 41


async def test_what_is_known_beside_the_octets_becomes_the_filter_too() -> None:
    session = session_of(PLAIN)
    async with running(session, keys=["down"] * 40 + ["enter"]) as pilot:
        tree = pilot.app.screen.query_one(DetailTree)
        tree.root.children[0].expand()
        await pilot.pause()
        place = next(one for one in tree.root.children[0].children if "service" in str(one.label))
        tree.move_cursor(place)
        await press(pilot, "a")
        assert shown(pilot) == expected(session, "dlms.service == get-request-normal")
