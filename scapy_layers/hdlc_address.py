"""HDLC addresses (IEC 62056-46, 6.4.2): one, two or four octets of seven bits each, the last one marked by bit 0."""

from __future__ import annotations

import re
from typing import Any

from scapy.volatile import RandChoice, VolatileValue

from scapy_layers.core.fields import WireField
from scapy_layers.core.outcome import Malformed, NeedMore, Octets, odd

MAX_OCTETS = 4
"""Longest address. Its last octet has bit 0 set; more octets without it are no address."""

LARGEST_SHORT = 0x7F
LARGEST_LONG = 0x3FFF

CALLING_LOWER = frozenset({(2, 0x7E), (4, 0x3FFE)})
"""Size of the address and lower address of the CALLING physical device (IEC 62056-46, table 5)."""

ALL_STATIONS_LOWER = frozenset({(2, 0x7F), (4, 0x3FFF)})
"""Size of the address and lower address of all physical devices."""

ALL_STATIONS_UPPER = frozenset({(1, 0x7F), (2, 0x7F), (4, 0x3FFF)})
"""Size of the address and upper address of all logical devices."""

_NOTATION = re.compile(r"(\d+)(?:/(\d+))?")


class HdlcAddress(bytes):
    """An address as on the wire, with its parts: `upper` (logical device or client) and `lower` (physical device).

    `str` gives `upper/lower`, or `upper` alone.
    """

    __slots__ = ()

    @classmethod
    def of(cls, upper: int, lower: int | None = None, size: int | None = None) -> HdlcAddress:
        """The address with these parts, in the fewest octets unless `size` is given.

        Raises:
            ValueError: the parts do not fit.
        """
        if size is None:
            short = max(upper, lower or 0) <= LARGEST_SHORT
            size = (1 if lower is None else 2) if short else MAX_OCTETS
        half = LARGEST_LONG if size == MAX_OCTETS else LARGEST_SHORT
        if size not in (1, 2, MAX_OCTETS) or (size == 1) != (lower is None):
            raise ValueError(f"an address of {size} octets cannot be {upper}" + ("" if lower is None else f"/{lower}"))
        if not 0 <= upper <= half or not 0 <= (lower or 0) <= half:
            raise ValueError(f"the parts of an address of {size} octets are at most {half}")
        parts = [upper] if lower is None else [upper, lower]
        if size == MAX_OCTETS:
            parts = [bits for part in parts for bits in (part >> 7, part & LARGEST_SHORT)]
        return cls([part << 1 for part in parts[:-1]] + [parts[-1] << 1 | 1])

    @property
    def upper(self) -> int:  # type: ignore[override] # the standard's name; an address has no letters
        """Client, or logical device of a server."""
        return self[0] >> 1 if len(self) < MAX_OCTETS else self[0] >> 1 << 7 | self[1] >> 1

    @property
    def lower(self) -> int | None:  # type: ignore[override]
        """Physical device of a server; None where the address has only one part."""
        if len(self) == 1:
            return None
        return self[-1] >> 1 if len(self) == 2 else self[-2] >> 1 << 7 | self[-1] >> 1

    @property
    def is_broadcast(self) -> bool:
        """Whether it means all logical or all physical devices."""
        size = len(self)
        return (size, self.upper) in ALL_STATIONS_UPPER or (size, self.lower) in ALL_STATIONS_LOWER

    @property
    def is_calling(self) -> bool:
        """Whether it means the physical device that is calling, whichever it is."""
        return (len(self), self.lower) in CALLING_LOWER

    def __str__(self) -> str:
        return str(self.upper) if self.lower is None else f"{self.upper}/{self.lower}"

    def __repr__(self) -> str:
        return f"HdlcAddress({self})"


_SHORT = [HdlcAddress(bytes((octet,))) for octet in range(256)]


class HdlcAddressField(WireField):
    """Destination or source address of an HDLC frame; takes `1`, `(1, 17)`, `"1/17"` or an `HdlcAddress`."""

    kind = "hdlc-address"

    def __init__(self, name: str, default: int) -> None:
        super().__init__(name, HdlcAddress.of(default))

    def read(self, buf: Octets, pos: int, end: int) -> tuple[HdlcAddress, int]:
        """Read up to the octet with bit 0; see `WireField.read`."""
        if pos < end and (first := buf[pos]) & 1:
            return _SHORT[first], pos + 1
        stop = pos + 1
        while stop < end and not buf[stop] & 1:
            stop += 1
            if stop - pos >= MAX_OCTETS:
                raise Malformed(pos, f"the {self.name} address has more than {MAX_OCTETS} octets")
        if stop >= end:
            raise NeedMore(end, f"the octets end inside the {self.name} address")
        stop += 1
        if stop - pos == MAX_OCTETS - 1:
            odd(pos, "address-size", f"the {self.name} address has {stop - pos} octets")
        return HdlcAddress(buf[pos:stop]), stop

    def write(self, value: Any) -> bytes:
        """The octets."""
        return bytes(value)

    def text(self, value: Any) -> str:
        """`upper/lower`."""
        return str(value)

    def any2i(self, pkt: Any, x: Any) -> Any:
        """What people write for an address becomes an `HdlcAddress`.

        Raises:
            ValueError: not an address.
        """
        if isinstance(x, bytes) and not isinstance(x, HdlcAddress):
            return HdlcAddress(x)
        if isinstance(x, int):
            return HdlcAddress.of(x)
        if isinstance(x, tuple):
            return HdlcAddress.of(*x)
        if isinstance(x, str):
            match = _NOTATION.fullmatch(x.strip())
            if match is None:
                raise ValueError(f"{x!r} is no HDLC address; write 1 or 1/17")
            return HdlcAddress.of(*(int(part) for part in match.groups() if part is not None))
        return x

    def randval(self) -> VolatileValue[Any]:
        """A client, a management or a public logical device."""
        return RandChoice(*(HdlcAddress.of(upper, lower) for upper in (1, 16, 17) for lower in (None, 1, 17, 0x1234)))
