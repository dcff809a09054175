"""Payloads that are one APDU and nothing else, alone or behind the LLC header of the power line."""

from __future__ import annotations

import pytest

from dlms_analyzer import Analyzer, Message
from dlms_analyzer.frames import ACK, TCP, UDP, Frame, Segment
from dlms_analyzer.framing.bare import MAYBE, lone_apdu, recognise_bare
from dlms_analyzer.framing.units import Kind
from scapy_layers import HDLC, RLRQ, GetRequestNormal, PlcLLC

APDU = bytes(GetRequestNormal())
SNRM = bytes(HDLC(destination=1, source=16, control="SNRM P"))
FLOW = bytes((192, 0, 2, 1, 192, 0, 2, 7)) + (40_000).to_bytes(2) + (4_063).to_bytes(2)


def sent(transport: int, *payloads: bytes) -> list[Message]:
    analyzer = Analyzer()
    messages: list[Message] = []
    sequence = 1
    for number, octets in enumerate(payloads, 1):
        frame = Frame(number, number, 1, octets, 0, len(octets), len(octets))
        messages += analyzer.feed_segment(Segment(frame, transport, FLOW, sequence, -1, ACK, octets, 0, len(octets)))
        sequence += len(octets)
    return messages + analyzer.flush()


def test_exactly_one_apdu_to_the_last_octet_is_recognised() -> None:
    assert recognise_bare(APDU, 0, len(APDU)) == "raw"
    assert recognise_bare(APDU + b"\0", 0, len(APDU) + 1) is None
    assert recognise_bare(b"\x01" + APDU, 1, len(APDU) + 1) == "raw"


@pytest.mark.parametrize("size", range(1, len(APDU)))
def test_the_beginning_of_an_apdu_may_be_one(size: int) -> None:
    assert recognise_bare(APDU[:size], 0, size) == MAYBE


def test_two_octets_that_are_an_apdu_may_be_anything_else() -> None:
    assert recognise_bare(bytes(RLRQ()), 0, 2) == MAYBE
    assert lone_apdu(b"\x90\x01", 0, 2) is None


def test_a_datagram_among_frames_that_is_an_apdu_is_shown_as_one() -> None:
    snrm, apdu, behind_llc = sent(UDP, SNRM, APDU, bytes(PlcLLC(source_lsap=2, destination_lsap=1) / RLRQ()))
    assert (snrm.profile, apdu.profile, behind_llc.profile) == ("hdlc", "raw", "plc-llc")
    assert (apdu.octets, behind_llc.octets) == (APDU, bytes(RLRQ()))
    assert (behind_llc.client_sap, behind_llc.server_sap) == (2, 1)
    assert not apdu.experts + behind_llc.experts


def test_an_apdu_in_a_byte_stream_between_frames_is_noise() -> None:
    messages = sent(TCP, SNRM, APDU, SNRM)
    assert b"".join(one.octets for one in messages if one.kind is Kind.RAW) == APDU
    assert [one.service for one in messages if one.kind is Kind.LINK] == ["snrm", "snrm"]


def test_a_datagram_with_anything_more_stays_raw() -> None:
    _, stray = sent(UDP, SNRM, b"\x55" + APDU)
    assert (stray.kind, stray.octets) == (Kind.RAW, b"\x55" + APDU)
