"""The frames screen: frames as they were captured, their layers, and the way to their messages and back."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot

from dlms_analyzer.capture import open_capture
from tests.support import CAPTURES
from tests.tui.running import press, running, screen_text, session_of, settled
from tui.screens.frames import FramesScreen
from tui.screens.messages import MessagesScreen
from tui.session import Session
from tui.widgets.detail_tree import DetailTree
from tui.widgets.hex_view import HexView

SIZES = [(80, 24), (140, 45), (250, 70)]
LOW = "ln_wrapper_low"


def frames_screen(pilot: Pilot[Any]) -> FramesScreen:
    screen = pilot.app.screen
    assert isinstance(screen, FramesScreen)
    return screen


async def detailed(pilot: Pilot[Any]) -> None:
    """Wait until the frame under the cursor is shown."""
    await settled(pilot)
    frames_screen(pilot)._show_details()
    await settled(pilot)


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_all_frames_are_listed_with_what_they_carry_or_why_they_carry_nothing(size: tuple[int, int]) -> None:
    async with running(session_of(LOW), size, keys=["r"]) as pilot:
        await press(pilot, "home")
        text = screen_text(pilot.app)
        assert "94 frames  No. 1" in text
        lines = [line for line in text.splitlines() if line.strip()[:1].isdigit()]
        assert "opens or closes" in lines[1]
        assert "message 1" in lines[4]
        assert "an acknowledg" in lines[5]


async def test_the_frame_of_the_message_is_under_the_cursor() -> None:
    session = session_of(LOW)
    async with running(session, keys=["down", "down", "r"]) as pilot:
        assert frames_screen(pilot).list.cursor + 1 == session.capture.message(3).frames[-1] == 8


async def test_enter_on_a_frame_leads_to_its_message() -> None:
    async with running(session_of(LOW), keys=["r", "home", *["down"] * 5, "enter"]) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, MessagesScreen)
        assert screen.list.cursor + 1 == 2


async def test_a_frame_without_a_message_says_so_and_stays() -> None:
    async with running(session_of(LOW), keys=["r", "home", "enter"]) as pilot:
        frames_screen(pilot)
        assert "frame 1 carries no message" in "\n".join(one.message for one in pilot.app._notifications)


async def test_a_field_of_a_layer_marks_its_octets() -> None:
    async with running(session_of(LOW), keys=["r", "home"]) as pilot:
        await detailed(pilot)
        tree, view = pilot.app.screen.query_one(DetailTree), pilot.app.screen.query_one(HexView)
        ip = next(node for node in tree.root.children if node.data.node is not None and node.data.node.name == "IP")
        source = next(node for node in ip.children if node.data.node.name == "src")
        tree.move_cursor(source)
        await settled(pilot)
        assert view.marked == (26, 30)
        assert view.octets[26:30] == bytes((127, 0, 0, 1))


async def test_an_octet_leads_to_the_field_of_the_layer() -> None:
    async with running(session_of(LOW), keys=["r", "home"]) as pilot:
        await detailed(pilot)
        view, tree = pilot.app.screen.query_one(HexView), pilot.app.screen.query_one(DetailTree)
        view._point(36)
        await settled(pilot)
        assert tree.cursor_node.data.node.name == "dport"


async def test_escape_leads_back_to_the_messages() -> None:
    async with running(session_of(LOW), keys=["down", "r", "escape"]) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, MessagesScreen)
        assert screen.list.cursor == 1


async def test_frames_of_a_capture_that_grows_are_listed_as_they_come(tmp_path: Any) -> None:
    octets = (CAPTURES / f"{LOW}.pcap").read_bytes()
    path = tmp_path / "growing.pcap"
    path.write_bytes(octets[:2_000])
    source = open_capture(path, follow=True)
    session = Session(source, paths=(str(path),), growing=True)
    async with running(session) as pilot:
        while not len(session.capture.frames):
            await pilot.pause()
        await press(pilot, "r")
        screen = frames_screen(pilot)
        while not screen.list.count:
            await pilot.pause()
        before = screen.list.count
        path.write_bytes(octets)
        while screen.list.count < 94:
            await pilot.pause()
        assert 0 < before < 94
        source.stop()


async def test_the_next_frame_that_is_odd_is_found() -> None:
    async with running(session_of(LOW), keys=["r", "home", "x"]) as pilot:
        assert "no frame behind this one" in "\n".join(one.message for one in pilot.app._notifications)
