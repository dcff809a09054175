"""What becomes of frames, told frame by frame."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.l2 import ARP, Ether
from scapy.packet import Packet, Raw

from dlms_analyzer.frames import Frame
from dlms_analyzer.net import Fate, FrameFates

HEAD_END, METER = "192.0.2.1", "192.0.2.7"
ETHERNET = 1


def frames_of(packets: Sequence[Packet]) -> list[Frame]:
    octets = [bytes(packet) for packet in packets]
    return [Frame(at, at * 1000, ETHERNET, one, 0, len(one), len(one)) for at, one in enumerate(octets, 1)]


def request(sequence: int, payload: bytes = b"", flags: str = "PA", acknowledgment: int = 501) -> Packet:
    packet = (
        Ether()
        / IP(src=HEAD_END, dst=METER)
        / TCP(sport=40000, dport=4059, seq=sequence, ack=acknowledgment, flags=flags)
    )
    return packet / Raw(payload) if payload else packet


def answer(sequence: int, payload: bytes = b"", flags: str = "PA", acknowledgment: int = 101) -> Packet:
    packet = (
        Ether()
        / IP(src=METER, dst=HEAD_END)
        / TCP(sport=4059, dport=40000, seq=sequence, ack=acknowledgment, flags=flags)
    )
    return packet / Raw(payload) if payload else packet


def fates(*packets: Packet) -> list[Fate]:
    teller = FrameFates()
    return [teller.of(frame) for frame in frames_of(packets)]


def test_a_connection_opens_speaks_acknowledges_and_closes() -> None:
    assert fates(
        request(100, flags="S"), answer(500, flags="SA"), request(101, flags="A"), request(101, b"ask"),
        answer(501, b"told", acknowledgment=104), request(104, flags="FA", acknowledgment=505),
    ) == [Fate.CONTROL, Fate.CONTROL, Fate.ACKNOWLEDGMENT, Fate.DELIVERED, Fate.DELIVERED, Fate.CONTROL]  # fmt: skip


def test_octets_that_were_there_already_are_repeated() -> None:
    once = request(101, b"ask")
    opening = (request(100, flags="S"), answer(500, flags="SA"))
    assert fates(*opening, once, once)[2:] == [Fate.DELIVERED, Fate.REPEATED]


def test_octets_behind_a_hole_came_early_and_wait() -> None:
    opening = (request(100, flags="S"), answer(500, flags="SA"))
    assert fates(*opening, request(104, b"two"), request(101, b"one"))[2:] == [Fate.EARLY, Fate.DELIVERED]


def test_octets_behind_what_the_capture_does_not_hold_are_told() -> None:
    opening = (request(100, flags="S"), answer(500, flags="SA"))
    lost = fates(*opening, request(101, b"one"), request(40_000_000, b"far"))
    assert lost[2:] == [Fate.DELIVERED, Fate.BEHIND_GAP]


@pytest.mark.parametrize(
    ("packet", "fate"),
    [
        (Ether() / ARP(), Fate.NOT_IP),
        (Ether() / IP() / ICMP(), Fate.OTHER_TRANSPORT),
        (Ether() / IP() / UDP(sport=4059, dport=4059), Fate.EMPTY),
        (Ether() / IP() / UDP(sport=4059, dport=4059) / Raw(b"x"), Fate.DELIVERED),
        (Ether() / IP(flags="MF") / UDP(sport=4059, dport=4059) / Raw(b"x"), Fate.FRAGMENT),
        (Ether() / IP(len=3) / Raw(b"x" * 30), Fate.MALFORMED),
    ],
    ids=lambda one: one.summary() if isinstance(one, Packet) else one.name,
)
def test_frames_without_a_stream_say_what_they_are(packet: Packet, fate: Fate) -> None:
    assert fates(packet) == [fate]
