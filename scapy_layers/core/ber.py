"""BER (X.690) as far as ACSE needs it: tagged values inside a definite length, each at most once, in order."""

from __future__ import annotations

from typing import Any

from scapy_layers.core.fields import LengthField, WireField
from scapy_layers.core.lengths import read_length, write_length
from scapy_layers.core.outcome import DecodeError, Malformed, NeedMore, Octets, odd, tolerant
from scapy_layers.core.trace import Node, enclosed, report_left_over


def crossing(buf: Octets, pos: int, stop: int, end: int) -> bool:
    """Whether the values that start at `pos` run across `stop`, their declared end, but not across `end`."""
    while pos + 1 < stop:
        length, start = read_length(buf, pos + 1, end)
        if start + length > stop:
            return start + length <= end
        pos = start + length
    return False


def follows(buf: Octets, pos: int, end: int) -> bool:
    """Whether from `pos` on stand values that ACSE may have there (context-specific tags), and nothing else."""
    with tolerant():
        while pos < end:
            if buf[pos] & 0xC0 != 0x80:
                return False
            try:
                length, start = read_length(buf, pos + 1, end)
            except DecodeError:
                return False
            pos = start + length
    return pos == end


class BerLengthField(LengthField):
    """The length of an ACSE APDU.

    Some servers write it too short by a few octets. When the values inside run across it, it is disregarded.
    """

    def bound(self, buf: Octets, pos: int, end: int, length: int) -> int:
        """Where the fields behind this one have to end; see `LengthField.bound`."""
        stop = super().bound(buf, pos, end, length)
        if stop < end and crossing(buf, pos, stop, end):
            odd(pos - 1, "length-mismatch", f"length {length} is too short for what follows")
            return end
        return stop


class TaggedField(WireField):
    """An optional value behind its BER tag and length; None is absent.

    Attributes:
        tags: the tag octet, and the tag octets of what is wrapped inside, outermost first.
        inner: the field that holds the value, up to the innermost length.
    """

    def __init__(self, tags: bytes, inner: WireField, default: Any = None) -> None:
        self.tags = tags
        self.inner = inner
        self.holds_packets = inner.holds_packets
        self.kind = inner.kind
        self.names = getattr(inner, "names", None)
        super().__init__(inner.name, default)

    def _span(self, buf: Octets, pos: int, end: int) -> tuple[int, int]:
        """Start and end of the value, inside all its wrappings; one that does not end with the next is odd.

        Then the inner length counts, unless only the outer one leads to the next value.
        """
        stop, wrapped = end, False
        for tag in self.tags:
            if pos >= stop or buf[pos] != tag:
                found = f"{buf[pos]:02X}" if pos < stop else "the end"
                raise Malformed(pos, f"{self.name} wants tag {tag:02X}, found {found}")
            length, start = read_length(buf, pos + 1, stop)
            if start + length > end:
                raise NeedMore(end, f"{self.name} is said to have {length} octets, {end - start} are there")
            if wrapped and start + length != stop:
                comparison = "longer" if start + length > stop else "shorter"
                odd(pos, "length-mismatch", f"{self.name} is {comparison} than what it is wrapped in")
                if not follows(buf, start + length, end) and follows(buf, stop, end):
                    length = stop - start
            pos, stop, wrapped = start, start + length, True
        return pos, stop

    def read(self, buf: Octets, pos: int, end: int) -> tuple[Any, int]:
        """Read tag, length and value; see `WireField.read`."""
        if pos >= end or buf[pos] != self.tags[0]:
            return None, pos
        start, stop = self._span(buf, pos, end)
        try:
            value, pos = self.inner.read(buf, start, stop)
        except NeedMore as short:
            raise Malformed(short.offset, f"{short.reason}, within {self.name}") from None
        report_left_over(self.name, pos, stop)
        return value, stop

    def write(self, value: Any) -> bytes:
        """Tags, lengths and value; nothing when absent."""
        if value is None:
            return b""
        content = self.inner.write(value)
        for tag in reversed(self.tags):
            content = bytes((tag,)) + write_length(len(content)) + content
        return content

    def trace(self, buf: Octets, pos: int, end: int) -> Node:
        """The node of the value, starting at its tag."""
        if pos >= end or buf[pos] != self.tags[0]:
            return Node(self.name, None, pos, pos, "absent")
        start, stop = self._span(buf, pos, end)
        return enclosed(self.name, self.inner.trace(buf, start, stop), buf, pos, stop)

    def text(self, value: Any) -> str:
        """`absent`, or the value."""
        return "absent" if value is None else self.inner.text(value)

    def to_packet(self, value: Any) -> Any:
        """What a `Packet` keeps."""
        return None if value is None else self.inner.to_packet(value)

    def randval(self) -> Any:
        """What the inner field fuzzes."""
        return self.inner.randval()

    def any2i(self, pkt: Any, x: Any) -> Any:
        """What the inner field makes of it."""
        return None if x is None else self.inner.any2i(pkt, x)
