"""Attribute values, one by one, as messages reveal them."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest

import dlms_analyzer as dlms
from dlms_analyzer import values as module
from dlms_analyzer.cosem import MeterModel, parse
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.items import Answer, Asked, Item
from dlms_analyzer.messages import Message
from dlms_analyzer.values import NOTIFIED, READ, WRITTEN, Latest, Value, values_in, values_of
from tests.support import CAPTURES

ENERGY = parse("1-0:1.8.0")


def answered(asked: Asked, answer: Answer) -> list[Value]:
    """The values of a response that says this."""
    model = MeterModel()
    return list(values_in(model, a_message()._replace(items=(Item(asked, answer),))))


def a_message() -> Message:
    return next(one for one in dlms.open(CAPTURES / "ln_wrapper_low.pcap").messages if one.items)


def test_a_scaler_that_is_read_after_the_value_scales_it_all_the_same() -> None:
    capture = dlms.open(CAPTURES / "ln_wrapper_low.pcap")
    found = [one for one in capture.values if one.logical_name == parse("1-1:21.25.0") and one.attribute == 2]
    assert [one.shown.scaled for one in found] == [Decimal("0.09"), Decimal("0.10"), Decimal("0.11")]
    streamed = list(values_of(capture.messages, Meters()))
    assert [one.name for one in streamed] == [one.name for one in capture.values]


def test_values_of_a_file_object_are_read_like_those_of_a_path() -> None:
    octets = io.BytesIO((CAPTURES / "push_tcp_hdlc.pcap").read_bytes())
    found = [(one.name, one.shown.value) for one in dlms.open(octets).values]
    assert found == [(one.name, one.shown.value) for one in dlms.open(CAPTURES / "push_tcp_hdlc.pcap").values]
    assert ("active energy import (total)", 9876543) in found


def test_reads_writes_and_notifications_are_told_apart() -> None:
    asked = Asked(3, ENERGY, attribute=2)
    assert [one.origin for one in answered(asked, Answer("success", (6, 5)))] == [READ]
    assert [one.origin for one in answered(asked._replace(data=(6, 5)), Answer("success"))] == [WRITTEN]
    assert [one.origin for one in answered(asked, Answer(None, (6, 5)))] == [NOTIFIED]
    assert answered(asked._replace(data=(6, 5)), Answer("read-write-denied")) == []
    assert answered(asked, Answer("success")) == []
    assert answered(Asked(3, ENERGY, method=1), Answer("success", (6, 5))) == []


def test_attribute_0_becomes_a_value_for_each_attribute() -> None:
    scaler = (2, ((15, -3), (22, 30)))
    found = answered(Asked(3, ENERGY, attribute=0), Answer("success", (2, ((9, ENERGY), (6, 1234567), scaler))))
    assert [(one.attribute, one.attribute_name) for one in found] == [
        (1, "logical_name"),
        (2, "value"),
        (3, "scaler_unit"),
    ]


def test_a_short_name_that_nothing_resolves_is_a_value_without_a_name() -> None:
    (value,) = answered(Asked(base_name=0x5008), Answer("success", (18, 7)))
    said = value.to_dict()
    assert (said["base_name"], said["logical_name"], said["name"], said["class"]) == (0x5008, None, None, None)
    assert (said["value"], said["attribute"]) == (7, None)


def test_a_secret_is_not_shown_unless_asked_for() -> None:
    (value,) = answered(Asked(15, parse("0-0:40.0.0"), attribute=7), Answer("success", (9, b"12345678")))
    assert "3132" not in str(value.to_dict())
    assert value.to_dict()["text"] == "not shown"
    assert value.to_dict(show_secrets=True)["value"] == b"12345678".hex()


def test_the_latest_values_are_one_for_each_attribute_of_each_meter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_LATEST", 3)
    first, second = MeterModel(), MeterModel()
    latest = Latest()
    for number, (meter, attribute) in enumerate([(first, 2), (second, 2), (first, 3), (first, 2), (second, 3)]):
        latest.add(Value(0, number, meter, 3, ENERGY, None, attribute, (6, number), READ))
    assert [(one.meter is first, one.attribute, one.message) for one in latest] == [
        (True, 2, 3),
        (True, 3, 2),
        (False, 2, 1),
    ]
    assert latest.left_out == 1


def test_only_a_buffer_is_a_table() -> None:
    capture = dlms.open(CAPTURES / "j_ln_hdlc_hls2_profile200.pcap")
    tables = [one.table for one in capture.values if one.attribute == 2 and one.class_id == 7]
    assert [len(table.rows) for table in tables if table is not None] == [202]
    broken = Value(0, 1, MeterModel(), 7, parse("1-0:99.1.0"), None, 2, (6, 5), READ)
    assert broken.table is None
    assert broken.shown.problem
    assert broken._replace(class_id=3).table is None


def test_an_older_value_that_comes_later_is_not_the_latest() -> None:
    latest, meter = Latest(), MeterModel()
    for time, number in ((7, 1), (5, 2)):
        latest.add(Value(time, number, meter, 3, ENERGY, None, 2, (6, number), READ))
    assert [one.message for one in latest] == [1]
