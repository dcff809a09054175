"""Invocation counters, per key and direction (IEC 62056-5-3, 9.2.3.3.7.3): they only grow, and none comes twice."""

from __future__ import annotations

from array import array
from typing import Final

from dlms_analyzer.notes import Expert

JUMP: Final = 10_000
"""A counter that skips more is worth a note: holes in a capture skip some, clocks used as counters more."""
EXHAUSTION: Final = 0xF000_0000
"""From here on fewer than a sixteenth of all values is left until the key can no longer be used."""
RECENT: Final = 8
"""Counters remembered with what they protected; a power of two. A retransmission comes within a few APDUs."""

_FINGERPRINT: Final = 0xFFFFFFFF
_FREE: Final = -1


class Counter:
    """The counter of one key, one sender and one receiver.

    Attributes:
        highest: so far; -1 when none was seen.
        latest: the last one; -1 when none was seen.
        uses: APDUs counted.
        reuses: APDUs whose counter had protected something else before.
    """

    __slots__ = ("_recent", "_told", "highest", "latest", "reuses", "uses")

    def __init__(self) -> None:
        self.highest = -1
        self.latest = -1
        self.uses = 0
        self.reuses = 0
        self._recent = array("q", [_FREE]) * RECENT
        self._told = False

    def take(self, counter: int, protected: bytes) -> tuple[Expert, ...]:
        """Note a counter; gives what is odd about it.

        Args:
            counter: as sent.
            protected: what it protects, to tell a retransmission from a second use.
        """
        self.uses += 1
        self.latest = counter
        fingerprint = hash(protected) & _FINGERPRINT
        slot = counter & (RECENT - 1)
        highest = self.highest
        if counter > highest:
            self._recent[slot] = counter << 31 | fingerprint >> 1
            self.highest = counter
            if counter < EXHAUSTION and (counter - highest <= JUMP or highest < 0):
                return ()
            return self._beyond(counter, highest)
        before = self._recent[slot]
        if before != _FREE and before >> 31 == counter:
            if before == counter << 31 | fingerprint >> 1:
                return (Expert("counter-repeated", f"invocation counter {counter} again, with the same octets"),)
            self.reuses += 1
            text = f"invocation counter {counter} protects other octets than before, with the same key"
            return (Expert("nonce-reuse", text),)
        self._recent[slot] = counter << 31 | fingerprint >> 1
        return (Expert("counter-backwards", f"invocation counter {counter} comes after {highest}"),)

    def _beyond(self, counter: int, highest: int) -> tuple[Expert, ...]:
        """What is odd about a counter that is higher than all before."""
        experts: tuple[Expert, ...] = ()
        if highest >= 0 and counter - highest > JUMP:
            text = f"invocation counter {counter} skips {counter - highest - 1} values after {highest}"
            experts = (Expert("counter-jump", text),)
        if counter >= EXHAUSTION and not self._told:
            self._told = True
            text = f"invocation counter {counter}: {0xFFFFFFFF - counter} values are left for this key"
            experts += (Expert("counter-exhaustion", text),)
        return experts
