"""HDLC in the engine: segments joined, frame numbers followed, and what is said when a station breaks the rules."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlms_analyzer import Analyzer, Message
from dlms_analyzer.frames import INBOUND, LINE, OUTBOUND, Frame, Segment, line_flow
from dlms_analyzer.framing import hdlc, hdlc_link
from dlms_analyzer.framing.units import Kind, Sender
from scapy_layers import HDLC, LLC, GetRequestNormal, GetResponseNormal, HdlcParameters, ReturnedData
from scapy_layers.data import Data

CLIENT, SERVER = 16, 1
REQUEST = bytes(GetRequestNormal())
RESPONSE = bytes(GetResponseNormal(result=ReturnedData(data=Data.of("octet-string", bytes(range(90))))))
THIRD = -(-(len(RESPONSE) + 3) // 3)


class Line:
    """A client and a server on a serial line that is tapped in both directions."""

    def __init__(self) -> None:
        self.analyzer = Analyzer()
        self.messages: list[Message] = []
        self.count = 0

    def feed(self, octets: bytes, direction: int) -> list[Message]:
        self.count += 1
        frame = Frame(self.count, self.count, 0, octets, 0, len(octets), len(octets))
        segment = Segment(frame, LINE, line_flow(0, direction), 0, -1, 0, octets, 0, len(octets))
        found = self.analyzer.feed_segment(segment)
        self.messages += found
        return found

    def client(self, control: str, payload: Any = b"", **fields: Any) -> list[Message]:
        return self.feed(frame(SERVER, CLIENT, control, payload, **fields), OUTBOUND)

    def server(self, control: str, payload: Any = b"", **fields: Any) -> list[Message]:
        return self.feed(frame(CLIENT, SERVER, control, payload, **fields), INBOUND)

    def connect(self, *, information: int = 128, window: int = 1) -> None:
        self.client("SNRM P", HdlcParameters.of(information, information, window))
        self.server("UA F", HdlcParameters.of(information, information, window))

    def ask(self) -> None:
        self.client("I N(S)=0 N(R)=0 P", LLC() / REQUEST)

    def finish(self) -> list[Message]:
        self.messages += self.analyzer.flush()
        return self.messages


def frame(destination: int, source: int, control: str, payload: Any = b"", **fields: Any) -> bytes:
    header = HDLC(destination=destination, source=source, control=control, **fields)
    return bytes(header / payload) if payload else bytes(header)


def segments(apdu: bytes = RESPONSE) -> tuple[bytes, bytes, bytes]:
    """The information fields of an answer in three segments."""
    octets = bytes(LLC(source_lsap=0xE7)) + apdu
    return octets[:THIRD], octets[THIRD : 2 * THIRD], octets[2 * THIRD :]


def codes(messages: list[Message]) -> list[str]:
    return [expert.code for message in messages for expert in message.experts]


def apdus(messages: list[Message]) -> list[bytes]:
    return [message.octets for message in messages if message.kind is Kind.APDU]


@pytest.fixture
def line() -> Line:
    return Line()


def test_a_session_by_the_rules_has_nothing_to_note(line: Line) -> None:
    line.connect(information=THIRD)
    line.ask()
    first, second, third = segments()
    line.server("I N(S)=0 N(R)=1 F", first, segmented=1)
    line.client("RR N(R)=1 P")
    line.server("I N(S)=1 N(R)=1 F", second, segmented=1)
    line.client("RR N(R)=2 P")
    line.server("I N(S)=2 N(R)=1 F", third)
    line.client("DISC P")
    line.server("UA F")
    messages = line.finish()
    assert codes(messages) == []
    assert apdus(messages) == [REQUEST, RESPONSE]
    assert [one.service for one in messages if one.kind is Kind.LINK] == ["snrm", "ua", "rr", "rr", "disc", "ua"]
    assert {one.sender for one in messages} == {Sender.CLIENT, Sender.SERVER}


def test_a_window_of_segments_is_joined_without_acknowledgements_between_them(line: Line) -> None:
    line.connect(window=3)
    line.ask()
    first, second, third = segments()
    line.server("I N(S)=0 N(R)=1", first, segmented=1)
    line.server("I N(S)=1 N(R)=1", second, segmented=1)
    (answer,) = line.server("I N(S)=2 N(R)=1 F", third)
    assert answer.octets == RESPONSE
    assert answer.frames == (4, 5, 6)
    assert codes(line.finish()) == []


def test_frame_numbers_wrap_at_eight(line: Line) -> None:
    line.connect()
    for number in range(20):
        line.client(f"I N(S)={number % 8} N(R)={number % 8} P", LLC() / REQUEST)
        line.server(f"I N(S)={number % 8} N(R)={(number + 1) % 8} F", LLC(source_lsap=0xE7) / RESPONSE)
    messages = line.finish()
    assert codes(messages) == []
    assert len(apdus(messages)) == 40


def test_more_frames_than_the_window_are_a_violation_of_it(line: Line) -> None:
    line.connect(window=2)
    line.ask()
    first, second, third = segments()
    line.server("I N(S)=0 N(R)=1", first, segmented=1)
    line.server("I N(S)=1 N(R)=1", second, segmented=1)
    (answer,) = line.server("I N(S)=2 N(R)=1 F", third)
    assert codes([answer]) == ["window-violation"]
    assert answer.experts[0].text == "3 I frames without acknowledgement where the window is 2"
    assert answer.octets == RESPONSE


def test_the_window_of_a_side_is_the_smaller_of_what_it_sends_and_what_the_other_takes(line: Line) -> None:
    line.client("SNRM P", HdlcParameters.of(window=1))
    line.server("UA F", HdlcParameters.of(window=7))
    line.ask()
    first, second, _ = segments()
    line.server("I N(S)=0 N(R)=1", first, segmented=1)
    line.server("I N(S)=1 N(R)=1", second, segmented=1)
    assert codes(line.finish()).count("window-violation") == 1


def test_without_parameters_the_window_is_one_and_information_has_128_octets(line: Line) -> None:
    line.client("SNRM P")
    line.server("UA F")
    line.ask()
    octets = bytes(LLC(source_lsap=0xE7)) + RESPONSE + bytes(129 - 3 - len(RESPONSE))
    assert "information-too-long" in codes(line.server("I N(S)=0 N(R)=1 F", octets))
    assert "information-too-long" not in codes(line.server("I N(S)=1 N(R)=1 F", octets[:128]))
    assert codes(line.finish()).count("window-violation") == 1


def test_an_information_field_longer_than_agreed_on_is_noted_and_used(line: Line) -> None:
    line.connect(information=40)
    line.ask()
    (answer,) = line.server("I N(S)=0 N(R)=1 F", LLC(source_lsap=0xE7) / RESPONSE)
    assert codes([answer]) == ["information-too-long"]
    assert f"{len(RESPONSE) + 3} octets of information where 40 at most" in answer.experts[0].text
    assert answer.octets == RESPONSE


def test_nothing_is_said_about_windows_and_sizes_whose_negotiation_was_not_seen(line: Line) -> None:
    line.client("I N(S)=5 N(R)=2 P", LLC() / REQUEST)
    first, second, third = segments(RESPONSE)
    line.server("I N(S)=2 N(R)=6", first, segmented=1)
    line.server("I N(S)=3 N(R)=6", second, segmented=1)
    line.server("I N(S)=4 N(R)=6 F", third)
    messages = line.finish()
    assert apdus(messages) == [REQUEST, RESPONSE]
    assert codes(messages) == []


def test_a_tap_on_one_direction_only_sees_no_violations(line: Line) -> None:
    line.server("UA F", HdlcParameters.of(window=1))
    for number in range(12):
        line.server(f"I N(S)={number % 8} N(R)={(number + 1) % 8} F", LLC(source_lsap=0xE7) / RESPONSE)
    messages = line.finish()
    assert set(codes(messages)) <= {"unexpected-response"}
    assert len(apdus(messages)) == 12


def test_a_repeated_request_is_a_retransmission(line: Line) -> None:
    line.connect()
    line.ask()
    (again,) = line.client("I N(S)=0 N(R)=0 P", LLC() / REQUEST)
    assert codes([again]) == ["retransmission", "repeated-request"]


def test_a_repeated_segment_is_shown_and_not_joined_twice(line: Line) -> None:
    line.connect()
    line.ask()
    first, second, third = segments()
    line.server("I N(S)=0 N(R)=1 F", first, segmented=1)
    line.client("RR N(R)=1 P")
    line.server("I N(S)=1 N(R)=1 F", second, segmented=1)
    (again,) = line.server("I N(S)=1 N(R)=1 F", second, segmented=1)
    assert (again.kind, again.service, codes([again])) == (Kind.LINK, "i", ["retransmission"])
    line.client("RR N(R)=2 P")
    (answer,) = line.server("I N(S)=2 N(R)=1 F", third)
    (late,) = line.server("I N(S)=2 N(R)=1 F", third)
    assert answer.octets == RESPONSE
    assert (late.kind, codes([late])) == (Kind.LINK, ["retransmission"])


def test_a_bad_frame_in_a_window_is_not_used_and_its_repetition_is(line: Line) -> None:
    line.connect(window=3)
    line.ask()
    first, second, third = segments()
    line.server("I N(S)=0 N(R)=1", first, segmented=1)
    damaged = bytearray(frame(CLIENT, SERVER, "I N(S)=1 N(R)=1", second, segmented=1))
    damaged[12] ^= 0xFF
    (bad,) = line.feed(bytes(damaged), INBOUND)
    assert (bad.kind, bad.octets) == (Kind.LINK, bytes(damaged))
    assert "bad-fcs" in codes([bad])
    (early,) = line.server("I N(S)=2 N(R)=1 F", third)
    assert (early.kind, codes([early])) == (Kind.LINK, ["sequence"])
    line.client("RR N(R)=1 P")
    line.server("I N(S)=1 N(R)=1", second, segmented=1)
    (answer,) = line.server("I N(S)=2 N(R)=1 F", third)
    assert (answer.octets, codes([answer])) == (RESPONSE, [])


def test_a_receiver_that_missed_a_frame_asks_for_it_with_its_number(line: Line) -> None:
    line.connect(window=3)
    line.ask()
    first, second, third = segments()
    line.server("I N(S)=0 N(R)=1", first, segmented=1)
    line.server("I N(S)=1 N(R)=1", second, segmented=1)
    line.server("I N(S)=2 N(R)=1 F", third)
    (asked,) = line.client("RR N(R)=1 P")
    assert codes([asked]) == ["repeat-requested"]
    repeated = line.server("I N(S)=1 N(R)=1", second, segmented=1) + line.server("I N(S)=2 N(R)=1 F", third)
    assert codes(repeated) == ["retransmission"] * 2
    assert apdus(line.finish()) == [REQUEST, RESPONSE]


def test_a_segment_that_is_not_in_the_capture_costs_its_apdu_and_no_other(line: Line) -> None:
    line.connect()
    line.ask()
    first, _, third = segments()
    line.server("I N(S)=0 N(R)=1 F", first, segmented=1)
    (acknowledged,) = line.client("RR N(R)=2 P")
    assert codes([acknowledged]) == ["acknowledgement"]
    line.server("I N(S)=2 N(R)=1 F", third)
    line.client("I N(S)=1 N(R)=3 P", LLC() / REQUEST)
    line.server("I N(S)=3 N(R)=2 F", LLC(source_lsap=0xE7) / RESPONSE)
    messages = line.finish()
    assert apdus(messages) == [REQUEST, REQUEST, RESPONSE]
    assert [one.octets for one in messages if one.kind is Kind.RAW] == [first[3:], third]
    assert codes(messages).count("segment-lost") == 2


def test_a_number_that_is_not_the_next_one_says_that_frames_are_missing(line: Line) -> None:
    line.connect()
    line.ask()
    (answer,) = line.server("I N(S)=3 N(R)=1 F", LLC(source_lsap=0xE7) / RESPONSE)
    assert codes([answer]) == ["sequence"]
    assert answer.experts[0].text == "frame N(S)=3 where N(S)=0 was to come"
    assert answer.octets == RESPONSE


def test_the_tail_of_an_apdu_is_not_taken_for_one(line: Line) -> None:
    line.connect()
    line.ask()
    line.server("I N(S)=4 N(R)=1 F", b"\xc4\x01\xc1\x00")  # without an LLC header: the last segment of something
    messages = line.finish()
    assert apdus(messages) == [REQUEST]
    assert [(one.kind, one.octets) for one in messages][-1] == (Kind.RAW, b"\xc4\x01\xc1\x00")


def test_a_server_that_counts_the_frames_of_the_client_wrongly_is_noted_once(line: Line) -> None:
    line.connect(window=3)
    line.ask()
    first, second, third = segments()
    for number, information in enumerate((first, second)):
        line.server(f"I N(S)={number} N(R)={number + 1} F", information, segmented=1)  # it counts its own frames
        line.client(f"RR N(R)={number + 1} P")
    line.server("I N(S)=2 N(R)=3 F", third)
    for number in range(1, 9):
        line.client(f"I N(S)={number % 8} N(R)={(number + 2) % 8} P", LLC() / REQUEST)
        line.server(f"I N(S)={(number + 2) % 8} N(R)={(number + 3) % 8} F", LLC(source_lsap=0xE7) / RESPONSE)
    messages = line.finish()
    assert codes(messages) == ["acknowledgement"]
    assert apdus(messages) == [REQUEST, RESPONSE] * 9


def test_a_disconnection_amid_an_apdu_keeps_its_segments_and_is_noted_from_either_side(line: Line) -> None:
    line.connect()
    line.ask()
    first, second, _ = segments()
    line.server("I N(S)=0 N(R)=1 F", first, segmented=1)
    line.client("RR N(R)=1 P")
    line.server("I N(S)=1 N(R)=1 F", second, segmented=1)
    segmented, disconnected = line.client("DISC P")
    assert (segmented.kind, segmented.octets) == (Kind.RAW, (first + second)[3:])
    assert segmented.source.endswith("remote")
    assert codes([segmented]) == ["segment-lost"]
    assert "disconnect-mid-exchange" in codes([disconnected])
    assert disconnected.experts[0].text == "DISC behind 2 segments of an APDU that is not complete"


def test_a_frame_reject_names_the_frame_and_the_reason(line: Line) -> None:
    line.connect()
    line.ask()
    (rejected,) = line.server("FRMR F", b"\x10\x20\x04")
    assert codes([rejected])[0] == "frame-reject"
    assert "I N(S)=0 N(R)=0 P/F (control field 10)" in rejected.experts[0].text
    assert "an information field that is too long" in rejected.experts[0].text


def test_a_station_that_forgot_the_connection_answers_dm(line: Line) -> None:
    line.connect()
    line.ask()
    assert "not-connected" in codes(line.server("DM F"))
    assert "not-connected" not in codes(line.client("DISC P") + line.server("DM F"))


def test_a_station_that_is_not_ready_says_so_with_rnr(line: Line) -> None:
    line.connect()
    line.ask()
    assert codes(line.server("RNR N(R)=1 F")) == ["receiver-not-ready"]


@pytest.mark.parametrize("control", [0x19, 0x1D], ids=["REJ", "SREJ"])
def test_frame_types_of_other_dialects_are_shown_and_noted(line: Line, control: int) -> None:
    line.connect()
    (odd,) = line.feed(bytes(HDLC(destination=CLIENT, source=SERVER, control=control)), INBOUND)
    assert (odd.kind, odd.service, codes([odd])) == (Kind.LINK, f"control-{control:02x}", ["unknown-control"])


def test_a_station_that_sends_out_of_turn_is_noted(line: Line) -> None:
    line.connect(window=3)
    line.ask()
    first, _, _ = segments()
    line.server("I N(S)=0 N(R)=1", first, segmented=1)
    assert codes(line.client("RR N(R)=1 P")) == ["poll-final"]


def test_unnumbered_information_has_no_turn_and_no_number(line: Line) -> None:
    line.connect()
    line.ask()
    line.server("UI", LLC(source_lsap=0xE7) / RESPONSE)
    line.server("UI", LLC(source_lsap=0xE7) / RESPONSE)
    line.server("I N(S)=0 N(R)=1 F", LLC(source_lsap=0xE7) / RESPONSE)
    messages = line.finish()
    assert apdus(messages) == [REQUEST, RESPONSE, RESPONSE, RESPONSE]
    assert not {"poll-final", "sequence", "retransmission"} & set(codes(messages))


def test_frames_share_a_flag_and_noise_between_them_is_kept(line: Line) -> None:
    line.connect(window=3)
    line.ask()
    first, second, third = segments()
    parts = (
        frame(CLIENT, SERVER, "I N(S)=0 N(R)=1", first, segmented=1)
        + frame(CLIENT, SERVER, "I N(S)=1 N(R)=1", second, segmented=1)[1:]
        + b"\x00\xff\x55"
        + b"\x7e\x7e"
        + frame(CLIENT, SERVER, "I N(S)=2 N(R)=1 F", third)
    )
    for octet in parts:
        line.feed(bytes((octet,)), INBOUND)
    messages = line.finish()
    assert apdus(messages) == [REQUEST, RESPONSE]
    noise = [one for one in messages if one.kind is Kind.RAW]
    assert b"".join(one.octets for one in noise) == b"\x00\xff\x55"
    assert set(codes(noise)) == set(codes(messages)) == {"noise"}


def test_two_meters_on_one_line_have_numbers_of_their_own(line: Line) -> None:
    line.connect()
    for number in range(4):
        line.client(f"I N(S)={number} N(R)={number} P", LLC() / REQUEST)
        line.server(f"I N(S)={number} N(R)={number + 1} F", LLC(source_lsap=0xE7) / RESPONSE)
        theirs = (number + 5) % 8
        line.feed(frame(2, CLIENT, f"I N(S)={theirs} N(R)={number} P", LLC() / REQUEST), OUTBOUND)
        answer = LLC(source_lsap=0xE7) / RESPONSE
        line.feed(frame(CLIENT, 2, f"I N(S)={number} N(R)={(theirs + 1) % 8} F", answer), INBOUND)
    assert codes(line.finish()) == []


def test_segmented_apdus_that_never_end_are_given_up(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hdlc, "MAX_SEGMENTED", 500)
    line.connect()
    line.server("I N(S)=0 N(R)=0", segments()[0], segmented=1)
    for number in range(1, 40):
        line.server(f"I N(S)={number % 8} N(R)=0", bytes(50), segmented=1)
    lost = [one for one in line.finish() if one.kind is Kind.RAW]
    assert len(lost) > 2
    assert max(len(one.octets) for one in lost) <= 550
    assert sum(len(one.octets) for one in lost) == 39 * 50 + THIRD - 3


def test_addresses_beyond_counting_do_not_pile_up(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hdlc, "MAX_SIDES", 8)
    for upper in range(1, 40):
        line.feed(frame(CLIENT, upper, "I N(S)=0 N(R)=0", segments()[0], segmented=1), INBOUND)
    messages = line.finish()
    assert [one.octets for one in messages if one.kind is Kind.RAW] == [segments()[0][3:]] * 39
    assert hdlc_link.MAX_SIDES > 2 * 126  # all one-octet addresses at once


def test_a_forwarded_line_with_equal_addresses_shows_itself_by_who_answers_the_snrm(line: Line) -> None:
    line.feed(frame(1, 1, "SNRM P"), OUTBOUND)
    line.feed(frame(1, 1, "UA F"), OUTBOUND)
    for number in range(3):
        line.feed(frame(1, 1, f"I N(S)={number} N(R)={number} P", LLC() / REQUEST), OUTBOUND)
        line.feed(frame(1, 1, f"I N(S)={number} N(R)={number + 1} F", LLC(source_lsap=0xE7) / RESPONSE), OUTBOUND)
    assert codes(line.finish()) == []


def test_stations_with_the_same_address_in_one_stream_are_not_counted_together() -> None:
    # Without directions all frames of a line come in one stream.
    analyzer = Analyzer()
    messages: list[Message] = []
    talk = [("I N(S)=0 N(R)=0 P", 0xE6, REQUEST), ("I N(S)=0 N(R)=1 F", 0xE7, RESPONSE)] * 2
    for number, (control, lsap, apdu) in enumerate(talk, 1):
        octets = frame(1, 1, control, LLC(source_lsap=lsap) / apdu)
        captured = Frame(number, number, 0, octets, 0, len(octets), len(octets))
        messages += analyzer.feed_segment(Segment(captured, LINE, line_flow(0), 0, -1, 0, octets, 0, len(octets)))
    assert apdus(messages) == [REQUEST, RESPONSE] * 2
    assert not {"retransmission", "sequence"} & set(codes(messages))


INFORMATION = st.sampled_from([b"", *segments(), bytes(LLC() / REQUEST), bytes(HdlcParameters.of(window=3))])
ANYTHING = st.tuples(st.booleans(), st.integers(0, 255), INFORMATION, st.booleans(), st.integers(1, 2))


@given(st.lists(ANYTHING, max_size=40))
def test_whatever_stations_send_every_frame_is_part_of_a_message(
    sent: list[tuple[bool, int, bytes, bool, int]],
) -> None:
    line = Line()
    for from_client, control, information, segmented, server in sent:
        source, destination = (CLIENT, server) if from_client else (server, CLIENT)
        header = HDLC(destination=destination, source=source, control=control, segmented=int(segmented))
        line.feed(bytes(header / information) if information else bytes(header), OUTBOUND if from_client else INBOUND)
    messages = line.finish()
    assert {number for one in messages for number in one.frames} == set(range(1, len(sent) + 1))
