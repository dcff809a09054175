"""Two messages beside each other: marking them, fields and octets, and going through what differs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dlms_analyzer.message_diff import Change
from tests.dlms_analyzer.script import GET, OTHER_GET, Script
from tests.tui.running import press, running, screen_text, session_of, settled
from tui.screens.diff import DiffScreen
from tui.screens.ladder import LadderScreen
from tui.screens.messages import MessagesScreen
from tui.theme import styles
from tui.widgets.field_pairs import FieldPairs
from tui.widgets.octet_pairs import OctetPairs

LIST = bytes.fromhex("c003c10200030100010800ff020000030100010800ff0300")
HOSTILE = b"\x1b[2J[bold]boo[/bold]\xe2\x80\xae"


def fields(pilot: Any) -> FieldPairs:
    found: FieldPairs = pilot.app.screen.query_one(FieldPairs)
    return found


def octets(pilot: Any) -> OctetPairs:
    found: OctetPairs = pilot.app.screen.query_one(OctetPairs)
    return found


def told(pilot: Any) -> list[str]:
    return [str(note.message) for note in pilot.app._notifications]


def two(folder: Path, left: bytes = GET, right: bytes = OTHER_GET) -> Path:
    path = folder / "two.pcap"
    path.write_bytes(Script().client(left).client(right).octets())
    return path


@pytest.mark.parametrize("size", [(80, 24), (140, 45), (250, 70)], ids=str)
async def test_d_on_two_messages_shows_them_beside_each_other(size: tuple[int, int], tmp_path: Path) -> None:
    async with running(session_of(two(tmp_path)), size, ["d", "down", "d"]) as pilot:
        assert isinstance(pilot.app.screen, DiffScreen)
        text = screen_text(pilot.app)
        assert "messages 1 and 2, as sent: " in text
        changed = next(line for line in text.splitlines() if "logical_name" in line)
        assert changed.count("logical_name") == 2
        assert " ~ " in changed
        same = next(line for line in text.splitlines() if "class_id" in line)
        assert " ~ " not in same
        assert "c0 01 c1 00" in text
        assert "c0 01 c2 00" in text
        assert all(len(line) <= size[0] for line in text.splitlines())


async def test_d_on_the_marked_message_marks_it_no_more(tmp_path: Path) -> None:
    async with running(session_of(two(tmp_path)), keys=["d", "d", "down", "d"]) as pilot:
        assert isinstance(pilot.app.screen, MessagesScreen)
        assert "message 1 is no longer marked" in told(pilot)
        assert pilot.app.session.marked == 2
        assert "2 marked (d)" in screen_text(pilot.app)


async def test_messages_are_marked_on_the_ladder_too(tmp_path: Path) -> None:
    async with running(session_of(two(tmp_path)), keys=["d", "2", "enter"]) as pilot:
        view = pilot.app.screen.query_one("#ladder")
        numbers = [view.row_segments(line, 100)[0] for line in range(2)]
        assert [segment.style == styles(pilot.app).mark for segment in numbers] == [True, False]
        await press(pilot, "down", "d")
        assert isinstance(pilot.app.screen, DiffScreen)
        assert pilot.app.screen.numbers == (1, 2)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, LadderScreen)


async def test_n_goes_from_difference_to_difference(tmp_path: Path) -> None:
    async with running(session_of(two(tmp_path)), keys=["d", "down", "d"]) as pilot:
        visited = []
        for key in ("n", "n", "n", "n", "N"):
            await press(pilot, key)
            pair = fields(pilot).pair
            assert pair.change is not Change.SAME
            visited.append(pair.name)
        assert "logical_name" in visited
        assert "no difference behind this" in told(pilot)
        assert visited[-1] != visited[-2]


async def test_n_in_the_octets_goes_to_the_next_octets_that_differ() -> None:
    async with running(session_of("ln_wrapper_low"), (80, 24), ["d", *["down"] * 14, "d", "tab"]) as pilot:
        assert octets(pilot).has_focus
        lines = [octets(pilot).cursor]
        while "no difference behind this" not in told(pilot):
            await press(pilot, "n")
            lines.append(octets(pilot).cursor)
        assert lines == sorted(lines)
        await press(pilot, *["N"] * len(lines))
        assert "no difference before this" in told(pilot)


async def test_only_the_fields_that_differ_are_shown_when_asked(tmp_path: Path) -> None:
    async with running(session_of(two(tmp_path)), keys=["d", "down", "d"]) as pilot:
        everything = fields(pilot).count
        await press(pilot, "o")
        assert 0 < fields(pilot).count < everything
        assert "class_id" not in screen_text(pilot.app)
        assert "only differences (o)" in screen_text(pilot.app)
        await press(pilot, "o")
        assert fields(pilot).count == everything


async def test_what_was_deciphered_is_compared_and_v_compares_what_was_sent() -> None:
    session = session_of("ln_wrapper_gmac_glo", keys="ln_wrapper_gmac_glo")
    async with running(session, keys=[*["down"] * 10, "d", "down", "down", "d"]) as pilot:
        assert "deciphered: no difference" in screen_text(pilot.app)
        await press(pilot, "v")
        text = screen_text(pilot.app)
        assert "as sent" in text
        assert "invocation_counter" in text
        assert "differ" in text
        await press(pilot, "v")
        assert "deciphered: no difference" in screen_text(pilot.app)


async def test_v_says_when_nothing_was_deciphered(tmp_path: Path) -> None:
    async with running(session_of(two(tmp_path)), keys=["d", "down", "d", "v"]) as pilot:
        assert "nothing was deciphered" in told(pilot)
        assert "as sent" in screen_text(pilot.app)


async def test_a_field_that_only_one_side_has_is_marked_so_and_x_turns_the_sides_round(tmp_path: Path) -> None:
    async with running(session_of(two(tmp_path, GET, LIST)), keys=["d", "down", "d"]) as pilot:
        assert any(line.count(" > ") for line in screen_text(pilot.app).splitlines())
        signs = {pair.change for pair in pilot.app.screen.difference.fields}
        assert Change.RIGHT in signs
        await press(pilot, "x")
        assert pilot.app.screen.numbers == (2, 1)
        assert "messages 2 and 1" in screen_text(pilot.app)


async def test_the_octets_of_the_field_under_the_cursor_are_marked(tmp_path: Path) -> None:
    async with running(session_of(two(tmp_path)), keys=["d", "down", "d", "down"]) as pilot:
        pair = fields(pilot).pair
        assert pair.name == "tag"
        linked = styles(pilot.app).linked
        marked = [segment.text for segment in octets(pilot).row_segments(0, 140) if segment.style == linked]
        assert marked == ["c0", "c0"]


async def test_raw_octets_are_compared_without_fields() -> None:
    async with running(session_of("hdlc_edge_cases"), keys=[*["down"] * 18, "d", "down", "d"]) as pilot:
        assert fields(pilot).count == 0
        assert "octets differ" in screen_text(pilot.app)
        await press(pilot, "n", "tab", "n", "N", "o")
        assert isinstance(pilot.app.screen, DiffScreen)


async def test_hostile_text_in_a_field_is_harmless(tmp_path: Path) -> None:
    answer = bytes.fromhex("c401c1000a") + bytes([len(HOSTILE)]) + HOSTILE
    async with running(session_of(two(tmp_path, answer, answer + b"\x00")), (250, 40), ["d", "down", "d"]) as pilot:
        text = screen_text(pilot.app)
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "[bold]boo[/bold]" in text


async def test_a_comparison_goes_away_with_its_capture(tmp_path: Path) -> None:
    async with running(session_of(two(tmp_path)), keys=["2", "enter", "d", "down", "d"]) as pilot:
        await pilot.app.open_session(session_of("hdlc_edge_cases"))
        await settled(pilot)
        await press(pilot, "2")
        assert not isinstance(pilot.app.screen, DiffScreen)


async def test_octets_that_differ_are_seen_on_the_line_with_the_cursor_too(tmp_path: Path) -> None:
    async with running(session_of(two(tmp_path)), keys=["d", "down", "d"]) as pilot:
        changed = styles(pilot.app).changed
        for keys in ([], ["tab"]):
            await press(pilot, *keys)
            assert octets(pilot).cursor == 0
            marked = [one.text for one in octets(pilot).render_line(0) if one.style.bgcolor == changed.bgcolor]
            assert marked == ["c1", "01", "c2", "02"]
