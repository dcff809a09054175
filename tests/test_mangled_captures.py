"""Captures that the network has mistreated give the same messages, or say what is missing and give all the rest."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from random import Random

import pytest

from dlms_analyzer import Analyzer, Message
from dlms_analyzer.frames import Frame
from dlms_analyzer.framing.units import Kind
from tests.dlms_analyzer import mangle
from tests.support import Sidecar, usual_sidecars

Said = tuple[str, str, str | None, int | None, int | None, int | None]


WHOLE = usual_sidecars()
TCP = [one for one in WHOLE if one.over_tcp]
UDP = [one for one in WHOLE if not one.over_tcp]
KNOWN_LOSS = 5
"""How many frames are dropped, one at a time, from each capture."""
SHARE_LOST = 0.1
"""Of the frames, where many are dropped."""


def read(frames: list[Frame]) -> list[Message]:
    analyzer = Analyzer()
    messages = [message for frame in frames for message in analyzer.feed(frame)]
    return messages + analyzer.flush()


def said(message: Message) -> Said:
    return (
        message.kind.value,
        message.service,
        message.sender.value,
        message.client_sap,
        message.server_sap,
        message.invoke_id,
    )


def content(messages: list[Message]) -> list[tuple[Said, bytes]]:
    """What was said, conversation by conversation: mangling may change which of two conversations comes first."""
    ordered = sorted(messages, key=lambda one: one.stream.conversation.number)
    return [(said(one), one.octets) for one in ordered if one.kind is not Kind.RAW]


@pytest.mark.parametrize("sidecar", TCP, ids=lambda one: one.name)
def test_segments_split_merged_reordered_repeated_and_wrapped_give_the_same_messages(sidecar: Sidecar) -> None:
    packets = mangle.load(sidecar.pcap)
    original = content(read(mangle.frames(packets)))
    random = Random(sidecar.name)
    assert content(read(mangle.frames(mangle.split(packets, 1)))) == original
    assert content(read(mangle.frames(mangle.reorder(mangle.split(packets, 7), random)))) == original
    assert content(read(mangle.frames(mangle.duplicate(packets, random)))) == original
    assert content(read(mangle.frames(mangle.shift_sequence(packets)))) == original
    assert content(read(mangle.frames(mangle.overlap(mangle.split(packets, 9))))) == original
    assert sorted(content(read(mangle.frames(mangle.merge(packets)))), key=repr) == sorted(original, key=repr)


@pytest.mark.parametrize(("one", "other"), list(pairwise([*TCP, *TCP[:1]])), ids=lambda one: one.name)
def test_two_captures_at_the_same_time_do_not_mix(one: Sidecar, other: Sidecar) -> None:
    first, second = mangle.load(one.pcap), mangle.load(other.pcap)
    apart = content(read(mangle.frames(first))) + content(read(mangle.frames(second)))
    together = content(read(mangle.frames(mangle.interleave(first, second))))
    assert sorted(together, key=repr) == sorted(apart, key=repr)


@pytest.mark.parametrize("sidecar", TCP, ids=lambda one: one.name)
def test_the_same_session_from_two_places_at_the_same_time_does_not_mix(sidecar: Sidecar) -> None:
    packets = mangle.load(sidecar.pcap)
    original = content(read(mangle.frames(packets)))
    both = content(read(mangle.frames(mangle.interleave(packets, packets))))
    assert sorted(both, key=repr) == sorted(original + original, key=repr)


def told(messages: list[Message]) -> Counter[tuple[Said, bytes]]:
    """What was said, without what the rest of the capture tells: the invoke-id in blocks is that of the joined APDU."""
    return Counter(
        ((*one[:5], None) if one[1] == "general-block-transfer" else one, octets) for one, octets in content(messages)
    )


@pytest.mark.parametrize("sidecar", TCP, ids=lambda one: one.name)
def test_a_lost_frame_costs_its_own_messages_only_and_the_gap_is_noted(sidecar: Sidecar) -> None:
    packets = mangle.load(sidecar.pcap)
    whole = read(mangle.frames(packets))
    candidates = mangle.with_payload(packets)[1:-1]
    for lost in Random(sidecar.name).sample(candidates, min(KNOWN_LOSS, len(candidates))):
        left = read(mangle.frames(mangle.drop(packets, [lost])))
        kept = [message for message in whole if lost not in message.frames]
        assert told(left) == told(kept), f"without frame {lost}"
        assert "gap" in {expert.code for message in left for expert in message.experts}, f"without frame {lost}"


@pytest.mark.parametrize("sidecar", WHOLE, ids=lambda one: one.name)
def test_however_many_frames_are_lost_nothing_is_said_that_was_not_said(sidecar: Sidecar) -> None:
    packets = mangle.load(sidecar.pcap)
    random = Random(sidecar.name)
    lost = [packet.origin for packet in packets if random.random() < SHARE_LOST]
    originals = {message.octets for message in read(mangle.frames(packets))}
    left = read(mangle.frames(mangle.drop(packets, lost)))
    invented = [one for one in left if one.kind is Kind.APDU and one.octets not in originals]
    assert [(one.frames, one.octets.hex()) for one in invented] == []


@pytest.mark.parametrize("sidecar", UDP, ids=lambda one: one.name)
def test_a_lost_datagram_costs_its_own_messages_only(sidecar: Sidecar) -> None:
    packets = mangle.load(sidecar.pcap)
    whole = read(mangle.frames(packets))
    candidates = sorted({number for message in whole for number in message.frames})[1:-1]
    for lost in Random(sidecar.name).sample(candidates, min(KNOWN_LOSS, len(candidates))):
        left = read(mangle.frames(mangle.drop(packets, [lost])))
        assert told(left) == told([message for message in whole if lost not in message.frames])


@pytest.mark.parametrize("sidecar", TCP, ids=lambda one: one.name)
def test_a_segment_sent_again_is_noted_on_the_next_message_of_its_sender(sidecar: Sidecar) -> None:
    packets = mangle.load(sidecar.pcap)
    first = next(at for at, packet in enumerate(packets) if len(packet.payload) > 1)
    again = first + 2  # frames count from 1
    messages = read(mangle.frames([*packets[: first + 1], packets[first], *packets[first + 1 :]]))
    said_later = [one for one in messages if one.stream.flow == packets[first].flow and one.frame.number > again]
    told = [one for one in messages if any(said.text.endswith(f"in frame {again}") for said in one.experts)]
    assert told == said_later[:1]
