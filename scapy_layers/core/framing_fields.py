"""Fields that frames need beyond those of APDUs: shared octets, check sequences, the payload in the middle."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from scapy_layers.core.fields import LengthField, UnsignedField, WireField
from scapy_layers.core.outcome import NeedMore, Octets
from scapy_layers.core.trace import Node


class PartialField(UnsignedField):
    """Some bits of a number that several neighbouring fields share; all are of one size, the last one closes.

    Attributes:
        mask: which bits.
        closes: this is the last field that shares the octets.
    """

    kind = "bits"

    def __init__(self, name: str, default: int, size: int, mask: int, closes: bool = False) -> None:
        super().__init__(name, default, size)
        self.part = self
        self.mask = mask
        self.shift = (mask & -mask).bit_length() - 1
        self.closes = closes

    def read(self, buf: Octets, pos: int, end: int) -> tuple[int, int]:
        """Read the bits; only the last field moves on. See `WireField.read`."""
        number, stop = super().read(buf, pos, end)
        return (number & self.mask) >> self.shift, stop if self.closes else pos

    def place(self, value: int) -> int:
        """The number with only these bits.

        Raises:
            ValueError: the bits cannot hold the value.
        """
        if not 0 <= value <= self.mask >> self.shift:
            raise ValueError(f"{value} is not within 0 to {self.mask >> self.shift}")
        return value << self.shift

    def trace(self, buf: Octets, pos: int, end: int) -> Node:
        """The node of the bits, over all octets that they share."""
        value, _ = self.read(buf, pos, end)
        return Node(self.name, value, pos, pos + self.size, self.text(value))

    def randval(self) -> Any:
        """Bits are fuzzed by whoever builds them: a random frame type is no frame."""
        return None


class FrameLengthField(LengthField):
    """The length of a frame, of fixed size; it is part of records.

    Attributes:
        surplus: octets it counts that do not stand behind it (negative: that do, and are not counted).
    """

    in_record = True

    def __init__(self, name: str, size: int, surplus: int = 0) -> None:
        super().__init__(name)
        self._number = UnsignedField(name, 0, size)
        self.code = self._number.code
        self.size = size
        self.surplus = surplus

    def read(self, buf: Octets, pos: int, end: int) -> tuple[int, int]:
        """Read the length; see `WireField.read`."""
        return self._number.read(buf, pos, end)

    def bound(self, buf: Octets, pos: int, end: int, length: int) -> int:
        """Where the fields that the length covers have to end; see `LengthField.bound`."""
        return super().bound(buf, pos, end, length - self.surplus)

    def write(self, value: Any) -> bytes:
        """The octets of the length."""
        return self._number.write(value)


class PartialLengthField(FrameLengthField):
    """The length of a frame that shares its octets with other fields; always the last of them."""

    def __init__(self, name: str, size: int, mask: int, surplus: int = 0) -> None:
        super().__init__(name, size, surplus)
        self.part = PartialField(name, 0, size, mask, closes=True)

    def read(self, buf: Octets, pos: int, end: int) -> tuple[int, int]:
        """Read the bits; see `WireField.read`."""
        found: tuple[int, int] = self.part.read(buf, pos, end)
        return found


class PayloadField(WireField):
    """The octets that belong to the layer above.

    In records they are the value. A `Packet` dissects them into its payload and keeps None, unless it was built from
    a record; when it builds, the payload takes their place.

    Attributes:
        reserve: octets of the fields that stand behind, within the same bound.
    """

    kind = "payload"

    def __init__(self, name: str = "payload", reserve: int = 0) -> None:
        super().__init__(name, None)
        self.reserve = reserve

    def read(self, buf: Octets, pos: int, end: int) -> tuple[bytes, int]:
        """Read up to what is reserved; see `WireField.read`."""
        stop = end - self.reserve
        if stop < pos:
            raise NeedMore(end, f"{end - pos} octets are left, {self.reserve} have to follow {self.name}")
        return buf[pos:stop], stop

    def write(self, value: Any) -> bytes:
        """The octets."""
        return bytes(value)

    def text(self, value: Any) -> str:
        """How many octets there are."""
        return "none" if not value else f"{len(value)} octets"

    def i2repr(self, pkt: Any, x: Any) -> str:
        """The octets are shown as the layers they are dissected into."""
        if x is not None:
            return bytes(x).hex()
        return "in the layer above" if pkt is not None and pkt.payload else "none"


class Algorithm(NamedTuple):
    """A check sequence.

    Attributes:
        name: for people.
        size: octets on the wire.
        compute: the octets of the check sequence for the octets it covers.
        holds: whether octets that end with their check sequence are intact.
    """

    name: str
    size: int
    compute: Callable[[bytes], bytes]
    holds: Callable[[bytes], bool]


class ChecksumField(WireField):
    """A check sequence over everything from one field of the layer up to itself; None builds the right one.

    A wrong one is odd: a strict read stops, a tolerant one notes it.

    Attributes:
        algorithm: how it is computed.
        covers_from: name of the first field that it covers.
        only_before: name of a later field; there is a check sequence only when that one has octets.
        reserve: octets that have to stand behind when there is no such field.
    """

    kind = "checksum"

    def __init__(
        self, name: str, algorithm: Algorithm, covers_from: str, only_before: str | None = None, reserve: int = 0
    ) -> None:
        super().__init__(name, None)
        self.algorithm = algorithm
        self.size = algorithm.size
        self.holds = algorithm.holds
        self.covers_from = covers_from
        self.only_before = only_before
        self.reserve = reserve
        self.oddity = f"bad-{name.replace('_', '-')}"

    def read(self, buf: Octets, pos: int, end: int) -> tuple[bytes | None, int]:
        """Read the octets, without checking them; see `WireField.read`."""
        if self.only_before is not None and end - pos == self.reserve:
            return None, pos
        stop = pos + self.size
        if stop + self.reserve > end:
            raise NeedMore(end, f"the octets end inside {self.name}")
        return buf[pos:stop], stop

    def write(self, value: Any) -> bytes:
        """The octets."""
        return b"" if value is None else bytes(value)

    def complaint(self, covered: bytes) -> str:
        """What is wrong with octets that end with a wrong check sequence."""
        found, right = covered[-self.size :], self.algorithm.compute(covered[: -self.size])
        return f"{self.algorithm.name} is {found.hex().upper()}, should be {right.hex().upper()}"

    def verdict(self, covered: bytes) -> str:
        """The check sequence for people, with what is known about it."""
        if self.holds(covered):
            return f"{covered[-self.size :].hex().upper()} (correct)"
        right = self.algorithm.compute(covered[: -self.size])
        return f"{covered[-self.size :].hex().upper()} (wrong, should be {right.hex().upper()})"

    def text(self, value: Any) -> str:
        """Hexadecimal, as on the wire."""
        return "none" if value is None else bytes(value).hex().upper()

    def i2repr(self, pkt: Any, x: Any) -> str:
        """The value in `show()`."""
        return self.text(x)
