"""What a framer keeps of a stream is bounded, and so is the work that it takes, whatever comes."""

from __future__ import annotations

from typing import Any

import pytest

from dlms_analyzer import Analyzer, Message
from dlms_analyzer.frames import ACK, LINE, TCP, UDP, UNKNOWN, Buffer, Frame, Segment, line_flow
from dlms_analyzer.framing import hdlc
from dlms_analyzer.framing.stream import MAX_PENDING, Progress, StreamFramer
from dlms_analyzer.framing.units import Unit
from dlms_analyzer.net.streams import Conversation, Stream
from scapy_layers import HDLC

FLOW = bytes((192, 0, 2, 1, 192, 0, 2, 7)) + (40_000).to_bytes(2) + (4_059).to_bytes(2)
FRAME = bytes(HDLC(destination=1, source=16, control="SNRM P"))
IDLE = b"\x7e"


def told(transport: int, *payloads: bytes) -> list[Message]:
    """The messages of payloads that follow each other in one direction."""
    analyzer = Analyzer()
    messages: list[Message] = []
    for segment in segments(transport, *payloads):
        messages += analyzer.feed_segment(segment)
    return messages + analyzer.flush()


def segments(transport: int, *payloads: bytes) -> list[Segment]:
    """Payloads that follow each other in one direction."""
    flow = line_flow(0, UNKNOWN) if transport == LINE else FLOW
    sequence, made = 1, []
    for number, octets in enumerate(payloads, 1):
        frame = Frame(number, number, 1, octets, 0, len(octets), len(octets))
        made.append(Segment(frame, transport, flow, sequence, -1, ACK, octets, 0, len(octets)))
        sequence += len(octets)
    return made


@pytest.mark.parametrize("transport", [TCP, LINE])
@pytest.mark.parametrize("idle", [[IDLE] * 3_000, [IDLE * 1_400] * 200])
def test_each_flag_of_an_idle_hdlc_line_is_looked_at_a_few_times_at_most(
    transport: int, idle: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = 0
    find_frames = hdlc.find_frames

    def counting(buf: Buffer, pos: int, end: int, **more: Any) -> Any:
        nonlocal looked
        looked += end - pos
        return find_frames(buf, pos, end, **more)

    monkeypatch.setattr(hdlc, "find_frames", counting)
    messages = told(transport, FRAME, *idle, FRAME)
    assert [message.service for message in messages] == ["snrm", "snrm"]
    assert looked < 5 * sum(map(len, idle))


@pytest.mark.parametrize("transport", [TCP, UDP, LINE])
def test_a_stream_that_ends_in_flags_ends_in_no_unfinished_frame(transport: int) -> None:
    for idle in (IDLE, IDLE * 5, IDLE * 5_000):
        (message,) = told(transport, FRAME + idle)
        assert message.service == "snrm"
        assert not message.experts
    assert told(transport, IDLE * 5_000) == []


def test_a_line_that_is_idle_for_long_before_its_first_frame_still_shows_it() -> None:
    (message,) = told(LINE, *[IDLE * 1_400] * 10, FRAME)
    assert message.service == "snrm"


def test_a_frame_that_a_stream_ends_in_is_still_told_behind_flags() -> None:
    *_, last = told(TCP, FRAME, IDLE * 5_000 + FRAME[:4])
    assert [expert.code for expert in last.experts] == ["incomplete"]


class _Stuck(StreamFramer):
    """A framer that never gets further."""

    def scan(self, buf: Buffer, pos: int, end: int, out: list[Unit]) -> Progress:
        del buf, out
        return Progress(pos, end - pos + (1 << 30))


def test_what_is_more_than_a_frame_can_have_is_given_up_with_a_note_and_not_kept() -> None:
    framer = _Stuck(Stream(Conversation(0, TCP), 0, FLOW))
    kept, units = 0, []
    for segment in segments(TCP, *[bytes(1_400)] * 300):
        units += framer.feed(segment)
        kept = max(kept, len(framer._pending))
    assert kept <= MAX_PENDING
    assert [unit.experts[0].code for unit in units] == ["incomplete"] * (300 * 1_400 // MAX_PENDING)
    assert sum(unit.end - unit.start for unit in units + framer.flush()) == 300 * 1_400
    assert "does not get further" in units[0].experts[0].text
