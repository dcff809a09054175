"""DATA-NOTIFICATION with its three ways to code a time, its confirmation, and EVENT-NOTIFICATION."""

from __future__ import annotations

import pytest

from scapy_layers import Apdu, Data, DataNotification, DataNotificationConfirm, EventNotificationRequest, NeedMore
from tests.scapy_layers.agreement import agree
from tests.scapy_layers.samples import SAMPLES

TIME = bytes.fromhex("07ea0b16ff0d370a00800000")


def test_a_notification_without_a_time() -> None:
    packet, record = agree(bytes.fromhex("0f 40000000 00 11 05"))
    assert (record.date_time, record.notification_body) == (b"", (17, 5))
    assert packet.notes == ()
    assert "none" in packet.show(dump=True)


def test_a_notification_with_a_time() -> None:
    packet, record = agree(b"\x0f\x40\x00\x00\x00\x0c" + TIME + b"\x11\x05")
    assert (record.date_time, record.notification_body) == (TIME, (17, 5))
    assert packet.notes == ()
    assert "2026-11-22 13:55:10.00" in packet.show(dump=True)


def test_a_notification_whose_time_carries_a_data_tag_is_read_with_a_note() -> None:
    octets = b"\x0f\x40\x00\x00\x00\x09\x0c" + TIME + b"\x11\x05"
    packet, record = agree(octets)
    assert (record.date_time, record.notification_body) == (TIME, (17, 5))
    assert [(note.code, note.offset) for note in packet.notes] == [("tagged-date-time", 5)]
    assert bytes(packet) == octets
    packet.clear_cache()
    assert bytes(packet) == b"\x0f\x40\x00\x00\x00\x0c" + TIME + b"\x11\x05"


def test_a_time_of_another_size_is_read_with_a_note() -> None:
    packet, record = agree(b"\x0f\x40\x00\x00\x00\x05" + TIME[:5] + b"\x11\x05")
    assert record.date_time == TIME[:5]
    assert [(note.code, note.offset) for note in packet.notes] == [("date-time-length", 5)]


def test_a_time_cut_short_asks_for_more() -> None:
    packet, _ = agree(b"\x0f\x40\x00\x00\x00\x0c" + TIME[:-1])
    assert isinstance(packet.stopped, NeedMore)
    assert packet.stopped.offset == 17


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        ("00000000", "long-invoke-id 0, continue on error, unconfirmed, normal priority"),
        ("40000001", "long-invoke-id 1, continue on error, confirmed, normal priority"),
        ("f0ffffff", "long-invoke-id 16777215, self-descriptive, break on error, confirmed, high priority"),
    ],
)
def test_a_long_invoke_id_says_what_its_bits_mean(octets: str, said: str) -> None:
    packet = Apdu(bytes.fromhex(f"0f {octets} 00 00"))
    assert f"{octets.upper()} ({said})" in packet.show(dump=True)


def test_a_confirmation_answers_the_notification_with_its_id() -> None:
    told = DataNotification(long_invoke_id_and_priority=0x40000007, notification_body=Data.of("unsigned", 5))
    assert DataNotificationConfirm(long_invoke_id_and_priority=0x40000007).answers(told)
    assert not DataNotificationConfirm(long_invoke_id_and_priority=0x40000008).answers(told)


def test_an_event_without_a_time() -> None:
    packet, record = agree(SAMPLES["event-notification-request"])
    assert record.event_time is None
    assert packet.attribute_value == Data.of("double-long-unsigned", 100)
    assert packet.event_time is None


def test_an_event_with_a_time() -> None:
    packet, record = agree(SAMPLES["event-notification-request, timed"])
    assert record.event_time == TIME
    assert packet.notes == ()


def test_an_event_whose_time_stands_in_place_of_the_usage_octet_is_read_with_a_note() -> None:
    octets = b"\xc2\x09\x0c" + TIME + SAMPLES["event-notification-request"][2:]
    packet, record = agree(octets)
    assert record.event_time == TIME
    assert [(note.code, note.offset) for note in packet.notes] == [("usage-octet", 1)]
    assert bytes(packet) == octets
    packet.clear_cache()
    assert bytes(packet)[:3] == b"\xc2\x01\x0c"


def test_an_event_whose_time_carries_a_data_tag_behind_the_usage_octet_is_read_with_a_note() -> None:
    octets = b"\xc2\x01\x09\x0c" + TIME + SAMPLES["event-notification-request"][2:]
    packet, record = agree(octets)
    assert record.event_time == TIME
    assert [(note.code, note.offset) for note in packet.notes] == [("tagged-date-time", 2)]


def test_an_event_is_built_with_and_without_a_time() -> None:
    event = EventNotificationRequest(class_id=3, logical_name="1-0:1.7.0", attribute_id=2, attribute_value=(17, 5))
    assert bytes(event).hex() == "c20000030100010700ff021105"
    event.event_time = TIME
    assert bytes(event).hex() == f"c2010c{TIME.hex()}00030100010700ff021105"
