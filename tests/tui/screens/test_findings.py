"""The findings screen: notes and findings in one list, their reasons, their messages, and where they lead."""

from __future__ import annotations

from itertools import repeat
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from dlms_analyzer.audit.indexed import IndexAudit
from dlms_analyzer.capture.key_files import load_keys_file
from dlms_analyzer.issues import GRADES, Grouping, Heading, Issue, Origin
from dlms_analyzer.security.keyring import Keyring
from tests.support import CAPTURES
from tests.tui.running import press, running, screen_text, session_of, settled
from tui.screens.findings import FindingsScreen
from tui.screens.messages import MessagesScreen

EDGE, GLO, WRONG_AK = "hdlc_edge_cases", "ln_wrapper_gmac_glo", "ln_wrapper_gmac_wrong_ak"
SIZES = [(80, 24), (140, 45), (250, 70)]


def findings(pilot: Pilot[Any]) -> FindingsScreen:
    screen = pilot.app.screen
    assert isinstance(screen, FindingsScreen)
    return screen


def codes(pilot: Pilot[Any]) -> list[str]:
    return [row.code for row in findings(pilot).issues.rows if isinstance(row, Issue)]


def put_on(pilot: Pilot[Any], code: str) -> None:
    """Put the cursor on an issue."""
    issues = findings(pilot).issues
    issues.go(next(at for at, row in enumerate(issues.rows) if isinstance(row, Issue) and row.code == code))


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_worst_is_on_top_with_its_reason_and_what_to_do(size: tuple[int, int]) -> None:
    async with running(session_of(EDGE), size, keys=["5"]) as pilot:
        text = " ".join(screen_text(pilot.app).split())
        assert "critical well-known-password" in text
        assert "why: Default passwords are the first ones tried" in text
        assert "do: Set a random password for each meter." in text
        assert "17 issues, worst first" in text
        ranks = [GRADES.index(row.grade) for row in findings(pilot).issues.rows]
        assert ranks == sorted(ranks)


@pytest.mark.parametrize("size", [(80, 24), (60, 18), (50, 14)], ids=str)
async def test_what_to_do_can_be_scrolled_to_and_the_status_stays_in_sight(size: tuple[int, int]) -> None:
    async with running(session_of("ln_wrapper_low"), size, ["5", "down", "tab"]) as pilot:
        about = pilot.app.screen.query_one("#about")
        assert about.has_focus
        await press(pilot, *["down"] * 20)
        assert "do: Use high level security" in " ".join(screen_text(pilot.app).split())
        assert "known to others." in " ".join(screen_text(pilot.app).split())
        assert "3 issues, worst first" in screen_text(pilot.app)
        await press(pilot, "shift+tab", "up")
        assert about.scroll_offset.y == 0


async def test_each_message_of_an_issue_says_what_it_shows() -> None:
    async with running(session_of(EDGE), keys=["5"]) as pilot:
        put_on(pilot, "bad-fcs")
        await settled(pilot)
        text = screen_text(pilot.app)
        assert "FCS is BF33, should be BF32" in text
        assert [row.number for row in findings(pilot).shown.rows] == [1, 5]


async def test_issues_are_grouped_by_code_and_by_meter() -> None:
    async with running(session_of(EDGE), keys=["5"]) as pilot:
        issues = findings(pilot).issues
        every = sorted(codes(pilot))
        await press(pilot, "t")
        headings = [row.text for row in issues.rows if isinstance(row, Heading)]
        assert "unanswered: A confirmed request that the capture shows no answer to." in headings
        assert "unanswered: A confirmed" in screen_text(pilot.app)
        assert sorted(codes(pilot)) == every
        await press(pilot, "t")
        assert [row.text for row in issues.rows if isinstance(row, Heading)] == [
            "127.0.0.1:4061/1", "127.0.0.1:4061/1.16", "127.0.0.1:41984 - 127.0.0.1:4061"
        ]  # fmt: skip
        assert Grouping.METER.value in screen_text(pilot.app)
        await press(pilot, "t")
        assert not [row for row in issues.rows if isinstance(row, Heading)]


async def test_the_cursor_stays_on_its_issue_when_the_order_changes() -> None:
    async with running(session_of(EDGE), keys=["5"]) as pilot:
        put_on(pilot, "noise")
        for _ in range(3):
            await press(pilot, "t")
            row = findings(pilot).issues.row
            assert isinstance(row, Issue)
            assert row.code == "noise"


async def test_a_heading_says_how_much_there_is_below_it() -> None:
    async with running(session_of(EDGE), keys=["5", "t", "t", "home"]) as pilot:
        assert "critical: 13 issues, 29 messages" in screen_text(pilot.app)
        assert len(findings(pilot).shown.rows) == 0


async def test_only_notes_or_only_the_audit_can_be_shown() -> None:
    async with running(session_of(EDGE), keys=["5"]) as pilot:
        every = codes(pilot)
        shown = []
        for origin in Origin:
            await press(pilot, "o")
            assert {row.origin for row in findings(pilot).issues.rows} == {origin}
            assert f"only {origin.value}" in screen_text(pilot.app)
            shown += codes(pilot)
        assert sorted(shown) == sorted(every)
        await press(pilot, "o")
        assert codes(pilot) == every


async def test_enter_on_an_issue_shows_its_first_message() -> None:
    async with running(session_of(EDGE), keys=["5"]) as pilot:
        put_on(pilot, "unanswered")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, MessagesScreen)
        assert "No. 7" in screen_text(pilot.app)


async def test_enter_on_a_message_shows_that_message() -> None:
    async with running(session_of(EDGE), keys=["5"]) as pilot:
        put_on(pilot, "bad-fcs")
        await settled(pilot)
        findings(pilot).shown.focus()
        await press(pilot, "down", "enter")
        assert isinstance(pilot.app.screen, MessagesScreen)
        assert "No. 5" in screen_text(pilot.app)


async def test_f_filters_the_messages_by_code_or_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(session_of(EDGE), keys=["5"]) as pilot:
        applied: list[str] = []

        async def apply_filter(text: str) -> None:
            applied.append(text)

        monkeypatch.setattr(pilot.app, "apply_filter", apply_filter)
        for code in ("bad-fcs", "well-known-password", "disconnect-mid-exchange"):
            put_on(pilot, code)
            await press(pilot, "f")
        assert applied == [
            'expert.code == "bad-fcs"', "message.number in {4, 7}", "message.number in {26, 32}"
        ]  # fmt: skip
        await press(pilot, "t", "home", "f")
        assert len(applied) == 3


async def test_the_filter_leaves_exactly_the_messages_of_the_issue() -> None:
    async with running(session_of(EDGE), keys=["5"]) as pilot:
        put_on(pilot, "bad-fcs")
        await press(pilot, "f")
        assert isinstance(pilot.app.screen, MessagesScreen)
        rows = pilot.app.screen.rows
        assert rows is not None
        assert [rows.number(index) for index in range(len(rows))] == [1, 5]


async def test_keys_that_are_added_bring_further_findings() -> None:
    session = session_of(WRONG_AK)
    async with running(session, keys=["5"]) as pilot:
        assert "bad-tag" not in codes(pilot)
        await press(pilot, "4")
        ring = Keyring()
        load_keys_file(ring, str(CAPTURES / f"{WRONG_AK}.keys.toml"))
        pilot.app.screen.add(list(ring))
        await settled(pilot)
        await press(pilot, "5")
        found = codes(pilot)
        assert found.count("bad-tag") == 2  # the note, and the finding
        put_on(pilot, "bad-tag")
        await settled(pilot)
        assert "wrong authentication key" in screen_text(pilot.app)


async def test_the_secret_in_question_is_masked_until_it_is_asked_for() -> None:
    session = session_of(GLO)
    async with running(session, (250, 70), keys=["5"]) as pilot:
        assert "secret: <16 octets>" in screen_text(pilot.app)
        assert "000102030405" not in screen_text(pilot.app)
        await press(pilot, "4", "v", "5")
        assert "secret: 000102030405060708090A0B0C0D0E0F" in screen_text(pilot.app)


async def test_a_cancelled_audit_says_so_and_can_be_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(session_of(EDGE), keys=["5"]) as pilot:
        every = codes(pilot)
        with monkeypatch.context() as endless:
            endless.setattr(IndexAudit, "read", lambda _: repeat((1, 2)))
            await pilot.press("r")
            await pilot.pause()
            assert [job.name for job in pilot.app.jobs.running][-1] == "audit"
            await pilot.press("escape")
            await settled(pilot)
        assert "not all messages were looked at (r: again)" in screen_text(pilot.app)
        assert "well-known-password" not in codes(pilot)
        await press(pilot, "r")
        assert codes(pilot) == every


async def test_a_clean_capture_has_no_findings() -> None:
    async with running(session_of("push_udp_gbt"), keys=["5"]) as pilot:
        for _ in Origin:
            await press(pilot, "o")  # at last, only expert notes
        assert "0 issues" in screen_text(pilot.app)
        assert "Nothing was found." in screen_text(pilot.app)


async def test_when_all_is_looked_at_and_nothing_found_the_screen_says_so(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pcap"
    empty.write_bytes((CAPTURES / "push_udp_gbt.pcap").read_bytes()[:24])
    async with running(session_of(empty), keys=["5"]) as pilot:
        assert "Nothing was found." in screen_text(pilot.app)


async def test_without_a_capture_the_screen_says_how_to_open_one() -> None:
    async with running(None, keys=["5", "t", "o", "f", "r", "enter"]) as pilot:
        assert "No capture is open" in screen_text(pilot.app)


async def test_a_note_that_quotes_octets_of_the_wire_has_no_effect_on_the_screen(tmp_path: Path) -> None:
    octets = (CAPTURES / "hdlc_edge_cases.pcap").read_bytes()
    hostile = tmp_path / "hostile\x1b[31m[red].pcap"
    hostile.write_bytes(octets)
    async with running(session_of(hostile), keys=["5"]) as pilot:
        assert "\x1b" not in screen_text(pilot.app)
        assert codes(pilot)
