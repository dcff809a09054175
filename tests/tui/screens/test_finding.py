"""Finding messages on the messages screen: filter, search, order, columns, places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from dlms_analyzer.filters import compile_filter
from tests.dlms_analyzer.index.test_selecting import let_go_before
from tests.tui.running import press, press_fast, running, screen_text, session_of, settled, write
from tui.recent import Recent
from tui.settings import Settings, load_settings
from tui.widgets.filter_bar import FilterBar, FilterHelp, FilterInput
from tui.widgets.message_list import MessageList

PLAIN = "ln_wrapper_low"


def shown(pilot: Pilot[Any]) -> list[int]:
    """Numbers of the messages in the list."""
    rows = pilot.app.screen.query_one(MessageList).rows
    return [rows.number(index) for index in range(len(rows))]


def here(pilot: Pilot[Any]) -> int:
    """Number of the message under the cursor."""
    return pilot.app.screen.number


def told(pilot: Pilot[Any]) -> str:
    """What the application has told beside the screen."""
    return "\n".join(str(one.message) for one in pilot.app._notifications)


def expected(session: Any, text: str) -> list[int]:
    wanted = compile_filter(text)
    numbers = range(1, len(session.table) + 1)
    return [number for number in numbers if wanted.matches(session.capture.message(number), session.meters)]


async def filtered(pilot: Pilot[Any], text: str) -> None:
    await pilot.press("slash")
    pilot.app.screen.query_one(FilterInput).value = text
    await press(pilot, "enter")


@pytest.mark.parametrize("size", [(80, 24), (140, 45)], ids=str)
async def test_a_filter_leaves_the_messages_that_it_describes(size: tuple[int, int]) -> None:
    session = session_of(PLAIN)
    async with running(session, size) as pilot:
        await press(pilot, "slash")
        await write(pilot, "dlms.service==get-request-next")
        await press(pilot, "enter")
        assert shown(pilot) == expected(session, "dlms.service == get-request-next") != []
        assert f"{len(shown(pilot))} of 84 messages" in screen_text(pilot.app)
        assert pilot.app.screen.query_one(MessageList).has_focus
        assert "dlms.service==get-request-next" in screen_text(pilot.app)


async def test_an_empty_filter_shows_all_messages_again() -> None:
    async with running(session_of(PLAIN)) as pilot:
        await filtered(pilot, "cosem.result == read-write-denied")
        assert len(shown(pilot)) < 84
        await filtered(pilot, "")
        assert len(shown(pilot)) == 84
        assert not pilot.app.screen.query_one(FilterBar).display


async def test_what_is_wrong_with_a_filter_is_pointed_at_with_a_suggestion() -> None:
    async with running(session_of(PLAIN), keys=["slash"]) as pilot:
        await write(pilot, "dlms.servise==aarq")
        text = screen_text(pilot.app)
        assert " ?? dlms.servise==aarq" in text
        assert "    ^^^^^^^^^^^^\n" in text
        assert "did you mean dlms.service" in text
        await press(pilot, "enter")
        assert len(shown(pilot)) == 84
        assert pilot.app.screen.query_one(FilterInput).has_focus


async def test_a_right_filter_has_another_sign_than_a_wrong_one() -> None:
    async with running(session_of(PLAIN), keys=["slash"]) as pilot:
        bar = pilot.app.screen.query_one(FilterBar)
        assert "\n  /\n" in screen_text(pilot.app)
        await write(pilot, "dlms.kind")
        assert bar.has_class("right")
        assert " ok dlms.kind" in screen_text(pilot.app)
        await write(pilot, "==")
        assert bar.has_class("wrong")
        assert " ?? dlms.kind==" in screen_text(pilot.app)


async def test_fields_operators_and_values_are_completed() -> None:
    async with running(session_of(PLAIN), keys=["slash"]) as pilot:
        line = pilot.app.screen.query_one(FilterInput)
        await write(pilot, "dlms.sen")
        assert "client or server" in screen_text(pilot.app)
        await press(pilot, "tab")
        assert line.value == "dlms.sender "
        await press(pilot, "down", "enter")
        assert line.value == "dlms.sender == "
        await press(pilot, "down", "down", "enter", "escape", "enter")
        assert line.value == "dlms.sender == server"
        assert shown(pilot) == expected(pilot.app.session, "dlms.sender == server")


async def test_objects_of_the_capture_are_offered_with_their_names() -> None:
    async with running(session_of(PLAIN), keys=["slash"]) as pilot:
        await write(pilot, "cosem.logical_name == 0-0:42")
        assert "0-0:42.0.0.255" in screen_text(pilot.app)
        assert "logical device name" in screen_text(pilot.app).lower()


async def test_leaving_the_line_shows_the_filter_in_use_again() -> None:
    async with running(session_of(PLAIN)) as pilot:
        await filtered(pilot, "dlms.kind == apdu")
        await press(pilot, "slash")
        await write(pilot, " &&")
        await press(pilot, "escape", "escape")
        assert pilot.app.screen.query_one(FilterInput).value == "dlms.kind == apdu"
        assert not pilot.app.screen.query_one(FilterHelp).has_class("shown")
        assert pilot.app.screen.query_one(MessageList).has_focus


async def test_filters_that_were_used_come_back_with_the_arrows(tmp_path: Path) -> None:
    recent = Recent(tmp_path / "recent.json", Settings())
    async with running(session_of(PLAIN), recent=recent) as pilot:
        await filtered(pilot, "message.number < 9")
        await filtered(pilot, "dlms.kind == apdu")
        await filtered(pilot, "")
        await press(pilot, "slash", "up", "up")
        assert pilot.app.screen.query_one(FilterInput).value == "message.number < 9"
        await press(pilot, "down")
        assert pilot.app.screen.query_one(FilterInput).value == "dlms.kind == apdu"
        await press(pilot, "down")
        assert pilot.app.screen.query_one(FilterInput).value == ""
    assert Recent(tmp_path / "recent.json", Settings()).filters == ("dlms.kind == apdu", "message.number < 9")


async def test_the_conversation_of_a_message_is_followed_and_left_again() -> None:
    async with running(session_of(PLAIN, "hdlc_edge_cases")) as pilot:
        total = len(shown(pilot))
        await press(pilot, "f")
        number = pilot.app.session.table.row(here(pilot)).conversation.number
        assert shown(pilot) == expected(pilot.app.session, f"conversation == {number}")
        assert 0 < len(shown(pilot)) < total
        await press(pilot, "f")
        assert len(shown(pilot)) == total


async def test_messages_that_come_later_are_filtered_too() -> None:
    session = session_of(PLAIN)
    async with running(session) as pilot:
        await filtered(pilot, "dlms.sender == server")
        before = len(shown(pilot))
        session.capture.take(session_of("hdlc_edge_cases").source)
        pilot.app._tell_growth()
        while pilot.app.jobs.running:
            await pilot.pause()
        assert len(session.table) > 84
        assert shown(pilot) == expected(session, "dlms.sender == server")
        assert len(shown(pilot)) > before


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("0-0:42.0.0", "cosem.logical_name == 0-0:42.0.0"),
        ("c2 01", "dlms.service == never"),
        ("text: rlrq", "dlms.service == rlrq"),
    ],
)
async def test_a_search_goes_from_one_message_that_says_it_to_the_next(text: str, condition: str) -> None:
    session = session_of(PLAIN)
    async with running(session) as pilot:
        there = expected(session, condition)
        if text == "c2 01":
            there = [one for one in range(1, 85) if bytes.fromhex("c201") in session.capture.octets(one)]
        await press(pilot, "ctrl+f")
        await write(pilot, text)
        await press(pilot, "enter")
        if not there:
            assert "not found" in told(pilot)
            return
        assert here(pilot) == there[0]
        for number in [*there[1:], there[0]]:
            await press(pilot, "n")
            assert here(pilot) == number
        assert "from the beginning on" in told(pilot)
        await press(pilot, "N")
        assert here(pilot) == there[-1]


async def test_a_search_for_what_is_nothing_says_so() -> None:
    async with running(session_of(PLAIN), keys=["ctrl+f"]) as pilot:
        await write(pilot, "obis: nothing")
        await press(pilot, "enter")
        assert "no logical name" in screen_text(pilot.app)
        await press(pilot, "escape")
        assert pilot.app.screen.query_one(MessageList).has_focus


async def test_a_search_looks_among_the_messages_that_are_shown() -> None:
    session = session_of(PLAIN)
    async with running(session) as pilot:
        await filtered(pilot, "dlms.sender == server")
        await press(pilot, "ctrl+f")
        await write(pilot, "0-0:42.0.0")
        await press(pilot, "enter")
        assert here(pilot) == expected(session, "cosem.logical_name == 0-0:42.0.0 && dlms.sender == server")[0]


async def test_what_is_typed_in_one_go_with_the_key_of_the_filter_line_is_written_there() -> None:
    session = session_of(PLAIN)
    async with running(session) as pilot:
        await press_fast(pilot, *"/dlms.sender == server", "enter")
        await settled(pilot)
        assert shown(pilot) == expected(session, "dlms.sender == server")


async def test_what_is_typed_in_one_go_with_the_key_of_the_search_is_searched_for() -> None:
    session = session_of(PLAIN)
    async with running(session) as pilot:
        await press_fast(pilot, "ctrl+f", *"6203")
        await press(pilot, "enter")
        await settled(pilot)
        assert here(pilot) == expected(session, "dlms.service == rlrq")[0]


async def test_messages_are_sorted_by_a_column_and_back_again() -> None:
    session = session_of(PLAIN)
    async with running(session) as pilot:
        screen: Any = pilot.app.screen
        screen.sort_by(("size", False))
        await settled(pilot)
        sizes = list(session.table.sizes())
        assert shown(pilot) == sorted(range(1, 85), key=lambda number: sizes[number - 1])
        await press(pilot, "S")
        assert shown(pilot) == sorted(range(1, 85), key=lambda number: sizes[number - 1], reverse=True)
        await press(pilot, "s", "home", "enter")
        assert shown(pilot) == list(range(1, 85))


async def test_a_click_on_a_heading_sorts_turns_around_and_ends_that() -> None:
    async with running(session_of(PLAIN)) as pilot:
        table = pilot.app.screen.query_one(MessageList)
        x = 0
        for column, width in table.fitted(table.line_width):
            if column.key == "response":
                break
            x += width + 1
        orders = []
        for _ in range(3):
            await pilot.click(MessageList, offset=(x + 2, 0))
            await settled(pilot)
            orders.append(table.sorted_by)
        assert orders == [("response", False), ("response", True), None]
        assert shown(pilot) == list(range(1, 85))


async def test_a_sorting_that_is_stopped_leaves_the_list_and_its_heading_as_they_were() -> None:
    async with running(session_of(PLAIN)) as pilot:
        screen: Any = pilot.app.screen
        screen.sort_by(("size", False))
        assert screen.list.sorted_by == ("size", False)
        pilot.app.action_cancel()  # Escape, before the sorting has come to its end
        await settled(pilot)
        assert screen.list.sorted_by is None
        assert shown(pilot) == list(range(1, 85))


async def test_messages_that_are_no_longer_kept_are_told_where_octets_are_looked_at() -> None:
    session = session_of(PLAIN)
    async with running(session) as pilot:
        let_go_before(session.capture, 40)
        await filtered(pilot, "dlms.invoke_id >= 0")
        assert shown(pilot)[0] == 40
        assert "39 messages no longer kept" in pilot.app.screen.status()
        await filtered(pilot, "")
        assert "no longer kept" not in pilot.app.screen.status()
        await press(pilot, "ctrl+f")
        await write(pilot, "no such words")
        await press(pilot, "enter")
        assert "text no such words: not found; 39 messages no longer kept" in told(pilot)


async def test_what_a_filter_leaves_is_sorted_among_itself() -> None:
    session = session_of(PLAIN)
    async with running(session) as pilot:
        screen: Any = pilot.app.screen
        await filtered(pilot, "dlms.sender == server")
        screen.sort_by(("number", True))
        await settled(pilot)
        assert shown(pilot) == expected(session, "dlms.sender == server")[::-1]
        await filtered(pilot, "dlms.sender == client")
        assert shown(pilot) == expected(session, "dlms.sender == client")[::-1]


async def test_columns_are_chosen_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    async with running(session_of(PLAIN), settings_path=path) as pilot:
        await press(pilot, "c", "space", "enter")
        keys = [one.key for one in pilot.app.screen.query_one(MessageList).columns]
        assert "mark" not in keys
        assert list(load_settings(path).settings.columns) == keys
    async with running(session_of(PLAIN), settings=load_settings(path).settings) as pilot:
        assert [one.key for one in pilot.app.screen.query_one(MessageList).columns] == keys


@pytest.mark.parametrize(("place", "number"), [("40", 40), ("+0", 1)])
async def test_a_place_is_gone_to(place: str, number: int) -> None:
    async with running(session_of(PLAIN), keys=["end", "colon"]) as pilot:
        await write(pilot, place)
        await press(pilot, "enter")
        assert here(pilot) == number


async def test_a_place_that_there_is_not_is_told_and_not_gone_to() -> None:
    async with running(session_of(PLAIN), keys=["ctrl+g"]) as pilot:
        await write(pilot, "500")
        await press(pilot, "enter")
        assert "there are messages 1 to 84" in screen_text(pilot.app)


async def test_a_filter_that_hides_the_wanted_message_is_taken_away() -> None:
    async with running(session_of(PLAIN)) as pilot:
        await filtered(pilot, "message.number < 9")
        await press(pilot, "colon")
        await write(pilot, "40")
        await press(pilot, "enter")
        assert here(pilot) == 40
        assert len(shown(pilot)) == 84
        assert "filter taken away" in told(pilot)


async def test_a_filter_that_was_stopped_says_where_and_does_not_go_on() -> None:
    session = session_of(PLAIN)
    async with running(session) as pilot:
        screen: Any = pilot.app.screen
        screen.apply_filter("cosem.value")
        screen.chosen._job.cancel()
        await settled(pilot)
        screen.grew()
        await settled(pilot)
        screen.update_status()
        await settled(pilot)
        assert "filter stopped at" in screen_text(pilot.app)


async def test_the_cursor_stays_on_its_message_or_goes_to_the_next_that_is_left() -> None:
    async with running(session_of(PLAIN), keys=["down"] * 40) as pilot:
        await filtered(pilot, "dlms.sender == client")
        assert here(pilot) == 41
        await filtered(pilot, "dlms.sender == server")
        assert here(pilot) == 42
        await filtered(pilot, "")
        assert here(pilot) == 42


async def test_keys_that_are_added_later_are_seen_by_the_filter_and_a_new_theme_is_not() -> None:
    session = session_of("ln_wrapper_gmac_glo")
    async with running(session) as pilot:
        screen: Any = pilot.app.screen
        await filtered(pilot, "security.status == ok")
        assert shown(pilot) == []
        for _ in session.capture.add_keys(*session_of(PLAIN, keys="ln_wrapper_gmac_glo").keys):
            pass
        pilot.app.tell("changed")
        await settled(pilot)
        assert shown(pilot) == expected(session, "security.status == ok") != []
        job = screen.chosen._job
        pilot.app.theme = "dlms-light"
        await settled(pilot)
        assert screen.chosen._job is job


async def test_a_filter_that_no_message_meets_leaves_no_details_and_nothing_to_copy() -> None:
    async with running(session_of(PLAIN)) as pilot:
        assert "application_context_name" in screen_text(pilot.app)
        await filtered(pilot, "message.number == 9999")
        text = screen_text(pilot.app)
        assert "0 of 84 messages" in text
        assert "no message" in text
        assert "application_context_name" not in text
        await press(pilot, "y")
        assert pilot.app.screen.query(MessageList)  # no dialog lies on it
        await filtered(pilot, "")
        assert "application_context_name" in screen_text(pilot.app)
