"""Octets as text that other programs take: hex, C, Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

PER_LINE: Final = 12
"""Octets on a line of source text: 72 characters in C."""


def hex_text(octets: bytes) -> str:
    """`C0 01 C1`, on one line."""
    return octets.hex(" ").upper()


def c_array(octets: bytes, name: str = "apdu") -> str:
    """A constant array of C.

    Example:
        >>> print(c_array(bytes((0xC0, 1))))
        static const unsigned char apdu[2] = {
            0xc0, 0x01,
        };
    """
    lines = [f"    {', '.join(f'0x{one:02x}' for one in line)}," for line in _lines(octets)]
    return "\n".join([f"static const unsigned char {name}[{len(octets)}] = {{", *lines, "};"])


def python_bytes(octets: bytes) -> str:
    """An expression of Python.

    Example:
        >>> print(python_bytes(bytes((0xC0, 1))))
        bytes.fromhex("c001")
    """
    lines = [line.hex() for line in _lines(octets)]
    if len(lines) <= 1:
        return f'bytes.fromhex("{octets.hex()}")'
    return "\n".join(["bytes.fromhex(", *(f'    "{line}"' for line in lines), ")"])


def _lines(octets: bytes) -> list[bytes]:
    return [octets[at : at + PER_LINE] for at in range(0, len(octets), PER_LINE)]


FORMS: Final[dict[str, Callable[[bytes], str]]] = {
    "hex": hex_text,
    "C array": c_array,
    "Python bytes": python_bytes,
}
"""What octets can be copied as."""
