"""Link layers: from the first octet of a frame to its network layer.

A link reader gets a frame and says which EtherType stands where, or that it cannot tell.
Layouts: https://www.tcpdump.org/linktypes.html and IEEE 802.3/802.1Q.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Final

from dlms_analyzer.frames import Frame

from .unread import Reason, Unread, ends_inside, offset_of

IPV4: Final = 0x0800
IPV6: Final = 0x86DD
VLAN_TAGS: Final = frozenset({0x8100, 0x88A8, 0x9100, 0x9200})
"""802.1Q, 802.1ad and the two pre-standard values for stacked tags."""
TUNNELS: Final = frozenset({0x8847, 0x8848, 0x8864, 0x88E7, 0x6558, 0x880B, 0xA0ED})
"""EtherTypes that may carry IP deeper down: MPLS, PPPoE session, PBB, transparent bridging, PPP, 6LoWPAN."""

# LINKTYPE_ values.
NULL: Final = 0
ETHERNET: Final = 1
RAW_BSD: Final = 12
RAW_OPENBSD: Final = 14
RAW: Final = 101
LOOP: Final = 108
LINUX_SLL: Final = 113
USER0: Final = 147
USER15: Final = 162
RAW_IPV4: Final = 228
RAW_IPV6: Final = 229
RTAC_SERIAL: Final = 250
UPPER_PDU: Final = 252
LINUX_SLL2: Final = 276

_MIN_ETHERTYPE: Final = 0x0600
"""Smaller values are 802.3 lengths (IEEE 802.3, 3.2.6)."""
_SNAP: Final = bytes.fromhex("aaaa03000000")
_MAX_TAGS: Final = 8
"""VLAN tags read on one frame; two are common."""
_BSD_FAMILIES: Final = {2: IPV4, 24: IPV6, 28: IPV6, 30: IPV6}
"""AF_INET, and AF_INET6 of NetBSD/OpenBSD, FreeBSD, Darwin."""

_U16: Final = Struct("!H").unpack_from

Network = tuple[int, int] | Unread
"""EtherType and offset in the buffer, or why there is none."""


def _ether_type(frame: Frame, offset: int) -> Network:
    """Read an EtherType and the tags it may announce."""
    buf = frame.buf
    for _ in range(_MAX_TAGS):
        if offset + 2 > frame.end:
            return ends_inside("link header", frame, offset)
        (ether_type,) = _U16(buf, offset)
        offset += 2
        if ether_type in VLAN_TAGS:
            offset += 2
            continue
        if ether_type < _MIN_ETHERTYPE:
            if buf[offset : offset + 6] != _SNAP:
                return Unread(Reason.NOT_IP, frame, offset_of(offset, frame), "802.2 LLC without SNAP")
            offset += 6
            continue
        return ether_type, offset
    return Unread(Reason.MALFORMED, frame, offset_of(offset, frame), f"more than {_MAX_TAGS} VLAN tags")


def ethernet(frame: Frame) -> Network:
    """Ethernet, with any VLAN tags."""
    return _ether_type(frame, frame.start + 12)


def linux_sll(frame: Frame) -> Network:
    """Linux cooked capture, version 1: the protocol is the last field of 16 octets."""
    return _ether_type(frame, frame.start + 14)


def linux_sll2(frame: Frame) -> Network:
    """Linux cooked capture, version 2: the protocol is the first field of 20 octets."""
    start = frame.start
    if start + 20 > frame.end:
        return ends_inside("link header", frame, start)
    (ether_type,) = _U16(frame.buf, start)
    if ether_type in VLAN_TAGS:
        return _ether_type(frame, start + 22)
    return ether_type, start + 20


def raw_ip(frame: Frame) -> Network:
    """IP without a link header: the version tells which."""
    if frame.start >= frame.end:
        return ends_inside("IP header", frame, frame.start)
    version = frame.buf[frame.start] >> 4
    if version == 4:
        return IPV4, frame.start
    if version == 6:
        return IPV6, frame.start
    return Unread(Reason.MALFORMED, frame, 0, f"IP version {version}")


def bsd_loopback(frame: Frame) -> Network:
    """BSD loopback: the address family in the byte order of the capturing machine, or in network order (LOOP)."""
    start = frame.start
    if start + 4 > frame.end:
        return ends_inside("link header", frame, start)
    family = frame.buf[start : start + 4]
    value = int.from_bytes(family, "big")
    if value > 0xFFFF:
        value = int.from_bytes(family, "little")
    ether_type = _BSD_FAMILIES.get(value)
    if ether_type is None:
        return Unread(Reason.NOT_IP, frame, 0, f"address family {value}")
    return ether_type, start + 4


LINKS: Final[dict[int, Callable[[Frame], Network]]] = {
    NULL: bsd_loopback,
    ETHERNET: ethernet,
    RAW_BSD: raw_ip,
    RAW_OPENBSD: raw_ip,
    RAW: raw_ip,
    LOOP: bsd_loopback,
    LINUX_SLL: linux_sll,
    RAW_IPV4: raw_ip,
    RAW_IPV6: raw_ip,
    LINUX_SLL2: linux_sll2,
}
