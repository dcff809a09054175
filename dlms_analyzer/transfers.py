"""Long transfers: blocks collected until the last one, with what was odd about their numbers."""

from __future__ import annotations

from typing import Final

from dlms_analyzer.notes import Expert

MAX_TRANSFER: Final = 16 << 20
"""Octets of one transfer that are kept: far beyond the largest firmware image seen in blocks of one exchange."""

MAX_AHEAD: Final = 64
"""Blocks kept behind a missing one: GBT has a window of 63 at most (block-control, bits 0 to 5)."""


class Transfer:
    """The blocks of one long value, in one direction.

    Attributes:
        messages: numbers of the messages that carried blocks.
        expected: number of the next block.
        octets: how many were collected.
        broken: a block is missing for good, or the transfer grew too long; what is joined is not the value.
    """

    __slots__ = ("_ahead", "_blocks", "_last", "broken", "expected", "messages", "octets", "recovers")

    def __init__(self, first: int = 1, *, recovers: bool = False) -> None:
        """Begin a transfer.

        Args:
            first: number of its first block.
            recovers: lost blocks are sent again (GBT); otherwise a missing block breaks the transfer at once.
        """
        self._blocks: list[bytes] = []
        self._ahead: dict[int, bytes] = {}
        self._last = -1
        self.messages: list[int] = []
        self.expected = first
        self.octets = 0
        self.broken = False
        self.recovers = recovers

    def add(self, number: int, block: bytes, message: int, *, last: bool) -> tuple[Expert, ...]:
        """Take a block; gives what is odd about it. A block that came before is not taken again."""
        self.messages.append(message)
        if last:
            self._last = number
        if number == self.expected:
            experts = self._take(block)
            while self.expected in self._ahead:
                experts += self._take(self._ahead.pop(self.expected))
            return experts
        if number < self.expected or number in self._ahead:
            return (Expert("retransmission", f"block {number} again"),)
        missing = Expert("block-number", f"block {number} where block {self.expected} was to come")
        if self.recovers and len(self._ahead) < MAX_AHEAD:
            self._ahead[number] = block
            return (missing,)
        self.broken = True
        self.expected = number
        return (missing, *self._take(block))

    def _take(self, block: bytes) -> tuple[Expert, ...]:
        self.expected += 1
        if self.octets + len(block) > MAX_TRANSFER:
            first, self.broken = not self.broken, True
            return (Expert("transfer-too-long", f"more than {MAX_TRANSFER} octets in one transfer"),) if first else ()
        self.octets += len(block)
        self._blocks.append(block)
        return ()

    @property
    def complete(self) -> bool:
        """Whether all blocks up to the last are there."""
        return self.expected == self._last + 1

    def joined(self) -> bytes:
        """All octets so far, in order."""
        if len(self._blocks) > 1:
            self._blocks = [b"".join(self._blocks)]
        return self._blocks[0] if self._blocks else b""
