"""The ladder screen: arrows, folding, trouble, and the way to other sessions and to messages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.dlms_analyzer.script import GET, REFUSED, VALUE, Script
from tests.tui.paced import let_in, paced
from tests.tui.running import press, running, screen_text, session_of, settled
from tui.screens.ladder import LadderScreen
from tui.screens.sessions import SessionsScreen
from tui.theme import styles
from tui.widgets.ladder_view import LadderView
from tui.widgets.message_list import MessageList

HOSTILE = b"\x1b[2J[bold]boo[/bold]"


def view(pilot: Any) -> LadderView:
    found: LadderView = pilot.app.screen.query_one(LadderView)
    return found


def shown(pilot: Any) -> list[int | None]:
    steps = view(pilot).steps
    assert steps is not None
    return [steps[line].message for line in range(len(steps))]


def saved(folder: Path, script: Script) -> Path:
    path = folder / "script.pcap"
    path.write_bytes(script.octets())
    return path


@pytest.mark.parametrize("size", [(80, 24), (140, 45), (250, 70)], ids=str)
async def test_requests_and_answers_are_arrows_with_the_time_between_them(size: tuple[int, int]) -> None:
    async with running(session_of("ln_wrapper_low"), size, ["2", "enter"]) as pilot:
        lines = screen_text(pilot.app).splitlines()
        request = next(line for line in lines if "get-request  clock" in line)
        answer = lines[lines.index(request) + 1]
        assert ">│" in request
        assert "│<─ 47 us ─ 2026-11-22T12:37:23" in answer
        assert "association 0  released  GRX0000000123456" in screen_text(pilot.app)
        assert all(len(line) <= size[0] for line in lines)


async def test_blocks_are_folded_into_their_exchange_and_space_unfolds_them() -> None:
    async with running(session_of("ln_wrapper_low"), keys=["2", "enter", *["down"] * 14]) as pilot:
        assert "+16" in screen_text(pilot.app)
        folded = shown(pilot)
        assert folded[14:16] == [15, 32]
        await press(pilot, "space")
        assert shown(pilot)[14:32] == list(range(15, 33))
        assert view(pilot).cursor == 14
        await press(pilot, "down", "down", "left")
        assert shown(pilot) == folded
        assert view(pilot).cursor == 14, "the message under the cursor is folded away: the cursor goes to its rung"
        await press(pilot, "right", "space")
        assert shown(pilot) == folded


async def test_trouble_is_gone_to_in_both_directions() -> None:
    async with running(session_of("ln_wrapper_low"), keys=["2", "enter", "e"]) as pilot:
        assert view(pilot).step.rung.result == "read-write-denied"
        assert view(pilot).cursor == 2
        await press(pilot, "e")
        assert view(pilot).cursor == 4
        await press(pilot, "E")
        assert view(pilot).cursor == 2
        await press(pilot, "E")
        assert view(pilot).cursor == 2
        assert any("no more trouble before this" in str(note.message) for note in pilot.app._notifications)


async def test_enter_shows_the_message_and_the_ladder_is_still_there_behind_2() -> None:
    async with running(session_of("ln_wrapper_low"), keys=["2", "enter", "down", "enter"]) as pilot:
        assert pilot.app.current_mode == "messages"
        assert pilot.app.screen.query_one(MessageList).cursor == 1
        await press(pilot, "2")
        assert isinstance(pilot.app.screen, LadderScreen)
        assert view(pilot).cursor == 1
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, SessionsScreen)


async def test_brackets_climb_the_sessions_of_the_list_in_their_order() -> None:
    async with running(session_of("hdlc_edge_cases"), keys=["2", "enter"]) as pilot:
        climbed = [pilot.app.screen.of.number]
        for key in ("right_square_bracket", "right_square_bracket", "right_square_bracket", "left_square_bracket"):
            await press(pilot, key)
            climbed.append(pilot.app.screen.of.number)
        assert climbed == [0, 1, 2, 2, 1]
        assert any("this is the last session" in str(note.message) for note in pilot.app._notifications)


async def test_c_goes_from_an_association_to_its_conversation_and_back() -> None:
    async with running(session_of("hdlc_edge_cases"), keys=["2", "down", "enter", "c"]) as pilot:
        assert pilot.app.screen.of is pilot.app.session.table.conversations[0]
        assert view(pilot).step.message == 30
        text = screen_text(pilot.app)
        assert "association 1: client 17, server 1.16" in text
        await press(pilot, "c")
        assert pilot.app.screen.of is pilot.app.session.table.associations[1]
        assert view(pilot).step.message == 30


@pytest.mark.parametrize(("keys", "shown"), [([], [30, 31]), (["c"], list(range(1, 36)))], ids=str)
async def test_f_lists_the_messages_of_the_ladder(keys: list[str], shown: list[int]) -> None:
    async with running(session_of("hdlc_edge_cases"), keys=["2", "down", "enter", *keys, "f"]) as pilot:
        assert pilot.app.current_mode == "messages"
        rows = pilot.app.screen.rows
        assert [rows.number(line) for line in range(len(rows))] == shown


async def test_silences_losses_repetitions_and_broken_connections_are_drawn(tmp_path: Path) -> None:
    script = Script().client(GET).wait(2).client(GET).server(VALUE).wait(12).client(GET).server(REFUSED)
    script.lose(30, client=True).client(GET).server(VALUE).client(GET).server(VALUE).client(GET).hang_up()
    async with running(session_of(saved(tmp_path, script)), (140, 45), ["2", "enter", "space"]) as pilot:
        text = screen_text(pilot.app)
        assert "silence: 12.0 s without a message" in text
        assert "gap: " in text
        assert "again: get-request" in text
        assert "read-write-denied" in text
        assert "x no answer" in text
        assert "the connection of association 0 ended" in text


@pytest.mark.parametrize(
    ("name", "keys", "sign"),
    [
        ("ln_wrapper_gmac_glo", None, "key?"),
        ("ln_wrapper_gmac_glo", "ln_wrapper_gmac_glo", "ok"),
        ("ln_wrapper_gmac_wrong_ak", "ln_wrapper_gmac_wrong_ak", "BAD"),
    ],
)
async def test_what_is_locked_opened_or_bad_has_a_sign(name: str, keys: str | None, sign: str) -> None:
    async with running(session_of(name, keys=keys), keys=["2", "end", "enter"]) as pilot:
        lines = [line.rsplit("│", 1)[1].split() for line in screen_text(pilot.app).splitlines() if "│" in line]
        assert any(sign in line for line in lines)


async def test_the_ladder_is_climbed_anew_when_keys_are_added_and_the_cursor_stays_on_its_message() -> None:
    async with running(session_of("ln_wrapper_gmac_glo"), keys=["2", "end", "enter", *["down"] * 5]) as pilot:
        before = view(pilot).step.message
        session = pilot.app.session
        added = session_of("ln_wrapper_gmac_glo", keys="ln_wrapper_gmac_glo").keys
        for _ in session.capture.add_keys(*added):
            pass
        pilot.app.tell("changed")
        await settled(pilot)
        assert view(pilot).step.message == before
        assert view(pilot).step.rung.protection.value == "opened"


async def test_a_ladder_of_a_capture_that_is_closed_goes_away() -> None:
    async with running(session_of("ln_wrapper_low"), keys=["2", "enter"]) as pilot:
        await pilot.app.open_session(session_of("hdlc_edge_cases"))
        await settled(pilot)
        await press(pilot, "2")
        assert isinstance(pilot.app.screen, SessionsScreen)


async def test_hostile_text_on_an_arrow_is_harmless(tmp_path: Path) -> None:
    answer = bytes.fromhex("c401c1000a") + bytes([len(HOSTILE)]) + HOSTILE
    script = Script().client(GET).server(answer)
    async with running(session_of(saved(tmp_path, script)), keys=["2", "enter"]) as pilot:
        text = screen_text(pilot.app)
        assert "\x1b" not in text
        assert "[bold]boo[/bold]" in text


async def test_f_and_the_cursor_decide_whether_the_newest_message_is_followed() -> None:
    async with running(session_of("ln_wrapper_low"), keys=["2", "enter", "F"]) as pilot:
        assert view(pilot).cursor == len(shown(pilot)) - 1
        assert "following (F)" in screen_text(pilot.app)
        await press(pilot, "up")
        assert "following (F)" not in screen_text(pilot.app)


async def test_another_theme_paints_all_lines_anew() -> None:
    async with running(session_of("ln_wrapper_low"), keys=["2", "enter"]) as pilot:
        before = view(pilot).render_line(3)
        pilot.app.theme = "dlms-light"
        await settled(pilot)
        after = view(pilot).render_line(3)
        assert before.text == after.text
        client = [segment.style.color for segment in after if "action-request" in segment.text]
        assert client == [styles(pilot.app).client.color]


async def test_a_refusal_is_a_warning_whoever_says_it() -> None:
    async with running(session_of("hdlc_edge_cases"), keys=["2", "enter"]) as pilot:
        refused = next(step for step in map(view(pilot).steps.__getitem__, range(30)) if step.rung.refused)
        line = view(pilot).steps.line_of(refused.rung.answer)
        segments = view(pilot).row_segments(line, 140)
        said = next(segment for segment in segments if "EXCEPTION.response" in segment.text)
        assert said.style == styles(pilot.app).warning


async def test_a_live_ladder_follows_until_the_cursor_is_moved_and_late_answers_join_their_requests(
    tmp_path: Path,
) -> None:
    script = Script()
    for _ in range(30):
        script.client(GET).server(VALUE)
    session = paced(saved(tmp_path, script), 41)
    async with running(session, keys=["2", "enter"]) as pilot:
        assert view(pilot).following
        assert view(pilot).cursor == 40
        assert "x not answered yet" in screen_text(pilot.app)
        await let_in(pilot, 45)
        assert view(pilot).cursor == 44
        assert shown(pilot)[40:42] == [41, 42]
        assert screen_text(pilot.app).count("x not answered yet") == 1
        await press(pilot, "up")
        await let_in(pilot, None)
        assert view(pilot).cursor == 43
        assert len(shown(pilot)) == 60


async def test_an_unfolded_exchange_stays_unfolded_while_the_capture_grows(tmp_path: Path) -> None:
    script = Script()
    for _ in range(3):
        script.client(GET).wait(1).client(GET).server(VALUE)
    async with running(paced(saved(tmp_path, script), 3), keys=["2", "enter", "home", "space"]) as pilot:
        assert shown(pilot) == [1, 2, 3]
        await let_in(pilot, None)
        assert shown(pilot) == [1, 2, 3, 4, 6, 7, 9]
        assert view(pilot).cursor == 0


async def test_l_shows_where_a_message_stands_in_its_session() -> None:
    async with running(session_of("ln_wrapper_low"), keys=[*["down"] * 20, "L"]) as pilot:
        assert isinstance(pilot.app.screen, LadderScreen)
        assert view(pilot).step.rung.first == 15, "the message is folded away: the cursor is on its exchange"
        await press(pilot, "1", "end", "L")
        assert view(pilot).step.message == 84
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, SessionsScreen)


async def test_l_on_octets_of_no_association_climbs_the_conversation() -> None:
    async with running(session_of("hdlc_edge_cases"), keys=[*["down"] * 18, "L"]) as pilot:
        assert pilot.app.screen.of is pilot.app.session.table.conversations[0]
        assert view(pilot).step.message == 19


async def test_a_click_on_the_sign_unfolds_and_folds() -> None:
    async with running(session_of("ln_wrapper_low"), keys=["2", "enter"]) as pilot:
        lines = screen_text(pilot.app).splitlines()
        line = next(at for at, text in enumerate(lines) if "+16" in text)
        place = (lines[line].index("+16"), line - view(pilot).region.y)
        await pilot.click(LadderView, offset=place)
        await settled(pilot)
        assert len(shown(pilot)) == 66 + 16
        await pilot.click(LadderView, offset=place)
        await settled(pilot)
        assert len(shown(pilot)) == 66
        assert isinstance(pilot.app.screen, LadderScreen)
