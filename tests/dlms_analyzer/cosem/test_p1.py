"""Telegrams of P1 customer interfaces."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlms_analyzer.cosem.datetimes import Date, DateTime, Time
from dlms_analyzer.cosem.model import MeterModel
from dlms_analyzer.cosem.obis import dotted
from dlms_analyzer.cosem.p1 import (
    LINES,
    MAX_LINES,
    RULE,
    crc16,
    is_telegram,
    label_telegram,
    read_telegram,
    telegram_problem,
    trace_telegram,
)
from dlms_analyzer.cosem.push import PushItem

EXAMPLE = (
    b"/KFM5KAIFA-METER\r\n\r\n1-0:1.8.1(000123.456*kWh)\r\n0-1:24.2.1(150117180000W)(0473.789*m3)\r\n"
    b"0-0:96.1.1(4B414C37303035303634)\r\n0-0:96.13.0()\r\n0-0:96.14.0(0002)\r\n!"
)


def items(*lines: str) -> list[PushItem]:
    push = label_telegram(MeterModel(), "\r\n".join(("/EST5", "", *lines, "!", "")).encode("latin-1"))
    assert push is not None
    assert push.rule == RULE
    return list(push.items)


def test_each_line_is_a_value_named_by_its_code() -> None:
    push = label_telegram(MeterModel(), EXAMPLE)
    assert push is not None
    named = [dotted(item.captured.logical_name) for item in push.items if item.captured is not None]
    assert named == ["1.0.1.8.1.255", "0.1.24.2.1.255", "0.0.96.1.1.255", "0.0.96.13.0.255", "0.0.96.14.0.255"]
    assert [item.path for item in push.items] == [(0,), (1,), (2,), (3,), (4,)]


@pytest.mark.parametrize(
    ("sent", "scaled", "unit", "words"),
    [
        ("000123.456*kWh", "123456", "Wh", "123.456 kWh"),
        ("006545766*Wh", "6545766", "Wh", "6545.766 kWh"),
        ("00.120*kW", "120", "W", "120 W"),
        ("0012*kVArh", "12E3", "varh", "12 kvarh"),
        ("230.1*V", "230.1", "V", "230.1 V"),
        ("00473.789*m3", "473.789", "m³", "473.789 m³"),
        ("12.0*furlong", "12.0", "furlong", "12.0 furlong"),
        (
            "99999999999999.99999999999999*V",
            "99999999999999.99999999999999",
            "V",
            "99999999999.99999999999999999 kV",
        ),
    ],
)
def test_a_number_is_exact_in_its_plain_unit(sent: str, scaled: str, unit: str, words: str) -> None:
    (item,) = items(f"1-0:1.8.0({sent})")
    assert item.captured is not None
    assert item.captured.class_id == 3
    assert item.data == (10, sent.encode())
    assert (item.shown.scaled, item.shown.unit, item.shown.words) == (Decimal(scaled), unit, words)


def test_a_meter_behind_the_meter_has_the_time_of_its_value_before_it() -> None:
    (item,) = items("0-1:24.2.1(150117180000W)(0473.789*m3)")
    winter = DateTime(Date(2015, 1, 17), Time(18, 0, 0), status=0).to_bytes()
    assert item.data == (2, ((9, winter), (10, b"0473.789*m3")))
    assert item.shown.value == ["2015-01-17T18:00:00", 473.789]
    assert (item.shown.scaled, item.shown.unit) == (Decimal("473.789"), "m³")
    assert item.shown.words == "2015-01-17T18:00:00, 473.789 m³"


def test_times_are_the_local_time_with_its_season() -> None:
    (item,) = items("0-0:1.0.0(221006155014S)")
    assert item.captured is not None
    assert item.captured.class_id == 8
    assert item.data == (9, DateTime(Date(2022, 10, 6), Time(15, 50, 14), status=0x80).to_bytes())
    assert item.shown.words == "2022-10-06T15:50:14, daylight saving active"


def test_names_and_messages_are_written_in_hex_and_other_digits_are_not() -> None:
    name, version, odd = items("0-0:96.1.1(4B414C37303035303634)", "1-3:0.2.8(4B41)", "0-0:96.1.1(00FF)")
    assert (name.data, name.shown.value) == ((9, b"KAL7005064"), "KAL7005064")
    assert version.data == (10, b"4B41")
    assert odd.data == (10, b"00FF")


@pytest.mark.parametrize("line", ["no code", "1-0:1.8.0", "1-0:999.8.0(1*Wh)", "1-0:1.8.0(1*Wh", "Stra\xdfe"])
def test_a_line_without_a_code_and_a_value_is_kept_without_a_name(line: str) -> None:
    (item,) = items(line)
    assert item.captured is None
    assert item.data == (10, line.encode("latin-1"))


@pytest.mark.parametrize("sent", ["229999999999S", "221006155014", "1" * 15 + "*Wh", "1,5*kWh"])
def test_what_is_no_time_and_no_number_is_text(sent: str) -> None:
    (item,) = items(f"1-0:1.8.0({sent})")
    assert (item.shown.value, item.shown.scaled, item.shown.unit) == (sent, None, None)


def test_the_crc_is_the_one_that_catalogues_call_arc() -> None:
    assert crc16(b"123456789") == 0xBB3D


def test_the_crc_covers_everything_from_the_slash_to_the_exclamation_mark() -> None:
    computed = read_telegram(EXAMPLE).computed
    assert telegram_problem(EXAMPLE) is None
    assert telegram_problem(EXAMPLE + f"{computed:04X}\r\n".encode()) is None
    assert telegram_problem(EXAMPLE + f"{computed ^ 1:04X}\r\n".encode()) == (
        f"the CRC of the P1 telegram is {computed ^ 1:04X}, its octets have {computed:04X}"
    )


def test_a_tree_has_a_node_for_each_line_where_it_stands() -> None:
    octets = EXAMPLE + b"0000\r\n"
    identification, lines, crc = trace_telegram(octets).children
    assert (identification.text, lines.name) == ("KFM5KAIFA-METER", LINES)
    assert [octets[one.start : one.end].decode() for one in lines.children] == [one.text for one in lines.children]
    assert (identification.end, lines.end, crc.end) == (lines.start, crc.start, len(octets))
    assert crc.error == f"computed {read_telegram(octets).computed:04X}"


@pytest.mark.parametrize(
    "octets", [b"", b"/", b"/EST5\r\n", b"/EST5!\r\n", b"/EST5\r\n!12\r\n", b"EST5\r\n!", b"/\x00\x01\x02\n!"]
)
def test_anything_else_is_no_telegram(octets: bytes) -> None:
    assert not is_telegram(octets)
    assert label_telegram(MeterModel(), octets) is None
    with pytest.raises(ValueError, match="no P1 telegram"):
        read_telegram(octets)


def test_lines_beyond_all_measure_are_one_line() -> None:
    found = items(*["1-0:1.8.0(1*Wh)"] * (2 * MAX_LINES))
    assert MAX_LINES - 2 <= len(found) <= MAX_LINES + 1
    assert found[-1].captured is None
    assert found[-1].data[1].count(b"1-0:1.8.0") > MAX_LINES - 2


@given(st.binary(max_size=60), st.integers(0, len(EXAMPLE)))
def test_noise_is_read_without_losing_a_line_or_is_no_telegram(octets: bytes, cut: int) -> None:
    damaged = EXAMPLE[:cut] + octets + EXAMPLE[cut:]
    push = label_telegram(MeterModel(), damaged)
    assert (push is not None) == is_telegram(damaged)
    if push is not None:
        assert len(push.items) == len(trace_telegram(damaged).children[1].children)
