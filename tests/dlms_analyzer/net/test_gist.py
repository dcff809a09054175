"""A frame in short."""

from __future__ import annotations

from scapy.layers.l2 import ARP, Ether

from dlms_analyzer.capture import open_capture
from dlms_analyzer.frames import Frame
from dlms_analyzer.net.gist import frame_gist
from tests.support import CAPTURES


def test_a_segment_says_its_ends_its_flags_and_how_much_it_carries() -> None:
    with open_capture(CAPTURES / "ln_wrapper_low.pcap") as source:
        syn, _, _, request, *_ = (frame_gist(frame) for frame in source)
    assert syn[:5] == ("127.0.0.1:53748", "127.0.0.1:4063", "TCP", "SYN", 0)
    assert request.flags == "PSH ACK"
    assert request.payload == 61


def test_what_has_no_transport_says_why() -> None:
    octets = bytes(Ether() / ARP())
    gist = frame_gist(Frame(1, 0, 1, octets, 0, len(octets), len(octets)))
    assert gist.protocol == ""
    assert "0x0806" in gist.text
