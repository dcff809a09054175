"""Events on their way to another process: whatever they are, they arrive as they were."""

from __future__ import annotations

import pytest

from dlms_analyzer.ahead.wire import EventReader, EventWriter
from dlms_analyzer.frames import TCP, Frame
from dlms_analyzer.framing.link import LinkFrame
from dlms_analyzer.framing.units import Ended, Event, Kind, Part, Sender, Unit
from dlms_analyzer.net.streams import Conversation, Stream, pair
from dlms_analyzer.notes import Expert
from scapy_layers.hdlc import HDLC

BUF = bytes(range(256))
FLOW, BACK = b"\x01" * 12, b"\x02" * 12


def conversation(number: int = 0) -> Conversation:
    one = Conversation(number, TCP)
    pair(one, Stream(one, 0, FLOW), Stream(one, 1, BACK))
    one.initiator = 1
    return one


def frame(number: int) -> Frame:
    return Frame(number, number * 10**9, 0, BUF, 0, 0, 0, 2)


def unit(stream: Stream, **other: object) -> Unit:
    plain = Unit(stream, Kind.APDU, "wrapper", 1, 16, None, Sender.UNKNOWN, frame(7), BUF, 20, 30)
    return plain._replace(**other)  # type: ignore[arg-type]


def sent(events: list[Event], conversations: dict[int, Conversation]) -> list[Event]:
    writer = EventWriter()
    writer.add(events)
    assert writer.count == len(events)
    return list(EventReader(BUF, conversations).events(*writer.take()))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"source": 70_000, "destination": None, "lower": 0},
        {"hint": Sender.SERVER, "profile": "hdlc"},
        {"parts": (Part(frame(3), 5, 9), Part(frame(4), 0, 3)), "buf": b"joined octets", "start": 0, "end": 13},
        {"experts": (Expert("gap", "3 octets \udcff before frame 7"),)},
        {"kind": Kind.RAW, "source": None, "destination": None},
    ],
)
def test_a_unit_arrives_as_it_was(changes: dict[str, object]) -> None:
    one = conversation()
    for stream in (one.forward, one.backward):
        event = unit(stream, **changes)
        assert sent([event, event], {0: one}) == [event, event]


def test_a_link_frame_arrives_with_its_name_and_whether_it_is_intact() -> None:
    one = conversation()
    link = LinkFrame(HDLC, BUF[20:30], "snrm", intact=False)
    (event,) = sent([unit(one.forward, kind=Kind.LINK, profile="hdlc", link=link)], {0: one})
    assert isinstance(event, Unit)
    assert (event.link.layer, event.link.octets, event.link.service, event.link.intact) == (
        HDLC, BUF[20:30], "snrm", False,
    )  # fmt: skip


def test_a_conversation_that_is_not_known_is_met_with_its_first_unit() -> None:
    conversations: dict[int, Conversation] = {}
    one = conversation(9)
    sent([unit(one.backward), Ended(one, closed=False)], conversations)
    met = conversations[9]
    assert (met.number, met.transport, met.forward.flow, met.backward.flow) == (9, TCP, FLOW, BACK)
    assert met.initiator == 1
    assert met.forward.peer is met.backward


def test_the_end_of_a_conversation_without_units_is_not_told() -> None:
    assert sent([Ended(conversation(), closed=True)], {}) == []


def test_the_end_of_a_conversation_arrives_behind_its_units() -> None:
    one = conversation()
    events = [unit(one.forward), Ended(one, closed=False), unit(one.backward), Ended(one, closed=True)]
    assert sent(events, {0: one}) == events


def test_more_addresses_than_have_numbers_arrive_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dlms_analyzer.ahead.wire.MAX_SHAPES", 2)
    one = conversation()
    events: list[Event] = [unit(one.forward, source=sap) for sap in (1, 2, 3, 4, 1, 3)]
    assert sent(events, {0: one}) == events
