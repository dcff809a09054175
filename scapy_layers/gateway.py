"""The gateway protocol (Green Book 10.10): a prefix that names the device behind a gateway."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scapy.packet import Packet

from scapy_layers.core.fields import ConstantField, OctetStringField, UnsignedField
from scapy_layers.core.frame import Frame
from scapy_layers.core.framing_fields import PayloadField
from scapy_layers.core.outcome import Octets
from scapy_layers.llc import apdu_layer

REQUEST = 0xE6
RESPONSE = 0xE7

PREFIX_SIZE = 3
"""Octets in front of the device address."""


def is_gateway(payload: Octets) -> bool:
    """Whether a gateway prefix stands in front of an APDU; no APDU has its tag."""
    return payload[0] in (REQUEST, RESPONSE)


class _Gateway(Frame):
    prefix = "gateway"

    @classmethod
    def payload_layer(cls, values: Mapping[str, Any], payload: Octets) -> type[Packet]:
        """The APDU."""
        return apdu_layer(payload)

    def hashret(self) -> bytes:
        """The same for all APDUs of a device behind the gateway."""
        return bytes((self.network_id,)) + bytes(self.device_address)

    def mysummary(self) -> str:
        """Network and device."""
        return f"{self.name}  network {self.network_id}, device {self.device_address.hex()}"


def _fields(tag: int, label: str) -> list[Any]:
    return [
        ConstantField("tag", tag, label),
        UnsignedField("network_id"),
        OctetStringField("device_address"),
        PayloadField("apdu"),
    ]


class GatewayRequest(_Gateway):
    """Prefix of an APDU to a device behind the gateway."""

    name = "Gateway request"
    service = "gateway-request"
    fields_desc = _fields(REQUEST, "gateway-request")


class GatewayResponse(_Gateway):
    """Prefix of an APDU from a device behind the gateway."""

    name = "Gateway response"
    service = "gateway-response"
    fields_desc = _fields(RESPONSE, "gateway-response")

    def answers(self, other: Packet) -> bool:
        """Whether it comes from the device that was asked, and the APDU answers the other's."""
        return (
            isinstance(other, GatewayRequest)
            and self.network_id == other.network_id
            and self.device_address == other.device_address
            and bool(self.payload.answers(other.payload))
        )
