"""The network interfaces of this machine, and how much passes them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from .live_tools import list_interfaces

COUNTERS: Final = Path("/proc/net/dev")
"""Counters of all interfaces on Linux, see proc(5)."""
_FLAGS: Final = "/sys/class/net/{}/flags"
_UP: Final = 0x1
_LOOPBACK: Final = 0x8
"""IFF_UP and IFF_LOOPBACK of <linux/if.h>."""
_SENT: Final = 8
"""Columns behind the name: eight of what was received, eight of what was sent."""


class InterfaceState(NamedTuple):
    """A network interface.

    Attributes:
        name: as the system calls it.
        up: it works; None when nobody can tell.
        loopback: what is sent there comes back at once.
        packets: passed since it is there; None when nobody can tell.
        octets: the same.
    """

    name: str
    up: bool | None
    loopback: bool
    packets: int | None
    octets: int | None


def interface_states() -> list[InterfaceState]:
    """All interfaces as they are now; those that are up come first, loopback ones behind them."""
    counters = _counters()
    states = [_state(name, counters) for name in list_interfaces()]
    return sorted(states, key=lambda one: (one.up is False, one.loopback))


def _state(name: str, counters: dict[str, list[int]]) -> InterfaceState:
    flags = None
    with suppress(OSError, ValueError):
        flags = int(Path(_FLAGS.format(name)).read_text(encoding="ascii"), 16)
    loopback = name in {"lo", "lo0"} if flags is None else bool(flags & _LOOPBACK)
    up = None if flags is None else bool(flags & _UP)
    counted = counters.get(name)
    if counted is None:
        return InterfaceState(name, up, loopback, None, None)
    octets, packets = counted[0], counted[1]
    if not loopback:  # there each packet counts twice
        octets, packets = octets + counted[_SENT], packets + counted[_SENT + 1]
    return InterfaceState(name, up, loopback, packets, octets)


def _counters() -> dict[str, list[int]]:
    """The counters of each interface; none where the system does not tell them."""
    try:
        lines = COUNTERS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    found = {}
    for line in lines:
        name, colon, numbers = line.rpartition(":")
        values = numbers.split()
        if colon and len(values) > _SENT + 1 and all(value.isdigit() for value in values):
            found[name.strip()] = [int(value) for value in values]
    return found
