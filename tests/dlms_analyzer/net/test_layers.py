"""A frame as a tree of layers, with spans that cover its octets."""

from __future__ import annotations

import pytest
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.l2 import Dot1Q, Ether
from scapy.packet import Padding, Raw

from dlms_analyzer.capture import open_capture
from dlms_analyzer.frames import Frame
from dlms_analyzer.net.layers import frame_layers
from tests.support import sample_captures


def frame_of(octets: bytes, link_type: int = 1) -> Frame:
    return Frame(1, 0, link_type, octets, 0, len(octets), len(octets))


def test_fields_stand_where_their_octets_are() -> None:
    octets = bytes(
        Ether() / Dot1Q(vlan=7) / IP(src="192.0.2.1", dst="192.0.2.7") / UDP(sport=4059, dport=4060) / Raw(b"\0\1told")
    )
    nodes = frame_layers(frame_of(octets))
    assert [node.name for node in nodes] == ["Ethernet", "802.1Q", "IP", "UDP", "payload"]
    assert [node.text for node in nodes[2:4]] == ["192.0.2.1 -> 192.0.2.7", "4059 -> 4060"]
    fields = {f"{node.name}.{child.name}": child for node in nodes for child in node.children}
    source, port = fields["IP.src"], fields["UDP.dport"]
    assert octets[source.start : source.end] == bytes((192, 0, 2, 1))
    assert source.text == "192.0.2.1"
    assert int.from_bytes(octets[port.start : port.end]) == 4060
    assert octets[nodes[-1].start : nodes[-1].end] == b"\0\1told"


def test_a_field_of_a_few_bits_stands_in_the_octets_that_hold_it() -> None:
    octets = bytes(Ether() / IP() / TCP(flags="S"))
    ip = frame_layers(frame_of(octets))[1]
    spans = {child.name: (child.start, child.end) for child in ip.children}
    assert spans["version"] == spans["ihl"] == (14, 15)


def test_what_fills_an_ethernet_frame_up_is_no_payload() -> None:
    octets = bytes(Ether() / IP() / UDP(sport=4059, dport=4059) / Raw(b"ab") / Padding(bytes(16)))
    *_, payload, padding = frame_layers(frame_of(octets))
    assert (payload.name, octets[payload.start : payload.end]) == ("payload", b"ab")
    assert (padding.name, padding.end - padding.start) == ("padding", 16)


def test_a_frame_of_an_unknown_link_layer_is_its_octets() -> None:
    (node,) = frame_layers(frame_of(b"\x7e\xa0", 147))
    assert (node.name, node.start, node.end) == ("octets", 0, 2)


@pytest.mark.parametrize("size", range(0, 60, 7))
def test_a_frame_that_ends_too_early_is_no_crash(size: int) -> None:
    octets = bytes(Ether() / IP() / TCP())[:size]
    nodes = frame_layers(frame_of(octets))
    assert max((node.end for node in nodes), default=0) <= size


@pytest.mark.parametrize("path", sample_captures(), ids=lambda path: path.name)
def test_the_layers_of_real_frames_follow_each_other_up_to_the_last_octet(path: object) -> None:
    with open_capture(path) as source:  # type: ignore[arg-type]
        for frame in source:
            at = 0
            for node in frame_layers(frame):
                assert node.start == at
                assert node.error is None
                at = node.end
            assert at == len(frame.octets)
