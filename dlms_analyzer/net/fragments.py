"""Joining of IP fragments (RFC 791 section 3.2, RFC 8200 section 4.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from dlms_analyzer.frames import NANOSECONDS, Frame

MAX_DATAGRAM: Final = 65_535
"""The 16-bit length of IP bounds what fragments can add up to."""
MAX_PIECES: Final = 2_048
"""Fragments of one datagram: 64 KiB in pieces of the smallest MTU that IPv4 allows (68 octets) make 1,366."""
MAX_PENDING: Final = 1_024
"""Datagrams under construction."""
MAX_PENDING_OCTETS: Final = 8 << 20
"""Octets kept for all of them together: a flood of fragments must not fill the memory."""
PATIENCE: Final = 60 * NANOSECONDS
"""How long fragments wait for the others (RFC 8200 section 4.5 says 60 seconds; RFC 1122 allows 60 to 120)."""


@dataclass(slots=True)
class _Datagram:
    """Fragments of one datagram."""

    first: Frame
    pieces: list[tuple[int, bytes, int]] = field(default_factory=list)
    received: int = 0
    total: int = -1


class FragmentTable:
    """Keeps fragments until their datagram is complete. On overlap, what came first stays."""

    def __init__(self) -> None:
        self._pending: dict[bytes, _Datagram] = {}
        self._octets = 0
        self.abandoned: list[Frame] = []
        """First seen frames of the datagrams given up since this list was last emptied."""

    def add(
        self, key: bytes, offset: int, piece: bytes, frame: Frame, *, more: bool
    ) -> tuple[bytes, tuple[int, ...]] | None:
        """Add a fragment.

        Args:
            key: Addresses, identification and protocol.
            offset: Where in the datagram the piece belongs.
            piece: The octets.
            frame: The frame that carried it.
            more: Whether other fragments follow behind it.

        Returns:
            The datagram and the numbers of the frames of all fragments but this one, once complete.
        """
        self._expire(frame.time)
        datagram = self._pending.get(key)
        if datagram is None:
            datagram = self._pending[key] = _Datagram(frame)
        if offset + len(piece) > MAX_DATAGRAM or len(datagram.pieces) >= MAX_PIECES:
            self._abandon(key)
            return None
        datagram.pieces.append((offset, piece, frame.number))
        datagram.received += len(piece)
        self._octets += len(piece)
        if not more and datagram.total < 0:
            datagram.total = offset + len(piece)
        if datagram.total < 0 or datagram.received < datagram.total:
            return None
        joined = self._join(datagram)
        if joined is None:
            return None
        self._forget(key)
        numbers = sorted({number for _, _, number in datagram.pieces} - {frame.number})
        return joined, tuple(numbers)

    def flush(self) -> None:
        """Give up on everything that is not complete."""
        for key in list(self._pending):
            self._abandon(key)

    @staticmethod
    def _join(datagram: _Datagram) -> bytes | None:
        """The datagram, or None while there is a hole."""
        octets = bytearray(datagram.total)
        filled: list[tuple[int, int]] = []
        for offset, piece, _ in reversed(datagram.pieces):
            end = min(offset + len(piece), datagram.total)
            if end > offset:
                octets[offset:end] = piece[: end - offset]
            filled.append((offset, end))
        reached = 0
        for offset, end in sorted(filled):
            if offset > reached:
                return None
            reached = max(reached, end)
        return bytes(octets) if reached == datagram.total else None

    def _expire(self, now: int) -> None:
        while self._pending:
            key, oldest = next(iter(self._pending.items()))
            if (
                now - oldest.first.time <= PATIENCE
                and len(self._pending) <= MAX_PENDING
                and self._octets <= MAX_PENDING_OCTETS
            ):
                return
            self._abandon(key)

    def _abandon(self, key: bytes) -> None:
        self.abandoned.append(self._forget(key).first)

    def _forget(self, key: bytes) -> _Datagram:
        datagram = self._pending.pop(key)
        self._octets -= datagram.received
        return datagram
