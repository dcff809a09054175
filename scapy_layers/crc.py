"""Check sequences of the link layers."""

from __future__ import annotations

from binascii import crc_hqx

from scapy_layers.core.framing_fields import Algorithm

_MIRRORED = bytes(int(f"{octet:08b}"[::-1], 2) for octet in range(256))
_ONES = 0xFFFF
_RESIDUE = 0x1D0F
"""What is left in the register after octets and their right check sequence: F0B8 (ISO/IEC 13239), mirrored."""


def crc_x25(octets: bytes) -> int:
    """CRC-16/X-25 (ISO/IEC 13239): polynomial 1021, least significant bit first, register and result inverted.

    The polynomial of `crc_hqx` is the same; it takes the most significant bit first, so octets go in mirrored.
    """
    register = crc_hqx(octets.translate(_MIRRORED), _ONES)
    return (_MIRRORED[register >> 8] | _MIRRORED[register & 0xFF] << 8) ^ _ONES


def crc_x25_octets(octets: bytes) -> bytes:
    """The check sequence as it is sent, least significant octet first."""
    return crc_x25(octets).to_bytes(2, "little")


def crc_x25_holds(octets: bytes) -> bool:
    """Whether octets that end with their check sequence are intact."""
    return crc_hqx(octets.translate(_MIRRORED), _ONES) == _RESIDUE


def sum8_octets(octets: bytes) -> bytes:
    """Arithmetic sum modulo 256 (EN 60870-5-1, frame format FT 1.2)."""
    return bytes((sum(octets) & 0xFF,))


def sum8_holds(octets: bytes) -> bool:
    """Whether octets that end with their sum are intact."""
    return sum(octets[:-1]) & 0xFF == octets[-1]


HCS = Algorithm("HCS", 2, crc_x25_octets, crc_x25_holds)
FCS = Algorithm("FCS", 2, crc_x25_octets, crc_x25_holds)
SUM = Algorithm("checksum", 1, sum8_octets, sum8_holds)
