"""The sessions screen: the list of associations, its order, and what is known about one."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlms_analyzer.associations.association import Association
from tests.dlms_analyzer.capture_samples import pcap
from tests.dlms_analyzer.script import GET, RAW_IP, VALUE, Script
from tests.tui.paced import let_in, paced
from tests.tui.running import press, running, screen_text, session_of, settled
from tui.screens.ladder import LadderScreen
from tui.session_columns import COLUMNS, LARGEST_FIRST, SORTABLE
from tui.widgets.session_table import SessionTable

THREE = ("ln_wrapper_low", "hdlc_edge_cases", "ln_wrapper_gmac_wrong_ak")
READ_NAME = bytes.fromhex("c001c1000100002a0000ff0200")
HOSTILE = "[red]x[/red][@click=app.quit]y[/]"


def table(pilot: object) -> SessionTable:
    found: SessionTable = pilot.app.screen.query_one(SessionTable)  # type: ignore[attr-defined]
    return found


def numbers(pilot: object) -> list[int | str]:
    rows = table(pilot).lines
    assert rows is not None
    lines = [row.line for row in rows]
    return [one.number if isinstance(one, Association) else f"conversation {one.number}" for one in lines]


@pytest.mark.parametrize("size", [(80, 24), (140, 45), (250, 70)], ids=str)
async def test_the_associations_are_listed_with_the_meter_and_how_they_ended(size: tuple[int, int]) -> None:
    async with running(session_of(*THREE), size, ["2"]) as pilot:
        text = screen_text(pilot.app)
        assert "GRX0000000123456" in text
        assert "released" in text
        assert "key?" in text
        assert "6 associations in 4 conversations" in text
        assert "context logical-name" in text


async def test_a_meter_without_a_name_is_called_by_its_place() -> None:
    async with running(session_of(*THREE), (80, 24), ["2"]) as pilot:
        pilot.app.screen._sort("meter")
        await settled(pilot)
        rows = [line.split() for line in screen_text(pilot.app).splitlines()[2:8]]
        assert [row[1] for row in rows] == [
            "127.0.0.1:4061/1",
            "127.0.0.1:4061/1",
            "127.0.0.1:4061/1.16",
            *["GRX0000000123456"] * 3,
        ]
        meter = next(column for column in COLUMNS if column.key == "meter")
        assert [meter.role(row) for row in table(pilot).lines or ()] == [*["dim"] * 3, *["bold"] * 3]


async def test_the_details_say_why_an_association_does_not_open() -> None:
    async with running(session_of(*THREE), keys=["2", "down", "down"]) as pilot:
        assert "none of 1 protected APDUs opens: no keys are given" in screen_text(pilot.app)


async def test_response_times_are_measured_for_what_is_visible() -> None:
    async with running(session_of("ln_wrapper_low"), (250, 40), ["2"]) as pilot:
        assert "42 answers: p50" in screen_text(pilot.app)
        heading, first = screen_text(pilot.app).splitlines()[1:3]
        assert first[heading.index("p95") - 6 : heading.index("p95") + 3].strip().endswith("us")


async def test_associations_stand_below_their_conversations_when_asked_and_the_cursor_stays() -> None:
    async with running(session_of("hdlc_edge_cases"), keys=["2", "down", "t"]) as pilot:
        assert numbers(pilot) == ["conversation 0", 0, 1, 2]
        assert table(pilot).cursor == 2
        assert "conversation 0: 127.0.0.1:41984" in screen_text(pilot.app)
        await press(pilot, "t")
        assert numbers(pilot) == [0, 1, 2]
        assert table(pilot).cursor == 1


async def test_the_list_is_sorted_by_a_chosen_column_and_the_other_way_round() -> None:
    async with running(session_of(*THREE), keys=["2"]) as pilot:
        await press(pilot, "s")
        assert "Sort by" in screen_text(pilot.app)
        at = next(index for index, column in enumerate(SORTABLE) if column.key == "messages")
        await press(pilot, *["j"] * at, "enter")
        assert [pilot.app.session.table.associations[one].messages for one in numbers(pilot)] == [84, 28, 6, 2, 2, 1]
        assert "by messages, largest first" in screen_text(pilot.app)
        await press(pilot, "S")
        assert [pilot.app.session.table.associations[one].messages for one in numbers(pilot)] == [1, 2, 2, 6, 28, 84]
        assert table(pilot).cursor == 5, "the cursor stays on its association"


async def test_every_column_that_is_offered_for_sorting_sorts() -> None:
    async with running(session_of(*THREE), keys=["2"]) as pilot:
        for column in SORTABLE:
            pilot.app.screen._sort(column.key)
            await settled(pilot)
            assert table(pilot).sorted_by == (column.key, column.key in LARGEST_FIRST)
            assert sorted(numbers(pilot)) == [0, 1, 2, 3, 4, 5]


async def test_a_click_on_a_heading_sorts_by_it() -> None:
    async with running(session_of(*THREE), keys=["2"]) as pilot:
        heading = screen_text(pilot.app).splitlines()[1]
        await pilot.click(SessionTable, offset=(heading.index("Msgs"), 0))
        await settled(pilot)
        assert table(pilot).sorted_by == ("messages", True)
        assert numbers(pilot)[0] == 0


async def test_a_click_on_a_heading_that_is_measured_does_not_sort() -> None:
    async with running(session_of(*THREE), (250, 40), ["2"]) as pilot:
        heading = screen_text(pilot.app).splitlines()[1]
        await pilot.click(SessionTable, offset=(heading.index("p95"), 0))
        await settled(pilot)
        assert table(pilot).sorted_by is None


async def test_enter_climbs_the_ladder_and_c_that_of_the_conversation() -> None:
    async with running(session_of(*THREE), keys=["2", "end", "enter"]) as pilot:
        screen = pilot.app.screen
        assert isinstance(screen, LadderScreen)
        assert screen.of is pilot.app.session.table.associations[5]
        await press(pilot, "escape", "c")
        assert pilot.app.screen.of is pilot.app.session.table.associations[5].conversation


async def test_enter_on_a_conversation_climbs_its_ladder() -> None:
    async with running(session_of("hdlc_edge_cases"), keys=["2", "t", "home", "enter"]) as pilot:
        assert pilot.app.screen.of is pilot.app.session.table.conversations[0]


@pytest.mark.parametrize(
    ("keys", "shown"), [(["down", "f"], [30, 31]), (["t", "home", "f"], list(range(1, 36)))], ids=str
)
async def test_f_lists_the_messages_of_an_association_or_a_conversation(keys: list[str], shown: list[int]) -> None:
    async with running(session_of("hdlc_edge_cases"), keys=["2", *keys]) as pilot:
        assert pilot.app.current_mode == "messages"
        rows = pilot.app.screen.rows
        assert [rows.number(line) for line in range(len(rows))] == shown


async def test_the_details_can_be_hidden() -> None:
    async with running(session_of("ln_wrapper_low"), keys=["2", "z"]) as pilot:
        assert not pilot.app.screen.query_one("#about").display
        await press(pilot, "z")
        assert pilot.app.screen.query_one("#about").display


async def test_associations_that_come_while_the_list_is_shown_leave_the_cursor_on_its_own(tmp_path: Path) -> None:
    first, second = Script(40_000), Script(40_001)
    for sap in (16, 32):
        first.client(GET, sap=sap).server(VALUE, sap=sap)
        second.time = first.time
        second.client(GET, sap=sap).server(VALUE, sap=sap)
        first.time = second.time
    path = tmp_path / "two.pcap"
    path.write_bytes(pcap(sorted(first.packets + second.packets), link_type=RAW_IP))
    async with running(paced(path, 4), keys=["2", "t", "end"]) as pilot:
        assert numbers(pilot) == ["conversation 0", 0, "conversation 1", 1]
        await let_in(pilot, 6)
        assert numbers(pilot) == ["conversation 0", 0, 2, "conversation 1", 1]
        assert table(pilot).row.association.number == 1
        await press(pilot, "t", "S")
        assert numbers(pilot) == [2, 1, 0]
        await let_in(pilot, None)
        assert numbers(pilot) == [3, 2, 1, 0]
        assert table(pilot).row.association.number == 1


async def test_a_hostile_meter_name_is_shown_harmless(tmp_path: Path) -> None:
    name = HOSTILE.encode("utf-8")
    answer = bytes.fromhex("c401c1000c") + bytes([len(name)]) + name
    path = tmp_path / "hostile.pcap"
    path.write_bytes(Script().client(READ_NAME).server(answer).octets())
    async with running(session_of(path), (300, 40), ["2"]) as pilot:
        text = screen_text(pilot.app)
        assert text.count(HOSTILE) == 2, "in the list and in the details"


async def test_without_a_capture_the_list_says_how_to_open_one() -> None:
    async with running(None, keys=["2", "enter", "c", "f", "t", "S", "down"]) as pilot:
        assert "no capture is open" in screen_text(pilot.app)


async def test_another_capture_takes_the_place_of_the_list() -> None:
    async with running(session_of("ln_wrapper_low"), keys=["2"]) as pilot:
        await pilot.app.open_session(session_of("hdlc_edge_cases"))
        await settled(pilot)
        await press(pilot, "2")
        assert numbers(pilot) == [0, 1, 2]


async def test_a_capture_without_messages_leaves_no_details_of_the_one_before(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pcap"
    empty.write_bytes(pcap([]))
    async with running(session_of("ln_wrapper_low"), keys=["2", "1"]) as pilot:
        await pilot.app.open_session(session_of(empty))
        await settled(pilot)
        assert "no message" in screen_text(pilot.app)
        await press(pilot, "2")
        assert "0 associations in 0 conversations" in screen_text(pilot.app)
        assert "context logical-name" not in screen_text(pilot.app)


async def test_keys_that_are_added_name_the_meter_and_change_the_sign() -> None:
    async with running(session_of("ln_wrapper_gmac_glo"), keys=["2"]) as pilot:
        before = screen_text(pilot.app)
        assert "key?" in before
        assert "C server" not in before
        session = pilot.app.session
        for _ in session.add_keys(*session_of("ln_wrapper_gmac_glo", keys="ln_wrapper_gmac_glo").keys):
            pass
        pilot.app.tell("changed")
        await settled(pilot)
        assert "key?" not in screen_text(pilot.app)
        assert "C server" in screen_text(pilot.app)
