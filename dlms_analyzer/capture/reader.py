"""What the readers of the capture formats have in common. A reader is sans-I/O: it is given buffers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

from dlms_analyzer.frames import Buffer, Frame

from .problem import ProblemLog

MAX_CAPTURED: Final = 262_144
"""Largest frame a capture may hold: the maximum snapshot length of libpcap. More means a damaged length."""


@dataclass(slots=True)
class Interface:
    """Where frames were captured."""

    link_type: int
    name: str = ""
    description: str = ""
    path: str = ""
    snap_length: int = 0
    dropped: int = 0
    """Frames the capturing system says it lost."""


class FormatReader(Protocol):
    """Turns the octets of one capture format into frames."""

    interfaces: list[Interface]
    problems: ProblemLog
    position: int
    """The first octet of the buffer that is not yet consumed, valid when ``read`` has run out."""
    number: int
    """Number of the last frame."""
    comments: dict[int, str]
    """Comments of frames, by frame number."""
    secrets: list[tuple[int, bytes]]
    """Decryption secrets in the file, by type, passed through."""

    def read(self, buf: Buffer, position: int, end: int, *, pause: int, final: bool, base: int = 0) -> Iterator[Frame]:
        """Yield the frames of ``buf[position:end]``.

        Stops, with ``position`` set, at the first record that is incomplete or that starts at or behind ``pause``.

        Args:
            buf: The buffer.
            position: Where to start; a record starts there.
            end: Where the octets end.
            pause: Where to stop at the latest, so that the caller may do its bookkeeping.
            final: Nothing follows ``end``: an incomplete record is a truncated one.
            base: Offset in the file of the first octet of ``buf``, for problems.
        """
        ...
