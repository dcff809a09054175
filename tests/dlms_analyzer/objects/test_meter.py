"""One meter: its objects, and its values with all that it told about them."""

from __future__ import annotations

from pathlib import Path

from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.objects import AttributeRef, ObjectIndex, ObjectRef
from dlms_analyzer.values import NOTIFIED, READ, WRITTEN
from tests.dlms_analyzer.objects.talking import (
    CLOCK,
    ENERGY,
    KWH,
    PROFILE,
    columns,
    get,
    listed,
    numbers,
    push,
    put,
    the_meter,
)
from tests.dlms_analyzer.script import Script

VALUE = AttributeRef(3, ENERGY, None, 2)
STAMP = (9, bytes.fromhex("07ea0b0e060c0000ff800000"))


def test_a_value_has_the_unit_that_was_read_after_it(tmp_path: Path) -> None:
    script = Script()
    get(script, 3, ENERGY, 2, (6, 5))
    get(script, 3, ENERGY, 3, KWH)
    meter = the_meter(script, tmp_path)
    latest = meter.latest(VALUE)
    assert latest is not None
    assert (latest.message, latest.origin, latest.shown.words) == (2, READ, "5 kWh")
    assert meter.latest(AttributeRef(3, ENERGY, None, 9)) is None


def test_what_an_object_rests_on_is_learnt_when_it_is_looked_at_before_the_end(tmp_path: Path) -> None:
    script = Script()
    get(script, 7, PROFILE, 3, columns((8, CLOCK, 2), (3, ENERGY, 2)))
    get(script, 3, ENERGY, 3, KWH)
    get(script, 7, PROFILE, 2, (1, ((2, (STAMP, (6, 5))),)))
    index = ObjectIndex(script.index(tmp_path), Meters())
    for _ in index._messages():
        pass
    (meter,) = index.meters
    assert not meter.model.scaler_units
    meter.prepare(ObjectRef(7, PROFILE))
    latest = meter.latest(AttributeRef(7, PROFILE, None, 2))
    assert latest is not None
    assert latest.table is not None
    (row,) = latest.table.rows
    assert [latest.table.text(cell, column) for cell, column in zip(row, latest.table.columns, strict=True)] == [
        "2026-11-14T12:00:00",
        "5 kWh",
    ]


def test_objects_stand_by_logical_name_with_those_that_only_the_object_list_names(tmp_path: Path) -> None:
    script = Script()
    get(script, 3, ENERGY, 2, (6, 5))
    get(script, 15, bytes((0, 0, 40, 0, 0, 255)), 2, listed((8, CLOCK), (3, ENERGY), mode=3))
    meter = the_meter(script, tmp_path)
    assert [one.logical_name for one in meter.objects] == [CLOCK, bytes((0, 0, 40, 0, 0, 255)), ENERGY]
    node = meter.node(ObjectRef(3, ENERGY))
    assert (node.name, node.class_name) == ("active energy import (total)", "Register")
    (member,) = node.members
    assert (member.number, member.name, member.rights, member.value) == (2, "value", "read and write", None)
    assert (meter.medium(ObjectRef(3, ENERGY)), meter.medium(ObjectRef(None, None, 8))) == (
        "electricity (AC)",
        "not known",
    )


def test_each_client_is_shown_another_object_list(tmp_path: Path) -> None:
    script = Script()
    association = bytes((0, 0, 40, 0, 0, 255))
    get(script, 15, association, 2, listed((8, CLOCK)), client=16)
    get(script, 15, association, 2, listed((8, CLOCK), (3, ENERGY)), client=32)
    get(script, 15, association, 2, listed((8, CLOCK)), client=16)
    meter = the_meter(script, tmp_path)
    assert ObjectRef(3, ENERGY) in meter.objects


def test_read_written_and_pushed_values_of_an_attribute_stand_together(tmp_path: Path) -> None:
    script = Script()
    get(script, 3, ENERGY, 2, (6, 1))
    put(script, 3, ENERGY, 2, (6, 2))
    push(script, (9, ENERGY), (6, 3))
    meter = the_meter(script, tmp_path)
    assert numbers(meter, [VALUE]) == [[2, 4, 5]]
    values = [meter.value(VALUE, number) for number in meter.numbers(VALUE)]
    assert [(one.data, one.origin) for one in values if one] == [
        ((6, 1), READ),
        ((6, 2), WRITTEN),
        ((6, 3), NOTIFIED),
    ]


def test_all_attributes_that_come_under_attribute_0_are_values(tmp_path: Path) -> None:
    script = Script()
    get(script, 3, ENERGY, 0, (2, ((9, ENERGY), (6, 7), KWH)))
    meter = the_meter(script, tmp_path)
    assert [ref.attribute for ref in meter.attributes(ObjectRef(3, ENERGY))] == [1, 2, 3]
    latest = meter.latest(VALUE)
    assert latest is not None
    assert latest.shown.words == "7 kWh"


def test_two_values_of_one_attribute_in_one_message_are_told_apart(tmp_path: Path) -> None:
    script = Script()
    push(script, (9, ENERGY), (6, 3), (9, ENERGY), (6, 4))
    meter = the_meter(script, tmp_path)
    assert numbers(meter, [VALUE]) == [[1, 1]]
    found = [meter.value(VALUE, 1, which) for which in (0, 1, -1, 2)]
    assert [None if one is None else one.data for one in found] == [(6, 3), (6, 4), (6, 4), None]


def test_short_names_stand_at_the_end_until_the_object_list_tells_what_they_are(tmp_path: Path) -> None:
    script = Script()
    script.client(b"\x05\x01\x02\x50\x08").server(b"\x0c\x01\x00\x06\x00\x00\x00\x05")
    meter = the_meter(script, tmp_path)
    assert meter.objects == [ObjectRef(None, None, 0x5008)]
    assert meter.node(meter.objects[0]).base_name == 0x5008
    element = b"\x02\x04\x10\x50\x00\x12\x00\x03\x11\x00\x09\x06" + ENERGY
    script.client(b"\x05\x01\x02\xfa\x08").server(b"\x0c\x01\x00\x01\x01" + element)
    meter = the_meter(script, tmp_path)
    assert numbers(meter, [VALUE]) == [[2]]
    assert ObjectRef(None, None, 0x5008) not in meter.objects
