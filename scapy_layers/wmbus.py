"""Wireless M-Bus telegrams that carry DLMS/COSEM (EN 13757-4), with the CRCs of the data link layer removed.

Receivers strip these CRCs before they hand a telegram on; the layout behind the CI field is that of the telegrams
that gas meters of the Italian 169 MHz network broadcast (UNI/TS 11291).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any

from scapy.packet import Packet

from scapy_layers.core.fields import EnumeratedField, FixedOctetsField, UnsignedField, only_if
from scapy_layers.core.frame import StreamUnit
from scapy_layers.core.framing_fields import FrameLengthField, PayloadField
from scapy_layers.core.layer import UndecodedOctets
from scapy_layers.core.outcome import Octets
from scapy_layers.llc import apdu_layer

HEADER_SIZE = 11
"""Octets up to and with the CI field."""

_CI_OFFSET = HEADER_SIZE - 1
_LETTER_BITS = 5
_LETTER_MASK = 0x1F
_BEFORE_A = 0x40


class ControlInformation(IntEnum):
    """CI fields that announce COSEM data (EN 13757-3, table 2); 00 to 1F are DLMS without a header."""

    COSEM_TO_DEVICE_LONG_HEADER = 0x60
    COSEM_TO_DEVICE_SHORT_HEADER = 0x61
    COSEM_FROM_DEVICE_LONG_HEADER = 0x7C
    COSEM_FROM_DEVICE_SHORT_HEADER = 0x7D


LONG_HEADER = frozenset({0x60, 0x7C})
SHORT_OR_LONG_HEADER = frozenset(ControlInformation)
DLMS_CI = frozenset(range(0x20)) | SHORT_OR_LONG_HEADER


class ManufacturerField(FixedOctetsField):
    """The three letters of a manufacturer's FLAG id, five bits each, least significant octet first."""

    kind = "manufacturer"

    def __init__(self, name: str) -> None:
        super().__init__(name, manufacturer_octets("AAA"), 2)

    def text(self, value: Any) -> str:
        """The letters."""
        number = int.from_bytes(value, "little")
        return "".join(chr((number >> shift & _LETTER_MASK) + _BEFORE_A) for shift in (10, 5, 0))

    def any2i(self, pkt: Any, x: Any) -> Any:
        """Letters are accepted as well as octets."""
        return manufacturer_octets(x) if isinstance(x, str) else x


def manufacturer_octets(letters: str) -> bytes:
    """The two octets of a FLAG id.

    Raises:
        ValueError: not three capital letters.
    """
    if len(letters) != 3 or not all("A" <= letter <= "Z" for letter in letters):
        raise ValueError(f"{letters!r} is no FLAG id; write three capital letters")
    number = 0
    for letter in letters:
        number = number << _LETTER_BITS | ord(letter) - _BEFORE_A
    return number.to_bytes(2, "little")


class MeterNumberField(FixedOctetsField):
    """Identification number: eight decimal digits, least significant octet first."""

    kind = "meter-number"

    def __init__(self, name: str) -> None:
        super().__init__(name, bytes(4), 4)

    def text(self, value: Any) -> str:
        """The digits."""
        return bytes(reversed(value)).hex()

    def any2i(self, pkt: Any, x: Any) -> Any:
        """Digits are accepted as well as octets."""
        return bytes(reversed(bytes.fromhex(x.zfill(8)))) if isinstance(x, str) else x


class WMBus(StreamUnit):
    """A telegram from its length field on."""

    name = "Wireless M-Bus"
    service = "wireless-m-bus"
    prefix = "wmbus"
    fields_desc = [
        FrameLengthField("length", 1),
        UnsignedField("control", 0x44),
        ManufacturerField("manufacturer"),
        MeterNumberField("meter_number"),
        UnsignedField("version"),
        UnsignedField("device_type"),
        EnumeratedField("control_information", ControlInformation.COSEM_FROM_DEVICE_SHORT_HEADER, ControlInformation),
        only_if(MeterNumberField("long_meter_number"), "control_information", LONG_HEADER),
        only_if(ManufacturerField("long_manufacturer"), "control_information", LONG_HEADER),
        only_if(UnsignedField("long_version"), "control_information", LONG_HEADER),
        only_if(UnsignedField("long_device_type"), "control_information", LONG_HEADER),
        only_if(UnsignedField("access_number"), "control_information", SHORT_OR_LONG_HEADER),
        only_if(UnsignedField("status"), "control_information", SHORT_OR_LONG_HEADER),
        only_if(FixedOctetsField("configuration", bytes(2), 2), "control_information", SHORT_OR_LONG_HEADER),
        only_if(UnsignedField("source_tsap", 1), "control_information", DLMS_CI),
        only_if(UnsignedField("destination_tsap", 1), "control_information", DLMS_CI),
        PayloadField("apdu"),
    ]

    @classmethod
    def payload_layer(cls, values: Mapping[str, Any], payload: Octets) -> type[Packet]:
        """The APDU; what other CI fields announce is not DLMS."""
        return apdu_layer(payload) if values["control_information"] in DLMS_CI else UndecodedOctets

    def mysummary(self) -> str:
        """Which meter it is from or for."""
        return f"Wireless M-Bus {self.said('manufacturer')} {self.said('meter_number')}"


def is_telegram(buf: Octets, pos: int, end: int) -> bool:
    """Whether `buf[pos:end]` is one telegram with DLMS/COSEM: the length fits, and the CI field announces it."""
    return end - pos > HEADER_SIZE and buf[pos] == end - pos - 1 and buf[pos + _CI_OFFSET] in DLMS_CI
