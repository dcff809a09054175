"""HDLC frames around deciphered APDUs: right check sequences, numbers without holes, segments where they must be."""

from __future__ import annotations

import pytest

from dlms_analyzer import Analyzer, Message
from dlms_analyzer.clear.hdlc_frames import HdlcLinks
from dlms_analyzer.frames import ACK, TCP, Frame, Segment, reverse_flow
from dlms_analyzer.framing.units import Kind
from scapy_layers import HDLC, LLC
from scapy_layers.hdlc import HdlcFrame, read_frame
from scapy_layers.hdlc_control import FrameType
from tests.dlms_analyzer.dialogue import CLIENT_FLOW
from tests.dlms_analyzer.security.talks import ANSWER, GET

LONG = bytes.fromhex("C401C1000982") + (5_000).to_bytes(2) + bytes(5_000)


class Line:
    """Two stations over TCP; `sent` are their frames, in turn or not."""

    def __init__(self, server: object = (1, 17), client: object = 16) -> None:
        self.analyzer = Analyzer()
        self.server, self.client = server, client
        self._next = {True: 1, False: 1}

    def send(
        self, control: str, information: bytes = b"", *, by_client: bool, more: bool = False, at_once: int = 1 << 16
    ) -> list[Message]:
        """Send a frame, so many octets in a segment."""
        destination, source = (self.server, self.client) if by_client else (self.client, self.server)
        frame = HDLC(
            destination=destination, source=source, control=control, segmented=int(more), information=information
        )
        octets = bytes(frame)
        return [
            message
            for at in range(0, len(octets), at_once)
            for message in self.segment(octets[at : at + at_once], by_client=by_client)
        ]

    def segment(self, octets: bytes, *, by_client: bool) -> list[Message]:
        """Send octets."""
        frame = Frame(1, 5, 1, octets, 0, len(octets), len(octets))
        flow = CLIENT_FLOW if by_client else reverse_flow(CLIENT_FLOW)
        segment = Segment(
            frame, TCP, flow, self._next[by_client], self._next[not by_client], ACK, octets, 0, len(octets)
        )
        self._next[by_client] += len(octets)
        return self.analyzer.feed_segment(segment)


def command(apdu: bytes) -> bytes:
    return bytes(LLC()) + apdu


def response(apdu: bytes) -> bytes:
    return b"\xe6\xe7\x00" + apdu


def read(octets: list[bytes]) -> list[HdlcFrame]:
    frames = [read_frame(one, 0, len(one)) for one in octets]
    assert all(stop == len(one) for one, (_, stop) in zip(octets, frames, strict=True))
    assert all(frame.fcs_ok and frame.hcs_ok is not False and not frame.notes for frame, _ in frames)
    return [frame for frame, _ in frames]


@pytest.mark.parametrize("server", [1, (1, 17), (1, 0x1000)], ids=["1 octet", "2 octets", "4 octets"])
def test_addresses_type_llc_and_final_bit_are_as_sent(server: object) -> None:
    line = Line(server)
    (message,) = line.send("I N(S)=3 N(R)=5 P", command(GET), by_client=True)
    (frame,) = read(HdlcLinks().frames(message, ANSWER))
    sent = HDLC(bytes(message.frame.octets))
    assert (frame.destination, frame.source, frame.control.octet) == (sent.destination, sent.source, sent.control)
    assert frame.information == command(ANSWER)


def test_an_apdu_in_several_segments_is_written_in_one_frame_where_it_fits() -> None:
    line = Line()
    links = HdlcLinks()
    written = []
    for messages in (
        line.send("I N(S)=0 N(R)=0 P", command(GET), by_client=True),
        line.send("I N(S)=0 N(R)=1 F", response(ANSWER[:4]), by_client=False, more=True),
        line.send("RR N(R)=1 P", by_client=True),
        line.send("I N(S)=1 N(R)=1 F", ANSWER[4:], by_client=False),
        line.send("I N(S)=1 N(R)=2 P", command(GET), by_client=True),
    ):
        for one in messages:
            written += [links.link_frame(one)] if one.kind is Kind.LINK else links.frames(one, one.octets)
    frames = read(written)
    assert [str(frame.control) for frame in frames] == [
        "I N(S)=0 N(R)=0 P/F", "RR N(R)=0 P/F", "I N(S)=0 N(R)=1 P/F", "I N(S)=1 N(R)=1 P/F",
    ]  # fmt: skip
    assert frames[2].information == response(ANSWER)


def test_an_apdu_that_is_longer_than_a_frame_may_be_is_segmented_with_the_final_bit_on_the_last() -> None:
    (message,) = Line().send("I N(S)=7 N(R)=2 F", response(ANSWER), by_client=False)
    octets = HdlcLinks().frames(message, LONG)
    frames = read(octets)
    assert [frame.control.send for frame in frames] == [7, 0, 1]
    assert [frame.control.poll_final for frame in frames] == [False, False, True]
    assert [frame.segmented for frame in frames] == [True, True, False]
    assert b"".join(frame.information for frame in frames) == response(LONG)
    assert max(len(one) for one in octets) == 0x7FF + 2


def test_addresses_and_llc_are_those_of_before_where_segments_came_in_single_octets() -> None:
    line = Line(server=(1, 0x1000))
    links = HdlcLinks()
    (asked,) = line.send("I N(S)=0 N(R)=0 P", command(GET), by_client=True)
    links.frames(asked, GET)
    (first,) = line.send("I N(S)=0 N(R)=1 F", response(ANSWER), by_client=False)
    (before,) = read(links.frames(first, ANSWER))
    line.send("I N(S)=1 N(R)=1 F", response(ANSWER[:4]), by_client=False, more=True, at_once=1)
    (message,) = line.send("I N(S)=2 N(R)=1 F", ANSWER[4:], by_client=False, at_once=1)
    (frame,) = read(links.frames(message, ANSWER))
    assert (frame.destination, frame.source, frame.information) == (
        before.destination, before.source, response(ANSWER),
    )  # fmt: skip
    assert str(frame.control) == "I N(S)=1 N(R)=1 P/F"


def test_without_anything_before_addresses_are_short_and_the_llc_is_the_usual_one() -> None:
    line = Line(server=(1, 17))
    line.send("I N(S)=0 N(R)=0 P", command(GET[:4]), by_client=True, more=True, at_once=1)
    (message,) = line.send("I N(S)=1 N(R)=0 P", GET[4:], by_client=True, at_once=1)
    (frame,) = read(HdlcLinks().frames(message, GET))
    assert (str(frame.source), str(frame.destination), frame.information) == ("16", "1/17", command(GET))


def test_a_push_without_llc_gets_none() -> None:
    push = bytes.fromhex("0F00000001000600000123")
    (message,) = Line().send("UI F", push, by_client=False)
    (frame,) = read(HdlcLinks().frames(message, message.octets))
    assert frame.information == push


def test_a_station_that_talks_to_one_of_the_same_address_has_numbers_of_its_own() -> None:
    line = Line(server=16)
    links = HdlcLinks()
    (asked,) = line.send("I N(S)=0 N(R)=0 P", command(GET), by_client=True)
    (answered,) = line.send("I N(S)=0 N(R)=1 F", response(ANSWER), by_client=False)
    frames = read(links.frames(asked, GET) + links.frames(answered, ANSWER))
    assert [str(frame.control) for frame in frames] == ["I N(S)=0 N(R)=0 P/F", "I N(S)=0 N(R)=1 P/F"]


def test_frame_numbers_begin_anew_when_the_link_is_set_up_again() -> None:
    line = Line()
    links = HdlcLinks()
    (message,) = line.send("I N(S)=4 N(R)=4 P", command(GET), by_client=True)
    links.frames(message, GET)
    for control, by_client in (("SNRM P", True), ("UA F", False)):
        (setup,) = line.send(control, by_client=by_client)
        assert links.link_frame(setup) == setup.octets
    (message,) = line.send("I N(S)=0 N(R)=0 P", command(GET), by_client=True)
    (frame,) = read(links.frames(message, GET))
    assert (frame.control.send, frame.control.receive) == (0, 0)


def test_a_push_in_a_ui_frame_stays_one() -> None:
    (message,) = Line().send("UI F", response(bytes.fromhex("0F00000001000600000123")), by_client=False)
    (frame,) = read(HdlcLinks().frames(message, message.octets))
    assert frame.control.type is FrameType.UI


def test_a_frame_with_a_wrong_check_sequence_stays_as_sent() -> None:
    good = bytes(HDLC(destination=(1, 17), source=16, control="DISC P"))
    octets = good[:-2] + bytes((good[-2] ^ 1,)) + good[-1:]
    line = Line()
    line.send("SNRM P", by_client=True)
    (message,) = line.segment(octets, by_client=True)
    assert HdlcLinks().link_frame(message) == octets
