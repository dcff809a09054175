"""Every link layer and variant of IP leads to the same transport payload."""

from __future__ import annotations

import struct
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.contrib.geneve import GENEVE
from scapy.contrib.gtp import GTP_U_Header
from scapy.contrib.mpls import MPLS
from scapy.layers.inet import GRE, ICMP, IP, TCP, UDP, IPOption_Router_Alert, fragment
from scapy.layers.inet6 import (
    IPv6,
    IPv6ExtHdrDestOpt,
    IPv6ExtHdrFragment,
    IPv6ExtHdrHopByHop,
    IPv6ExtHdrRouting,
    fragment6,
)
from scapy.layers.ipsec import AH
from scapy.layers.l2 import ARP, LLC, SNAP, CookedLinux, CookedLinuxV2, Dot1AD, Dot1Q, Dot3, Ether, Loopback
from scapy.layers.ppp import PPP, PPPoE
from scapy.layers.vxlan import VXLAN
from scapy.packet import Packet, Raw

from dlms_analyzer import frames
from dlms_analyzer.frames import Frame, Segment, endpoints
from dlms_analyzer.net import NetworkDecoder, Reason, Unread
from dlms_analyzer.net.fragments import MAX_PENDING, PATIENCE
from tests.dlms_analyzer.capture_samples import rtac, upper_pdu

PAYLOAD = bytes.fromhex("000100010001000dc001c100030100010800ff0200")
V4 = {"src": "192.0.2.1", "dst": "192.0.2.7"}
V6 = {"src": "2001:db8::1", "dst": "2001:db8::7"}
PORTS = {"sport": 50_000, "dport": 4059}
SEGMENT = TCP(**PORTS, seq=0x01020304, ack=0x0A0B0C0D, flags="PA", window=1000) / Raw(PAYLOAD)
DATAGRAM = UDP(**PORTS) / Raw(PAYLOAD)
MACS = {"src": "02:00:00:00:00:01", "dst": "02:00:00:00:00:02"}
TAGGED = Ether(**MACS) / Dot1Q(vlan=5)


def a_frame(
    packet: Packet | bytes, link_type: int = 1, *, number: int = 1, cut: int | None = None, seconds: int = 0
) -> Frame:
    """A frame somewhere inside a buffer, as in a file."""
    octets = bytes(packet)
    captured = octets[:cut]
    return Frame(
        number, seconds * 10**9, link_type, b"\xee" * 7 + captured + b"\xee" * 9, 7, 7 + len(captured), len(octets)
    )


def decode(packet: Packet | bytes, link_type: int = 1, **settings: int) -> Segment | Unread:
    return NetworkDecoder().decode(a_frame(packet, link_type, **settings))


def assert_payload(result: Segment | Unread, transport: int, source: str, destination: str) -> None:
    assert isinstance(result, Segment), result
    assert result.octets == PAYLOAD
    assert result.transport == transport
    assert endpoints(result.flow) == (source, destination)
    assert result.missing == 0


LINKS = {
    "Ethernet": (1, Ether(**MACS)),
    "VLAN": (1, TAGGED),
    "QinQ": (1, Ether(**MACS) / Dot1AD(vlan=7) / Dot1Q(vlan=5)),
    "QinQ with 0x9100": (1, Ether(**MACS, type=0x9100) / Dot1Q(vlan=7) / Dot1Q(vlan=5)),
    "three tags": (1, TAGGED / Dot1Q(vlan=6) / Dot1Q(vlan=7)),
    "802.3 with SNAP": (1, Dot3(**MACS) / LLC(dsap=0xAA, ssap=0xAA, ctrl=3) / SNAP()),
    "Linux cooked": (113, CookedLinux()),
    "Linux cooked with VLAN": (113, CookedLinux() / Dot1Q(vlan=5)),
    "Linux cooked v2": (276, CookedLinuxV2()),
    "Linux cooked v2 with VLAN": (276, CookedLinuxV2() / Dot1Q(vlan=5)),
    "raw IP": (101, None),
    "raw IP, BSD": (12, None),
    "raw IP, OpenBSD": (14, None),
}


@pytest.mark.parametrize("name", LINKS)
@pytest.mark.parametrize("transport", [SEGMENT, DATAGRAM], ids=["TCP", "UDP"])
@pytest.mark.parametrize("version", [4, 6])
def test_a_link_layer_leads_to_the_payload(name: str, transport: Packet, version: int) -> None:
    link_type, link = LINKS[name]
    ip = IP(**V4) / transport if version == 4 else IPv6(**V6) / transport
    result = decode(ip if link is None else link / ip, link_type)
    number = 6 if transport is SEGMENT else 17
    if version == 4:
        assert_payload(result, number, "192.0.2.1:50000", "192.0.2.7:4059")
    else:
        assert_payload(result, number, "[2001:db8::1]:50000", "[2001:db8::7]:4059")


@pytest.mark.parametrize(
    ("link_type", "family", "ip"),
    [
        (0, struct.pack("<I", 2), IP(**V4)),
        (0, struct.pack(">I", 2), IP(**V4)),
        (108, struct.pack(">I", 2), IP(**V4)),
        (0, struct.pack("<I", 24), IPv6(**V6)),
        (0, struct.pack("<I", 28), IPv6(**V6)),
        (0, struct.pack("<I", 30), IPv6(**V6)),
        (0, struct.pack(">I", 30), IPv6(**V6)),
        (108, struct.pack(">I", 24), IPv6(**V6)),
        (228, b"", IP(**V4)),
        (229, b"", IPv6(**V6)),
    ],
)
def test_bsd_loopback_and_single_version_links_lead_to_the_payload(link_type: int, family: bytes, ip: Packet) -> None:
    result = decode(family + bytes(ip / SEGMENT), link_type)
    assert isinstance(result, Segment)
    assert result.octets == PAYLOAD


def test_scapy_builds_the_same_loopback_header() -> None:
    assert_payload(decode(Loopback() / IP(**V4) / SEGMENT, 0), 6, "192.0.2.1:50000", "192.0.2.7:4059")


def test_tcp_fields_are_those_of_the_segment() -> None:
    for packet in (Ether(**MACS) / IP(**V4) / SEGMENT, TAGGED / IP(**V4) / SEGMENT):
        result = decode(packet)
        assert isinstance(result, Segment)
        assert (result.sequence, result.acknowledgment) == (0x01020304, 0x0A0B0C0D)
        assert result.flags == frames.PSH | frames.ACK
        assert result.frame.number == 1


@pytest.mark.parametrize("link", [Ether(**MACS), TAGGED], ids=["fast", "long"])
def test_a_segment_without_the_ack_flag_acknowledges_nothing(link: Packet) -> None:
    result = decode(link / IP(**V4) / TCP(**PORTS, seq=1, ack=5, flags="S") / Raw(PAYLOAD))
    assert isinstance(result, Segment)
    assert result.acknowledgment == -1


@pytest.mark.parametrize("link", [Ether(**MACS), TAGGED], ids=["fast", "long"])
def test_ethernet_padding_is_not_payload(link: Packet) -> None:
    packet = link / IP(**V4) / TCP(**PORTS, flags="A")
    result = decode(bytes(packet) + b"\x7e" * 6)
    assert isinstance(result, Segment)
    assert result.octets == b""
    assert isinstance(decode(bytes(link / IP(**V4) / UDP(**PORTS) / b"x") + bytes(17)), Segment)


@pytest.mark.parametrize("link", [Ether(**MACS), TAGGED], ids=["fast", "long"])
def test_tcp_options_are_not_payload(link: Packet) -> None:
    options = [("MSS", 1460), ("SAckOK", b""), ("Timestamp", (1, 2)), ("NOP", None), ("WScale", 7)]
    packet = link / IP(**V4) / TCP(**PORTS, options=options) / Raw(PAYLOAD)
    assert_payload(decode(packet), 6, "192.0.2.1:50000", "192.0.2.7:4059")


def test_ip_options_are_not_payload() -> None:
    packet = Ether(**MACS) / IP(**V4, options=[IPOption_Router_Alert()]) / SEGMENT
    assert_payload(decode(packet), 6, "192.0.2.1:50000", "192.0.2.7:4059")


@pytest.mark.parametrize(
    "headers",
    [
        IPv6ExtHdrHopByHop(),
        IPv6ExtHdrDestOpt() / IPv6ExtHdrRouting(addresses=["2001:db8::7"], segleft=0),
        IPv6ExtHdrHopByHop() / AH(nh=6, payloadlen=4, spi=1, seq=1, icv=bytes(12)),
        IPv6ExtHdrFragment(offset=0, m=0, id=9),  # an atomic fragment
    ],
)
def test_ipv6_extension_headers_are_passed(headers: Packet) -> None:
    packet = Ether(**MACS) / IPv6(**V6) / headers / SEGMENT
    assert_payload(decode(packet), 6, "[2001:db8::1]:50000", "[2001:db8::7]:4059")


def test_a_frame_captured_before_segmentation_offload_has_its_whole_payload() -> None:
    packet = bytearray(bytes(Ether(**MACS) / IP(**V4) / SEGMENT))
    packet[16:18] = bytes(2)
    assert_payload(decode(bytes(packet)), 6, "192.0.2.1:50000", "192.0.2.7:4059")
    packet = bytearray(bytes(Ether(**MACS) / IPv6(**V6) / SEGMENT))
    packet[18:20] = bytes(2)
    assert_payload(decode(bytes(packet)), 6, "[2001:db8::1]:50000", "[2001:db8::7]:4059")


@pytest.mark.parametrize("ip", [IP(**V4), IPv6(**V6)], ids=["IPv4", "IPv6"])
@pytest.mark.parametrize("transport", [SEGMENT, DATAGRAM], ids=["TCP", "UDP"])
def test_of_a_cut_frame_the_missing_octets_are_counted(ip: Packet, transport: Packet) -> None:
    packet = Ether(**MACS) / ip / transport
    result = decode(packet, cut=len(bytes(packet)) - 5)
    assert isinstance(result, Segment)
    assert result.octets == PAYLOAD[:-5]
    assert result.missing == 5


def test_a_frame_cut_in_its_tcp_options_misses_all_of_its_payload() -> None:
    packet = Ether(**MACS) / IP(**V4) / TCP(**PORTS, options=[("Timestamp", (1, 2))]) / Raw(PAYLOAD)
    result = decode(packet, cut=14 + 20 + 20 + 3)
    assert isinstance(result, Segment)
    assert result.octets == b""
    assert result.missing == len(PAYLOAD)


@pytest.mark.parametrize("cut", range(54))
@pytest.mark.parametrize("ip", [IP(**V4), IPv6(**V6)], ids=["IPv4", "IPv6"])
def test_a_frame_cut_in_its_headers_says_so(ip: Packet, cut: int) -> None:
    result = decode(Ether(**MACS) / ip / SEGMENT, cut=cut)
    assert isinstance(result, Unread)
    assert result.reason is Reason.CUT
    assert 0 <= result.offset <= cut
    assert f"frame 1, offset {result.offset}" in str(result)


@pytest.mark.parametrize(
    ("packet", "reason"),
    [
        (Ether(**MACS) / ARP(), Reason.NOT_IP),
        (Dot3(**MACS) / LLC(dsap=0x42, ssap=0x42, ctrl=3) / Raw(bytes(40)), Reason.NOT_IP),
        (Ether(**MACS) / IP(**V4) / ICMP() / Raw(bytes(30)), Reason.OTHER_TRANSPORT),
        (Ether(**MACS) / IP(**V4, ihl=4) / SEGMENT, Reason.MALFORMED),
        (Ether(**MACS) / IP(**V4, len=19) / SEGMENT, Reason.MALFORMED),
        (Ether(**MACS) / IP(**V4, version=5) / SEGMENT, Reason.MALFORMED),
        (Ether(**MACS) / IPv6(**V6, version=4) / SEGMENT, Reason.MALFORMED),
        (Ether(**MACS) / IP(**V4, len=30) / SEGMENT, Reason.MALFORMED),
        (Ether(**MACS) / IP(**V4) / TCP(**PORTS, dataofs=4) / Raw(PAYLOAD), Reason.MALFORMED),
        (Ether(**MACS) / IP(**V4) / TCP(**PORTS, dataofs=15) / Raw(b"short"), Reason.MALFORMED),
        (Ether(**MACS) / IP(**V4) / UDP(**PORTS, len=7) / Raw(PAYLOAD), Reason.MALFORMED),
        (Ether(**MACS) / Raw(b"\x81\x00\x00\x01" * 20), Reason.NOT_IP),
    ],
)
def test_what_is_not_tcp_or_udp_says_why(packet: Packet, reason: Reason) -> None:
    result = decode(packet)
    assert isinstance(result, Unread)
    assert result.reason is reason
    assert result.text


def test_an_endless_stack_of_vlan_tags_is_malformed() -> None:
    result = decode(bytes(12) + b"\x81\x00\x00\x01" * 20)
    assert isinstance(result, Unread)
    assert result.reason is Reason.MALFORMED


# Fragments.

BIG = bytes(range(256)) * 8


def ipv4_fragments() -> list[Packet]:
    return [Ether(**MACS) / part for part in fragment(IP(**V4, id=77) / UDP(**PORTS) / Raw(BIG), 600)]


def ipv6_fragments() -> list[Packet]:
    whole = IPv6(**V6) / IPv6ExtHdrFragment(id=77) / UDP(**PORTS) / Raw(BIG)
    return [Ether(**MACS) / part for part in fragment6(whole, 800)]


@pytest.mark.parametrize("build", [ipv4_fragments, ipv6_fragments], ids=["IPv4", "IPv6"])
def test_fragments_are_joined_in_any_order(build: object) -> None:
    parts = build()  # type: ignore[operator]
    assert len(parts) in (3, 4)
    for order in permutations(range(len(parts))):
        decoder = NetworkDecoder()
        *before, last = [
            decoder.decode(a_frame(parts[index], number=number)) for number, index in enumerate(order, start=10)
        ]
        assert all(isinstance(result, Unread) and result.reason is Reason.FRAGMENT for result in before)
        assert isinstance(last, Segment)
        assert last.octets == BIG
        assert last.frame.number == 9 + len(parts)
        assert last.earlier == tuple(range(10, 9 + len(parts)))


def test_fragments_of_tcp_keep_their_sequence_numbers() -> None:
    parts = fragment(IP(**V4, id=5) / TCP(**PORTS, seq=99, ack=7, flags="A") / Raw(BIG), 600)
    decoder = NetworkDecoder()
    *_, last = [decoder.decode(a_frame(part, 101)) for part in parts]
    assert isinstance(last, Segment)
    assert (last.sequence, last.acknowledgment, last.octets) == (99, 7, BIG)


def test_datagrams_with_different_identifications_do_not_mix() -> None:
    first = fragment(IP(**V4, id=1) / UDP(**PORTS) / Raw(b"a" * 1000), 600)
    second = fragment(IP(**V4, id=2) / UDP(**PORTS) / Raw(b"b" * 1000), 600)
    decoder = NetworkDecoder()
    results = [decoder.decode(a_frame(part, 101)) for pair in zip(first, second, strict=True) for part in pair]
    assert [result.octets for result in results if isinstance(result, Segment)] == [b"a" * 1000, b"b" * 1000]


def test_where_fragments_overlap_the_first_one_wins() -> None:
    udp = bytes(UDP(**PORTS, len=8 + 24))
    pieces = [(1, b"B" * 16, 0), (0, udp + b"xxxxxxxx", 1), (1, b"yyyyyyyyyyyyyyyyyyyyyyyy", 0)]
    decoder = NetworkDecoder()
    results = [
        decoder.decode(a_frame(IP(**V4, id=3, proto=17, frag=offset, flags=more) / Raw(octets), 101))
        for offset, octets, more in pieces
    ]
    joined = [result for result in results if isinstance(result, Segment)]
    assert joined[0].octets == b"B" * 16


def test_fragments_that_never_become_a_datagram_are_reported() -> None:
    decoder = NetworkDecoder()
    decoder.decode(a_frame(ipv4_fragments()[0], number=4))
    decoder.decode(
        a_frame(Ether(**MACS) / IP(**V4, id=1, frag=1, flags=1) / Raw(bytes(8)), seconds=PATIENCE // 10**9 + 1)
    )
    assert [note.frame.number for note in decoder.abandoned] == [4]
    assert decoder.abandoned[0].reason is Reason.INCOMPLETE
    decoder.flush()
    assert len(decoder.abandoned) == 2


def test_a_flood_of_fragments_does_not_pile_up() -> None:
    decoder = NetworkDecoder()
    for number in range(3 * MAX_PENDING):
        decoder.decode(a_frame(IP(**V4, id=number, frag=1, flags=1) / Raw(bytes(8)), 101))
    assert decoder.abandoned_total >= 2 * MAX_PENDING - 1
    assert len(decoder.abandoned) <= 1000


def test_fragments_that_add_up_to_more_than_a_datagram_are_given_up() -> None:
    decoder = NetworkDecoder()
    decoder.decode(a_frame(IP(**V4, id=1, frag=8191, proto=17) / Raw(bytes(1000)), 101))
    assert decoder.abandoned_total == 1


# Payloads without IP.


@pytest.mark.parametrize("link_type", [147, 150, 162])
def test_a_user_defined_link_carries_the_payload_itself(link_type: int) -> None:
    result = decode(PAYLOAD, link_type)
    assert isinstance(result, Segment)
    assert result.octets == PAYLOAD
    assert result.transport == frames.LINE
    assert endpoints(result.flow, "tap") == ("tap", "tap")


@pytest.mark.parametrize(("event", "source"), [(1, "tap/local"), (2, "tap/remote"), (5, "tap")])
def test_rtac_serial_says_who_spoke(event: int, source: str) -> None:
    result = decode(rtac(event, PAYLOAD), 250)
    assert isinstance(result, Segment)
    assert result.octets == PAYLOAD
    assert endpoints(result.flow, "tap")[0] == source


def test_an_rtac_event_without_octets_has_no_payload() -> None:
    result = decode(rtac(9, b""), 250)
    assert isinstance(result, Unread)
    assert "break" in result.text


def test_an_exported_pdu_names_its_protocol_and_endpoints() -> None:
    decoder = NetworkDecoder()
    octets = upper_pdu([(12, b"dlms"), (20, bytes((192, 0, 2, 1))), (21, bytes((192, 0, 2, 7))), (24, b"\0\0\0\2")])
    octets = octets[:-4] + struct.pack("!HHI", 25, 4, 50_000) + struct.pack("!HHI", 26, 4, 4059) + bytes(4)
    result = decoder.decode(a_frame(octets + PAYLOAD, 252))
    assert_payload(result, frames.LINE, "192.0.2.1:50000", "192.0.2.7:4059")
    assert decoder.protocols == {result.flow: "dlms"}  # type: ignore[union-attr]


def test_an_exported_pdu_without_addresses_is_on_a_line() -> None:
    result = decode(upper_pdu([(12, b"dlms\0\0\0\0"), (35, struct.pack("!I", 1))]) + PAYLOAD, 252)
    assert isinstance(result, Segment)
    assert endpoints(result.flow, "x") == ("x/remote", "x/local")


@pytest.mark.parametrize("octets", [b"", b"\0", b"\0\x0c\0\x04dl", b"\0\x0c\0\x04dlms", b"\0\0\0\x04"])
def test_an_exported_pdu_that_ends_in_its_tags_is_malformed(octets: bytes) -> None:
    result = decode(octets, 252)
    assert isinstance(result, Unread)
    assert result.reason is Reason.MALFORMED


# Encapsulations.

INNER = IP(**V4) / SEGMENT
OUTER = {"src": "203.0.113.1", "dst": "203.0.113.2"}


@pytest.mark.parametrize(
    "packet",
    [
        Ether(**MACS) / IP(**OUTER) / INNER,
        Ether(**MACS) / IPv6(**V6) / INNER,
        Ether(**MACS) / IP(**OUTER) / GRE() / INNER,
        Ether(**MACS) / IP(**OUTER) / UDP(sport=2152, dport=2152) / GTP_U_Header(teid=7) / INNER,
        Ether(**MACS) / IP(**OUTER) / UDP(dport=4789) / VXLAN(vni=3) / Ether(**MACS) / INNER,
        Ether(**MACS) / IP(**OUTER) / UDP(dport=6081) / GENEVE(vni=3) / Ether(**MACS) / INNER,
        Ether(**MACS) / PPPoE(sessionid=3) / PPP() / INNER,
        Ether(**MACS) / MPLS(label=16, s=0) / MPLS(label=17, s=1) / INNER,
    ],
    ids=["IPv4 in IPv4", "IPv4 in IPv6", "GRE", "GTP-U", "VXLAN", "Geneve", "PPPoE", "MPLS"],
)
def test_an_encapsulation_leads_to_the_inner_payload(packet: Packet) -> None:
    assert_payload(decode(packet), 6, "192.0.2.1:50000", "192.0.2.7:4059")


def test_a_link_type_that_only_scapy_knows_leads_to_the_payload() -> None:
    assert_payload(decode(PPP() / INNER, 9), 6, "192.0.2.1:50000", "192.0.2.7:4059")


def test_6lowpan_is_decompressed() -> None:
    # IEEE 802.15.4 data frame, IPHC (traffic class, hop limit 64, link-local addresses from the link layer), UDP.
    mac = bytes.fromhex("61dc01cdab") + bytes.fromhex("0200000000000011") + bytes.fromhex("0200000000000022")
    datagram = UDP(**PORTS) / Raw(PAYLOAD)
    iphc = bytes.fromhex("7a33") + b"\x11" + bytes(datagram)
    result = decode(mac + iphc, 230)
    assert isinstance(result, Segment), result
    assert result.octets == PAYLOAD
    assert endpoints(result.flow)[1].endswith(":4059")


def test_udp_on_a_tunnel_port_that_is_no_tunnel_stays_udp() -> None:
    packet = Ether(**MACS) / IP(**V4) / UDP(sport=50_000, dport=4789) / Raw(PAYLOAD)
    result = decode(packet)
    assert isinstance(result, Segment)
    assert result.octets == PAYLOAD


def test_an_unknown_link_type_is_reported_by_number() -> None:
    result = decode(PAYLOAD, 40_000)
    assert isinstance(result, Unread)
    assert result.reason is Reason.UNSUPPORTED
    assert "40000" in result.text


@pytest.mark.parametrize(
    ("link_type", "known"), [(1, True), (147, True), (250, True), (252, True), (9, True), (239, False)]
)
def test_it_is_known_which_link_types_can_be_read(link_type: int, known: bool) -> None:
    assert NetworkDecoder.knows_link(link_type) is known


def test_ip_in_ip_in_ip_ends_somewhere() -> None:
    packet: Packet = INNER
    for _ in range(40):
        packet = IP(**OUTER) / packet
    assert isinstance(decode(packet, 101), Unread)


# Anything at all.

SAMPLES = [
    bytes(packet)
    for packet in (
        Ether(**MACS) / IP(**V4) / SEGMENT,
        Ether(**MACS) / IP(**V4, id=9, flags=1) / DATAGRAM,
        TAGGED / IPv6(**V6) / IPv6ExtHdrHopByHop() / IPv6ExtHdrFragment(m=1) / SEGMENT,
        Ether(**MACS) / IP(**OUTER) / GRE() / INNER,
        Ether(**MACS) / PPPoE() / PPP() / INNER,
        CookedLinuxV2() / IP(**V4) / DATAGRAM,
    )
] + [upper_pdu([(12, b"dlms")]) + PAYLOAD, rtac(1, PAYLOAD)]
LINK_TYPES = [0, 1, 9, 12, 14, 50, 101, 105, 108, 113, 127, 147, 195, 228, 229, 230, 250, 252, 276, 9999]


@given(
    st.sampled_from(SAMPLES) | st.binary(max_size=120),
    st.sampled_from(LINK_TYPES),
    st.lists(st.tuples(st.integers(0, 119), st.integers(0, 255)), max_size=6),
    st.integers(0, 130),
)
def test_no_frame_upsets_the_decoder(
    octets: bytes, link_type: int, changes: list[tuple[int, int]], length: int
) -> None:
    damaged = bytearray(octets)
    for at, value in changes:
        if at < len(damaged):
            damaged[at] = value
    damaged = damaged[:length]
    frame = a_frame(bytes(damaged), link_type)
    result = NetworkDecoder().decode(frame)
    if isinstance(result, Unread):
        assert 0 <= result.offset <= len(damaged)
        assert result.text
    else:
        assert result.start <= result.end <= len(result.buf)
        assert result.missing >= 0
        if result.buf is frame.buf:
            assert frame.start <= result.start
            assert result.end <= frame.end
