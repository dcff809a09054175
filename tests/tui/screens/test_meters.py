"""The meters screen: objects, values, histories, profiles, plots and exports of real captures."""

from __future__ import annotations

import csv
import json
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from dlms_analyzer.capture.key_files import load_keys_file
from dlms_analyzer.cosem import parse
from dlms_analyzer.objects import ObjectIndex, meter
from dlms_analyzer.security.keyring import Keyring
from tests.dlms_analyzer.objects.talking import CLOCK, ENERGY, PROFILE, columns, get, push, put
from tests.dlms_analyzer.script import Script
from tests.support import CAPTURES
from tests.tui.running import press, running, screen_text, session_of, settled
from tui.theme import LIGHT
from tui.widgets.history_table import HistoryTable
from tui.widgets.meter_tree import MeterTree
from tui.widgets.plot import Plot
from tui.widgets.profile_table import ProfileTable
from tui.widgets.value_view import ValueView

SIZES = [(80, 24), (140, 45), (250, 70)]
REGISTER = parse("1-1:21.25.0")


def written(script: Script, folder: Path) -> Path:
    """A script as a capture file."""
    path = folder / "script.pcap"
    path.write_bytes(script.octets())
    return path


async def point(pilot: Pilot[Any], logical_name: bytes, attribute: int | None = None) -> None:
    """Put the cursor of the tree on an object, or on one of its attributes."""
    tree = pilot.app.screen.query_one(MeterTree)
    meter, ref = next(
        (meter, ref) for meter in tree.outline.index.meters for ref in meter.objects if ref.logical_name == logical_name
    )
    tree.point(meter, ref)
    await settled(pilot)
    if attribute is not None:
        tree.action_open()
        at = next(
            at
            for at, line in enumerate(tree.outline.lines)
            if line.object == ref and line.attribute is not None and line.attribute.attribute == attribute
        )
        tree.cursor = at
        await settled(pilot)


def value_text(pilot: Pilot[Any]) -> str:
    return pilot.app.screen.query_one(ValueView).text


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_a_meter_is_a_tree_of_media_objects_and_attributes_with_their_values(size: tuple[int, int]) -> None:
    async with running(session_of("ln_wrapper_low"), size, keys=["3", "o"]) as pilot:
        await point(pilot, REGISTER, 2)
        text = screen_text(pilot.app)
        assert "GRX0000000123456" in text
        assert "electricity (AC)  (2)" in text
        assert "1-1:21.25.0.255" in text
        assert "2 value = 0.11 Wh" in text
        assert "1 meter, 22 values" in text
        assert value_text(pilot).startswith("value: 0.11 Wh\nas number: 0.11 Wh\n")


async def test_rights_and_counts_stand_behind_the_values() -> None:
    async with running(session_of("ln_wrapper_low"), (250, 70), keys=["3"]) as pilot:
        await point(pilot, REGISTER, 2)
        text = screen_text(pilot.app)
        assert "2 value = 0.11 Wh  3 values  [read]" in text
        assert "method 1 reset  [no access]" in text
        assert "1 logical_name  no value seen  [read]" in text


async def test_objects_can_stand_under_their_classes() -> None:
    async with running(session_of("ln_wrapper_low"), keys=["3", "o"]) as pilot:
        await point(pilot, REGISTER)
        await press(pilot, "t")
        assert "Register 3  (1)" in screen_text(pilot.app)
        assert pilot.app.screen.query_one(MeterTree).line.object.logical_name == REGISTER
        await press(pilot, "t")
        assert "electricity (AC)  (2)" in screen_text(pilot.app)


async def test_the_history_of_an_attribute_leads_to_the_message_of_each_value() -> None:
    async with running(session_of("ln_wrapper_low"), keys=["3"]) as pilot:
        await point(pilot, REGISTER, 2)
        table = pilot.app.screen.query_one(HistoryTable)
        assert [(one.text, one.origin, one.message) for one in table.rows] == [
            ("0.09 Wh", "read", 42),
            ("0.10 Wh", "read", 44),
            ("0.11 Wh", "read", 64),
        ]
        await press(pilot, "enter", "up")
        assert table.has_focus
        assert value_text(pilot).startswith("value: 0.10 Wh")
        await press(pilot, "enter")
        assert pilot.app.current_mode == "messages"
        assert "No. 44" in screen_text(pilot.app)


async def test_an_object_and_a_meter_are_shown_by_what_is_known_of_them() -> None:
    async with running(session_of("ln_wrapper_low"), (250, 70), keys=["3"]) as pilot:
        text = value_text(pilot)
        assert "meter: GRX0000000123456\naddress: 127.0.0.1:4063/1\n" in text
        assert "associations: " in text
        assert "clock difference: " in text
        await point(pilot, REGISTER)
        assert "class: 3 Register, version 0\nmedium: electricity (AC)" in value_text(pilot)
        assert "2 value: 0.11 Wh  (3 values)  [read]" in value_text(pilot)


async def test_a_profile_is_a_table_with_its_columns_and_units() -> None:
    async with running(session_of("j_ln_hdlc_hls2_profile200"), keys=["3"]) as pilot:
        await point(pilot, PROFILE, 2)
        text = screen_text(pilot.app)
        assert "buffer: 202 rows" in text
        assert "0-0:1.0.0.255" in text
        assert "2026-11-14T05:00:00+00:00" in text
        table = pilot.app.screen.query_one(ProfileTable)
        assert table.display
        assert table.count == 202
        await press(pilot, "tab", "end")
        assert "202" in screen_text(pilot.app)


async def test_a_column_of_a_profile_is_plotted_as_a_line_and_as_bars() -> None:
    async with running(session_of("j_ln_hdlc_hls2_profile200"), keys=["3"]) as pilot:
        await point(pilot, PROFILE, 2)
        await press(pilot, "p")
        plot = pilot.app.screen.query_one(Plot)
        assert plot.display
        assert "202 values, min 1, max 202, mean 101.5" in screen_text(pilot.app)
        line = screen_text(pilot.app)
        await press(pilot, "b")
        assert "█" in screen_text(pilot.app)
        assert "█" not in line
        await press(pilot, "escape")
        assert not plot.display
        assert pilot.app.screen.query_one(ProfileTable).display


async def test_the_history_of_a_number_is_plotted_with_its_unit() -> None:
    async with running(session_of("ln_wrapper_low"), keys=["3"]) as pilot:
        await point(pilot, REGISTER, 2)
        await press(pilot, "p")
        text = screen_text(pilot.app)
        assert "[Wh]" in text
        assert "3 values, min 0.09 Wh, max 0.11 Wh, mean 0.1 Wh" in text
        await press(pilot, "p")
        assert "as number" in screen_text(pilot.app)


async def test_another_column_can_be_chosen_for_the_plot(tmp_path: Path) -> None:
    path = written(wide_profile(), tmp_path)
    async with running(session_of(path), keys=["3"]) as pilot:
        await point(pilot, PROFILE, 2)
        await press(pilot, "p")
        assert "active energy import (rate 1)" in screen_text(pilot.app)
        await press(pilot, "c", "down", "enter")
        text = screen_text(pilot.app)
        assert "active energy import (rate 2)" in text
        assert "min 2, max 12" in text


def wide_profile() -> Script:
    """A profile of a clock and eight registers."""
    script = Script()
    rates = [bytes((1, 0, 1, 8, rate, 255)) for rate in range(1, 9)]
    get(script, 7, PROFILE, 3, columns((8, CLOCK, 2), *((3, one, 2) for one in rates)))
    rows = [
        (2, ((9, bytes.fromhex(f"07ea010104{hour:02x}000000000000")), *((6, hour * 10 + rate) for rate in range(1, 9))))
        for hour in (0, 1)
    ]
    get(script, 7, PROFILE, 2, (1, tuple(rows)))
    return script


async def test_a_wide_table_scrolls_sideways_and_keeps_its_first_column(tmp_path: Path) -> None:
    async with running(session_of(written(wide_profile(), tmp_path)), (80, 24), keys=["3"]) as pilot:
        await point(pilot, PROFILE, 2)
        table = pilot.app.screen.query_one(ProfileTable)
        table.focus()
        assert "1-0:1.8.1.255" in screen_text(pilot.app)
        await press(pilot, "right", "l")
        text = screen_text(pilot.app)
        assert "1-0:1.8.1.255" not in text
        assert "1-0:1.8.3.255" in text
        assert text.count("2026-01-01T00:00:00+00:00") == 1
        await press(pilot, *["right"] * 20)
        assert table.column == 8
        await press(pilot, *["left"] * 20)
        assert table.column == 1


async def test_values_of_short_names_stand_under_their_objects() -> None:
    async with running(session_of("j_sn_wrapper_none"), keys=["3", "o"]) as pilot:
        tree = pilot.app.screen.query_one(MeterTree)
        assert any(ref.logical_name is not None for ref in tree.outline.index.meters[0].objects)
        assert "1 meter, 12 values" in screen_text(pilot.app)


async def test_what_was_pushed_is_told_from_what_was_read() -> None:
    async with running(session_of("push_tcp_hdlc"), keys=["3"]) as pilot:
        await point(pilot, ENERGY, 2)
        rows = pilot.app.screen.query_one(HistoryTable).rows
        assert {one.origin for one in rows} == {"notified"}
        assert "9876543" in rows[-1].text.replace(" ", "").replace("Wh", "") or "9876.543" in rows[-1].text


async def test_values_show_up_when_the_key_is_added() -> None:
    session = session_of("ln_wrapper_gmac_glo")
    async with running(session, keys=["3"]) as pilot:
        before = pilot.app.screen._index.progress.values
        ring = Keyring()
        load_keys_file(ring, str(CAPTURES / "ln_wrapper_gmac_glo.keys.toml"), {})
        for _ in session.capture.add_keys(*ring):
            pass
        pilot.app.tell("changed")
        await settled(pilot)
        after = pilot.app.screen._index.progress.values
        assert (before, after) == (0, 17) or before < after == 17
        assert "17 values" in screen_text(pilot.app)


async def test_another_theme_paints_what_is_shown_in_its_colours_and_gathers_nothing_anew() -> None:
    async with running(session_of("ln_wrapper_low"), keys=["3"]) as pilot:
        await point(pilot, REGISTER, 2)
        screen = pilot.app.screen
        index, table = screen._index, screen.query_one(HistoryTable)
        before = table.render_line(1)
        pilot.app.theme = LIGHT
        await settled(pilot)
        assert screen._index is index
        assert screen.query_one(MeterTree).line.object.logical_name == REGISTER
        after = table.render_line(1)
        assert (after.text, after) != (before.text, before)
        assert after.text == before.text


async def test_an_object_is_found_by_its_code_and_by_its_name() -> None:
    async with running(session_of("ln_wrapper_low"), keys=["3", "ctrl+f"]) as pilot:
        tree = pilot.app.screen.query_one(MeterTree)
        await press(pilot, *"21.25")
        assert tree.line.object.logical_name == REGISTER
        pilot.app.screen.query_one(Input).value = "SETUP"
        await settled(pilot)
        assert "setup" in screen_text(pilot.app)
        first = tree.cursor
        await press(pilot, "enter")
        assert tree.cursor != first
        await press(pilot, "escape")
        assert tree.has_focus
        assert not pilot.app.screen.query_one(Input).display


async def test_a_search_without_a_hit_leaves_the_cursor_where_it_is() -> None:
    async with running(session_of("ln_wrapper_low"), keys=["3", "down", "ctrl+f"]) as pilot:
        tree = pilot.app.screen.query_one(MeterTree)
        pilot.app.screen.query_one(Input).value = "nosuchthing"
        await settled(pilot)
        assert tree.cursor == 1
        assert pilot.app.screen.query_one(Input).has_class("-invalid")


async def test_panes_can_have_the_screen_for_themselves() -> None:
    async with running(session_of("ln_wrapper_low"), (80, 24), keys=["3"]) as pilot:
        screen = pilot.app.screen
        widths = []
        for _ in range(3):
            await press(pilot, "z")
            widths.append((screen.query_one("#left").display, screen.query_one("#pane").display))
        assert widths == [(True, False), (False, True), (True, True)]


async def test_the_tree_grows_without_the_cursor_leaving_its_line(tmp_path: Path) -> None:
    script = Script()
    for name in (ENERGY, REGISTER):
        get(script, 3, name, 2, (6, 5))
    session = session_of(written(script, tmp_path))
    frames = list(session.source)
    session.ended = True
    async with running(session, keys=["3"]) as pilot:
        session.capture.take(frames[:2])
        await settled(pilot)
        await settled(pilot)
        await point(pilot, ENERGY, 2)
        tree = pilot.app.screen.query_one(MeterTree)
        key = tree.line.key
        other = Script(40_001)
        get(other, 1, bytes(6), 2, (6, 1))
        session.capture.take(frames[2:])
        await settled(pilot)
        await settled(pilot)
        assert "1 meter, 2 values" in screen_text(pilot.app)
        assert tree.line.key == key
        assert REGISTER in {line.object.logical_name for line in tree.outline.lines if line.object}


async def test_the_history_of_what_is_shown_grows_with_the_capture(tmp_path: Path) -> None:
    script = Script()
    for value in range(3):
        get(script, 3, ENERGY, 2, (6, value))
    session = session_of(written(script, tmp_path))
    frames = list(session.source)
    session.ended = True
    async with running(session, keys=["3"]) as pilot:
        session.capture.take(frames[:2])
        await settled(pilot)
        await settled(pilot)
        await point(pilot, ENERGY, 2)
        table = pilot.app.screen.query_one(HistoryTable)
        assert (table.count, value_text(pilot)[:8]) == (1, "value: 0")
        session.capture.take(frames[2:])
        await settled(pilot)
        await settled(pilot)
        assert (table.count, table.cursor) == (3, 2)
        assert value_text(pilot).startswith("value: 2 ")
        assert "3 values" in screen_text(pilot.app)


async def test_a_transfer_of_very_many_messages_is_read_only_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meter, "MAX_JOINED", 0)
    async with running(session_of("ln_wrapper_low"), keys=["3"]) as pilot:
        await point(pilot, REGISTER, 2)
        assert "press Enter to read it" in screen_text(pilot.app)
        assert "a long transfer: Enter shows it" in screen_text(pilot.app)
        await press(pilot, "enter")
        assert value_text(pilot).startswith("value: 0.11 Wh")


async def test_a_value_that_is_malformed_is_said_to_be_and_leads_to_its_message(tmp_path: Path) -> None:
    script = Script()
    script.client(b"\xc0\x01\xc1\x00\x03" + ENERGY + b"\x02\x00").server(b"\xc4\x01\xc1\x00\x06\x00\x00")
    async with running(session_of(written(script, tmp_path)), keys=["3"]) as pilot:
        await point(pilot, ENERGY, 2)
        assert value_text(pilot) == "value: cannot be read: the message is malformed, or its octets are gone"
        await press(pilot, "enter", "enter")
        assert "No. 2" in screen_text(pilot.app)


async def test_a_profile_is_shown_as_a_value_too() -> None:
    async with running(session_of("j_ln_hdlc_hls2_profile200"), keys=["3"]) as pilot:
        await point(pilot, PROFILE, 2)
        pilot.app.screen.query_one(ProfileTable).focus()
        await press(pilot, "v")
        assert "value: 202 rows of 2:" in value_text(pilot)
        assert pilot.app.screen.query_one(ValueView).display
        pilot.app.screen.query_one(ValueView).focus()
        await press(pilot, "v")
        assert pilot.app.screen.query_one(ProfileTable).display


async def test_a_click_on_the_mark_opens_and_one_beside_it_only_points() -> None:
    async with running(session_of("ln_wrapper_low"), keys=["3"]) as pilot:
        tree = pilot.app.screen.query_one(MeterTree)
        before = tree.count
        await pilot.click(MeterTree, offset=(2, 1))
        await settled(pilot)
        assert tree.count > before
        await pilot.click(MeterTree, offset=(20, 2))
        await settled(pilot)
        assert tree.cursor == 2
        await press(pilot, "left")
        assert tree.cursor == 1
        await press(pilot, "left")
        assert tree.count == before


async def test_what_is_no_number_and_what_is_no_attribute_is_not_plotted() -> None:
    async with running(session_of("ln_wrapper_low"), keys=["3", "p"]) as pilot:
        assert not pilot.app.screen.query_one(Plot).display
        await point(pilot, bytes((0, 0, 42, 0, 0, 255)), 2)
        await press(pilot, "p")
        assert "nothing to plot: no value is a number; 2 left out" in screen_text(pilot.app)


def hostile(tmp_path: Path) -> Path:
    """A meter whose name and values try to do something to the terminal."""
    script = Script()
    name = b"\x1b[31m[red]evil[/]\x07" + "\u202e".encode() + b"x" * 400
    get(script, 1, bytes((0, 0, 42, 0, 0, 255)), 2, (12, name))
    get(script, 1, bytes((0, 0, 96, 1, 0, 255)), 2, (12, b"\x9b2J\x1b]52;c;AAAA\x07[bold]b"))
    push(script, (12, b"\x1b[2J[link]"), (10, b"\x1bPq"))
    return written(script, tmp_path)


@pytest.mark.parametrize("size", [(80, 24), (140, 45)], ids=str)
async def test_text_from_the_wire_has_no_effect_wherever_it_is_shown(tmp_path: Path, size: tuple[int, int]) -> None:
    async with running(session_of(hostile(tmp_path)), size, keys=["3"]) as pilot:
        seen = screen_text(pilot.app)
        for name in (bytes((0, 0, 42, 0, 0, 255)), bytes((0, 0, 96, 1, 0, 255))):
            await point(pilot, name, 2)
            seen += screen_text(pilot.app)
            await press(pilot, "p")
            seen += screen_text(pilot.app)
            await press(pilot, "p", "x")
            seen += screen_text(pilot.app)
            await press(pilot, "escape")
        assert not set(seen) & {"\x1b", "\x07", "\x9b", "\u202e"}
        assert "\\x1b[31m[red]" in seen


async def test_secrets_are_masked_until_the_session_shows_them(tmp_path: Path) -> None:
    script = Script()
    association = parse("0-0:40.0.0")
    put(script, 15, association, 7, (9, b"Secret01"))
    session = session_of(written(script, tmp_path))
    async with running(session, keys=["3"]) as pilot:
        await point(pilot, association, 7)
        seen = screen_text(pilot.app) + value_text(pilot)
        assert "not shown" in seen
        assert "5365637265743031" not in seen.replace(" ", "").lower()
        session.show_secrets = True
        pilot.app.tell("changed")
        await settled(pilot)
        assert value_text(pilot).startswith("value: 5365637265743031")


async def test_a_value_and_its_history_are_exported_to_a_file(tmp_path: Path) -> None:
    async with running(session_of("ln_wrapper_low"), keys=["3"]) as pilot:
        await point(pilot, REGISTER, 2)
        path = tmp_path / "history.csv"
        await export(pilot, "its history: CSV to a file", path)
        with path.open(encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
        assert [(row["value"], row["unit"]) for row in rows] == [("0.09", "Wh"), ("0.10", "Wh"), ("0.11", "Wh")]
        path = tmp_path / "meter.json"
        await export(pilot, "all objects of GRX0000000123456: JSON to a file", path)
        assert json.loads(path.read_text())["logical_device_name"] == "GRX0000000123456"


async def export(pilot: Pilot[Any], title: str, path: Path | None) -> None:
    """Choose an export by its title, and a file for it."""
    await press(pilot, "x")
    dialog = pilot.app.screen
    at = dialog._lines.index(title)
    await press(pilot, *["down"] * at, "enter")
    if path is not None:
        pilot.app.screen.query_one(Input).value = str(path)
        await press(pilot, "enter")
    await settled(pilot)


async def test_a_file_that_is_there_is_written_over_only_when_that_is_confirmed(tmp_path: Path) -> None:
    async with running(session_of("ln_wrapper_low"), keys=["3"]) as pilot:
        await point(pilot, REGISTER, 2)
        path = tmp_path / "value.json"
        path.write_text("mine")
        await export(pilot, "the value: JSON to a file", path)
        assert "Write over it?" in screen_text(pilot.app)
        await press(pilot, "n")
        assert path.read_text() == "mine"
        await export(pilot, "the value: JSON to a file", path)
        await press(pilot, "y")
        await settled(pilot)
        assert json.loads(path.read_text())[0]["scaled"] == 0.11


async def test_a_table_is_copied_to_the_clipboard() -> None:
    async with running(session_of("j_ln_hdlc_hls2_profile200"), keys=["3"]) as pilot:
        await point(pilot, PROFILE, 2)
        await export(pilot, "the rows of the profile: CSV to the clipboard", None)
        lines = pilot.app.clipboard.splitlines()
        assert len(lines) == 203
        assert lines[0].startswith("message,meter,clock")


async def test_without_a_capture_nothing_is_shown_and_no_key_fails() -> None:
    async with running(None, keys=["3"]) as pilot:
        await press(
            pilot, "p", "b", "c", "x", "t", "o", "z", "z", "z", "r", "enter", "left", "right", "ctrl+f", "escape"
        )
        assert "no capture is open" in screen_text(pilot.app)


async def test_gathering_that_was_cancelled_goes_on_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(session_of("ln_wrapper_low")) as pilot:
        await press(pilot, "3")
        screen = pilot.app.screen
        gather = ObjectIndex.gather
        monkeypatch.setattr(ObjectIndex, "gather", lambda _: repeat(None))  # it has always something left to do
        screen._of = None
        screen.changed()
        await pilot.pause()
        await pilot.press("escape")
        await settled(pilot)
        assert "stopped: r goes on" in screen_text(pilot.app)
        monkeypatch.setattr(ObjectIndex, "gather", gather)
        screen.grew()
        assert screen._gathering.cancelled
        await press(pilot, "r")
        assert "1 meter, 22 values" in screen_text(pilot.app)
