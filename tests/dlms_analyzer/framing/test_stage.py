"""Which framing a conversation has is found out from its octets, and nothing is claimed that is not DLMS/COSEM."""

from __future__ import annotations

import pytest

from dlms_analyzer import Analyzer, Message
from dlms_analyzer.frames import ACK, INBOUND, LINE, OUTBOUND, TCP, UDP, Frame, Segment, line_flow, reverse_flow
from dlms_analyzer.framing.options import DecodeAs, FramingOptions
from dlms_analyzer.framing.units import Kind, Sender
from scapy_layers import RLRE, RLRQ, Data, GetRequestNormal, GetResponseNormal, ReturnedData, Wrapper

REQUEST = bytes(GetRequestNormal())
RESPONSE = bytes(GetResponseNormal(result=ReturnedData(data=Data.of("double-long-unsigned", 291))))
PORT = 4_063
FLOW = bytes((192, 0, 2, 1, 192, 0, 2, 7)) + (40_000).to_bytes(2) + PORT.to_bytes(2)


def on_line(*payloads: tuple[int, bytes], options: FramingOptions | None = None) -> list[Message]:
    analyzer = Analyzer(options)
    messages: list[Message] = []
    for number, (direction, octets) in enumerate(payloads, 1):
        frame = Frame(number, number, 0, octets, 0, len(octets), len(octets))
        flow = line_flow(0, direction)
        messages += analyzer.feed_segment(Segment(frame, LINE, flow, 0, -1, 0, octets, 0, len(octets)))
    return messages + analyzer.flush()


def over_ip(transport: int, *payloads: bytes, options: FramingOptions | None = None) -> list[Message]:
    analyzer = Analyzer(options)
    messages: list[Message] = []
    sequence = 1
    for number, octets in enumerate(payloads, 1):
        frame = Frame(number, number, 1, octets, 0, len(octets), len(octets))
        segment = Segment(frame, transport, FLOW, sequence, -1, ACK, octets, 0, len(octets))
        messages += analyzer.feed_segment(segment)
        sequence += len(octets)
    return messages + analyzer.flush()


def test_bare_apdus_on_a_line_are_recognised_and_paired() -> None:
    request, response = on_line((OUTBOUND, REQUEST), (INBOUND, RESPONSE))
    assert {request.profile, response.profile} == {"raw"}
    assert (request.octets, response.octets) == (REQUEST, RESPONSE)
    assert (request.sender, response.sender) == (Sender.CLIENT, Sender.SERVER)
    assert request.exchange is response.exchange is not None
    assert not request.experts + response.experts


def test_a_log_without_directions_is_a_conversation_too() -> None:
    request, response = on_line((0, REQUEST), (0, RESPONSE))
    assert (request.service, response.service) == ("get-request-normal", "get-response-normal")
    assert request.exchange is response.exchange


def test_what_waited_for_the_decision_comes_in_the_order_of_the_capture() -> None:
    messages = on_line((OUTBOUND, bytes(RLRQ())), (INBOUND, bytes(RLRE())), (OUTBOUND, REQUEST), (INBOUND, RESPONSE))
    assert [one.frames for one in messages] == [(1,), (2,), (3,), (4,)]
    assert [one.service for one in messages] == ["rlrq", "rlre", "get-request-normal", "get-response-normal"]


def test_an_apdu_that_is_cut_is_shown_as_far_as_it_goes() -> None:
    (message,) = on_line((INBOUND, RESPONSE[:-2]))
    assert (message.kind, message.profile, message.octets) == (Kind.APDU, "raw", RESPONSE[:-2])
    assert "malformed" in {expert.code for expert in message.experts}


@pytest.mark.parametrize(
    "payload",
    [
        "01030000000ac5cd",  # Modbus RTU: its unit number is the tag of an InitiateRequest
        "680b0b6808017200000000000000000916",  # M-Bus without DLMS/COSEM
        "48656c6c6f0d0a",
        "0500",  # an empty ReadRequest, or any two octets
        "c001c100030100010800ff020000",  # a whole APDU and an octet too many
    ],
)
def test_octets_on_a_line_that_are_no_apdu_are_not_claimed_at_first_sight(payload: str) -> None:
    analyzer = Analyzer()
    octets = bytes.fromhex(payload)
    frame = Frame(1, 1, 0, octets, 0, len(octets), len(octets))
    segment = Segment(frame, LINE, line_flow(0, OUTBOUND), 0, -1, 0, octets, 0, len(octets))
    assert analyzer.feed_segment(segment) == []
    assert b"".join(one.octets for one in analyzer.flush()) == octets


@pytest.mark.parametrize("transport", [TCP, UDP])
def test_bare_apdus_over_ip_are_claimed_only_by_rule(transport: int) -> None:
    assert over_ip(transport, REQUEST) == []
    rule = DecodeAs(transport, PORT, "raw")
    (message,) = over_ip(transport, REQUEST, options=FramingOptions((rule,)))
    assert (message.service, message.profile) == ("get-request-normal", "raw")


def test_a_line_with_wpdus_or_frames_is_not_taken_for_bare_apdus() -> None:
    wpdu = bytes(Wrapper(source_wport=16, destination_wport=1) / REQUEST)
    (message,) = on_line((OUTBOUND, wpdu))
    assert (message.profile, message.client_sap, message.server_sap) == ("wrapper", 16, 1)
    (message,) = on_line((0, bytes.fromhex("7ea0070321930f017e")))
    assert (message.profile, message.service) == ("hdlc", "snrm")


def test_segments_that_came_out_of_order_before_the_decision_stay_in_the_order_of_the_stream() -> None:
    wpdu = bytes(Wrapper(source_wport=16, destination_wport=1) / REQUEST)
    analyzer = Analyzer()
    messages: list[Message] = []
    cuts = [(0, 3), (6, 9), (3, 6), (9, len(wpdu))]
    for number, (start, end) in enumerate(cuts, 1):
        frame = Frame(number, number, 1, wpdu, start, end, end - start)
        messages += analyzer.feed_segment(Segment(frame, TCP, FLOW, 1 + start, -1, ACK, wpdu, start, end))
    (message,) = messages + analyzer.flush()
    assert message.octets == REQUEST


def test_without_heuristics_only_rules_and_the_registered_port_count() -> None:
    wpdu = bytes(Wrapper(source_wport=16, destination_wport=1) / REQUEST)
    assert len(over_ip(TCP, wpdu)) == 1
    assert over_ip(TCP, wpdu, options=FramingOptions(heuristics=False)) == []
    rule = DecodeAs.parse(f"tcp.port=={PORT},wrapper")
    assert len(over_ip(TCP, wpdu, options=FramingOptions((rule,), heuristics=False))) == 1


def test_a_rule_can_leave_a_conversation_alone() -> None:
    wpdu = bytes(Wrapper(source_wport=16, destination_wport=1) / REQUEST)
    assert over_ip(TCP, wpdu, options=FramingOptions((DecodeAs(TCP, PORT, "none"),))) == []


def test_one_direction_decides_for_both() -> None:
    wpdu = bytes(Wrapper(source_wport=16, destination_wport=1) / REQUEST)
    answer = bytes(Wrapper(source_wport=1, destination_wport=16) / RESPONSE)
    analyzer = Analyzer()
    found: list[Message] = []
    for number, (octets, flow) in enumerate([(answer[:5], reverse_flow(FLOW)), (wpdu, FLOW)], 1):
        frame = Frame(number, number, 1, octets, 0, len(octets), len(octets))
        found += analyzer.feed_segment(Segment(frame, TCP, flow, 1, -1, ACK, octets, 0, len(octets)))
    rest = answer[5:]
    frame = Frame(3, 3, 1, rest, 0, len(rest), len(rest))
    found += analyzer.feed_segment(Segment(frame, TCP, reverse_flow(FLOW), 6, -1, ACK, rest, 0, len(rest)))
    assert [one.octets for one in found] == [REQUEST, RESPONSE]
