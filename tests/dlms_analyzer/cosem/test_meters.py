"""One model for each meter, wherever it shows up."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dlms_analyzer.cosem.meters import MAX_METERS, Meters
from dlms_analyzer.cosem.obis import parse

TITLE = bytes.fromhex("4752580000000001")
ENERGY = parse("1-0:1.8.0")
WH = (2, ((15, 0), (22, 30)))


def test_two_places_are_two_meters() -> None:
    meters = Meters()
    assert meters.find("192.0.2.7/1") is meters.find("192.0.2.7/1")
    assert meters.find("192.0.2.7/1") is not meters.find("192.0.2.7/2")
    assert len(meters) == 2


def test_two_ports_of_an_address_are_two_meters() -> None:
    meters = Meters()
    assert meters.find("192.0.2.7:4059/1") is not meters.find("192.0.2.7:4061/1")
    assert meters.find("[2001:db8::7]:4059/1") is not meters.find("[2001:db8::7]:4061/1")
    assert len(meters) == 4


@pytest.mark.parametrize("address", ["192.0.2.7", "[2001:db8::7]"])
def test_a_meter_that_pushes_from_any_port_is_the_only_one_that_answers_there(address: str) -> None:
    meters = Meters()
    called = meters.find(f"{address}:4059/1")
    assert meters.find(f"{address}/1") is called
    assert meters.known(f"{address}/1") is called
    assert meters.find(f"{address}/2") is not called, "another logical device"
    assert meters.find(f"{address}:4059/1", TITLE) is called
    assert meters.find(f"{address}/1") is called, "it told its title meanwhile"


def test_a_meter_that_pushed_before_it_was_called_is_one_meter_and_so_it_is_saved() -> None:
    meters = Meters()
    pushing = meters.find("192.0.2.7/1", TITLE)
    assert meters.find("192.0.2.7:4059/1") is pushing
    assert meters.find("192.0.2.7:4061/1") is not pushing, "one has that place already"
    loaded = Meters.from_dict(json.loads(json.dumps(meters.to_dict())))
    assert loaded.find("192.0.2.7:4059/1") is loaded.find("192.0.2.7/1", TITLE)
    assert loaded.find("192.0.2.7:4062/1") is not loaded.find("192.0.2.7/1")


def test_a_meter_that_pushed_before_it_was_called_is_known_by_the_port_it_answers_at() -> None:
    meters = Meters()
    pushing = meters.find("192.0.2.7/1")
    assert meters.find("192.0.2.7:4059/1") is pushing is meters.find("192.0.2.7/1")
    assert [key for key, _ in meters.items()] == [pushing.key] == ["192.0.2.7:4059/1"]


def test_a_meter_that_was_met_before_it_said_anything_is_the_one_that_pushes() -> None:
    meters = Meters()
    meters.meet("192.0.2.7:4059/1")
    assert len(meters) == 0
    assert meters.find("192.0.2.7/1") is meters.find("192.0.2.7:4059/1")


def test_a_push_where_several_meters_answer_is_that_of_none_of_them() -> None:
    meters = Meters()
    answering = [meters.find(f"192.0.2.7:{port}/1") for port in (4059, 4061, 4063)]
    pushing = meters.find("192.0.2.7/1")
    assert all(one is not pushing for one in answering)
    assert meters.find("192.0.2.7/1") is pushing


def test_what_was_learnt_under_a_place_stays_when_the_title_is_told() -> None:
    meters = Meters()
    first = meters.find("192.0.2.7/1")
    assert meters.find("192.0.2.7/1", TITLE) is first
    assert meters.find("192.0.2.7/1") is first
    assert [key for key, _ in meters.items()] == [TITLE.hex()]


def test_a_meter_keeps_its_model_when_its_address_changes() -> None:
    meters = Meters()
    first = meters.find("192.0.2.7/1", TITLE)
    assert meters.find("192.0.2.99/1", TITLE) is first
    assert meters.find("192.0.2.99/1") is first


def test_another_meter_at_the_same_place_has_its_own_model() -> None:
    meters = Meters()
    first = meters.find("192.0.2.7/1", TITLE)
    second = meters.find("192.0.2.7/1", b"ABCDEFGH")
    assert second is not first
    assert meters.find("192.0.2.7/1") is second


def test_saved_meters_read_as_before() -> None:
    meters = Meters()
    meters.find("192.0.2.7/1", TITLE).note(3, ENERGY, 3, WH)
    loaded = Meters.from_dict(json.loads(json.dumps(meters.to_dict())))
    assert loaded.find("192.0.2.7/1").interpret(3, ENERGY, 2, (6, 5)).words == "5 Wh"
    assert loaded.to_dict() == meters.to_dict()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ([], "no meter models"),
        ({"format": 2}, "no meter models"),
        ({"format": 1, "meters": [1]}, "must be tables"),
        ({"format": 1, "meters": {"a": {"format": 7}}}, "meter a: no meter model"),
    ],
)
def test_damaged_meters_are_refused(content: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Meters.from_dict(content)


def test_the_number_of_meters_is_bounded() -> None:
    meters = Meters()
    for number in range(MAX_METERS + 5):
        meters.find(f"place {number}", number.to_bytes(8, "big"))
    assert len(meters) == MAX_METERS
    assert len(meters.to_dict()["places"]) <= MAX_METERS


def test_a_meter_can_be_called_something_before_it_is_met_and_after() -> None:
    meters = Meters()
    known = meters.find("192.0.2.7/1", b"ABCDEFGH")
    assert known.called != "Bench meter"
    for title, name in ((b"ABCDEFGH", "Bench meter"), (b"ABCDEFGI", "Roof meter")):
        meters.call(title.hex(), name)
    assert known.called == "Bench meter"
    assert meters.find("192.0.2.8/1", b"ABCDEFGI").called == "Roof meter"
