"""Cells of profiles as values of the objects that were captured."""

from __future__ import annotations

import pytest

import dlms_analyzer as dlms
from dlms_analyzer import profile_cells as module
from dlms_analyzer.cosem import MeterModel, parse
from dlms_analyzer.message_json import time_text
from dlms_analyzer.profile_cells import NO_MOMENT, NO_ZONE, cells, history, in_order
from dlms_analyzer.values import CAPTURED, READ, Value
from tests.support import CAPTURES

ENERGY, CLOCK, PROFILE = parse("1-0:1.8.0"), parse("0-0:1.0.0"), parse("1-0:99.1.0")
NOON = bytes.fromhex("07ea0b0e060c0000ff")
WINTER = NOON + bytes.fromhex("ffc400")


def a_profile(*rows: tuple[tuple[int, object], ...], element: int = 0) -> Value:
    """A reading of a profile of clock and energy, at the time 5, in message 9."""
    meter = MeterModel()
    captured = [(18, 8), (9, CLOCK), (15, 2), (18, 0)], [(18, 3), (9, ENERGY), (15, 2), (18, element)]
    meter.note(7, PROFILE, 3, (1, tuple((2, tuple(one)) for one in captured)))
    meter.note(3, ENERGY, 3, (2, ((15, 3), (22, 30))))
    return Value(5, 9, meter, 7, PROFILE, None, 2, (1, tuple((2, row) for row in rows)), READ)


def energy(logical_name: bytes) -> bool:
    return logical_name == ENERGY


def test_a_cell_has_the_time_of_its_row_and_the_message_that_brought_it() -> None:
    (found,) = history([a_profile(((9, WINTER), (6, 77)))], energy)
    assert (time_text(found.time), found.message) == ("2026-11-14T11:00:00.000000Z", 9)
    assert (found.class_id, found.attribute, found.origin, found.problem) == (3, 2, CAPTURED, "")
    assert found.shown.words == "77 kWh"
    assert found.to_dict()["logical_name"] == "1.0.1.8.0.255"


@pytest.mark.parametrize(
    ("stamp", "time", "problem"),
    [
        ((9, NOON + bytes.fromhex("800000")), "2026-11-14T12:00:00.000000Z", NO_ZONE),
        ((9, b"\xff" * 12), "1970-01-01T00:00:00.000000005Z", NO_MOMENT),
        ((9, b"\x00\x01" + WINTER[2:]), "1970-01-01T00:00:00.000000005Z", NO_MOMENT),
        ((9, b"\x01"), "1970-01-01T00:00:00.000000005Z", NO_MOMENT),
        ((6, 5), "1970-01-01T00:00:00.000000005Z", NO_MOMENT),
    ],
)
def test_a_row_whose_time_stamp_is_no_moment_says_so(stamp: tuple[int, object], time: str, problem: str) -> None:
    (found,) = cells(a_profile((stamp, (6, 77))), energy)
    assert (time_text(found.time), found.problem) == (time, problem)
    assert found.to_dict()["problem"] == problem


def test_a_cell_that_the_meter_left_out_is_marked() -> None:
    found = list(cells(a_profile(((9, WINTER), (6, 77)), ((9, WINTER), (0, None))), energy))
    assert [one.data for one in found] == [(6, 77), (6, 77)]
    assert [one.problem for one in found] == ["", "left out by the meter, filled in"]


def test_an_element_of_an_attribute_is_not_shown_as_the_attribute() -> None:
    (found,) = cells(a_profile(((9, WINTER), (6, 77)), element=1), energy)
    assert (found.attribute, found.shown.words) == (None, "77")


def test_columns_that_do_not_match_and_values_that_are_no_profiles_have_no_cells() -> None:
    profile = a_profile(((9, WINTER), (6, 77)))
    assert list(cells(profile, lambda name: name == PROFILE)) == []
    assert list(history([profile], lambda name: name == PROFILE)) == [profile]
    assert list(cells(profile._replace(data=(6, 5)), energy)) == []


def test_a_load_profile_becomes_the_history_of_its_register_in_the_order_of_time() -> None:
    values = dlms.open(CAPTURES / "j_ln_hdlc_hls2_profile200.pcap").values
    name = parse("1-1:21.25.0")
    found = [one for one in in_order(history(values, lambda one: one == name)) if one.attribute == 2]
    captured = [one for one in found if one.origin == CAPTURED]
    assert len(captured) == 202
    assert [one.time for one in found] == sorted(one.time for one in found)
    assert time_text(captured[0].time) == "2026-11-14T05:00:00.000000Z"


def test_more_values_than_fit_are_put_in_order_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_SORTED", 2)
    profile = a_profile()
    assert [one.time for one in in_order(profile._replace(time=time) for time in (3, 2, 1))] == [2, 3, 1]
