"""What a meter looks like from its traffic."""

from __future__ import annotations

from dlms_analyzer.cosem import MeterModel, parse
from dlms_analyzer.object_tree import meter_dict, object_tree
from dlms_analyzer.values import READ, Value

ENERGY, ASSOCIATION = parse("1-0:1.8.0"), parse("0-0:40.0.0")


def listed(class_id: int, version: int, name: bytes, mode: int) -> tuple[int, object]:
    """An element of the object list of an Association LN: attributes 1 and 2, and method 1."""
    attributes = tuple((2, ((15, number), (22, mode), (0, None))) for number in (1, 2))
    methods = ((2, ((15, 1), (22, 0))),)
    return 2, ((18, class_id), (17, version), (9, name), (2, ((1, attributes), (1, methods))))


def a_meter(version: int, mode: int) -> MeterModel:
    meter = MeterModel()
    elements = (listed(15, version, ASSOCIATION, mode), listed(3, 0, ENERGY, mode))
    meter.note(15, ASSOCIATION, 2, (1, elements))
    return meter


def value(meter: MeterModel, attribute: int | None, base_name: int | None = None) -> Value:
    by_name = base_name is None
    return Value(0, 1, meter, 3 if by_name else None, ENERGY if by_name else None, base_name, attribute, (6, 5), READ)


def test_objects_stand_by_logical_name_with_rights_and_last_values() -> None:
    meter = a_meter(2, 1)
    association, energy = object_tree(meter, [value(meter, 2)])
    assert (association.logical_name, energy.logical_name) == (ASSOCIATION, ENERGY)
    assert (energy.class_name, energy.version, energy.name) == ("Register", 0, "active energy import (total)")
    assert [(one.number, one.is_method, one.name, one.rights) for one in energy.members] == [
        (1, False, "logical_name", "read"),
        (2, False, "value", "read"),
        (1, True, "reset", "no access"),
    ]
    assert [one.value is not None for one in energy.members] == [False, True, False]


def test_modes_are_bits_when_the_association_is_of_version_3() -> None:
    _, energy = object_tree(a_meter(3, 5), ())
    assert energy.members[1].rights == "read, authenticated request"


def test_an_object_that_no_list_tells_of_has_its_values_alone() -> None:
    meter = MeterModel()
    (energy,) = object_tree(meter, [value(meter, 2)])
    assert (energy.version, energy.members[0].rights) == (None, None)


def test_a_short_name_is_placed_when_the_object_list_came_later() -> None:
    meter = MeterModel()
    early = value(meter, None, base_name=0x108)
    (stranger,) = object_tree(meter, [early])
    assert (stranger.logical_name, stranger.base_name) == (None, 0x108)
    entry = (2, ((16, 0x100), (18, 3), (17, 0), (9, ENERGY)))
    meter.note(12, ASSOCIATION, 2, (1, (entry,)))
    (energy,) = (one for one in object_tree(meter, [early]) if one.class_id == 3)
    assert (energy.logical_name, energy.members[0].number) == (ENERGY, 2)


def test_the_object_of_a_meter_hides_secrets() -> None:
    meter = a_meter(2, 1)
    secret = Value(0, 1, meter, 15, ASSOCIATION, None, 7, (9, b"12345678"), READ)
    said = meter_dict(meter, object_tree(meter, [secret]))
    assert "3132" not in str(said)
    last = said["objects"][0]["attributes"][-1]["last"]
    assert (last["value"], last["text"]) == (None, "not shown")
    assert "3132" in str(meter_dict(meter, object_tree(meter, [secret]), show_secrets=True))
