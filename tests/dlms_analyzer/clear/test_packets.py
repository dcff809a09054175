"""Packets around payloads: what Scapy, which computes checksums itself, says of them."""

from __future__ import annotations

import pytest
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether
from scapy.packet import Raw

from dlms_analyzer import frames
from dlms_analyzer.clear.packets import MAX_DATAGRAM, MAX_SEGMENT, Packets, Way
from dlms_analyzer.frames import reverse_flow

METER, HEAD_END = bytes((192, 0, 2, 7)), bytes((192, 0, 2, 1))
SIX = bytes.fromhex("20010db8000000000000000000000001"), bytes.fromhex("20010db8000000000000000000000007")


def flow(source_port: int, destination_port: int, addresses: tuple[bytes, bytes] = (HEAD_END, METER)) -> bytes:
    return b"".join(addresses) + source_port.to_bytes(2) + destination_port.to_bytes(2)


def tcp(source_port: int, destination_port: int) -> Way:
    return Way(frames.TCP, flow(source_port, destination_port))


def back(way: Way) -> Way:
    return Way(way.transport, reverse_flow(way.flow))


@pytest.mark.parametrize("addresses", [(HEAD_END, METER), SIX], ids=["IPv4", "IPv6"])
@pytest.mark.parametrize("transport", [frames.TCP, frames.UDP], ids=["TCP", "UDP"])
@pytest.mark.parametrize("payload", [b"\x00", b"\x00\x01odd", bytes(range(256)) * 5, b"\xff" * 1400])
def test_lengths_and_checksums_are_what_scapy_computes(
    addresses: tuple[bytes, bytes], transport: int, payload: bytes
) -> None:
    (packet,) = Packets().packets(Way(transport, flow(40_000, 4059, addresses)), payload)
    again = Ether(packet)
    ip = again[IP] if IP in again else again[IPv6]
    layer = again[TCP] if transport == frames.TCP else again[UDP]
    assert (layer.sport, layer.dport, bytes(layer.payload)) == (40_000, 4059, payload)
    layer.remove_payload()
    layer.add_payload(Raw(payload))  # it is no APDU, whether or not our layers are bound to the port
    for one, names in ((ip, ("len", "chksum", "plen")), (layer, ("chksum", "len"))):
        for name in names:
            if name in one.fields:
                del one.fields[name]
    again.clear_cache()
    assert bytes(again) == packet


def test_a_udp_checksum_of_zero_is_written_as_ones_because_zero_says_there_is_none() -> None:
    way = Way(frames.UDP, flow(40_000, 4059))
    (packet,) = Packets().packets(way, bytes(2))
    missing = 0xFFFF - (0xFFFF - int.from_bytes(packet[40:42]))
    (packet,) = Packets().packets(way, missing.to_bytes(2))
    assert packet[40:42] == b"\xff\xff"


def test_sequence_numbers_follow_one_another_and_acknowledge_all_that_was_sent_before() -> None:
    packets = Packets()
    way = tcp(40_000, 4059)
    seen = [
        Ether(packet)[TCP]
        for side, size in ((way, 10), (back(way), 7), (way, 5), (way, 1), (back(way), 2))
        for packet in packets.packets(side, bytes(size))
    ]
    assert [(one.seq, one.ack) for one in seen] == [(1, 1), (1, 11), (11, 8), (16, 8), (8, 17)]


def test_sequence_numbers_go_on_from_zero_behind_32_bits() -> None:
    packets = Packets()
    way = tcp(40_000, 4059)
    sent = -(-(1 << 32) // MAX_SEGMENT)
    payload = bytes(MAX_SEGMENT)
    end = packets._end(way)
    end.sequence += (sent - 1) * MAX_SEGMENT
    first, second = (Ether(packets.packets(way, payload)[0])[TCP] for _ in range(2))
    assert (first.seq + MAX_SEGMENT) % (1 << 32) == second.seq
    assert second.seq < first.seq


def test_a_hole_is_left_where_octets_are_missing() -> None:
    packets = Packets()
    way = tcp(40_000, 4059)
    packets.packets(way, b"half a frame", breaks_off=True)
    assert Ether(packets.packets(way, b"next")[0])[TCP].seq == 1 + len(b"half a frame") + 1


def test_what_is_too_long_for_one_packet_is_split() -> None:
    packets = Packets()
    payload = bytes(MAX_SEGMENT + 10)
    parts = [bytes(Ether(packet)[TCP].payload) for packet in packets.packets(tcp(1, 4059), payload)]
    assert [len(part) for part in parts] == [MAX_SEGMENT, 10]
    parts = [bytes(Ether(one)[UDP].payload) for one in packets.packets(Way(frames.UDP, flow(1, 4059)), bytes(66_000))]
    assert [len(part) for part in parts] == [MAX_DATAGRAM, 66_000 - MAX_DATAGRAM]


@pytest.mark.parametrize(
    ("ports", "written"),
    [
        ((40_000, 4063), (40_000, 4059)),
        ((4063, 40_000), (4059, 40_000)),
        ((40_000, 4059), (40_000, 4059)),
        ((4059, 1024), (4059, 1024)),
    ],
)
def test_the_port_of_the_service_becomes_the_one_that_wireshark_knows(
    ports: tuple[int, int], written: tuple[int, int]
) -> None:
    layer = Ether(Packets().packets(tcp(*ports), b"x")[0])[TCP]
    assert (layer.sport, layer.dport) == written
    layer = Ether(Packets(keep_ports=True).packets(tcp(*ports), b"x")[0])[TCP]
    assert (layer.sport, layer.dport) == ports


def test_two_services_of_a_meter_stay_two_conversations_though_their_client_has_one_port() -> None:
    packets = Packets()
    seen = [Ether(packets.packets(tcp(40_000, port), b"x")[0])[TCP] for port in (4061, 4063, 4059)]
    assert [(one.sport, one.dport, one.seq) for one in seen] == [(40_000 + at, 4059, 1) for at in range(3)]
    answer = Ether(packets.packets(back(tcp(40_000, 4063)), b"x")[0])[TCP]
    assert (answer.sport, answer.dport) == (4059, 40_001)
