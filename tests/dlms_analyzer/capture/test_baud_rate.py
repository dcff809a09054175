"""The change of baud rate in the opening of mode E is followed."""

from __future__ import annotations

import pytest

from dlms_analyzer.capture.baud_rate import (
    DISCONNECT_PATIENCE,
    ECHO_PATIENCE,
    INACTIVITY,
    OPENING,
    BaudRateFollower,
    LineSettings,
    is_disconnect,
)

FAST = LineSettings(9600, 8, "N")
SELECT = b"\x06252\r\n"
DISC = bytes.fromhex("7ea00703215356a27e")
SNRM = bytes.fromhex("7ea00703210f18927e")


@pytest.fixture
def follower() -> BaudRateFollower:
    follower = BaudRateFollower()
    follower.feed(b"/?!\r\n", 0)
    follower.feed(b"/LGZ5\\2ZMD3102.L25\r\n", 1)
    follower.tick(2)
    assert follower.settings == OPENING
    return follower


def test_the_rate_changes_after_the_meter_had_time_to_echo(follower: BaudRateFollower) -> None:
    follower.feed(SELECT, 100)
    follower.tick(100 + ECHO_PATIENCE - 1)
    assert follower.settings == OPENING
    follower.tick(100 + ECHO_PATIENCE)
    assert follower.settings == FAST


def test_the_rate_changes_at_once_after_the_echo(follower: BaudRateFollower) -> None:
    follower.feed(SELECT, 100)
    follower.feed(SELECT, 200)
    follower.tick(200)
    assert follower.settings == FAST


def test_an_option_select_may_come_octet_by_octet(follower: BaudRateFollower) -> None:
    for octet in SELECT:
        follower.feed(bytes((octet,)), 100)
    follower.tick(100 + ECHO_PATIENCE)
    assert follower.settings == FAST


@pytest.mark.parametrize(("mark", "rate"), [("0", 300), ("4", 4800), ("6", 19_200), ("9", 115_200)])
def test_the_rate_is_the_one_the_option_select_names(follower: BaudRateFollower, mark: str, rate: int) -> None:
    follower.feed(f"\x062{mark}2\r\n".encode(), 100)
    follower.tick(100 + ECHO_PATIENCE)
    assert follower.settings == LineSettings(rate, 8, "N")


def test_an_unknown_rate_changes_nothing(follower: BaudRateFollower) -> None:
    follower.feed(b"\x062I2\r\n", 100)
    follower.tick(100 + ECHO_PATIENCE)
    assert follower.settings == OPENING


def test_after_a_disconnect_the_line_is_at_the_opening_rate_again(follower: BaudRateFollower) -> None:
    follower.feed(SELECT + SELECT, 100)
    follower.tick(100)
    follower.feed(SNRM, 200)
    follower.tick(200 + DISCONNECT_PATIENCE)
    assert follower.settings == FAST
    follower.feed(DISC, 300 + DISCONNECT_PATIENCE)
    follower.tick(300 + 2 * DISCONNECT_PATIENCE)
    assert follower.settings == OPENING


def test_after_a_long_silence_the_line_is_at_the_opening_rate_again(follower: BaudRateFollower) -> None:
    follower.feed(SELECT + SELECT, 100)
    follower.tick(100)
    follower.tick(100 + INACTIVITY)
    assert follower.settings == FAST
    follower.tick(101 + INACTIVITY)
    assert follower.settings == OPENING


@pytest.mark.parametrize(
    "address", ["03 21", "0223 21", "00020023 21", "03 00020023", "0223 0223"], ids=lambda text: text.replace(" ", "-")
)
@pytest.mark.parametrize(("control", "disconnects"), [(0x53, True), (0x43, True), (0x93, False), (0x10, False)])
def test_a_disconnect_is_recognised_with_addresses_of_any_length(address: str, control: int, disconnects: bool) -> None:
    assert is_disconnect(bytes.fromhex(f"7ea00a {address} {control:02x} 0000 7e")) is disconnects


def test_what_is_no_frame_is_no_disconnect() -> None:
    for octets in (b"", b"\x7e" * 9, b"/?!\r\n", DISC[:3], bytes(20), b"\x7e\xa0\x07" + bytes(20)):
        assert not is_disconnect(octets)
