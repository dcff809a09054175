"""Small captures and frames built by hand, in every format and byte order."""

from __future__ import annotations

import struct
from collections.abc import Sequence


def rtac(event: int, payload: bytes) -> bytes:
    """A frame of link type RTAC serial."""
    return struct.pack("!IIBBH", 0, 0, event, 0, 0) + payload


def upper_pdu(tags: Sequence[tuple[int, bytes]]) -> bytes:
    """The tags of a frame of link type upper PDU, with the end tag."""
    return b"".join(struct.pack("!HH", tag, len(value)) + value for tag, value in tags) + bytes(4)
