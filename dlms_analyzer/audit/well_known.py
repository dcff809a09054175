"""Keys and passwords that everybody knows: samples of standards and products, and simple patterns.

All of them are published; none is the secret of a meter that was set up with care.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

_GREEN_BOOK: Final = "the sample key of the Green Book, which products take over as default"

KEYS: Final[dict[bytes, str]] = {
    bytes(range(0x10)): _GREEN_BOOK,  # EK (IEC 62056-5-3, 9.2.3.3.7); Gurux: block cipher key
    bytes(range(0xD0, 0xE0)): _GREEN_BOOK,  # AK, the same place; Gurux: authentication key
    bytes.fromhex("00112233445566778899AABBCCDDEEFF"): _GREEN_BOOK,  # dedicated key; P1 ports in Luxembourg: AK
    bytes(range(0x20)): "the sample key of the Green Book, carried on to 256 bits",
    bytes(range(0xD0, 0xF0)): "the sample key of the Green Book, carried on to 256 bits",
    b"1111111111111111": "the master key of the Gurux samples",
    bytes(range(0x10, 0x20)): "the published key of the customer port of a meter of Kaifa",
    bytes(range(0x40, 0x50)): "the default key of GlobalPlatform cards",
    bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C"): "the sample key of FIPS 197",
    bytes.fromhex("0123456789ABCDEF0123456789ABCDEF"): "a simple pattern",
    bytes.fromhex("FEDCBA9876543210FEDCBA9876543210"): "a simple pattern",
    bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"): "a simple pattern",
    b"0123456789ABCDEF": "a simple pattern",
    b"1234567890123456": "a simple pattern",
    b"ABCDEFGHIJKLMNOP": "a simple pattern",
    b"0" * 16: "a simple pattern",
    bytes(16): "all octets are 00",
    bytes(32): "all octets are 00",
    b"\xff" * 16: "all octets are FF",
    b"\xff" * 32: "all octets are FF",
}
"""Keys and what they are; those that are tried on what does not open otherwise."""

PASSWORDS: Final[dict[bytes, str]] = {
    b"Gurux": "the password of the Gurux samples",
    b"ABCD0001": "a published default",
    b"1A2B3C4D": "a published default",
    b"lnt1": "a published default",
    b"12345678": "a simple pattern",
    b"1234567890": "a simple pattern",
    b"1234567890123456": "a simple pattern",
    b"123456": "a simple pattern",
    b"1234": "a simple pattern",
    b"00000001": "a simple pattern",
    b"0123456789ABCDEF": "a simple pattern",
    b"ABCDEFGH": "a simple pattern",
    b"password": "the word itself",
    b"admin": "a published default",
    b"00000000": "all characters are the same",
    b"11111111": "all characters are the same",
    b"22222222": "all characters are the same",
    b"0000000000000000": "all characters are the same",
    b"1111111111111111": "all characters are the same",
    bytes(8): "all octets are 00",
    bytes(16): "all octets are 00",
}
"""Passwords and what they are; those that are tried on replies to challenges."""

_STEPS: Final = frozenset({1, 0xFF, 0x11, 0xEF})
"""From one octet to the next in patterns that people make up: 00 01 02, 0F 0E 0D, 00 11 22, FF EE DD."""


def well_known_key(key: bytes) -> str | None:
    """What is known of a key; None when it is none that everybody knows."""
    return KEYS.get(key) or _pattern(key)


def well_known_password(password: bytes) -> str | None:
    """What is known of a password; None when it is none that everybody knows."""
    if not password:
        return "it is empty"
    return PASSWORDS.get(password) or PASSWORDS.get(password.rstrip(b"\0")) or _pattern(password)


def _pattern(octets: bytes) -> str | None:
    if len(set(octets)) == 1:
        return f"all octets are {octets[0]:02X}"
    steps = {(after - before) & 0xFF for before, after in pairwise(octets)}
    if len(octets) > 2 and len(steps) == 1 and steps <= _STEPS:
        return "octets that count up or down"
    return None
