"""Captures that the network has mistreated give the same messages, or say what is missing and give all the rest."""

from __future__ import annotations

from random import Random

import pytest

from dlms_analyzer import Analyzer, Message
from dlms_analyzer.frames import Frame
from dlms_analyzer.framing.units import Kind
from tests.dlms_analyzer import mangle
from tests.support import Sidecar, sidecars

Said = tuple[str, str, str | None, int | None, int | None, int | None]


def over_tcp(sidecar: Sidecar) -> bool:
    return all(transport["proto"] == "tcp" for transport in sidecar.load()["transports"])


TCP = [one for one in sidecars() if over_tcp(one) and not one.name.startswith("pathological")]
KNOWN_LOSS = 5
"""How many frames are dropped, one at a time, from each capture."""


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


@pytest.mark.parametrize("sidecar", TCP, ids=lambda one: one.name)
def test_two_captures_at_the_same_time_do_not_mix(sidecar: Sidecar) -> None:
    packets = mangle.load(sidecar.pcap)
    original = content(read(mangle.frames(packets)))
    both = read(mangle.frames(mangle.interleave(packets, packets)))
    assert sorted(content(both), key=repr) == sorted(original + original, key=repr)


@pytest.mark.parametrize("sidecar", TCP, ids=lambda one: one.name)
def test_a_lost_frame_costs_its_own_messages_and_is_noted(sidecar: Sidecar) -> None:
    packets = mangle.load(sidecar.pcap)
    frames_of = {}
    whole = read(mangle.frames(packets))
    for message in whole:
        for number in message.frames:
            frames_of.setdefault(number, []).append(message)
    candidates = mangle.with_payload(packets)[2:-1]
    for lost in Random(sidecar.name).sample(candidates, min(KNOWN_LOSS, len(candidates))):
        left = read(mangle.frames(mangle.drop(packets, [lost])))
        own = {id(message) for message in frames_of.get(lost, [])}
        kept = [message.octets for message in whole if id(message) not in own and message.kind is Kind.APDU]
        got = [message.octets for message in left if message.kind is Kind.APDU]
        missing = [octets for octets in kept if octets not in got]
        assert missing == [], (lost, [octets.hex()[:40] for octets in missing])
        codes = {expert.code for message in left for expert in message.experts}
        if own:
            assert codes & {"gap", "sequence", "incomplete", "segment-lost", "unanswered", "unexpected-response"}, lost
