"""Lengths and counts: A-XDR (IEC 61334-6) and BER (X.690, 8.1.3) code them alike.

`00`-`7F` stand for themselves; `81`-`84` say how many octets follow. A longer form than needed is legal to
read; the indefinite form `80` is not used in COSEM.
"""

from __future__ import annotations

from scapy_layers.core.outcome import Malformed, NeedMore, Octets, odd

MAX_LENGTH_OCTETS = 4
"""More than four length octets would speak of more than 4 GiB; no COSEM PDU comes near."""


def read_length(buf: Octets, pos: int, end: int) -> tuple[int, int]:
    """Read a length or count; gives it and the offset behind it.

    Raises:
        NeedMore: the octets end inside it.
        Malformed: indefinite, or more than four octets.
    """
    if pos >= end:
        raise NeedMore(pos, "a length is missing")
    first = buf[pos]
    pos += 1
    if first < 0x80:
        return first, pos
    size = first & 0x7F
    if size == 0 or size > MAX_LENGTH_OCTETS:
        raise Malformed(pos - 1, f"{first:02X} is no definite length")
    stop = pos + size
    if stop > end:
        raise NeedMore(end, "the octets end inside a length")
    length = int.from_bytes(buf[pos:stop], "big")
    if length < 0x80 or length >> (8 * (size - 1)) == 0:
        odd(pos - 1, "long-length", f"length {length} is coded in {size + 1} octets")
    return length, stop


def write_length(length: int) -> bytes:
    """The shortest coding of a length or count.

    Raises:
        ValueError: negative, or over four octets.
    """
    if 0 <= length < 0x80:
        return bytes((length,))
    size = (length.bit_length() + 7) // 8
    if length < 0 or size > MAX_LENGTH_OCTETS:
        raise ValueError(f"{length} cannot be coded as a length")
    return bytes((0x80 | size,)) + length.to_bytes(size, "big")
