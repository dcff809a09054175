"""The prefix of a gateway, which stands before an APDU and is no part of it."""

from __future__ import annotations

from typing import Final

from dlms_analyzer.clear.hdlc_frames import first_places
from dlms_analyzer.frames import Buffer
from dlms_analyzer.framing.wrapper import HEADER, HEADER_SIZE
from dlms_analyzer.messages import Message
from scapy_layers.gateway import PREFIX_SIZE, is_gateway
from scapy_layers.llc import LLC_SIZE, is_llc
from scapy_layers.wrapper import VERSION

MAX_ADDRESS: Final = 64
"""Octets of a device address that are looked for; identification numbers and system titles have 8 to 16."""


def gateway_prefix(message: Message) -> bytes:
    """The prefix as sent; empty when there was none.

    It is found from behind: it ends where the APDU starts, and before it stands the header of the frame.
    """
    follows = _follows.get(message.profile)
    if follows is None:
        return b""
    for buf, start in first_places(message):
        if follows(buf, start, message.end - message.start):
            return b""
        for size in range(PREFIX_SIZE, min(PREFIX_SIZE + MAX_ADDRESS, start) + 1):
            at = start - size
            if (
                buf[at + 2] == size - PREFIX_SIZE
                and is_gateway(buf[at : at + 1])
                and follows(buf, at, message.end - message.start + size)
            ):
                return buf[at:start]
    return b""


def _behind_wrapper(buf: Buffer, at: int, size: int) -> bool:
    """Whether the header before `at` announces `size` octets."""
    if at < HEADER_SIZE:
        return False
    version, _, _, length = HEADER.unpack_from(buf, at - HEADER_SIZE)
    return bool(version == VERSION and length == size)


def _behind_llc(buf: Buffer, at: int, _size: int) -> bool:
    """Whether an LLC header stands before `at`."""
    return at >= LLC_SIZE and is_llc(buf, at - LLC_SIZE, at)


_follows: Final = {"wrapper": _behind_wrapper, "hdlc": _behind_llc}
