"""LLC header of the HDLC profile (IEC 62056-46, 5.3.2) and the segments of APDUs that HDLC frames carry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scapy.packet import Packet

from scapy_layers.apdu import Apdu, UnknownApdu, layer_at
from scapy_layers.core.fields import RestField, UnsignedField
from scapy_layers.core.frame import Frame
from scapy_layers.core.framing_fields import PayloadField
from scapy_layers.core.layer import Pdu
from scapy_layers.core.outcome import Malformed, NeedMore, Octets
from scapy_layers.core.trace import Node

COMMAND = 0xE6
RESPONSE = 0xE7
BROADCAST = 0xFF

LLC_SIZE = 3


def is_llc(buf: Octets, pos: int, end: int) -> bool:
    """Whether an LLC header stands at `pos`."""
    return (
        end - pos >= LLC_SIZE
        and buf[pos] in (COMMAND, BROADCAST)
        and buf[pos + 1] in (COMMAND, RESPONSE)
        and buf[pos + 2] == 0
    )


def apdu_layer(payload: Octets) -> type[Packet]:
    """The layer of an APDU by its first octets."""
    return Apdu.dispatch_hook(payload)  # type: ignore[arg-type]


class ApduSegment(Pdu):
    """Part of an APDU: what one HDLC or M-Bus frame carries of it."""

    name = "APDU segment"
    service = "apdu-segment"
    fields_desc = [RestField("octets")]

    def mysummary(self) -> str:
        """Size; of a first segment also the APDU it belongs to."""
        said = f"APDU segment, {len(self.octets)} octets"
        if isinstance(self.underlayer, LLC):
            try:
                layer = layer_at(self.octets, 0, len(self.octets))
            except (NeedMore, Malformed):
                return said
            if layer is not UnknownApdu:
                said += f" of {layer._name or layer.__name__}"
        return said


class LLC(Frame):
    """LLC header: destination and source LSAP tell commands from responses."""

    name = "LLC"
    service = "llc"
    prefix = "llc"
    fields_desc = [
        UnsignedField("destination_lsap", COMMAND),
        UnsignedField("source_lsap", COMMAND),
        UnsignedField("quality", 0),
        PayloadField("apdu"),
    ]

    @classmethod
    def payload_layer(cls, values: Mapping[str, Any], payload: Octets) -> type[Packet]:
        """The APDU."""
        return apdu_layer(payload)

    def guess_payload_class(self, payload: bytes) -> type[Packet]:
        """The APDU, or the first segment of one."""
        if getattr(self.underlayer, "segmented", 0):
            return ApduSegment
        return super().guess_payload_class(payload)

    def answers(self, other: Packet) -> bool:
        """Whether the APDU answers the other's."""
        return isinstance(other, LLC) and bool(self.payload.answers(other.payload))

    def mysummary(self) -> str:
        """Command or response."""
        return {COMMAND: "LLC command", RESPONSE: "LLC response"}.get(self.source_lsap, f"LLC {self.source_lsap:02X}")


class _LLCOfSegment(LLC):
    """The tree of a first segment: its octets are part of an APDU."""

    fields_desc = LLC.fields_desc

    @classmethod
    def payload_layer(cls, values: Mapping[str, Any], payload: Octets) -> type[Packet]:
        return ApduSegment


def trace_first_segment(buf: Octets, pos: int, end: int) -> Node:
    """The tree of an LLC header and the first segment behind it."""
    from scapy_layers.core.layer import trace_layer

    return trace_layer(_LLCOfSegment, buf, pos, end)
