"""The TCP and UDP wrapper (IEC 62056-47): eight octets in front of an APDU."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scapy.packet import Packet

from scapy_layers.core.fields import UnsignedField, expect
from scapy_layers.core.frame import StrayOctets, StreamUnit
from scapy_layers.core.framing_fields import FrameLengthField, PayloadField
from scapy_layers.core.outcome import Octets
from scapy_layers.gateway import GatewayRequest, GatewayResponse, is_gateway
from scapy_layers.llc import apdu_layer

VERSION = 1
HEADER_SIZE = 8

_START = VERSION.to_bytes(2, "big")


class Wrapper(StreamUnit):
    """A wrapper protocol data unit (WPDU); several may share a TCP segment."""

    name = "Wrapper"
    service = "wrapper"
    prefix = "wrapper"
    fields_desc = [
        expect(UnsignedField("version", VERSION, 2)),
        UnsignedField("source_wport", 16, 2),
        UnsignedField("destination_wport", 1, 2),
        FrameLengthField("length", 2),
        PayloadField("apdu"),
    ]

    @classmethod
    def payload_layer(cls, values: Mapping[str, Any], payload: Octets) -> type[Packet]:
        """The gateway prefix or the APDU."""
        if is_gateway(payload):
            return GatewayRequest if payload[0] == GatewayRequest.fields_desc[0].default else GatewayResponse
        return apdu_layer(payload)

    @classmethod
    def next_unit(cls, octets: bytes) -> tuple[type[StreamUnit], int | None]:
        """Another WPDU, or what is none."""
        return (Wrapper, None) if cls.may_start(octets) else (StrayOctets, len(octets))

    @classmethod
    def may_start(cls, octets: bytes) -> bool:
        """Whether a WPDU stands there, as far as the octets tell."""
        return octets.startswith(_START) or _START.startswith(octets)

    @classmethod
    def complete_size(cls, octets: bytes) -> int:
        """How many octets are complete WPDUs; all of them when they are none."""
        if not cls.may_start(octets):
            return len(octets)
        pos = 0
        while len(octets) - pos >= HEADER_SIZE and octets.startswith(_START, pos):
            stop = pos + HEADER_SIZE + int.from_bytes(octets[pos + 6 : pos + HEADER_SIZE], "big")
            if stop > len(octets):
                break
            pos = stop
        return pos

    def answers(self, other: Packet) -> bool:
        """Whether the wPorts are swapped and the APDU answers the other's."""
        return (
            isinstance(other, Wrapper)
            and self.source_wport == other.destination_wport
            and self.destination_wport == other.source_wport
            and bool(self.payload.answers(other.payload))
        )

    def hashret(self) -> bytes:
        """The same for all WPDUs between two wPorts."""
        low, high = sorted((int(self.source_wport), int(self.destination_wport)))
        return b"wrapper" + low.to_bytes(2, "big") + high.to_bytes(2, "big")

    def mysummary(self) -> str:
        """Who sends to whom."""
        return f"Wrapper {self.source_wport} > {self.destination_wport}"
