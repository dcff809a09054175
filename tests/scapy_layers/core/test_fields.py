"""Fields one by one: the pair `read` and `write`, and what people see and give."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import pytest
from scapy.fields import RawVal
from scapy.volatile import RandNum

from scapy_layers import Malformed, NeedMore, Pdu, tolerant
from scapy_layers.core.fields import (
    BitsField,
    BooleanField,
    ConstantField,
    EnumeratedField,
    FixedOctetsField,
    IntegerField,
    LengthField,
    OctetStringField,
    OptionalField,
    Part,
    RestField,
    UnsignedField,
    WireField,
    WithinOctetString,
    only_if,
)
from scapy_layers.core.outcome import Oddity


class Colour(IntEnum):
    DARK_RED = 1
    BLUE = 2


class Painted(Pdu):
    """A layer with every kind of field."""

    name = "Painted"
    service = "painted"
    prefix = "test"
    fields_desc = [
        ConstantField("tag", 0x77, "painted"),
        LengthField(),
        EnumeratedField("colour", Colour.BLUE, Colour),
        only_if(UnsignedField("shade", 7), "colour", {Colour.DARK_RED}),
        BitsField("flags", 0, (Part("wet", 0x80), Part("coats", 0x0F))),
        only_if(UnsignedField("drying_time", 9, 2), "flags", mask=0x80),
        OptionalField(OctetStringField("label")),
        RestField("rest"),
    ]


READ_AND_WRITTEN: list[tuple[WireField, str, Any, str]] = [
    (UnsignedField("n"), "fe", 254, "254"),
    (UnsignedField("n", 0, 2), "fffe", 65534, "65534"),
    (UnsignedField("n", 0, 4), "fffffffe", 4294967294, "4294967294"),
    (UnsignedField("n", 0, 8), "fffffffffffffffe", 18446744073709551614, "18446744073709551614"),
    (IntegerField("n"), "fe", -2, "-2"),
    (IntegerField("n", 0, 2), "fffe", -2, "-2"),
    (IntegerField("n", 0, 8), "fffffffffffffffe", -2, "-2"),
    (BooleanField("b"), "00", 0, "false"),
    (BooleanField("b"), "01", 1, "true"),
    (BooleanField("b"), "ff", 255, "true"),
    (EnumeratedField("c", 1, Colour), "01", 1, "dark-red (1)"),
    (EnumeratedField("c", 1, Colour), "09", 9, "9"),
    (FixedOctetsField("o", b"ab", 2), "beef", b"\xbe\xef", "beef"),
    (OctetStringField("o"), "02beef", b"\xbe\xef", "beef"),
    (OctetStringField("o"), "00", b"", ""),
    (OptionalField(UnsignedField("n")), "00", None, "absent"),
    (OptionalField(UnsignedField("n")), "0105", 5, "5"),
    (WithinOctetString(UnsignedField("n")), "0105", 5, "5"),
    (RestField("r"), "beef", b"\xbe\xef", "beef"),
    (LengthField(), "8180", 128, "128"),
    (BitsField("f", 0, (Part("wet", 0x80), Part("coats", 0x0F))), "83", 0x83, "83 (wet, coats 3)"),
]


@pytest.mark.parametrize(("field", "octets", "value", "text"), READ_AND_WRITTEN, ids=lambda value: str(value)[:40])
def test_a_field_is_read_written_and_said(field: WireField, octets: str, value: Any, text: str) -> None:
    data = bytes.fromhex(octets)
    assert field.read(b"\xaa" + data + b"\xaa", 1, 1 + len(data)) == (value, 1 + len(data))
    assert field.write(value) == data
    assert field.text(value) == text
    assert field.i2repr(None, value) == text
    assert field.i2len(None, value) == len(data)
    if not isinstance(field, RestField):
        node = field.trace(data + b"\xaa", 0, len(data))
        assert (node.value, node.start, node.end, node.text) == (value, 0, len(data), text)
    for cut in range(len(data)):
        if not isinstance(field, RestField):
            with pytest.raises((NeedMore, Malformed)) as caught:
                field.read(data, 0, cut)
            assert caught.value.offset <= cut


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (UnsignedField("n"), 256),
        (UnsignedField("n"), -1),
        (IntegerField("n"), 128),
        (FixedOctetsField("o", b"ab", 2), b"abc"),
        (FixedOctetsField("o", b"ab", 2), b"a"),
    ],
    ids=str,
)
def test_a_value_that_does_not_fit_is_refused(field: WireField, value: Any) -> None:
    with pytest.raises(Exception, match=r"."):  # write_layer makes a ValueError of it that names layer and field
        field.write(value)


def test_an_enumeration_takes_names_and_numbers() -> None:
    field = EnumeratedField("colour", Colour.BLUE, Colour)
    assert field.default == 2
    assert field.any2i(None, "dark-red") == 1
    assert field.any2i(None, 9) == 9
    with pytest.raises(ValueError, match="colour: no such name: green"):
        field.any2i(None, "green")


def test_bits_have_names_and_values() -> None:
    part = Part("mode", 0x30, {0: "idle", 1: "busy"})
    assert [part.of(value) for value in (0x00, 0x10, 0x3F)] == [0, 1, 3]
    assert [part.text(value) for value in (0x00, 0x10, 0x3F)] == ["idle", "busy", "3"]
    assert [Part("wet", 0x80).text(value) for value in (0x80, 0x7F)] == ["set", "not set"]
    assert Part("coats", 0x0F).text(0x83) == "3"
    node = BitsField("flags", 0, (Part("wet", 0x80), part)).trace(b"\x90", 0, 1)
    assert [(child.name, child.value, child.text) for child in node.children] == [
        ("wet", 1, "set"),
        ("mode", 1, "busy"),
    ]


def test_a_usage_octet_other_than_00_and_01_is_odd() -> None:
    field = OptionalField(UnsignedField("n"))
    with pytest.raises(Oddity):
        field.read(b"\xff\x05", 0, 2)
    with tolerant() as notes:
        assert field.read(b"\xff\x05", 0, 2) == (5, 2)
        assert field.trace(b"\xff\x05", 0, 2).value == 5
    assert [(note.code, note.offset) for note in notes] == [("usage-octet", 0)] * 2


def test_a_value_has_to_fill_the_octet_string_around_it() -> None:
    field = WithinOctetString(UnsignedField("n", 0, 2))
    with pytest.raises(Malformed, match="within n at offset 2"):
        field.read(b"\x01\x05", 0, 2)
    with tolerant() as notes:
        assert field.read(b"\x03\x00\x05\xaa", 0, 4) == (5, 4)
    assert [(note.code, note.offset) for note in notes] == [("trailing-octets", 3)]


def test_a_field_that_another_one_calls_for_is_there_only_then() -> None:
    for octets, shade, drying in (
        ("77 03 02 00 00", None, None),
        ("77 04 01 05 00 00", 5, None),
        ("77 05 02 80 0009 00", None, 9),
        ("77 06 01 05 80 0009 00", 5, 9),
    ):
        data = bytes.fromhex(octets)
        record, stop = Painted.read_record(data, 0, len(data))
        assert (record.shade, record.drying_time, stop) == (shade, drying, len(data))
        packet = Painted(data)
        assert (packet.shade, packet.drying_time) == (shade, drying)
        packet.clear_cache()
        assert bytes(packet) == data


def test_a_length_bounds_what_follows_and_is_computed() -> None:
    data = bytes.fromhex("77 07 02 00 01 01 41 4243 ff")
    record, stop = Painted.read_record(data, 0, len(data))
    assert (record.label, record.rest, stop) == (b"A", b"BC", 9)
    packet = Painted(colour="blue", label=b"A", rest=b"BC")
    assert bytes(packet) == data[:9]
    with pytest.raises(Malformed, match="the octets end before label, within the length given at offset 4"):
        Painted.read_record(bytes.fromhex("77 02 02 00 01"), 0, 5)
    with pytest.raises(NeedMore, match="length says 7 octets, 6 are there at offset 8"):
        Painted.read_record(data, 0, 8)


def test_the_octets_behind_a_bound_are_not_read() -> None:
    with pytest.raises(Malformed):
        Painted.read_record(bytes.fromhex("77 03 01 05 00 00"), 0, 6)  # the usage octet is outside


def test_values_yet_to_be_generated_are_shown_as_scapy_shows_them() -> None:
    for field in (UnsignedField("n"), BitsField("f", 0, (Part("wet", 0x80),)), EnumeratedField("c", 1, Colour)):
        assert "Rand" in field.i2repr(None, RandNum(0, 9))
        assert "RawVal" in field.i2repr(None, RawVal(b"ab"))
        assert field.i2repr(None, (1, 3)) == "(1, 3)"
        assert field.i2repr(None, None) == "absent"
