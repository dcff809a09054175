"""Writing pcapng: the blocks, as octets. Little-endian, time stamps in nanoseconds."""

from __future__ import annotations

from collections.abc import Iterable
from struct import Struct
from typing import Final

from .pcapng import (
    DECRYPTION_SECRETS,
    ENHANCED_PACKET,
    EPB_FLAGS,
    IF_DESCRIPTION,
    IF_NAME,
    IF_TSRESOL,
    INTERFACE_DESCRIPTION,
    INTERFACE_STATISTICS,
    ISB_IFDROP,
    OPTION_COMMENT,
    SECTION_HEADER,
)
from .reader import MAX_CAPTURED

SHB_USERAPPL: Final = 4
_APPLICATION: Final = b"dlms-analyzer"
_NANOSECONDS: Final = b"\x09"
_UNKNOWN_LENGTH: Final = 0xFFFFFFFFFFFFFFFF
_MAX_OPTION: Final = 0xFFFF

_BLOCK: Final = Struct("<II")
_TRAILER: Final = Struct("<I")
_SECTION: Final = Struct("<IHHQ")
_INTERFACE: Final = Struct("<HHI")
_PACKET: Final = Struct("<IIIII")
_STATISTICS: Final = Struct("<III")
_OPTION: Final = Struct("<HH")

Option = tuple[int, bytes]


def _padded(octets: bytes) -> bytes:
    return octets + bytes(-len(octets) % 4)


def _block(kind: int, body: bytes, options: Iterable[Option] = ()) -> bytes:
    written = b"".join(_OPTION.pack(code, len(value)) + _padded(value) for code, value in options)
    if written:
        written += bytes(4)
    length = 12 + len(body) + len(written)
    return _BLOCK.pack(kind, length) + body + written + _TRAILER.pack(length)


def section_header() -> bytes:
    """The block that starts a file."""
    return _block(SECTION_HEADER, _SECTION.pack(0x1A2B3C4D, 1, 0, _UNKNOWN_LENGTH), [(SHB_USERAPPL, _APPLICATION)])


def interface_description(link_type: int, name: str = "", description: str = "") -> bytes:
    """The block that describes the next interface."""
    options: list[Option] = [(IF_TSRESOL, _NANOSECONDS)]
    for code, text in ((IF_NAME, name), (IF_DESCRIPTION, description)):
        if text:
            options.append((code, text.encode()[:_MAX_OPTION]))
    return _block(INTERFACE_DESCRIPTION, _INTERFACE.pack(link_type, 0, MAX_CAPTURED), options)


def packet(
    interface: int, time: int, octets: bytes, original_length: int | None = None, direction: int = 0, comment: str = ""
) -> bytes:
    """The block of one frame.

    Args:
        interface: Its index, in the order of the interface descriptions.
        time: Nanoseconds since 1970-01-01 UTC.
        octets: The frame.
        original_length: Its length on the wire, when more than was captured.
        direction: As in `Frame.direction`.
        comment: A comment on it.
    """
    options: list[Option] = []
    if comment:
        options.append((OPTION_COMMENT, comment.encode()[:_MAX_OPTION]))
    if direction:
        options.append((EPB_FLAGS, _TRAILER.pack(direction)))
    size = len(octets)
    header = _PACKET.pack(
        interface, time >> 32, time & 0xFFFFFFFF, size, size if original_length is None else original_length
    )
    return _block(ENHANCED_PACKET, header + _padded(octets), options)


def interface_statistics(interface: int, time: int, dropped: int) -> bytes:
    """The block that says how many frames the system lost."""
    body = _STATISTICS.pack(interface, time >> 32, time & 0xFFFFFFFF)
    return _block(INTERFACE_STATISTICS, body, [(ISB_IFDROP, dropped.to_bytes(8, "little"))])


def decryption_secrets(kind: int, secrets: bytes) -> bytes:
    """The block that carries decryption secrets."""
    return _block(DECRYPTION_SECRETS, _BLOCK.pack(kind, len(secrets)) + _padded(secrets))
