"""Pushes: which value is which, and what that rests on."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlms_analyzer.cosem.model import MeterModel
from dlms_analyzer.cosem.obis import dotted, parse
from dlms_analyzer.cosem.push import NAMES_INSIDE, OWN_LIST, UNKNOWN, Push, PushItem, label
from scapy_layers import DecodeError, read_apdu, tolerant
from scapy_layers.selective_access import CaptureObject
from tests.dlms_analyzer.cosem.interpret.values import DATE_TIME, Pair, data
from tests.support import vectors

SETUP = parse("0-0:25.9.0")
ENERGY = parse("1-0:1.8.0")
VOLTAGE = parse("1-0:32.7.0")

BY_SOURCE = {
    "active_power_import": ("1.7.0",), "active_power_export": ("2.7.0",), "reactive_power_import": ("3.7.0",),
    "reactive_power_export": ("4.7.0",), "current_l1": ("31.7.0",), "current_l2": ("51.7.0",),
    "current_l3": ("71.7.0",), "voltage_l1": ("32.7.0",), "voltage_l2": ("52.7.0",), "voltage_l3": ("72.7.0",),
    "active_power_import_total": ("1.8.0",), "active_power_export_total": ("2.8.0",),
    "reactive_power_import_total": ("3.8.0",), "reactive_power_export_total": ("4.8.0",),
    "meter_id": ("96.1.0", "0.0.5"), "list_ver_id": ("0.2.129",),
}  # fmt: skip
"""What one source calls the values, and value groups C to E of their codes."""

OTHERWISE = {"dlmsparser-raw_energomera": "its source says 0 for everything, the values stand in the frame"}
"""Vectors whose source does not say what is in them, with the reason."""


LLC_AND_TAG = bytes.fromhex("e6e7000f")
FCS_AND_FLAG = 3


def body_of(vector: dict[str, Any]) -> Pair | None:
    """The body of the DataNotification in a vector that is one frame or APDU in clear; None for all others."""
    octets = bytes.fromhex(vector["hex"])
    if vector["framing"] == "apdu":
        start, end = 0, len(octets)
    else:
        start, end = octets.find(LLC_AND_TAG) + 3, len(octets)
        if vector["framing"] == "hdlc":
            end -= FCS_AND_FLAG
    if start == 2 or octets[start] != LLC_AND_TAG[3]:
        return None
    try:
        with tolerant():
            record, stop = read_apdu(octets, start, end)
    except DecodeError:
        return None
    body: Pair = record.notification_body
    return body if stop == end else None


def values(push: Push) -> dict[str, PushItem]:
    return {dotted(item.captured.logical_name): item for item in push.items if item.captured is not None}


def says(item: PushItem, expected: object) -> bool:
    shown = item.shown
    if isinstance(expected, int | float):
        number = shown.value if shown.scaled is None else shown.scaled
        raw = shown.value
        return Decimal(repr(expected)) in {Decimal(str(one)) for one in (number, raw) if isinstance(one, int | Decimal)}
    return str(expected).replace(" ", "T") in str(shown.value) or expected == f"{shown.scaled} {shown.unit}"


PUSHES = [
    vector
    for vector in vectors()
    if "push" in vector["tags"] and vector["id"] not in OTHERWISE and body_of(vector) is not None
]


@pytest.mark.parametrize("vector", PUSHES, ids=lambda vector: vector["id"])
def test_the_values_of_a_public_push_are_what_its_source_says(vector: dict[str, Any]) -> None:
    body = body_of(vector)
    assert body is not None
    found = values(label(MeterModel(), body))
    expected = {} if vector["expected"] is None else vector["expected"].get("values") or {}
    for key, value in expected.items():
        if key[0].isdigit() and key != "0.0.0.0.0.0":
            assert key in found, key
            assert says(found[key], value), (key, value, found[key])
        elif key in BY_SOURCE:
            ends = tuple(f".{end}.255" for end in BY_SOURCE[key])
            items = [item for code, item in found.items() if code.endswith(ends)]
            assert any(says(item, value) for item in items), (key, value, items)


@pytest.mark.parametrize(
    "vector", [one for one in PUSHES if "U_V" in (one["expected"] or {})], ids=lambda vector: vector["id"]
)
def test_currents_and_voltages_are_what_another_decoder_says(vector: dict[str, Any]) -> None:
    body = body_of(vector)
    assert body is not None
    push = label(MeterModel(), body)
    found = values(push)
    if push.rule in (UNKNOWN, OWN_LIST):
        assert all(item.shown.scaled is None for item in push.items), "no scaler is in the message"
        return
    for quantity, group in (("U_V", "2.7.0.255"), ("I_A", "1.7.0.255")):
        for phase, expected in zip("357", vector["expected"][quantity], strict=True):
            items = [item for code, item in found.items() if code.endswith(f".{phase}{group}")]
            for item in items:
                assert item.shown.scaled == pytest.approx(Decimal(str(expected)), abs=Decimal("0.005"))


def rule_of(identifier: str) -> str:
    for vector in PUSHES:
        if vector["id"] == identifier:
            body = body_of(vector)
            assert body is not None
            return label(MeterModel(), body).rule
    pytest.skip("no vectors beside the repository")


@pytest.mark.parametrize(
    ("identifier", "rule"),
    [
        ("amshan-kaifa-decode_frame-Kaifa_frame-llc_pdu22", "form of Kaifa list 3"),
        ("roarfred-kaifa-list-41", "form of Kaifa list 1"),
        ("amshan-aidon-decode_frame_no_list_2-llc_pdu0-None", "logical names in the body, list of Aidon"),
        ("amshan-kamstrup-decode_frame-Kamstrup_frame-llc_pdu8", "logical names in the body, list of Kamstrup"),
        ("evn-netznoe-official-plain", "logical names in the body"),
        ("amsreader-landis-gyr-gh934-1", "push_object_list in the body"),
        ("amsreader-iskraemeco-gh615-9", "form of Iskraemeco, three phases"),
        ("amsreader-iskraemeco-gh1072-3", "position only"),
    ],
)
def test_the_rule_that_labelled_a_push_is_said(identifier: str, rule: str) -> None:
    assert rule_of(identifier) == rule


def entry(class_id: int, name: bytes, attribute: int = 2) -> Pair:
    return 2, ((18, class_id), (9, name), (15, attribute), (18, 0))


def test_a_body_that_brings_its_list_teaches_the_model() -> None:
    objects = (1, (entry(40, SETUP), entry(3, ENERGY), entry(8, parse("0-0:1.0.0"))))
    model = MeterModel()
    push = label(model, (2, (objects, (6, 1234), (9, DATE_TIME))))
    assert push.rule == OWN_LIST
    assert [item.captured for item in push.items] == [
        CaptureObject(40, SETUP, 2), CaptureObject(3, ENERGY, 2), CaptureObject(8, parse("0-0:1.0.0"), 2),
    ]  # fmt: skip
    assert all(item.named for item in push.items)
    assert push.items[2].shown.value == "2026-11-22T12:37:23+01:00"
    later = label(model, (2, ((0, None), (6, 1235), (9, DATE_TIME))))
    assert later.rule == "push_object_list of 0-0:25.9.0.255"


def test_a_list_that_does_not_hold_itself_names_the_values_behind_it() -> None:
    push = label(MeterModel(), (2, ((1, (entry(3, ENERGY),)), (6, 1234))))
    assert [(item.path, item.captured) for item in push.items] == [((1,), CaptureObject(3, ENERGY, 2))]


def test_a_push_is_labelled_by_the_setup_that_was_read() -> None:
    model = MeterModel()
    model.note(40, SETUP, 2, (1, (entry(40, SETUP, 1), entry(3, ENERGY))))
    model.note(3, ENERGY, 3, (2, ((15, 0), (22, 30))))
    push = label(model, (2, ((9, SETUP), (6, 1234567))))
    assert push.rule == "push_object_list of 0-0:25.9.0.255"
    assert push.items[1].shown.words == "1234.567 kWh"


def test_of_two_setups_the_one_whose_types_fit_is_taken() -> None:
    model = MeterModel()
    other = parse("0-1:25.9.0")
    model.note(40, other, 2, (1, (entry(3, ENERGY), entry(8, parse("0-0:1.0.0")))))
    model.note(40, SETUP, 2, (1, (entry(8, parse("0-0:1.0.0")), entry(3, ENERGY))))
    assert label(model, (2, ((9, DATE_TIME), (6, 5)))).rule == "push_object_list of 0-0:25.9.0.255"


def test_a_setup_that_names_itself_is_only_taken_for_its_own_pushes() -> None:
    model = MeterModel()
    model.note(40, SETUP, 2, (1, (entry(40, SETUP, 1), entry(3, ENERGY))))
    assert label(model, (2, ((9, parse("0-1:25.9.0")), (6, 5)))).rule != "push_object_list of 0-0:25.9.0.255"


def test_scaler_and_unit_beside_a_value_are_used() -> None:
    unit = (2, ((15, -1), (22, 35)))
    flat = label(MeterModel(), (2, ((9, DATE_TIME), (9, VOLTAGE), (18, 2337), unit, (9, b"181220000009"))))
    nested = label(MeterModel(), (1, ((2, ((9, VOLTAGE), (18, 2337), unit)),)))
    for push in (flat, nested):
        assert push.rule == NAMES_INSIDE
        assert values(push)["1.0.32.7.0.255"].shown.words == "233.7 V"
    assert values(flat)["0.0.1.0.0.255"].shown.value == "2026-11-22T12:37:23+01:00"
    assert values(flat)["0.0.96.1.0.255"].shown.value == "181220000009"
    assert flat.items[1].path == (2,)
    assert nested.items[0].path == (0, 1)
    assert not nested.items[0].named


def test_the_scaler_of_the_meter_is_used_when_the_push_has_none() -> None:
    model = MeterModel()
    model.note(3, ENERGY, 3, (2, ((15, 0), (22, 30))))
    push = label(model, (2, ((9, ENERGY), (6, 1500))))
    assert push.items[0].shown.words == "1.500 kWh"


def test_a_form_with_doubts_says_so() -> None:
    known = label(MeterModel(), (2, ((6, 767),)))
    assert (known.rule, known.verified) == ("form of Kaifa list 1", True)
    text = (9, b"ISK1030789014711")
    doubtful = label(MeterModel(), (2, (text, *(((6, 5),) * 8))))
    assert (doubtful.rule, doubtful.verified) == ("form of Iskraemeco, energy", False)


@pytest.mark.parametrize("body", [(6, 5), (2, ()), (1, ((17, 3), (17, 4))), (2, ((9, SETUP),)), (0, None)])
def test_a_body_that_nothing_explains_is_shown_by_its_types(body: Pair) -> None:
    push = label(MeterModel(), body)
    assert push.rule == UNKNOWN
    assert all(item.captured is None for item in push.items)


@settings(max_examples=300, deadline=None)
@given(data, st.lists(data, max_size=3))
def test_no_body_breaks_the_labels(body: Pair, lists: list[Pair]) -> None:
    model = MeterModel()
    for one in lists:
        model.note(40, SETUP, 2, one)
    for item in label(model, body).items:
        json.dumps(item.shown.value, allow_nan=False)
        assert isinstance(item.shown.words, str)
        inner = body
        for index in item.path:
            inner = inner[1][index] if inner[0] in (1, 2) else inner
        assert inner == item.data
