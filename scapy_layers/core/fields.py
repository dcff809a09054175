"""The fields every layer is declared with: one pair of functions each, `read` and `write`.

    read(buf, pos, end) -> (value, next_pos)        write(value) -> octets

Scapy's `getfield` and `addfield` are adapters over that pair, written once in `WireField`; the compiled
reader (`compile.py`), the trace and the builder use the same pair. A field never looks at its neighbours, with
two exceptions that the declaration shows: `only_if` (present when an earlier field has a value or bit) and
`LengthField` (bounds what follows it).
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from typing import Any

from scapy.fields import Field, RawVal
from scapy.volatile import RandBin, RandNum, VolatileValue

from scapy_layers.core.lengths import read_length, write_length
from scapy_layers.core.outcome import Malformed, NeedMore, Octets, odd
from scapy_layers.core.trace import Node, enclosed, report_left_over

Read = Callable[[Octets, int, int], tuple[Any, int]]

FUZZ_OCTETS = 64
"""Octets at most in a fuzzed octet string: enough to reach the two-octet length form is not the aim here."""


class WireField(Field[Any, Any]):
    """A Scapy field that owns `read` and `write`.

    Attributes:
        code: struct format of a field of fixed size (big-endian, one item), which lets the compiled reader
            read neighbours in one go; None where the size varies.
        skip_octet: first octet that alone says *absent*, for the compiled reader; None where there is none.
        constant: the value is fixed by the declaration.
        in_record: the value is part of records; constants and lengths, which follow from the rest, are not.
        condition: see `only_if`; None for a field that is always there.
        expected: the one value that the standard allows; any other is odd. None where several are allowed.
        outside: the field stands behind what a length field before it bounds.
        part: which bits of a number it shares with its neighbours (`PartialField`); None for a field of its own.
        bulk: the value is data that only those want who look at it; a head ends before it.
        parts: named bits inside the value, for trees, filters and the field reference.
    """

    __slots__ = ["__dict__"]

    code: str | None = None
    skip_octet: int | None = None
    constant = False
    in_record = True
    condition: Condition | None = None
    expected: int | None = None
    outside = False
    part: Any = None
    bulk = False
    parts: tuple[Part, ...] = ()
    kind = "octets"

    def __init__(self, name: str, default: Any = None) -> None:
        Field.__init__(self, name, default, "B")

    def read(self, buf: Octets, pos: int, end: int) -> tuple[Any, int]:
        """Read the value at `pos`; gives it and the offset behind it.

        Raises:
            DecodeError: `NeedMore` or `Malformed`, or `Oddity` in a strict read.
        """
        raise NotImplementedError

    def write(self, value: Any) -> bytes:
        """The octets of a value."""
        raise NotImplementedError

    def trace(self, buf: Octets, pos: int, end: int) -> Node:
        """Read as `read` does, and say what stood where.

        Raises:
            DecodeError: as `read` does; a composite field catches it and shows what it had.
        """
        value, stop = self.read(buf, pos, end)
        return Node(self.name, value, pos, stop, self.text(value), self.trace_parts(value, pos, stop))

    def trace_parts(self, value: Any, start: int, end: int) -> tuple[Node, ...]:
        """A node for each named group of bits."""
        return tuple(Node(p.name, p.of(value), start, end, p.text(value)) for p in self.parts if value is not None)

    def text(self, value: Any) -> str:
        """The value for people, on one line."""
        return value.hex() if isinstance(value, bytes) else str(value)

    def to_packet(self, value: Any) -> Any:
        """What a `Packet` keeps for a value that `read` gave."""
        return value

    def getfield(self, pkt: Any, s: bytes) -> tuple[bytes, Any]:
        """Scapy's reading of a field, over `read`."""
        value, stop = self.read(s, 0, len(s))
        return s[stop:], self.to_packet(value)

    def addfield(self, pkt: Any, s: bytes, val: Any) -> bytes:
        """Scapy's building of a field, over `write`."""
        return s + self.write(val)

    def i2repr(self, pkt: Any, x: Any) -> str:
        """The value in `show()`; one that is yet to be generated as Scapy shows it."""
        if isinstance(x, VolatileValue | RawVal):
            return repr(x)
        return "absent" if x is None else self.text(x)

    def i2len(self, pkt: Any, x: Any) -> int:
        """Octets on the wire."""
        return len(self.write(x))


class FixedField(WireField):
    """A field of fixed size whose value is one struct item."""

    def __init__(self, name: str, default: Any, code: str) -> None:
        super().__init__(name, default)
        self.code = code
        packer = struct.Struct(">" + code)
        self.size = packer.size
        self._pack = packer.pack
        self._unpack_from = packer.unpack_from

    def read(self, buf: Octets, pos: int, end: int) -> tuple[Any, int]:
        """Read the item; see `WireField.read`."""
        stop = pos + self.size
        if stop > end:
            raise NeedMore(end, f"the octets end inside {self.name}")
        return self._unpack_from(buf, pos)[0], stop

    def write(self, value: Any) -> bytes:
        """The octets of the item."""
        return self._pack(value)

    def i2repr(self, pkt: Any, x: Any) -> str:
        """The value in `show()`; see `WireField.i2repr`. Ranges of values are shown as given."""
        return super().i2repr(pkt, x) if x is None or isinstance(x, int | bytes) else repr(x)


_UNSIGNED = {1: "B", 2: "H", 4: "I", 8: "Q"}
_SIGNED = {1: "b", 2: "h", 4: "i", 8: "q"}


class UnsignedField(FixedField):
    """Unsigned8, 16, 32 or 64, big-endian."""

    kind = "unsigned"

    def __init__(self, name: str, default: int = 0, size: int = 1) -> None:
        super().__init__(name, default, _UNSIGNED[size])

    def randval(self) -> VolatileValue[int]:
        """Any value of that size."""
        return RandNum(0, (1 << 8 * self.size) - 1)


class IntegerField(FixedField):
    """Integer8, 16, 32 or 64, two's complement, big-endian."""

    kind = "signed"

    def __init__(self, name: str, default: int = 0, size: int = 1) -> None:
        super().__init__(name, default, _SIGNED[size])

    def randval(self) -> VolatileValue[int]:
        """Any value of that size."""
        half = 1 << 8 * self.size - 1
        return RandNum(-half, half - 1)


class BooleanField(UnsignedField):
    """BOOLEAN: `00` is false, any other octet is true and is kept (writers use `01` or `FF`)."""

    kind = "boolean"

    def text(self, value: Any) -> str:
        """`true` or `false`."""
        return "true" if value else "false"


class EnumeratedField(UnsignedField):
    """ENUMERATED of one octet; a value without a name stays a number."""

    kind = "enumerated"

    def __init__(self, name: str, default: int, names: type[IntEnum], size: int = 1) -> None:
        super().__init__(name, int(default), size)
        self.names = enum_names(names)

    def text(self, value: Any) -> str:
        """`name (number)`."""
        name = self.names.get(value)
        return f"{name} ({value})" if name else str(value)

    def any2i(self, pkt: Any, x: Any) -> Any:
        """Names are accepted as well as numbers."""
        return number_of(x, self.names, self.name) if isinstance(x, str) else x


def number_of(name: str, names: Mapping[int, str], field: str) -> int:
    """The number that has a name.

    Raises:
        ValueError: none has it.
    """
    for number, known in names.items():
        if known == name:
            return number
    raise ValueError(f"{field}: no such name: {name}")


def enum_names(names: type[IntEnum]) -> dict[int, str]:
    """Kebab-case names of an enumeration, as the Green Book writes them."""
    return {member.value: member.name.lower().replace("_", "-") for member in names}


class ConstantField(EnumeratedField):
    """A tag or choice octet that tells which PDU this is."""

    constant = True
    in_record = False
    kind = "tag"

    def __init__(self, name: str, value: int, label: str) -> None:
        UnsignedField.__init__(self, name, value)
        self.names = {value: label}

    def randval(self) -> Any:
        """The value stays: with another it would be another PDU."""
        return None


class Part:
    """A named group of bits.

    Attributes:
        name: snake_case name.
        mask: which bits.
        names: what its values are called; None shows a number, or set / not set for one bit.
    """

    __slots__ = ("mask", "name", "names", "shift")

    def __init__(self, name: str, mask: int, names: Mapping[int, str] | None = None) -> None:
        self.name = name
        self.mask = mask
        self.names = names
        self.shift = (mask & -mask).bit_length() - 1

    def of(self, value: int) -> int:
        """The bits as a number."""
        return (value & self.mask) >> self.shift

    def text(self, value: int) -> str:
        """The bits for people."""
        number = self.of(value)
        if self.names is not None:
            return self.names.get(number, str(number))
        if self.mask >> self.shift == 1:
            return "set" if number else "not set"
        return str(number)


class BitsField(UnsignedField):
    """An unsigned number whose bits have names."""

    kind = "bits"

    def __init__(self, name: str, default: int, parts: Iterable[Part], size: int = 1) -> None:
        super().__init__(name, default, size)
        self.parts = tuple(parts)

    def text(self, value: Any) -> str:
        """Hexadecimal, and what the bits say."""
        said = []
        for part in self.parts:
            number = part.of(value)
            if part.names is not None:
                said.append(part.text(value))
            elif part.mask >> part.shift != 1:
                said.append(f"{part.name.replace('_', '-')} {number}")
            elif number:
                said.append(part.name.replace("_", "-"))
        return f"{value:0{2 * self.size}X} ({', '.join(said)})"


class FixedOctetsField(FixedField):
    """OCTET STRING (SIZE (n)): exactly n octets without a length."""

    def __init__(self, name: str, default: bytes, size: int) -> None:
        super().__init__(name, default, f"{size}s")

    def write(self, value: Any) -> bytes:
        """The octets.

        Raises:
            ValueError: not of the fixed size.
        """
        if len(value) != self.size:
            raise ValueError(f"{self.name} takes {self.size} octets, not {len(value)}")
        return bytes(value)

    def randval(self) -> VolatileValue[bytes]:
        """Any octets of that size."""
        return RandBin(self.size)


class OctetStringField(WireField):
    """OCTET STRING of variable size: length and octets."""

    def __init__(self, name: str, default: bytes | None = b"") -> None:
        super().__init__(name, default)

    def read(self, buf: Octets, pos: int, end: int) -> tuple[bytes, int]:
        """Read length and octets; see `WireField.read`."""
        if pos < end and (length := buf[pos]) < 0x80:
            pos += 1
        else:
            length, pos = read_length(buf, pos, end)
        stop = pos + length
        if stop > end:
            raise NeedMore(end, f"{self.name} is said to have {length} octets, {end - pos} are there")
        return buf[pos:stop], stop

    def write(self, value: Any) -> bytes:
        """Length and octets."""
        return write_length(len(value)) + bytes(value)

    def randval(self) -> VolatileValue[bytes]:
        """Up to `FUZZ_OCTETS` octets."""
        return RandBin(RandNum(0, FUZZ_OCTETS))


class RestField(WireField):
    """All octets up to the bound: only where an enclosing length, or the end of the frame, sets one.

    Attributes:
        code_when_filled: an oddity to report when there are octets; None where they are expected.
    """

    def __init__(self, name: str, default: bytes = b"", oddity: str | None = None) -> None:
        super().__init__(name, default)
        self.oddity = oddity

    def read(self, buf: Octets, pos: int, end: int) -> tuple[bytes, int]:
        """Read to the bound; see `WireField.read`."""
        if self.oddity is not None and pos < end:
            odd(pos, self.name.replace("_", "-"), f"{end - pos} octets of {self.oddity}")
        return buf[pos:end], end

    def write(self, value: Any) -> bytes:
        """The octets."""
        return bytes(value)

    def randval(self) -> Any:
        """Up to `FUZZ_OCTETS` octets; nothing where octets would be an oddity."""
        return None if self.oddity else RandBin(RandNum(0, FUZZ_OCTETS))


class LengthField(WireField):
    """A length (A-XDR or BER) that bounds the fields behind it; None builds the right one."""

    in_record = False
    kind = "unsigned"

    def __init__(self, name: str = "length") -> None:
        super().__init__(name, None)

    def read(self, buf: Octets, pos: int, end: int) -> tuple[int, int]:
        """Read the length; see `WireField.read`."""
        return read_length(buf, pos, end)

    def bound(self, buf: Octets, pos: int, end: int, length: int) -> int:
        """Where the fields behind this one have to end.

        Raises:
            NeedMore: the octets end before.
        """
        stop = pos + length
        if stop > end:
            raise NeedMore(end, f"{self.name} says {length} octets, {end - pos} are there")
        return stop

    def write(self, value: Any) -> bytes:
        """The length."""
        return write_length(value)


class Condition:
    """When a field is there: an earlier field has one of some values, or shares bits with a mask."""

    __slots__ = ("mask", "on", "values")

    def __init__(self, on: str, values: Iterable[int] = (), mask: int = 0) -> None:
        self.on = on
        self.values = frozenset(values)
        self.mask = mask

    def holds(self, value: Any) -> bool:
        """Whether the field is there, given the value it depends on."""
        return bool(value & self.mask) if self.mask else value in self.values


def expect(field: WireField) -> WireField:
    """Declares that any other value than the default is odd."""
    field.expected = field.default
    return field


def outside(field: WireField) -> WireField:
    """Declares a field that is not covered by the length before it."""
    field.outside = True
    return field


def only_if(field: WireField, on: str, values: Iterable[int] = (), mask: int = 0) -> WireField:
    """Declares a field that is there only when an earlier one says so; otherwise its value is None.

    Args:
        field: the field that may be absent.
        on: name of an earlier field of the same layer.
        values: the field is there when the earlier one has one of these values.
        mask: or, when not 0, when the earlier one has one of these bits.
    """
    field.condition = Condition(on, values, mask)
    return field


def odd_usage(pos: int, usage: int, name: str) -> None:
    """Report a usage octet (IEC 61334-6) that is neither 00 nor 01."""
    odd(pos, "usage-octet", f"usage octet of {name} is {usage:02X}, not 00 or 01")


class OptionalField(WireField):
    """OPTIONAL or DEFAULT (IEC 61334-6): usage octet `00`, or another and the value; None is absent.

    Attributes:
        inner: the field that holds the value.
        may_be_missing: some senders leave out the usage octet when it is the last of the PDU; that is odd, not wrong.
    """

    skip_octet = 0

    def __init__(self, inner: WireField, may_be_missing: bool = False) -> None:
        self.inner = inner
        self.may_be_missing = may_be_missing
        super().__init__(inner.name, None)
        self.holds_packets = inner.holds_packets
        self.parts = inner.parts
        self.kind = inner.kind
        self.bulk = inner.bulk

    def read(self, buf: Octets, pos: int, end: int) -> tuple[Any, int]:
        """Read the usage octet and the value; see `WireField.read`."""
        if pos >= end:
            if not self.may_be_missing:
                raise NeedMore(end, f"the octets end before {self.name}")
            odd(pos, "missing-usage-octet", f"the octet that says whether {self.name} follow is missing")
            return None, pos
        usage = buf[pos]
        if usage == 0:
            return None, pos + 1
        if usage != 1:
            odd_usage(pos, usage, self.name)
        return self.inner.read(buf, pos + 1, end)

    def write(self, value: Any) -> bytes:
        """Usage octet and value."""
        return b"\x00" if value is None else b"\x01" + self.inner.write(value)

    def trace(self, buf: Octets, pos: int, end: int) -> Node:
        """The node of the value, starting at the usage octet."""
        if pos >= end or buf[pos] == 0:
            _, stop = self.read(buf, pos, end)
            return Node(self.name, None, pos, stop, "absent")
        if buf[pos] != 1:
            odd_usage(pos, buf[pos], self.name)
        inner = self.inner.trace(buf, pos + 1, end)
        return Node(self.name, inner.value, pos, inner.end, inner.text, inner.children, inner.error)

    def text(self, value: Any) -> str:
        """`absent`, or the value."""
        return "absent" if value is None else self.inner.text(value)

    def to_packet(self, value: Any) -> Any:
        """What a `Packet` keeps."""
        return None if value is None else self.inner.to_packet(value)

    def any2i(self, pkt: Any, x: Any) -> Any:
        """What the inner field makes of it."""
        return None if x is None else self.inner.any2i(pkt, x)

    def i2h(self, pkt: Any, x: Any) -> Any:
        """What the inner field makes of it."""
        return None if x is None else self.inner.i2h(pkt, x)


class WithinOctetString(WireField):
    """A value carried inside an OCTET STRING, filling it.

    Attributes:
        inner: the field that holds the value.
    """

    def __init__(self, inner: WireField) -> None:
        self.inner = inner
        self.holds_packets = inner.holds_packets
        super().__init__(inner.name, inner.default)

    def _span(self, buf: Octets, pos: int, end: int) -> tuple[int, int]:
        length, start = read_length(buf, pos, end)
        if start + length > end:
            raise NeedMore(end, f"{self.name} is said to have {length} octets, {end - start} are there")
        return start, start + length

    def read(self, buf: Octets, pos: int, end: int) -> tuple[Any, int]:
        """Read the length, then the value inside it; see `WireField.read`."""
        start, stop = self._span(buf, pos, end)
        try:
            value, pos = self.inner.read(buf, start, stop)
        except NeedMore as short:
            raise Malformed(short.offset, f"{short.reason}, within {self.name}") from None
        report_left_over(self.name, pos, stop)
        return value, stop

    def write(self, value: Any) -> bytes:
        """Length and value."""
        content = self.inner.write(value)
        return write_length(len(content)) + content

    def trace(self, buf: Octets, pos: int, end: int) -> Node:
        """The node of the value, starting at its length."""
        start, stop = self._span(buf, pos, end)
        return enclosed(self.name, self.inner.trace(buf, start, stop), buf, pos, stop)

    def text(self, value: Any) -> str:
        """The inner value for people."""
        return self.inner.text(value)

    def to_packet(self, value: Any) -> Any:
        """What a `Packet` keeps."""
        return self.inner.to_packet(value)

    def any2i(self, pkt: Any, x: Any) -> Any:
        """What the inner field makes of it."""
        return self.inner.any2i(pkt, x)

    def randval(self) -> Any:
        """What the inner field fuzzes."""
        return self.inner.randval()
