"""The messages screen: list, fields and octets of real captures."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tui.running import press, running, screen_text, session_of, settled
from tui.widgets.detail_tree import DetailTree
from tui.widgets.hex_view import HexView
from tui.widgets.message_list import MessageList


async def at(pilot: Any, number: int) -> None:
    """Put the cursor on a message."""
    await pilot.app.show_message(number)
    await settled(pilot)


SIZES = [(80, 24), (140, 45), (250, 70)]


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_a_capture_is_a_list_of_messages_with_the_fields_and_octets_of_the_first(size: tuple[int, int]) -> None:
    async with running(session_of("ln_wrapper_low"), size) as pilot:
        text = screen_text(pilot.app)
        assert "AARQ  logical-name" in text.replace("\n", " ")
        assert "application_context_name" in text
        assert "60 33 a1 09" in text
        assert "84 messages  No. 1" in text


async def test_the_fields_of_the_message_under_the_cursor_are_shown() -> None:
    async with running(session_of("ln_wrapper_low"), keys=["end"]) as pilot:
        assert pilot.app.screen.query_one(MessageList).cursor == 83
        assert "No. 84" in screen_text(pilot.app)
        assert "rlre: RLRE" in screen_text(pilot.app)


async def test_a_field_marks_its_octets() -> None:
    async with running(session_of("ln_wrapper_low"), keys=["enter", "down", "down"]) as pilot:
        tree, view = pilot.app.screen.query_one(DetailTree), pilot.app.screen.query_one(HexView)
        assert tree.has_focus
        place = tree.cursor_node.data
        assert place.node.name == "tag"
        assert view.marked == (place.node.start, place.node.end) == (0, 1)


async def test_an_octet_leads_to_the_innermost_field_that_has_it() -> None:
    async with running(session_of("ln_wrapper_low")) as pilot:
        view, tree = pilot.app.screen.query_one(HexView), pilot.app.screen.query_one(DetailTree)
        view.focus()
        await press(pilot, *["right"] * 8)
        assert view.cursor == 8
        node = tree.cursor_node.data.node
        assert node.name == "application_context_name"
        assert node.start <= 8 < node.end
        assert view.marked == (node.start, node.end)


async def test_what_was_deciphered_is_shown_beside_what_was_sent() -> None:
    session = session_of("ln_wrapper_gmac_glo", keys="ln_wrapper_gmac_glo")
    async with running(session) as pilot:
        await at(pilot, 7)
        screen = pilot.app.screen
        tabs = [tab.label_text for tab in screen.query("Tab") if tab.display]
        assert tabs == ["As sent", "Deciphered"]
        sent = screen.query_one(HexView).octets
        screen.query_one("Tabs").active = "deciphered"
        await settled(pilot)
        opened = screen.query_one(HexView).octets
        assert opened == session.capture.message(7).plaintext != sent


async def test_a_field_of_the_deciphered_apdu_shows_the_deciphered_octets() -> None:
    session = session_of("ln_wrapper_gmac_glo", keys="ln_wrapper_gmac_glo")
    async with running(session) as pilot:
        await at(pilot, 7)
        screen = pilot.app.screen
        tree = screen.query_one(DetailTree)
        tree.focus()
        node = next(node for node in tree.root.children if node.data.section == "deciphered")
        tree.move_cursor(node)
        await settled(pilot)
        assert screen.query_one(HexView).octets == session.capture.message(7).plaintext


async def test_the_completing_block_of_a_long_transfer_shows_what_was_joined() -> None:
    session = session_of("ln_wrapper_low")
    async with running(session) as pilot:
        await at(pilot, 32)
        assert "reassembled from messages" in screen_text(pilot.app)
        assert [tab.label_text for tab in pilot.app.screen.query("Tab") if tab.display] == ["As sent", "Reassembled"]


async def test_the_messages_of_an_exchange_are_gone_round() -> None:
    async with running(session_of("ln_wrapper_low")) as pilot:
        await at(pilot, 15)
        visited = [pilot.app.screen.query_one(MessageList).cursor + 1]
        for _ in range(18):
            await press(pilot, "x")
            visited.append(pilot.app.screen.query_one(MessageList).cursor + 1)
        assert visited == [*range(15, 33), 15]


async def test_panes_can_be_shown_alone() -> None:
    async with running(session_of("ln_wrapper_low")) as pilot:
        screen = pilot.app.screen
        shown = []
        for _ in range(3):
            await press(pilot, "z")
            shown.append((screen.query_one("#list").display, screen.query_one("#details").display))
        assert shown == [(True, False), (False, True), (True, True)]


async def test_an_empty_session_says_how_to_open_a_capture() -> None:
    async with running(None) as pilot:
        assert "no capture is open" in screen_text(pilot.app)


async def test_vim_keys_move_the_cursor_as_the_arrows_do() -> None:
    async with running(session_of("ln_wrapper_low"), keys=["j", "j", "k", "G", "g", "j"]) as pilot:
        assert pilot.app.screen.query_one(MessageList).cursor == 1


async def test_another_terminal_size_keeps_the_message_under_the_cursor_visible() -> None:
    async with running(session_of("ln_wrapper_low"), keys=["end"]) as pilot:
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        assert "RLRE" in screen_text(pilot.app)
        assert pilot.app.screen.query_one(MessageList).cursor == 83


async def test_lines_say_values_with_a_unit_that_stands_elsewhere_in_the_capture() -> None:
    async with running(session_of("ln_wrapper_low")) as pilot:
        shown = [one.info for one in pilot.app.screen.list.rows[41:43]]
    assert shown == [
        "GET.response normal  L1 active power import (QI+QIV), last average 3, channel 1 = 0.09 Wh",
        (
            "GET.request normal  1-1:21.25.0.255 (Register) attr 2  L1 active power import (QI+QIV), last average 3, "
            "channel 1"
        ),
    ]
