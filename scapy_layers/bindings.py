"""What Scapy dissects as DLMS/COSEM by itself: TCP and UDP port 4059 (IANA: dlms-cosem).

Meters use other ports too: `bind_layers(TCP, DLMS, dport=4061)` binds one more.
"""

from __future__ import annotations

from typing import Any

from scapy.packet import Packet, bind_bottom_up, bind_top_down

from scapy_layers.core.layer import Pdu
from scapy_layers.hdlc import FLAG, HDLC
from scapy_layers.wrapper import Wrapper

PORT = 4059


class DLMS(Pdu):
    """Chooses the framing of a payload by its first octet: a flag opens HDLC, anything else is taken for a wrapper."""

    name = "DLMS"
    service = "dlms"
    fields_desc = []

    @classmethod
    def dispatch_hook(cls, _pkt: bytes | None = None, *args: Any, **kwargs: Any) -> type[Packet]:
        """Scapy's way to choose the layer by content."""
        return HDLC if _pkt and _pkt[0] == FLAG else Wrapper


def bind() -> None:
    """Bind the layers to port 4059 of TCP and UDP; imports Scapy's own layers, which takes a while."""
    from scapy.layers.inet import TCP, UDP

    for transport in (TCP, UDP):
        bind_bottom_up(transport, DLMS, dport=PORT)
        bind_bottom_up(transport, DLMS, sport=PORT)
        for framing in (Wrapper, HDLC):
            bind_top_down(transport, framing, dport=PORT)
