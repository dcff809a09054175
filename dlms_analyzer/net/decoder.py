"""From a Frame to the transport payload in it: link layer, IP, TCP or UDP.

`NetworkDecoder.decode` reads the one case that fills most captures (Ethernet, IPv4 without options or fragments, TCP)
in one `unpack`; everything else takes the long way through `links`, `payloads` and the IP readers below.
"""

from __future__ import annotations

from struct import Struct
from typing import Final

from dlms_analyzer.frames import ACK, IPV4_FLOW, TCP, UDP, Buffer, Frame, Segment

from . import links, payloads
from .fallback import find_ip, scapy_knows
from .fragments import FragmentTable
from .unread import Reason, Unread, ends_inside, offset_of, uncaptured

MAX_PROTOCOL_NAMES: Final = 65_536
"""Flows of exported PDUs whose protocol name is remembered."""
MAX_UNREAD: Final = 1_000
"""Abandoned datagrams kept for the report; further ones are only counted."""
MAX_NESTING: Final = 8
"""IP headers inside IP headers that are read."""

_IPV4_HEADER: Final = 20
_IPV6_HEADER: Final = 40
_TCP_HEADER: Final = 20
_UDP_HEADER: Final = 8
_ETHERNET_IPV4_TCP: Final = 54

# Ethernet, IPv4 and TCP in one go: EtherType and version/IHL together, total length, flags and fragment offset,
# protocol, the flow (addresses and ports); then sequence, acknowledgment, data offset and flags of TCP.
_HOT: Final = Struct("!12x3sxH2xHxB2x12sLLBB").unpack_from
_new: Final = tuple.__new__
_PLAIN_IPV4: Final = bytes.fromhex("080045")
_FRAGMENTED: Final = 0x3FFF  # more fragments, or an offset
_MORE: Final = 0x2000

_IPV4: Final = Struct("!BxHHHxB").unpack_from
_IPV6: Final = Struct("!4xHB").unpack_from
_TCP: Final = Struct("!4xLLBB").unpack_from
_UDP_LENGTH: Final = Struct("!4xH").unpack_from
_EXTENSION: Final = Struct("!BBHL").unpack_from

# IPv6 extension headers (RFC 8200, 4.1) and protocol numbers.
_HOP_BY_HOP: Final = 0
_FRAGMENT_HEADER: Final = 44
_AUTHENTICATION: Final = 51
_OPTION_HEADERS: Final = frozenset({_HOP_BY_HOP, 43, 60, 135, 139, 140})
"""Hop-by-hop, routing, destination options, mobility, HIP, shim6: all with a length in units of 8 octets."""
_IP_IN_IP: Final = {4: links.IPV4, 41: links.IPV6}
_IP_TYPES: Final = frozenset(_IP_IN_IP.values())
_TUNNELS: Final = frozenset({47})
"""IP protocols that may carry IP deeper down and are left to Scapy: GRE."""
_TUNNEL_PORTS: Final = frozenset({1701, 2152, 4789, 6081})
"""UDP ports of L2TP, GTP-U, VXLAN and Geneve."""


class NetworkDecoder:
    """Decodes frames one at a time; keeps state for IP fragments only."""

    def __init__(self) -> None:
        self._fragments = FragmentTable()
        self.protocols: dict[bytes, str] = {}
        """Name of the protocol by flow, for exported PDUs that say it."""
        self.abandoned: list[Unread] = []
        """Datagrams whose fragments never became complete."""
        self.abandoned_total = 0

    def decode(self, frame: Frame) -> Segment | Unread:
        """The transport payload of a frame, or why there is none."""
        _, _, link_type, buf, start, end, _, _, _ = frame
        if link_type == links.ETHERNET and end - start >= _ETHERNET_IPV4_TCP:
            kind, total, fragment, protocol, flow, sequence, acknowledgment, offset, flags = _HOT(buf, start)
            if kind == _PLAIN_IPV4 and protocol == TCP and not fragment & _FRAGMENTED:
                payload = start + 34 + (offset >> 2 & 0x3C)
                stop = start + 14 + total
                if start + _ETHERNET_IPV4_TCP <= payload <= stop <= end:
                    if not flags & ACK:
                        acknowledgment = -1
                    return _new(Segment, (frame, TCP, flow, sequence, acknowledgment, flags, buf, payload, stop, 0, ()))
        return self._decode_any(frame)

    @staticmethod
    def knows_link(link_type: int) -> bool:
        """Whether frames of a link type can be read at all."""
        return (
            link_type in links.LINKS
            or links.USER0 <= link_type <= links.USER15
            or link_type in (links.RTAC_SERIAL, links.UPPER_PDU)
            or scapy_knows(link_type)
        )

    def flush(self) -> None:
        """Give up on incomplete datagrams: nothing follows."""
        self._fragments.flush()
        self._collect_abandoned()

    def _decode_any(self, frame: Frame) -> Segment | Unread:
        link_type = frame.link_type
        link = links.LINKS.get(link_type)
        if link is not None:
            network = link(frame)
            if isinstance(network, Unread):
                return network
            ether_type, offset = network
            result = self._network(frame, ether_type, frame.buf, offset, frame.end, 0)
            if result is not None:
                return result
            if ether_type not in links.TUNNELS:
                return Unread(Reason.NOT_IP, frame, offset_of(offset, frame), f"EtherType 0x{ether_type:04x}")
            return self._tunnelled(frame, offset)
        if links.USER0 <= link_type <= links.USER15:
            return payloads.user_defined(frame)
        if link_type == links.RTAC_SERIAL:
            return payloads.rtac_serial(frame)
        if link_type == links.UPPER_PDU:
            exported = payloads.exported_pdu(frame)
            if isinstance(exported, Unread):
                return exported
            if exported.protocol and len(self.protocols) < MAX_PROTOCOL_NAMES:
                self.protocols[exported.segment.flow] = exported.protocol
            return exported.segment
        return self._tunnelled(frame, frame.start)

    def _tunnelled(self, frame: Frame, offset: int) -> Segment | Unread:
        """Let Scapy find the innermost IP packet."""
        found = find_ip(frame)
        if isinstance(found, Unread):
            return found
        result = self._network(frame, found.ether_type, found.buf, found.start, found.end, MAX_NESTING)
        if result is None:
            return Unread(Reason.UNSUPPORTED, frame, offset_of(offset, frame), "an encapsulation without TCP or UDP")
        return result

    def _network(
        self, frame: Frame, ether_type: int, buf: Buffer, start: int, end: int, depth: int
    ) -> Segment | Unread | None:
        if ether_type == links.IPV4:
            return self._ipv4(frame, buf, start, end, depth)
        if ether_type == links.IPV6:
            return self._ipv6(frame, buf, start, end, depth)
        return None

    def _ipv4(self, frame: Frame, buf: Buffer, start: int, end: int, depth: int) -> Segment | Unread:
        if start + _IPV4_HEADER > end:
            return ends_inside("IPv4 header", frame, start)
        version, total, identification, fragment, protocol = _IPV4(buf, start)
        header = (version & 0x0F) * 4
        if version >> 4 != 4 or header < _IPV4_HEADER:
            return _malformed(frame, start, f"IPv4 version and header length 0x{version:02x}")
        if total == 0:
            # Segmentation offload: the capture was taken before the network card filled in the length.
            wire_end = end + uncaptured(frame)
        elif total < header:
            return _malformed(frame, start + 2, f"IPv4 total length {total} below header length {header}")
        else:
            wire_end = start + total
        addresses = buf[start + 12 : start + 20]
        if fragment & _FRAGMENTED:
            key = addresses + identification.to_bytes(2) + bytes((protocol,))
            return self._fragment(
                frame,
                key,
                protocol,
                addresses,
                buf,
                start + header,
                min(end, wire_end),
                (fragment & 0x1FFF) * 8,
                depth,
                more=bool(fragment & _MORE),
                cut=wire_end > end,
            )
        return self._transport(frame, protocol, addresses, buf, start + header, min(end, wire_end), wire_end, (), depth)

    def _ipv6(self, frame: Frame, buf: Buffer, start: int, end: int, depth: int) -> Segment | Unread:
        if start + _IPV6_HEADER > end:
            return ends_inside("IPv6 header", frame, start)
        length, protocol = _IPV6(buf, start)
        if buf[start] >> 4 != 6:
            return _malformed(frame, start, f"IP version {buf[start] >> 4} in an IPv6 packet")
        at = start + _IPV6_HEADER
        # A length of 0 means a jumbogram (RFC 2675) or segmentation offload.
        wire_end = at + length if length else end + uncaptured(frame)
        stop = min(end, wire_end)
        addresses = buf[start + 8 : start + _IPV6_HEADER]
        while True:
            if protocol in _OPTION_HEADERS or protocol == _AUTHENTICATION or protocol == _FRAGMENT_HEADER:
                if at + 8 > stop:
                    return ends_inside("IPv6 extension headers", frame, at)
                following, size, fragment, identification = _EXTENSION(buf, at)
                if protocol == _FRAGMENT_HEADER:
                    at += 8
                    protocol = following
                    if not fragment & 0xFFF9:
                        continue  # an atomic fragment (RFC 6946): the whole datagram
                    key = addresses + identification.to_bytes(4) + bytes((protocol,))
                    return self._fragment(
                        frame,
                        key,
                        protocol,
                        addresses,
                        buf,
                        at,
                        stop,
                        fragment & 0xFFF8,
                        depth,
                        more=bool(fragment & 1),
                        cut=wire_end > end,
                    )
                at += (size + 2) * 4 if protocol == _AUTHENTICATION else (size + 1) * 8
                protocol = following
            else:
                return self._transport(frame, protocol, addresses, buf, at, stop, wire_end, (), depth)

    def _fragment(
        self,
        frame: Frame,
        key: bytes,
        protocol: int,
        addresses: bytes,
        buf: Buffer,
        start: int,
        end: int,
        offset: int,
        depth: int,
        *,
        more: bool,
        cut: bool,
    ) -> Segment | Unread:
        if cut:
            return ends_inside("IP fragment", frame, end)
        joined = self._fragments.add(key, offset, buf[start:end], frame, more=more)
        if self._fragments.abandoned:
            self._collect_abandoned()
        if joined is None:
            return Unread(Reason.FRAGMENT, frame, offset_of(start, frame), Reason.FRAGMENT.value)
        datagram, earlier = joined
        size = len(datagram)
        # What stands behind the first header chain may be IPv6 extension headers again.
        if len(addresses) > IPV4_FLOW and protocol in _OPTION_HEADERS:
            at, protocol = self._skip_options(datagram, protocol)
            return self._transport(frame, protocol, addresses, datagram, at, size, size, earlier, depth)
        return self._transport(frame, protocol, addresses, datagram, 0, size, size, earlier, depth)

    @staticmethod
    def _skip_options(datagram: bytes, protocol: int) -> tuple[int, int]:
        at = 0
        while protocol in _OPTION_HEADERS and at + 8 <= len(datagram):
            following, size = datagram[at], datagram[at + 1]
            at, protocol = at + (size + 1) * 8, following
        return at, protocol

    def _transport(
        self,
        frame: Frame,
        protocol: int,
        addresses: bytes,
        buf: Buffer,
        start: int,
        end: int,
        wire_end: int,
        earlier: tuple[int, ...],
        depth: int,
    ) -> Segment | Unread:
        """Read TCP or UDP in ``buf[start:end]``, of which ``wire_end`` says where it ended on the wire."""
        if protocol == TCP:
            if start + _TCP_HEADER > end:
                return ends_inside("TCP header", frame, start)
            sequence, acknowledgment, offset, flags = _TCP(buf, start)
            header = offset >> 2 & 0x3C
            if header < _TCP_HEADER or start + header > wire_end:
                return _malformed(frame, start + 12, f"TCP header length {header}")
            if not flags & ACK:
                acknowledgment = -1
            flow = addresses + buf[start : start + 4]
            # Options beyond the end of the capture: no payload was captured, all of it is missing.
            payload = min(start + header, end)
            missing = max(0, wire_end - max(end, start + header))
            return Segment(frame, TCP, flow, sequence, acknowledgment, flags, buf, payload, end, missing, earlier)
        if protocol == UDP:
            return self._udp(frame, addresses, buf, start, end, wire_end, earlier, depth)
        inner = _IP_IN_IP.get(protocol)
        if inner is not None and depth < MAX_NESTING:
            result = self._network(frame, inner, buf, start, end, depth + 1)
            if result is not None:
                return result
        if protocol in _TUNNELS and depth < MAX_NESTING:
            return self._tunnelled(frame, start)
        deep = inner is not None or (protocol in _TUNNELS and int.from_bytes(buf[start + 2 : start + 4]) in _IP_TYPES)
        if deep and depth >= MAX_NESTING:
            return Unread(Reason.UNSUPPORTED, frame, offset_of(start, frame), "IP inside too many other headers")
        return Unread(Reason.OTHER_TRANSPORT, frame, offset_of(start, frame), f"IP protocol {protocol}")

    def _udp(
        self,
        frame: Frame,
        addresses: bytes,
        buf: Buffer,
        start: int,
        end: int,
        wire_end: int,
        earlier: tuple[int, ...],
        depth: int,
    ) -> Segment | Unread:
        if start + _UDP_HEADER > end:
            return ends_inside("UDP header", frame, start)
        (length,) = _UDP_LENGTH(buf, start)
        if length >= _UDP_HEADER:
            wire_end = min(wire_end, start + length)
            end = min(end, wire_end)
        elif length:  # 0 is a jumbogram or segmentation offload
            return _malformed(frame, start + 4, f"UDP length {length}")
        ports = buf[start : start + 4]
        if int.from_bytes(ports[2:]) in _TUNNEL_PORTS and depth < MAX_NESTING and buf is frame.buf:
            inner = self._tunnelled(frame, start)
            if isinstance(inner, Segment):
                return inner
        payload = start + _UDP_HEADER
        return Segment(frame, UDP, addresses + ports, 0, -1, 0, buf, payload, end, wire_end - end, earlier)

    def _collect_abandoned(self) -> None:
        for frame in self._fragments.abandoned:
            self.abandoned_total += 1
            if len(self.abandoned) < MAX_UNREAD:
                self.abandoned.append(Unread(Reason.INCOMPLETE, frame, 0, Reason.INCOMPLETE.value))
        self._fragments.abandoned.clear()


def _malformed(frame: Frame, position: int, text: str) -> Unread:
    return Unread(Reason.MALFORMED, frame, offset_of(position, frame), text)
