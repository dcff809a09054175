"""SEQUENCE, SEQUENCE OF and CHOICE."""

from __future__ import annotations

import pytest

from scapy_layers import Malformed, NeedMore, Pdu, tolerant
from scapy_layers.core.composite import ChoiceField, RandPdu, RepeatedField, SequenceField, SequenceOfField, layer_of
from scapy_layers.core.fields import ConstantField, OctetStringField, UnsignedField
from tests.scapy_layers.memory import at_most


class Point(Pdu):
    """Two numbers."""

    name = "Point"
    service = "point"
    fields_desc = [UnsignedField("x", 1), UnsignedField("y", 2)]


class Circle(Pdu):
    """A choice with a number."""

    name = "Circle"
    service = "circle"
    fields_desc = [ConstantField("choice", 1, "circle"), UnsignedField("radius")]


class Label(Pdu):
    """A choice with octets."""

    name = "Label"
    service = "label"
    fields_desc = [ConstantField("choice", 2, "label"), OctetStringField("label")]


def shape() -> ChoiceField:
    return ChoiceField("shape", "Shape", [Circle, Label])


def test_a_sequence_is_a_layer_of_its_own() -> None:
    field = SequenceField("point", Point)
    record, stop = field.read(b"\x03\x04\xff", 0, 3)
    assert (record.x, record.y, stop) == (3, 4, 2)
    packet = field.to_packet(record)
    assert isinstance(packet, Point)
    assert field.write(record) == field.write(packet) == b"\x03\x04"
    assert field.text(record) == field.text(packet) == "Point(x=3, y=4)"
    assert layer_of(record) is layer_of(packet) is Point


def test_a_choice_is_made_by_the_first_octet() -> None:
    for octets, layer, text in (("0105", Circle, "Circle(radius=5)"), ("02 02 beef", Label, "Label(label=beef)")):
        data = bytes.fromhex(octets)
        record, stop = shape().read(data, 0, len(data))
        assert stop == len(data)
        assert record.layer is layer
        assert shape().write(record) == data
        assert shape().text(record) == text
        node = shape().trace(data, 0, len(data))
        assert (node.name, node.children[0].name) == ("shape", "choice")


def test_a_choice_that_is_none_is_malformed() -> None:
    for attempt in (shape().read, shape().trace):
        with pytest.raises(Malformed, match="03 is no choice of Shape at offset 1"):
            attempt(b"\xff\x03\x00", 1, 3)
        with pytest.raises(NeedMore, match="the octets end before shape at offset 1"):
            attempt(b"\xff", 1, 1)


def test_a_list_has_its_count_in_front() -> None:
    field = SequenceOfField(SequenceField("points", Point), 2)
    data = bytes.fromhex("02 0102 0304")
    records, stop = field.read(data, 0, len(data))
    assert [(one.x, one.y) for one in records] == [(1, 2), (3, 4)]
    assert stop == 5
    assert field.write(records) == field.write(field.to_packet(records)) == data
    assert field.text(records) == "[Point(x=1, y=2), Point(x=3, y=4)]"
    assert field.read(b"\x00", 0, 1) == ([], 1)


def test_a_count_that_the_octets_cannot_hold_is_refused_at_once() -> None:
    field = SequenceOfField(SequenceField("points", Point), 2)
    with at_most(50_000), pytest.raises(NeedMore, match="4294967295 elements, 4 octets are there"):
        field.read(bytes.fromhex("84ffffffff 01020304"), 0, 9)
    with pytest.raises(NeedMore):
        field.read(bytes.fromhex("03 01020304"), 0, 5)


def test_a_list_of_many_has_a_count_of_more_octets() -> None:
    field = SequenceOfField(UnsignedField("numbers"))
    values = list(range(256)) * 2
    octets = field.write(values)
    assert octets[:3].hex() == "820200"
    assert field.read(octets, 0, len(octets)) == (values, len(octets))


def test_a_list_without_a_count_goes_to_the_bound() -> None:
    field = RepeatedField(SequenceField("points", Point))
    records, stop = field.read(bytes.fromhex("01020304"), 0, 4)
    assert (len(records), stop) == (2, 4)
    assert field.write(records) == bytes.fromhex("01020304")
    with pytest.raises(NeedMore):
        field.read(bytes.fromhex("010203"), 0, 3)
    node = field.trace(bytes.fromhex("010203"), 0, 3)
    assert node.error is not None
    assert [child.error is None for child in node.children] == [True, False]


def test_the_tree_of_a_list_ends_where_an_element_cannot_be_read() -> None:
    field = SequenceOfField(shape(), 2)
    with tolerant():
        node = field.trace(bytes.fromhex("03 0105 0300 0107"), 0, 7)
    assert [child.name for child in node.children] == ["0"]
    assert (node.end, node.error) == (3, "03 is no choice of Shape at offset 3")


def test_a_random_packet_is_of_any_of_the_layers() -> None:
    made = {type(RandPdu(Circle, Label)._fix()) for _ in range(60)}
    assert made == {Circle, Label}
