"""LLC of power line profiles (IEC 61334-4-32), as PRIME and S-FSK carry it: `90`, two L-SAPs, the APDU."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scapy.packet import Packet

from scapy_layers.core.fields import UnsignedField, expect
from scapy_layers.core.frame import Frame
from scapy_layers.core.framing_fields import PayloadField
from scapy_layers.core.outcome import Octets
from scapy_layers.llc import apdu_layer

DL_DATA_REQUEST = 0x90

PLC_LLC_SIZE = 3
"""Octets of the header."""


class PlcLLC(Frame):
    """LLC header of IEC 61334-4-32; which L-SAP stands first differs between profiles, so they are only numbered."""

    name = "IEC 61334-4-32 LLC"
    service = "plc-llc"
    prefix = "plc_llc"
    fields_desc = [
        expect(UnsignedField("control", DL_DATA_REQUEST)),
        UnsignedField("destination_lsap", 1),
        UnsignedField("source_lsap", 1),
        PayloadField("apdu"),
    ]

    @classmethod
    def payload_layer(cls, values: Mapping[str, Any], payload: Octets) -> type[Packet]:
        """The APDU."""
        return apdu_layer(payload)

    def mysummary(self) -> str:
        """Both L-SAPs."""
        return f"LLC {self.source_lsap} > {self.destination_lsap}"
