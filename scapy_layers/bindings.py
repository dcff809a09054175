"""What Scapy dissects as DLMS/COSEM by itself: TCP and UDP port 4059 (IANA: dlms-cosem).

Meters use other ports too: `bind_layers(TCP, DLMS, dport=4061)` binds one more.
"""

from __future__ import annotations

from typing import Any

from scapy.config import conf
from scapy.packet import Packet, bind_bottom_up, bind_top_down

from scapy_layers.apdu import UnknownApdu
from scapy_layers.core.frame import StrayOctets, StreamUnit
from scapy_layers.core.layer import Pdu
from scapy_layers.hdlc import FLAG, HDLC, HdlcFrame, HdlcNoise
from scapy_layers.hdlc_stream import find_frames
from scapy_layers.llc import apdu_layer
from scapy_layers.mbus import MBus, long_frame
from scapy_layers.mode_e import mode_e_line
from scapy_layers.plc_llc import DL_DATA_REQUEST, PLC_LLC_SIZE, PlcLLC
from scapy_layers.wrapper import Wrapper

PORT = 4059


class DLMS(Pdu):
    """Chooses the framing of a payload by its first octets; see `framing_layer`."""

    name = "DLMS"
    service = "dlms"
    fields_desc = []

    @classmethod
    def dispatch_hook(cls, _pkt: bytes | None = None, *args: Any, **kwargs: Any) -> type[Packet]:
        """Scapy's way to choose the layer by content."""
        return framing_layer(_pkt) if _pkt else Wrapper

    @classmethod
    def tcp_reassemble(cls, data: bytes, metadata: dict[str, Any], session: dict[str, Any]) -> Packet | None:
        """For Scapy's `TCPSession`: the complete units, the rest as padding; None when the first is incomplete."""
        original = metadata.get("original")
        last = None if original is None else original.lastlayer()
        if isinstance(last, conf.padding_layer) and last.underlayer is not None and last.underlayer.name == "TCP":
            # The session takes the padding of short Ethernet frames for data; what follows has to overwrite it.
            if data == last.load:
                metadata.pop("relative_seq", None)
            return None
        layer = framing_layer(data)
        if issubclass(layer, StreamUnit):
            return layer.tcp_reassemble(data, metadata, session)
        return layer(data)


def framing_layer(octets: bytes) -> type[Packet]:
    """The layer of the unit that octets start with: a wrapper also when there are too few to tell."""
    end = len(octets)
    if Wrapper.may_start(octets):
        return Wrapper
    if octets[0] == FLAG:
        return HDLC
    if octets[0] == DL_DATA_REQUEST and apdu_layer(octets[PLC_LLC_SIZE:]) is not UnknownApdu:
        return PlcLLC
    if long_frame(octets, 0, end):
        return MBus
    line = mode_e_line(octets)
    if line is not None:
        return line[0]
    frames = find_frames(octets, 0, end, final=True, shared_flag=True).items
    return HdlcNoise if any(isinstance(item, HdlcFrame) for item in frames) else StrayOctets


def bind() -> None:
    """Bind the layers to port 4059 of TCP and UDP; imports Scapy's own layers, which takes a while."""
    from scapy.layers.inet import TCP, UDP

    for transport in (TCP, UDP):
        bind_bottom_up(transport, DLMS, dport=PORT)
        bind_bottom_up(transport, DLMS, sport=PORT)
        for framing in (Wrapper, HDLC):
            bind_top_down(transport, framing, dport=PORT)
