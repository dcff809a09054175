"""Wired M-Bus: an APDU in one frame or in segments, and what is said when segments are missing."""

from __future__ import annotations

from dlms_analyzer import Analyzer, Message
from dlms_analyzer.frames import LINE, Frame, Segment, line_flow
from dlms_analyzer.framing.units import Kind
from scapy_layers import DataNotification, MBus
from scapy_layers.mbus import LAST

APDU = bytes(DataNotification())
HALF = len(APDU) // 2


def read(*bursts: bytes) -> list[Message]:
    analyzer = Analyzer()
    messages: list[Message] = []
    for number, octets in enumerate(bursts, 1):
        frame = Frame(number, number, 0, octets, 0, len(octets), len(octets))
        messages += analyzer.feed_segment(Segment(frame, LINE, line_flow(0), 0, -1, 0, octets, 0, len(octets)))
    return messages + analyzer.flush()


def segment(number: int, octets: bytes, *, last: bool = False) -> bytes:
    return bytes(MBus(control_information=number | (LAST if last else 0), apdu=octets))


def test_an_apdu_in_one_frame_is_found_with_its_transport_saps() -> None:
    (message,) = read(segment(0, APDU, last=True))
    assert (message.service, message.octets, message.profile) == ("data-notification", APDU, "m-bus")
    assert (message.server_sap, message.client_sap) == (1, 0x67)


def test_segments_are_joined_however_the_line_delivers_them() -> None:
    octets = segment(0, APDU[:HALF]) + segment(1, APDU[HALF:], last=True)
    whole = read(octets)
    one_by_one = read(*(octets[at : at + 1] for at in range(len(octets))))
    for (message,) in (whole, one_by_one):
        assert (message.service, message.octets) == ("data-notification", APDU)
        assert len(message.parts) >= 2


def test_a_segment_without_those_before_it_is_kept_raw_and_noted() -> None:
    (first, second) = read(segment(1, APDU[HALF:], last=True) + segment(0, APDU, last=True))
    assert (first.kind, first.octets) == (Kind.RAW, APDU[HALF:])
    assert "segment-lost" in {said.code for said in first.experts}
    assert second.octets == APDU


def test_a_wrong_checksum_is_shown_and_its_octets_are_not_used() -> None:
    good = segment(0, APDU, last=True)
    bad = good[:-2] + bytes((good[-2] ^ 0xFF, good[-1]))
    messages = read(good + bad + good)
    assert [one.kind for one in messages] == [Kind.APDU, Kind.LINK, Kind.APDU]
    assert "bad-fcs" in {said.code for said in messages[1].experts}


def test_octets_between_frames_are_noise_and_kept() -> None:
    messages = read(segment(0, APDU, last=True) + b"\xe5\x01" + segment(0, APDU, last=True))
    assert [one.kind for one in messages] == [Kind.APDU, Kind.RAW, Kind.APDU]
    assert messages[1].octets == b"\xe5\x01"
