"""Encapsulations that the fast path does not know, by Scapy's own dissection: GRE, GTP-U, PPPoE, MPLS, 6LoWPAN.

Scapy finds the innermost IP packet; it is then read like any other. Its layers are imported when the first such frame
comes along: they take a good part of a second.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Final, NamedTuple

from dlms_analyzer.frames import Buffer, Frame

from .unread import Reason, Unread

if TYPE_CHECKING:
    from scapy.packet import Packet

_LAYERS: Final = (
    "scapy.layers.l2",
    "scapy.layers.inet",
    "scapy.layers.inet6",
    "scapy.layers.ppp",
    "scapy.layers.l2tp",
    "scapy.layers.vxlan",
    "scapy.layers.dot11",
    "scapy.layers.dot15d4",
    "scapy.layers.sixlowpan",
    "scapy.layers.can",
    "scapy.contrib.mpls",
    "scapy.contrib.gtp",
    "scapy.contrib.geneve",
    "scapy.contrib.erspan",
)

_IPV4: Final = 0x0800
_IPV6: Final = 0x86DD


class InnerPacket(NamedTuple):
    """An IP packet found inside a frame."""

    ether_type: int
    buf: Buffer
    start: int
    end: int


@cache
def _link_layers() -> dict[int, type[Packet]]:
    """Scapy's layers by link type."""
    for name in _LAYERS:
        import_module(name)
    from scapy.config import conf

    return dict(conf.l2types.num2layer)


def link_layer(link_type: int) -> type[Packet] | None:
    """Scapy's layer for a link type; None when it has none."""
    return _link_layers().get(link_type)


def scapy_knows(link_type: int) -> bool:
    """Whether Scapy has a layer for a link type."""
    return link_layer(link_type) is not None


def find_ip(frame: Frame) -> InnerPacket | Unread:
    """The innermost IP packet that carries TCP or UDP, or else the innermost IP packet."""
    layer = link_layer(frame.link_type)
    if layer is None:
        return Unread(Reason.UNSUPPORTED, frame, 0, f"link type {frame.link_type} is not known")
    octets = frame.octets
    # Scapy's layers are the work of many hands; out of a damaged frame comes any exception, the bare class included
    # (802.15.4 raises Exception("impossible case")).
    try:
        packet = layer(octets)
        found = _innermost(packet)
    except Exception as error:  # noqa: BLE001 - there is no narrower class that all of them have
        return Unread(
            Reason.MALFORMED, frame, 0, f"link type {frame.link_type}: {type(error).__name__} in {layer.__name__}"
        )
    if found is None:
        return Unread(Reason.NOT_IP, frame, 0, f"no IP found in {packet.summary()}")
    ether_type, inner = found
    start = octets.rfind(inner)
    if start >= 0:
        return InnerPacket(ether_type, frame.buf, frame.start + start, frame.start + start + len(inner))
    return InnerPacket(ether_type, inner, 0, len(inner))


def _innermost(packet: Packet) -> tuple[int, bytes] | None:
    """EtherType and octets of the last IP layer; the quotation in an ICMP error does not count."""
    from scapy.layers.inet import IP, IPerror
    from scapy.layers.inet6 import IPerror6, IPv6

    found = None
    layer: Packet | None = packet
    while layer is not None and layer.name != "NoPayload":
        if isinstance(layer, IP) and not isinstance(layer, IPerror):
            found = _IPV4, layer.original
        elif isinstance(layer, IPv6) and not isinstance(layer, IPerror6):
            found = _IPV6, layer.original
        layer = layer.payload
    return found
