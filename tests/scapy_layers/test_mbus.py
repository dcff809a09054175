"""Wired M-Bus long frames."""

from __future__ import annotations

import pytest

from scapy_layers import ApduSegment, GetRequestNormal, MBus, StrayOctets
from scapy_layers.mbus import long_frame
from tests.scapy_layers.frames import FRAMES, layers_of

WHOLE = FRAMES["m-bus"][1]
FIRST = FRAMES["first m-bus segment"][1]


def test_a_frame_is_composed_with_both_lengths_and_its_checksum() -> None:
    built = bytes(MBus() / GetRequestNormal(class_id=3, logical_name="1-0:1.8.0.255", attribute_id=2))
    assert built == WHOLE
    assert built[1] == built[2] == len(built) - 6


def test_only_a_frame_that_is_first_and_last_holds_an_apdu() -> None:
    assert GetRequestNormal in MBus(WHOLE)
    assert isinstance(MBus(FIRST).payload, ApduSegment)
    assert MBus(FIRST).said("control_information") == "00 (segment 0)"
    assert "last-segment" in MBus(WHOLE).mysummary()


def test_a_wrong_checksum_is_noted() -> None:
    packet = MBus(WHOLE[:-2] + b"\x00\x16")
    assert [note.code for note in packet.notes] == ["bad-checksum"]


def test_two_lengths_that_differ_are_seen() -> None:
    shorter = MBus(WHOLE[:2] + b"\x11" + WHOLE[3:])
    assert shorter.notes or shorter.stopped
    longer = MBus(WHOLE[:2] + b"\x13" + WHOLE[3:])
    assert longer.stopped is not None
    assert bytes(longer) == WHOLE[:2] + b"\x13" + WHOLE[3:]


def test_frames_follow_each_other_with_octets_between_them() -> None:
    octets = FIRST + b"\xe5" + WHOLE + b"\x01\x02"
    packet = MBus(octets)
    kinds = [type(layer).__name__ for layer in layers_of(packet)]
    assert kinds == ["MBus", "ApduSegment", "MBusNoise", "MBus", "GetRequestNormal", "MBusNoise"]
    assert isinstance(packet.lastlayer(), StrayOctets)
    assert bytes(packet) == octets


@pytest.mark.parametrize(
    ("octets", "size"),
    [("68", 11), ("6812", 24), ("681212", 24), ("68121268", 24), ("681213", 0), ("68121267", 0), ("69", 0), ("", 0),
     ("68121268 53ff20", 0), ("68121268 53ff1f", 24), ("68040468 53ff10", 0)],
)  # fmt: skip
def test_the_size_of_a_frame_is_known_from_its_first_octets(octets: str, size: int) -> None:
    wire = bytes.fromhex(octets)
    assert long_frame(wire, 0, len(wire)) == size


def test_complete_frames_are_reassembled() -> None:
    assert MBus.tcp_reassemble(WHOLE[:-1], {}, {}) is None
    packet = MBus.tcp_reassemble(FIRST + WHOLE + FIRST[:4], {}, {})
    assert packet is not None
    assert packet.lastlayer().load == FIRST[:4]
