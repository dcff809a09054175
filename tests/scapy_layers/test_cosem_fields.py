"""Logical names, invoke-ids and times, for people and for machines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scapy_layers import Apdu, GetRequestNormal, date_time_text, logical_name_text, parse_logical_name
from scapy_layers.cosem_fields import ClassIdField
from tests.scapy_layers.samples import SAMPLES


@given(st.binary(min_size=6, max_size=6))
def test_a_logical_name_is_read_as_it_is_shown(name: bytes) -> None:
    assert parse_logical_name(logical_name_text(name)) == name
    assert parse_logical_name(".".join(map(str, name))) == name


@pytest.mark.parametrize(
    "text", ["1-0:1.8.0.255", "1-0:1.8.0*255", "1.0.1.8.0.255", "1-0:1.8.0", "1.0.1.8.0", " 1-0:1.8.0.255\n"]
)
def test_every_notation_of_a_logical_name_is_accepted(text: str) -> None:
    assert parse_logical_name(text) == bytes((1, 0, 1, 8, 0, 255))


@pytest.mark.parametrize("text", ["", "1.8.0", "1-0:1.8.0.256", "1-0:1.8.0.-1", "1-0:1.8.0.255.1", "x", "1-0:1.8.0.٣"])
def test_what_is_no_logical_name_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="is no logical name"):
        parse_logical_name(text)


def test_octets_that_are_no_logical_name_are_shown_in_hex() -> None:
    assert logical_name_text(b"\x01\x02") == "0102"


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("07ea0b16070c371a00ffc400", "2026-11-22 12:55:26.00 weekday 7 deviation -60 min"),
        ("07ea0716ff0c371aff007880", "2026-07-22 12:55:26 deviation +120 min status 80"),
        ("ffffffffffffffffff8000ff", "---------- --:--:--"),
        ("fffffefeff020000ff800000", "-----DST-begin-last 02:00:00"),
        ("fffffdfdff030000ff800000", "-----DST-end-second-last 03:00:00"),
        ("", "none"),
        ("07ea0b16", "07ea0b16"),
    ],
)
def test_a_date_time_is_shown_in_iso_order_with_what_is_not_specified_left_open(octets: str, text: str) -> None:
    assert date_time_text(bytes.fromhex(octets)) == text


@given(st.binary(min_size=12, max_size=12))
def test_any_date_time_is_shown_on_one_line(octets: bytes) -> None:
    assert date_time_text(octets).isprintable()


def test_a_priority_octet_is_shown_bit_by_bit() -> None:
    shown = GetRequestNormal(invoke_id_and_priority=0x41).show(dump=True)
    assert "41 (invoke-id 1, confirmed, normal priority)" in shown
    field = GetRequestNormal().get_field("invoke_id_and_priority")
    assert {part.name: part.of(0x8F) for part in field.parts} == {"invoke_id": 15, "service_class": 0, "priority": 1}


def test_a_class_without_a_name_is_its_number() -> None:
    assert ClassIdField().text(3) == "Register (3)"
    assert ClassIdField().text(60000) == "60000"
    assert "(class 60000)" in GetRequestNormal(class_id=60000).summary()


def test_a_logical_name_compares_as_dotted_text() -> None:
    assert Apdu(SAMPLES["get-request-normal"]).logical_name == "1.0.1.8.0.255"
