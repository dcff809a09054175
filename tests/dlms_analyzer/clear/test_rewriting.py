"""Messages as frames: what is read in them without keys is what was read before with keys."""

from __future__ import annotations

import pytest

from dlms_analyzer import Analyzer, Message
from dlms_analyzer.clear.rewriting import Rewriter
from dlms_analyzer.frames import LINE, UDP, Frame, Segment, endpoints, line_flow
from dlms_analyzer.framing.units import Kind
from dlms_analyzer.net.links import ETHERNET, UPPER_PDU
from scapy_layers import HDLC, LLC, MBus, PlcLLC, Wrapper
from tests.dlms_analyzer.clear.rewritten import read_again, rewritten, said
from tests.dlms_analyzer.clear.test_hdlc_frames import Line
from tests.dlms_analyzer.security.talks import ANSWER, CLIENT, DEDICATED, GET, SERVER, Talk, ded, glo, keys

PUSH = bytes.fromhex("0F00000002000622334455")
"""data-notification, long-invoke-id 2, no date-time, a double-long-unsigned; nothing in it looks like a wrapper."""
WRAPPED = b"\x00\x01\x00\x01\x00\x10\x00" + bytes((len(PUSH),)) + PUSH
FLOW = bytes((192, 0, 2, 1, 192, 0, 2, 7)) + (40_000).to_bytes(2) + (4_059).to_bytes(2)


def conversation() -> list[Message]:
    """An association, two envelopes with the dedicated key, one that does not open, one APDU in clear."""
    talk = Talk(keys())
    messages = talk.associate_ciphered(dedicated=DEDICATED)
    messages += talk.client(ded(GET, 1, CLIENT))
    messages += talk.server(ded(ANSWER, 1, SERVER))
    messages += talk.client(glo(GET, 2, CLIENT, key=bytes(16)))
    return messages + talk.server(bytes.fromhex("D80102"))


def fed(transport: int, flow: bytes, *payloads: bytes) -> list[Message]:
    analyzer = Analyzer()
    messages: list[Message] = []
    for number, octets in enumerate(payloads, start=1):
        frame = Frame(number, 1_000 * number + 1, 147, octets, 0, len(octets), len(octets))
        messages += analyzer.feed_segment(Segment(frame, transport, flow, 0, -1, 0, octets, 0, len(octets)))
    return messages + analyzer.flush()


@pytest.mark.parametrize("upper_pdu", [False, True], ids=["packets", "exported PDUs"])
def test_without_keys_the_output_says_what_the_input_says_with_keys(upper_pdu: bool) -> None:
    messages = conversation()
    rewriter = Rewriter(upper_pdu=upper_pdu)
    frames = rewritten(messages, rewriter)
    assert len(frames) == len(messages)
    assert list(map(said, read_again(frames, rewriter))) == list(map(said, messages))
    assert (rewriter.opened, rewriter.closed) == (4, 1)
    assert rewriter.link_type == (UPPER_PDU if upper_pdu else ETHERNET)


def test_times_are_kept_to_the_nanosecond() -> None:
    (message,) = fed(UDP, FLOW, WRAPPED)
    assert [frame.time for frame in Rewriter().rewrite(message)] == [1_001]


@pytest.mark.parametrize(
    "payload",
    [
        bytes(HDLC(destination=16, source=(1, 17), control="UI F") / LLC(source_lsap=0xE7) / PUSH),
        bytes(MBus(apdu=PUSH)),
        WRAPPED,
        bytes(PlcLLC(destination_lsap=3, source_lsap=1)) + PUSH,
    ],
    ids=["HDLC", "M-Bus", "wrapper", "power line LLC"],
)
@pytest.mark.parametrize("upper_pdu", [False, True], ids=["packets", "exported PDUs"])
def test_what_came_by_a_line_gets_addresses_and_keeps_its_saps(payload: bytes, upper_pdu: bool) -> None:
    is_llc = payload[0] == 0x90
    messages = fed(LINE, line_flow(3), *([WRAPPED] if is_llc else []), payload, payload)
    rewriter = Rewriter(upper_pdu=upper_pdu)
    again = read_again(rewritten(messages, rewriter), rewriter)
    assert list(map(said, again)) == list(map(said, messages))
    assert len(messages) == 2 + is_llc
    assert {one.service for one in messages} == {"data-notification"}
    assert endpoints(again[-1].stream.flow)[0] == "198.19.0.3:4059"


def test_a_bare_apdu_of_a_line_comes_from_no_station() -> None:
    messages = fed(LINE, line_flow(0), PUSH)
    rewriter = Rewriter()
    (again,) = read_again(rewritten(messages, rewriter), rewriter)
    assert (again.service, again.client_sap, again.server_sap) == ("data-notification", 0, 0)


def test_what_follows_half_a_frame_is_not_taken_for_its_other_half() -> None:
    talk = Talk(keys())
    talk.associate_ciphered()
    half = b"\x00\x01\x00\x10\x00\x01\x00\x40" + GET
    messages = talk._segment(half, client=True)
    talk._next[True] += 100
    messages += talk.client(glo(GET, 2, CLIENT)) + talk.server(glo(ANSWER, 2, SERVER))
    messages += talk.client(glo(GET, 3, CLIENT)) + talk.server(glo(ANSWER, 3, SERVER)) + talk.analyzer.flush()
    assert [one.service for one in messages].count("raw") == 1
    rewriter = Rewriter()
    again = read_again(rewritten(messages, rewriter), rewriter)
    assert sorted(one.service for one in again) == sorted(one.service for one in messages)


def test_a_wrapper_without_an_apdu_stays_one() -> None:
    messages = fed(UDP, FLOW, WRAPPED, WRAPPED[:7] + b"\x00")
    rewriter = Rewriter()
    frames = rewritten(messages, rewriter)
    assert [one.service for one in messages] == ["data-notification", "unknown"]
    assert frames[1].octets.endswith(WRAPPED[:7] + b"\x00")


@pytest.mark.parametrize("server", [1, (1, 17), (1, 0x1000)], ids=["1 octet", "2 octets", "4 octets"])
def test_apdus_of_hdlc_get_the_wrapper_when_asked_and_its_link_frames_are_left_out(server: object) -> None:
    line = Line(server)
    messages = [
        message
        for one in (
            line.send("SNRM P", by_client=True),
            line.send("UA F", by_client=False),
            line.send("I N(S)=0 N(R)=0 P", bytes(LLC()) + GET, by_client=True),
            line.send("I N(S)=0 N(R)=1 F", b"\xe6\xe7\x00" + ANSWER[:4], by_client=False, more=True),
            line.send("RR N(R)=1 P", by_client=True),
            line.send("I N(S)=1 N(R)=1 F", ANSWER[4:], by_client=False),
        )
        for message in one
    ]
    assert [one.service for one in messages] == ["snrm", "ua", "get-request-normal", "rr", "get-response-normal"]
    rewriter = Rewriter(wrapper=True)
    frames = rewritten(messages, rewriter)
    again = read_again(frames, rewriter)
    assert [frame.octets[54:] for frame in frames] == [
        bytes(Wrapper(source_wport=16, destination_wport=1) / GET),
        bytes(Wrapper(source_wport=1, destination_wport=16) / ANSWER),
    ]
    assert [(one.service, one.items) for one in again] == [
        (one.service, one.items) for one in messages if one.kind is Kind.APDU
    ]
