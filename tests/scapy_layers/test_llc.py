"""The LLC header and segments of APDUs."""

from __future__ import annotations

import pytest

from scapy_layers import LLC, ApduSegment, GetRequestNormal, UnknownApdu
from scapy_layers.llc import is_llc


@pytest.mark.parametrize(
    ("octets", "is_one"),
    [("e6e600", True), ("e6e700", True), ("ffe600", True), ("e6e6", False), ("e6e601", False), ("e7e600", False)],
)
def test_an_llc_header_is_told_from_a_segment(octets: str, is_one: bool) -> None:
    wire = bytes.fromhex(octets)
    assert is_llc(wire, 0, len(wire)) is is_one


def test_the_summary_tells_commands_from_responses() -> None:
    assert LLC().mysummary() == "LLC command"
    assert LLC(source_lsap=0xE7).mysummary() == "LLC response"
    assert LLC(source_lsap=0x12).mysummary() == "LLC 12"


def test_an_apdu_that_no_layer_has_is_kept() -> None:
    packet = LLC(b"\xe6\xe6\x00\x99\x01")
    assert isinstance(packet.payload, UnknownApdu)
    assert bytes(packet) == b"\xe6\xe6\x00\x99\x01"


def test_a_segment_alone_does_not_guess_what_it_belongs_to() -> None:
    assert ApduSegment(bytes(GetRequestNormal())).mysummary() == "APDU segment, 13 octets"
    assert (LLC() / ApduSegment(octets=b"\x99")).payload.mysummary() == "APDU segment, 1 octets"
