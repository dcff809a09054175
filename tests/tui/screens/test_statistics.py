"""The statistics screen: its sections, what they lead to, and a capture that grows."""

from __future__ import annotations

from itertools import repeat
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Tabs

from dlms_analyzer.capture.key_files import load_keys_file
from dlms_analyzer.security.keyring import Keyring
from dlms_analyzer.statistics import Statistics
from tests.support import CAPTURES
from tests.tui.running import press, running, screen_text, session_of, settled
from tui.screens.messages import MessagesScreen
from tui.screens.statistics import SECTIONS, StatisticsScreen
from tui.widgets.message_list import MessageList
from tui.widgets.plot import Plot
from tui.widgets.statistics_tables import PARTY_ORDERS, ShareRow, bar_text
from tui.widgets.table import RowTable

EDGE, LOW, GLO = "hdlc_edge_cases", "ln_wrapper_low", "ln_wrapper_gmac_glo"
SIZES = [(80, 24), (140, 45), (250, 70)]


def statistics(pilot: Pilot[Any]) -> StatisticsScreen:
    screen = pilot.app.screen
    assert isinstance(screen, StatisticsScreen)
    return screen


def table(pilot: Pilot[Any], place: str) -> RowTable[Any]:
    found: RowTable[Any] = statistics(pilot).query_one(place, RowTable)
    return found


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_every_section_has_something_to_say_at_every_size(size: tuple[int, int]) -> None:
    told = {
        "overview": "get-response-normal",
        "times": "50 us - 100 us",
        "timeline": "Octets per 1.0 ms",
        "meters": "127.0.0.1:4063/1",
        "conversations": "127.0.0.1:",
        "slowest": "SET.response normal",
    }
    async with running(session_of(LOW), size, keys=["6"]) as pilot:
        for section in SECTIONS:
            assert statistics(pilot).section == section
            text = screen_text(pilot.app)
            assert told[section] in text
            assert "84 messages, 5,069 octets, 42 answers" in text
            await press(pilot, "right")
        assert statistics(pilot).section == "overview"
        await press(pilot, "left")
        assert statistics(pilot).section == "slowest"


async def test_the_summary_tells_what_goes_wrong_in_numbers() -> None:
    async with running(session_of(EDGE), (140, 45), keys=["6"]) as pilot:
        text = " ".join(screen_text(pilot.app).split())
        assert "unanswered 6 of 10 (60.0%), refused 1, retransmitted 1 (2.9%), gaps 0" in text


async def test_shares_count_every_message_in_each_column_and_every_note() -> None:
    session = session_of(EDGE)
    async with running(session, keys=["6"]) as pilot:
        rows: list[ShareRow] = list(table(pilot, "#shares").rows)
        for about in ("kind", "profile", "service"):
            assert sum(row.messages for row in rows if row.about == about) == len(session.table)
        notes = [expert.code for _, experts in session.table.noted() for expert in experts]
        assert sum(row.messages for row in rows if row.about == "code") == len(notes)
        assert [row.first for row in rows if row.about == "service"] == [True] + [False] * 12


async def test_enter_on_a_share_filters_the_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(session_of(EDGE), keys=["6"]) as pilot:
        applied: list[str] = []

        async def apply_filter(text: str) -> None:
            applied.append(text)

        monkeypatch.setattr(pilot.app, "apply_filter", apply_filter)
        shares = table(pilot, "#shares")
        for name in ("link", "hdlc", "frmr", "warning", "bad-fcs"):
            shares.go(next(at for at, row in enumerate(shares.rows) if row.name == name))
            await press(pilot, "enter")
        assert applied == [
            'dlms.kind == "link"', 'dlms.profile == "hdlc"', 'dlms.service == "frmr"',
            'expert.severity == "warning"', 'expert.code == "bad-fcs"',
        ]  # fmt: skip


async def test_the_filter_of_a_share_leaves_as_many_messages_as_it_counts() -> None:
    async with running(session_of(EDGE), keys=["6"]) as pilot:
        shares = table(pilot, "#shares")
        shares.go(next(at for at, row in enumerate(shares.rows) if row.name == "frmr"))
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, MessagesScreen)
        assert pilot.app.screen.rows is not None
        assert len(pilot.app.screen.rows) == shares.row.messages == 7


async def test_the_histogram_is_that_of_the_line_under_the_cursor() -> None:
    async with running(session_of(LOW), keys=["6", "right"]) as pilot:
        scopes, bands = table(pilot, "#scopes"), table(pilot, "#bands")
        for _ in range(3):
            assert sum(band.answers for band in bands.rows) == scopes.row.times.count
            assert bands.rows[-1].until == pytest.approx(1)
            assert max(band.length for band in bands.rows) == 1
            await press(pilot, "down")
        assert {row.about for row in scopes.rows} == {"all", "service", "meter"}


async def test_enter_on_a_meter_shows_its_response_times() -> None:
    async with running(session_of(LOW), keys=["6", "l", "l", "l"]) as pilot:
        assert statistics(pilot).section == "meters"
        await press(pilot, "enter")
        assert statistics(pilot).section == "times"
        row = table(pilot, "#scopes").row
        assert (row.about, row.name) == ("meter", table(pilot, "#parties-meters").rows[0].label)


async def test_enter_on_a_slow_answer_shows_it() -> None:
    async with running(session_of(LOW), keys=["6", "left"]) as pilot:
        slow = statistics(pilot).query_one(MessageList)
        times = [row.row.response_time for row in slow.rows]
        assert times == sorted(times, reverse=True)
        await press(pilot, "down", "enter")
        assert isinstance(pilot.app.screen, MessagesScreen)
        assert "No. 2" in screen_text(pilot.app)


async def test_meters_are_sorted_by_each_column_in_turn() -> None:
    async with running(session_of(EDGE), keys=["6", "right", "right", "right"]) as pilot:
        for order in (*PARTY_ORDERS[1:], PARTY_ORDERS[0]):
            await press(pilot, "s")
            values = [getattr(row, order) for row in table(pilot, "#parties-meters").rows]
            assert values == sorted(values, reverse=True)
            assert f"by {order}" in screen_text(pilot.app)


async def test_a_click_on_a_heading_sorts_by_its_column() -> None:
    async with running(session_of(EDGE), (140, 45), keys=["6", "right", "right", "right"]) as pilot:
        meters = table(pilot, "#parties-meters")
        meters.post_message(RowTable.HeadingClicked(meters, "unanswered"))
        await settled(pilot)
        assert "by unanswered" in screen_text(pilot.app)
        assert meters.sorted_by == ("unanswered", True)


async def test_plots_are_lines_or_bars() -> None:
    async with running(session_of(LOW), keys=["6", "right", "right"]) as pilot:
        pictures = [plot.picture for plot in statistics(pilot).query(Plot)]
        assert [picture.bars for picture in pictures] == [False, False]
        assert sum(pictures[0].series[0].values) == 84
        assert sum(pictures[1].series[0].values) == 5_069
        await press(pilot, "b")
        assert [plot.picture.bars for plot in statistics(pilot).query(Plot)] == [True, True]


async def test_messages_with_warnings_are_a_line_of_their_own() -> None:
    async with running(session_of(EDGE), keys=["6", "right", "right"]) as pilot:
        messages = statistics(pilot).query(Plot).first().picture
        assert [series.name for series in messages.series] == ["messages", "with warnings or errors"]
        assert "with warnings or errors" in screen_text(pilot.app)


async def test_with_keys_what_is_inside_is_counted() -> None:
    async with running(session_of(GLO), keys=["6"]) as pilot:
        assert "glo-get-request" in {row.name for row in table(pilot, "#shares").rows}
        await press(pilot, "4")
        ring = Keyring()
        load_keys_file(ring, str(CAPTURES / f"{GLO}.keys.toml"))
        pilot.app.screen.add(list(ring))
        await settled(pilot)
        await press(pilot, "6")
        names = {row.name for row in table(pilot, "#shares").rows}
        assert "get-request-normal" in names
        assert "glo-get-request" not in names


async def test_a_meter_is_called_what_the_user_calls_it() -> None:
    session = session_of(GLO, keys=GLO)
    session.meters.call("4142434445464748", "Bench [red]\x1b[31m")
    async with running(session, keys=["6", "right", "right", "right"]) as pilot:
        assert "Bench [red]\\x1b[31m 127.0.0" in screen_text(pilot.app)
        await press(pilot, "enter")
        assert table(pilot, "#scopes").row.name.startswith("Bench")


async def test_wrong_keys_are_seen_in_the_shares() -> None:
    wrong = "ln_wrapper_gmac_wrong_ak"
    async with running(session_of(wrong, keys=wrong), keys=["6"]) as pilot:
        assert ("security", "bad-tag", 1) in {
            (row.about, row.name, row.messages) for row in table(pilot, "#shares").rows
        }


async def test_a_cancelled_count_says_so_and_can_be_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(session_of(LOW), keys=["6"]) as pilot:
        with monkeypatch.context() as endless:
            endless.setattr(Statistics, "read", lambda _: repeat(1))
            await pilot.press("r")
            await pilot.pause()
            await pilot.press("escape")
            await settled(pilot)
        assert "cancelled (r: again)" in screen_text(pilot.app)
        await press(pilot, "r")
        assert "84 messages counted" in screen_text(pilot.app)


async def test_a_capture_that_grows_is_counted_on() -> None:
    session = session_of(LOW)
    async with running(session, keys=["6"]) as pilot:
        session.capture.take(session_of(EDGE).source)
        assert len(session.table) > 84
        await settled(pilot)
        while any(not job.over for job in pilot.app.jobs.running):
            await pilot.pause()
        await settled(pilot)
        assert f"{len(session.table)} messages counted" in screen_text(pilot.app)
        assert "hdlc" in {row.name for row in table(pilot, "#shares").rows}


async def test_without_a_capture_the_screen_says_how_to_open_one() -> None:
    async with running(None, keys=["6", "right", "s", "b", "r", "enter"]) as pilot:
        assert "No capture is open" in screen_text(pilot.app)


async def test_a_click_on_a_section_shows_it() -> None:
    async with running(session_of(LOW), keys=["6"]) as pilot:
        await pilot.click("#sections #slowest")
        await settled(pilot)
        assert statistics(pilot).query_one("#sections", Tabs).active == "slowest"
        assert "SET.response" in screen_text(pilot.app)


def test_a_bar_is_as_long_as_its_share() -> None:
    assert [bar_text(share, 4) for share in (0, 0.001, 0.125, 0.5, 1, 2)] == ["", "▏", "▌", "██", "████", "████"]
