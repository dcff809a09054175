"""What Scapy does with the layers by itself: bound ports, sessions, summaries, extension users' composition."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import scapy.layers.inet6
import scapy.layers.l2  # noqa: F401 - makes Scapy know the link types
from scapy.layers.inet import IP, TCP, UDP
from scapy.packet import NoPayload, Packet, Raw, bind_bottom_up, split_bottom_up
from scapy.sendrecv import sniff
from scapy.sessions import TCPSession
from scapy.utils import PcapReader

from scapy_layers import (
    DLMS,
    HDLC,
    LLC,
    GetRequestNormal,
    GetResponseNormal,
    HdlcNoise,
    MBus,
    PlcLLC,
    ReturnedData,
    SignOn,
    StrayOctets,
    UndecodedOctets,
    Wrapper,
    bind,
)
from tests.scapy_layers.frames import FRAMES, layers_of
from tests.support import Sidecar, sidecars, thirdparty_captures

GET = GetRequestNormal(class_id=3, logical_name="1-0:1.8.0.255", attribute_id=2)
METERS_OF_OTHERS = (4060, 4061, 4063, 5025, 40000)
"""Ports that the captures of others use besides 4059."""


@pytest.fixture(autouse=True, scope="module")
def _bound() -> None:
    bind()


@pytest.fixture
def ports() -> Iterator[list[int]]:
    """Bind every port that is put into the list for one test."""
    bound: list[int] = []
    yield bound
    for port in bound:
        for transport in (TCP, UDP):
            split_bottom_up(transport, DLMS, dport=port)
            split_bottom_up(transport, DLMS, sport=port)


def bind_ports(bound: list[int], wanted: set[int]) -> None:
    for port in wanted - {4059}:
        bound.append(port)
        for transport in (TCP, UDP):
            bind_bottom_up(transport, DLMS, dport=port)
            bind_bottom_up(transport, DLMS, sport=port)


@pytest.mark.parametrize("transport", [TCP, UDP])
@pytest.mark.parametrize("framing", [Wrapper() / GET, HDLC() / LLC() / GET])
def test_a_composed_request_goes_to_port_4059_and_is_dissected_on_it(transport: type[Packet], framing: Packet) -> None:
    sent = IP(src="192.0.2.1", dst="192.0.2.2") / transport(sport=50000) / framing
    assert sent[transport].dport == 4059
    received = IP(bytes(sent))
    assert type(received[transport].payload) is type(framing)
    assert GetRequestNormal in received
    back = IP(src="192.0.2.2", dst="192.0.2.1") / transport(sport=4059, dport=50000) / framing
    assert GetRequestNormal in IP(bytes(back))


def test_a_response_answers_its_request_through_ip_and_udp() -> None:
    asked = IP(src="192.0.2.1", dst="192.0.2.2") / UDP(sport=50000) / Wrapper(source_wport=16) / GET
    answer = (
        IP(src="192.0.2.2", dst="192.0.2.1")
        / UDP(sport=4059, dport=50000)
        / Wrapper(source_wport=1, destination_wport=16)
        / GetResponseNormal(result=ReturnedData())
    )
    assert IP(bytes(answer)).answers(IP(bytes(asked)))
    assert IP(bytes(answer)).hashret() == IP(bytes(asked)).hashret()


@pytest.mark.parametrize(
    ("octets", "layer"),
    [
        (FRAMES["snrm"][1], HDLC),
        (FRAMES["wrapper"][1], Wrapper),
        (b"\x00", Wrapper),
        (FRAMES["plc llc"][1], PlcLLC),
        (FRAMES["m-bus"][1], MBus),
        (b"/?!\r\n", SignOn),
        (b"\x01\x02" + FRAMES["snrm"][1], HdlcNoise),
        (b"\x90\x01\x04\xee", StrayOctets),
        (b"the middle of a longer WPDU", StrayOctets),
    ],
)
def test_the_first_octets_choose_the_framing(octets: bytes, layer: type[Packet]) -> None:
    packet = DLMS(octets)
    assert type(packet) is layer
    assert bytes(packet) == octets


@pytest.mark.parametrize("sidecar", sidecars(), ids=lambda sidecar: sidecar.name)
def test_a_session_reassembles_every_apdu_of_the_captures(sidecar: Sidecar, ports: list[int]) -> None:
    said = sidecar.load()
    bind_ports(ports, {transport[side][1] for transport in said["transports"] for side in ("client", "server")})
    packets = sniff(offline=str(sidecar.pcap), session=TCPSession, quiet=True)
    layers = [layer for packet in packets for layer in layers_of(packet)]
    assert Raw not in map(type, layers)  # Ethernet padding is a layer of Scapy's own
    if sidecar.name.startswith("pathological"):
        return  # thousands of units in a segment: Scapy gets the first ones, the others as octets
    modes = {transport["mode"] for transport in said["transports"]}
    if modes == {"hdlc"}:
        frames = sum(
            count for kind, count in said["expected"]["hdlc_frames"].items() if kind.isupper() or kind == "Uef"
        )
        assert sum(isinstance(layer, HDLC) for layer in layers) == frames
    elif modes == {"wrapper"}:
        assert sum(isinstance(layer, Wrapper) for layer in layers) == said["expected"]["apdus"]


WITHOUT_IP = "cfrodca_sample.pcap"
"""Its records are exported PDUs."""


@pytest.mark.parametrize(
    "capture", [path for path in thirdparty_captures() if path.name != WITHOUT_IP], ids=lambda path: path.name
)
def test_captures_of_others_are_dissected_without_raw_octets(capture: Path, ports: list[int]) -> None:
    bind_ports(ports, set(METERS_OF_OTHERS))
    meters = {4059, *METERS_OF_OTHERS}
    found = 0
    with PcapReader(str(capture)) as reader:
        for packet in reader:
            transport = packet.getlayer(TCP) or packet.getlayer(UDP)
            if transport is None or not {transport.sport, transport.dport} & meters:
                continue
            layers = layers_of(transport)[1:]
            found += bool(layers)
            assert Raw not in map(type, layers)  # Ethernet padding is a layer of Scapy's own
            if not isinstance(transport.payload, NoPayload):
                assert bytes(transport.payload).startswith(transport.payload.original)
    assert found


def test_short_ethernet_frames_do_not_disturb_a_session() -> None:
    from scapy.layers.l2 import Ether
    from scapy.plist import PacketList

    def frame(flags: str, sequence: int, payload: bytes = b"") -> Packet:
        transport = TCP(sport=4059, dport=50000, flags=flags, seq=sequence)
        whole = bytes(Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / IP() / transport / Raw(payload))
        return Ether(whole.ljust(60, b"\0"))

    wpdu = FRAMES["wrapper"][1]
    frames = [frame("SA", 99), frame("A", 100), frame("PA", 100, wpdu[:9]), frame("PA", 109, wpdu[9:] + wpdu)]
    session = TCPSession()
    processed = PacketList([done for one in frames if (done := session.process(one)) is not None])
    found = [layer for packet in processed for layer in layers_of(packet)]
    assert sum(isinstance(layer, GetRequestNormal) for layer in found) == 2
    assert not any(isinstance(layer, UndecodedOctets | StrayOctets) for layer in found)
