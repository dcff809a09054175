"""Following the change of baud rate that opens IEC 62056-21 mode E. Sans-I/O.

The opening lines are exchanged at 300 Bd with seven data bits and even parity; the option select message names the rate
at which HDLC goes on with eight data bits and no parity (IEC 62056-21 annex E). The meter may echo that message
before both change. After a disconnect, or a long silence, it waits at 300 Bd again.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from scapy_layers.mode_e import BAUD_RATES, MAX_LINE, OptionSelect

ECHO_PATIENCE: Final = 300_000_000
"""Nanoseconds in which the meter may echo the option select: its reaction time is at most 200 ms, plus the octets."""
INACTIVITY: Final = 120_000_000_000
"""Nanoseconds of silence after which a meter drops an HDLC link (Green Book, inactivity time-out)."""
DISCONNECT_PATIENCE: Final = 1_000_000_000
"""Nanoseconds for the answer to a disconnect."""

_FLAG: Final = 0x7E
_DISC: Final = 0x43
_POLL: Final = 0x10
_MAX_ADDRESS: Final = 4


class LineSettings(NamedTuple):
    """How octets are sent on a line."""

    baud_rate: int
    data_bits: int
    parity: str


OPENING: Final = LineSettings(300, 7, "E")
"""Where a mode E session starts."""


def is_disconnect(octets: bytes) -> bool:
    """Whether a burst is an HDLC frame with the command DISC."""
    if len(octets) < 7 or octets[0] != _FLAG or octets[1] >> 4 != 0xA:
        return False
    at = 3
    for _ in range(2):  # destination and source address: the last octet of each is odd
        start = at
        while at < len(octets) and not octets[at] & 1 and at - start < _MAX_ADDRESS:
            at += 1
        at += 1
    return at < len(octets) and octets[at] & ~_POLL == _DISC


class BaudRateFollower:
    """Knows the settings of a line from what is said on it."""

    def __init__(self, opening: LineSettings = OPENING) -> None:
        self.settings = opening
        self._opening = opening
        self._tail = b""
        self._next: LineSettings | None = None
        self._due = 0
        self._last = 0

    def feed(self, octets: bytes, time: int) -> None:
        """Look at a burst of octets, from either side."""
        self._last = time
        if self.settings != self._opening:
            if is_disconnect(octets):
                self._next, self._due = self._opening, time + DISCONNECT_PATIENCE
            return
        self._tail = (self._tail + octets)[-MAX_LINE:]
        found = list(OptionSelect.pattern.finditer(self._tail))
        if not found:
            return
        rate = BAUD_RATES.get(found[-1][2].decode())
        if rate is None:
            return
        self._next = LineSettings(rate, 8, "N")
        # The second one is the echo: nothing more comes at this rate.
        self._due = time if len(found) > 1 else time + ECHO_PATIENCE

    def tick(self, now: int) -> None:
        """Change the settings when it is time."""
        if self._next is not None and now >= self._due:
            self.settings = self._next
            self._next = None
            self._tail = b""
        elif self.settings != self._opening and now - self._last > INACTIVITY:
            self.settings = self._opening
