"""Enumerations and named bits, from their tables."""

from __future__ import annotations

from functools import cache
from typing import Final

from dlms_analyzer.cosem.tables import rows

MAX_BITS_SAID: Final = 64
"""Bits of an unnamed bit string that words list; an image of a thousand blocks is counted instead."""


@cache
def _enumerations() -> dict[str, dict[int, str]]:
    found: dict[str, dict[int, str]] = {}
    for row in rows("enumerations"):
        first, _, last = row["value"].partition("-")
        for value in range(int(first), int(last or first) + 1):
            found.setdefault(row["enumeration"], {})[value] = row["text"]
    return found


@cache
def enumeration(name: str) -> dict[int, str]:
    """Values and texts of an enumeration.

    Raises:
        KeyError: no such enumeration.
    """
    return _enumerations()[name]


@cache
def _masks() -> dict[str, dict[int, str]]:
    found: dict[str, dict[int, str]] = {}
    for row in rows("bits"):
        found.setdefault(row["mask"], {})[int(row["bit"])] = row["text"]
    return found


@cache
def mask(name: str) -> dict[int, str]:
    """Bits and their texts; none for the empty name.

    Raises:
        KeyError: no such mask.
    """
    return _masks()[name] if name else {}


def set_bits(bits: int, octets: bytes) -> list[int]:
    """Numbers of the bits that are set in a bit-string; bit 0 is the first."""
    return [bit for bit in range(min(bits, 8 * len(octets))) if octets[bit >> 3] & 0x80 >> (bit & 7)]


def bits_of(number: int) -> list[int]:
    """Numbers of the bits that are set in a number; bit 0 is the least significant."""
    return [bit for bit in range(number.bit_length()) if number >> bit & 1]


def bit_names(found: list[int], name: str) -> list[str]:
    """Texts of bits; `bit 5` for one without."""
    texts = mask(name)
    return [texts.get(bit, f"bit {bit}") for bit in found]
