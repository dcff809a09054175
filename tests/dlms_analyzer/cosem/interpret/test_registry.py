"""Every attribute of every class is interpreted; what does not fit says so; nothing raises."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlms_analyzer.cosem.classes import InterfaceClass, classes
from dlms_analyzer.cosem.interpret import Part, interpret, interpret_method, register
from dlms_analyzer.cosem.interpret.kinds import Leaf
from dlms_analyzer.cosem.interpret.registry import reader
from dlms_analyzer.cosem.tables import rows
from tests.dlms_analyzer.cosem.interpret.values import DATE_TIME, Pair, data, fitting, mutated

VERSIONS = [one for versions in classes().values() for one in versions]
MEMBERS = [(one.class_id, one.version, str(index)) for one in VERSIONS for index in one.attributes] + [
    (one.class_id, one.version, f"m{index}") for one in VERSIONS for index in one.methods
]


def count(parts: tuple[Part, ...]) -> int:
    return len(parts) + sum(count(part.parts) for part in parts)


@pytest.mark.parametrize("one", VERSIONS, ids=lambda one: f"{one.class_id}v{one.version}")
def test_every_attribute_of_its_type_is_interpreted_without_falling_back(one: InterfaceClass) -> None:
    for index in one.attributes:
        pair = fitting(reader(one.class_id, str(index), one.version).shape)
        found = interpret(one.class_id, index, pair, one.version)
        assert not found.problem
        assert one.attributes[index].name in found.rule
        assert found.words
        json.dumps(found.value, allow_nan=False)
        count(found.parts)


def wrong(kind: str) -> Pair:
    if kind == "boolean":
        return 9, b"\x01\x02\x03"
    return 3, True


@pytest.mark.parametrize("one", VERSIONS, ids=lambda one: f"{one.class_id}v{one.version}")
def test_every_attribute_of_another_type_falls_back_and_says_so(one: InterfaceClass) -> None:
    for attribute in one.attributes.values():
        shape = reader(one.class_id, str(attribute.number), one.version).shape
        if isinstance(shape, Leaf) and shape.kind == "auto":
            assert attribute.type == "CHOICE"
            continue
        pair = wrong(attribute.type)
        found = interpret(one.class_id, attribute.number, pair, one.version)
        assert "expected" in found.problem, attribute
        assert "does not fit" in found.rule
        assert found.value == (True if pair[0] == 3 else "010203")


def test_the_place_of_a_misfit_is_named() -> None:
    rows_of = [(2, ((18, 3), (9, bytes(6)), (15, 2), (18, 0)))] * 3
    rows_of[2] = (2, ((18, 3), (17, 5), (15, 2), (18, 0)))
    found = interpret(7, 3, (1, tuple(rows_of)))
    assert found.path == (2, 1)
    assert found.problem == "element [2][1]: a logical name expected, unsigned found"
    assert found.value[2] == [3, 5, 2, 0]


def test_unknown_classes_are_read_by_their_types_without_complaint() -> None:
    found = interpret(31000, 5, (9, DATE_TIME))
    assert (found.value, found.problem) == ("2026-11-22T12:37:23+01:00", "")


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(MEMBERS), st.data())
def test_nothing_that_a_meter_sends_raises(member: tuple[int, int, str], choose: st.DataObject) -> None:
    class_id, version, name = member
    fits = fitting(reader(class_id, name, version).shape)
    pair = choose.draw(st.one_of(data, mutated(fits)))
    for asked in (version, None):
        number = int(name.removeprefix("m"))
        found = (interpret_method if name[0] == "m" else interpret)(class_id, number, pair, asked)
        json.dumps(found.value, allow_nan=False)
        assert isinstance(found.words, str)
        count(found.parts)


@settings(max_examples=5, deadline=None)
@given(data)
def test_nothing_raises_in_any_attribute(pair: Pair) -> None:
    for class_id, version, name in MEMBERS:
        if name[0] != "m":
            found = interpret(class_id, int(name), pair, version)
            assert isinstance(found.words, str)
            count(found.parts)


def test_every_shape_of_the_table_belongs_to_an_attribute() -> None:
    known = {(class_id, name) for class_id, _, name in MEMBERS}
    strangers = [
        row
        for row in rows("shapes")
        if row["class_id"] != "*" and (int(row["class_id"]), row["attribute"]) not in known
    ]
    assert not strangers


WORDS = [
    (70, 3, (22, 2), 2, "ready for reconnection (2)"),
    (8, 4, (17, 0x82), 0x82, "doubtful value, daylight saving active (0x82)"),
    (8, 2, (9, DATE_TIME), "2026-11-22T12:37:23+01:00", "2026-11-22T12:37:23+01:00, Sunday, deviation -60 min"),
    (64, 2, (22, 3), 3, "all messages authenticated and encrypted (3)"),
    (64, 2, (22, 0x2C), 0x2C, "authenticated request, encrypted request, authenticated response (0x2C)"),
    (64, 3, (22, 1), 1, "suite 1: AES-GCM-128, ECDSA P-256 (1)"),
    (42, 3, (6, 0xC0000207), "192.0.2.7", "192.0.2.7"),
    (43, 2, (9, bytes.fromhex("0200c0a80001")), "02:00:c0:a8:00:01", "02:00:c0:a8:00:01"),
    (18, 6, (22, 3), 3, "image verification successful (3)"),
    (18, 3, (4, (200, bytes([0xFF] * 25))), "1" * 200, "200 of 200 bits set"),
    (15, 8, (22, 2), 2, "associated (2)"),
    (15, 4, (9, bytes.fromhex("60857405080101")), "2.16.756.5.8.1.1",
     "2.16.756.5.8.1.1 (logical name referencing, no ciphering)"),
    (15, 6, (2, ((17, 2), (17, 16), (18, 756), (17, 5), (17, 8), (17, 2), (17, 5))), "2.16.756.5.8.2.5",
     "2.16.756.5.8.2.5 (HLS with GMAC)"),
    (22, 3, (22, 1), 1, "one time, date with wildcards (1)"),
    (47, 5, (22, 9), 9, "NB-IoT category 2 (9)"),
    (72, 7, (18, 0x2C2D), 0x2C2D, "2C2D (KAM)"),
    (72, 6, (6, 0x12345678), 0x12345678, "12345678"),
    (29, 2, (22, 210), 210, "manufacturer specific (210)"),
    (41, 3, (9, bytes(6)), "0.0.0.0.0.0", "0-0:0.0.0.0 (none)"),
    (3, 3, (2, ((15, 3), (22, 30))), {"scaler": 3, "unit": "Wh"}, "1000 Wh"),
    (3, 3, (0, None), None, "nothing"),
    (1, 2, (9, b"GRX123456"), "GRX123456", "'GRX123456'"),
    (1, 2, (9, b"RATE2\x00\x00\x00"), "RATE2", "'RATE2'"),
    (112, 7, (4, (5, b"\x48")), ["requires confirmation", "able to receive credit from tokens"],
     "requires confirmation, able to receive credit from tokens"),
]  # fmt: skip


@pytest.mark.parametrize(("class_id", "attribute", "pair", "value", "words"), WORDS)
def test_values_are_said_in_words(class_id: int, attribute: int, pair: Pair, value: object, words: str) -> None:
    found = interpret(class_id, attribute, pair)
    assert (found.value, found.words, found.problem) == (value, words, "")


def test_conformance_is_a_list_of_its_bits() -> None:
    info = (2, ((4, (24, b"\x00\x1e\x1d")), (18, 1200), (18, 1200), (17, 6), (15, 0), (9, b"")))
    found = interpret(15, 5, info)
    assert found.value["conformance"][:3] == [
        "block-transfer-with-get-or-read", "block-transfer-with-set-or-write", "block-transfer-with-action",
    ]  # fmt: skip
    assert found.parts[0].name == "conformance"
    assert found.parts[1].words == "1200"


def test_access_modes_depend_on_the_version_of_the_association() -> None:
    def listed(mode: int) -> Pair:
        access = (2, ((1, ((2, ((15, 2), (22, mode), (0, None))),)), (1, ((2, ((15, 1), (22, 1))),))))
        return 1, ((2, ((18, 3), (17, 0), (9, bytes((1, 0, 1, 8, 0, 255))), access)),)

    def mode_words(pair: Pair, version: int | None) -> str:
        return interpret(15, 2, pair, version).parts[0].parts[3].parts[0].parts[0].parts[1].words

    assert mode_words(listed(6), 1) == "authenticated read and write (6)"
    assert mode_words(listed(6), 3) == "write, authenticated request (0x06)"
    assert mode_words(listed(0x0D), None) == "read, authenticated request, encrypted request (0x0D)"
    assert interpret(15, 2, listed(1)).words == "1 object: 1-0:1.8.0.255 active energy import (total) (Register)"


def test_an_object_identifier_without_arcs_is_none() -> None:
    assert interpret(15, 4, (2, ())).problem == "an object identifier expected, structure found"
    assert interpret(15, 4, (9, b"")).problem == "an object identifier expected, octet-string of 0 octets found"


def test_an_object_without_a_name_in_the_list_is_said_so() -> None:
    nameless = (2, ((18, 3), (17, 0), (9, b"")))
    assert interpret(15, 2, (1, (nameless,))).words == "1 object: no object (Register)"


def test_a_method_parameter_is_interpreted() -> None:
    found = interpret_method(18, 1, (2, ((9, b"FW2.0"), (6, 4096))))
    assert found.value == {"image_identifier": "FW2.0", "image_size": 4096}
    assert interpret_method(70, 1, (15, 0)).value == 0


def test_a_registered_shape_goes_before_the_tables() -> None:
    register(30999, "2", "{colour:str, count:int}", "test project")
    found = interpret(30999, 2, (2, ((9, b"red"), (17, 3))))
    assert (found.value, found.rule) == ({"colour": "red", "count": 3}, "test project")
    assert interpret(30999, 2, (17, 3)).problem == "structure expected, unsigned found"
