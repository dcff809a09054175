"""Layers that carry others: the payload may stand in the middle, and units follow one another in a stream.

A `Frame` declares its payload as a `PayloadField` at the place where it stands. When a packet is dissected, these
octets become its payload in Scapy's sense; when it is built, lengths and check sequences that are None are computed
around the payload. A `StreamUnit` is a frame that may be followed by the next one: `a / b` of two units is one
behind the other, not one inside the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from struct import error as struct_error
from typing import Any, ClassVar

from scapy.config import conf
from scapy.fields import RawVal
from scapy.packet import Packet

from scapy_layers.core.fields import LengthField, RestField, WireField
from scapy_layers.core.framing_fields import ChecksumField, FrameLengthField, PayloadField
from scapy_layers.core.layer import Pdu, TrailingOctets, UndecodedOctets, trace_layer, value_of
from scapy_layers.core.outcome import Octets
from scapy_layers.core.trace import Node

MAX_UNITS = 75
"""Units in one packet, three layers each. Scapy shows payloads recursively, and Python allows 1,000 calls."""


class Frame(Pdu):
    """Base of the layers with a `PayloadField`, or that are a unit of a stream without carrying anything."""

    __slots__ = ["_carried", "_size_built"]

    payload_field: ClassVar[PayloadField | None] = None
    trailer: ClassVar[tuple[WireField, ...]] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        places = [place for place, field in enumerate(cls.fields_desc) if isinstance(field, PayloadField)]
        if places:
            cls.payload_field = cls.fields_desc[places[0]]
            cls.trailer = tuple(cls.fields_desc[places[0] + 1 :])
            cls.writer = lambda source: write_frame(cls, source)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._carried: int | None = None
        self._size_built = 0
        super().__init__(*args, **kwargs)

    @classmethod
    def payload_layer(cls, values: Mapping[str, Any], payload: Octets) -> type[Packet]:
        """The layer of the payload, given the values of the fields and the payload's octets."""
        return TrailingOctets

    @classmethod
    def trace_payload(cls, values: Mapping[str, Any], buf: Octets, pos: int, end: int) -> tuple[Node, ...]:
        """The tree of the payload; what its layer leaves over is a node of its own."""
        layer = cls.payload_layer(values, buf[pos:end])
        if not issubclass(layer, Pdu):
            return ()
        node = trace_layer(layer, buf, pos, end)
        if node.end == end:
            return (node,)
        rest = buf[node.end : end]
        return node, Node("trailing", rest, node.end, end, rest.hex())

    def do_dissect(self, s: bytes) -> bytes:
        """Read the fields tolerantly; gives the payload's octets and what stands behind the frame."""
        rest = super().do_dissect(s)
        if self.payload_field is None:
            self._carried = 0
            return rest
        payload = self.fields.pop(self.payload_field.name, None)
        if payload is None:
            self._carried = None
            return rest
        stop = len(s) - len(rest)
        behind = stop - self._trailer_size()
        self.raw_packet_cache = s[: behind - len(payload)] + s[behind:stop]
        self._carried = len(payload)
        return bytes(payload + rest)

    def _trailer_size(self) -> int:
        return sum(len(field.write(self.fields[field.name])) for field in self.trailer if field.name in self.fields)

    def extract_padding(self, s: bytes) -> tuple[bytes, bytes | None]:
        """The payload, and what stands behind the frame."""
        return (s, None) if self._carried is None else (s[: self._carried], s[self._carried :])

    def guess_payload_class(self, payload: bytes) -> type[Packet]:
        """The layer of the payload; behind a frame that broke off before it, undecoded octets."""
        return UndecodedOctets if self._carried is None else type(self).payload_layer(self.fields, payload)

    def self_build(self) -> bytes:
        """The frame without its payload."""
        return self._around(b"")

    def _around(self, payload: bytes) -> bytes:
        if self._keeps_octets():
            kept = self.raw_packet_cache or b""
            behind = len(kept) - self._trailer_size()
            return kept[:behind] + payload + kept[behind:]
        return write_frame(type(self), self, payload)

    def do_build(self) -> bytes:
        """The frame around its payload, then the units that follow."""
        packet = self if self.explicit else next(iter(self))
        built: bytes = packet.do_build_payload()
        following = packet.following_unit()
        own = len(built) - (following._size_built if following is not None else 0)
        built = packet._around(built[:own]) + built[own:]
        for transform in packet.post_transforms:
            built = transform(built)
        self._size_built = len(built)
        return built

    def following_unit(self) -> StreamUnit | None:
        """The next unit of the stream, which is not part of this one."""
        packet = self.payload
        while packet:
            if isinstance(packet, StreamUnit):
                return packet
            packet = packet.payload
        return None


def write_frame(layer: type[Frame], source: Any, payload: bytes = b"") -> bytes:
    """The octets of a frame; lengths and check sequences that are None are computed.

    Args:
        layer: the layer.
        source: a record or packet of it.
        payload: stands at the payload's place when `source` has no octets of its own there.

    Raises:
        ValueError: a value that its field cannot hold.
    """
    values = {field.name: value_of(source, field.name) for field in layer.fields_desc if field.in_record}
    if layer.payload_field is not None and values[layer.payload_field.name] is None:
        values[layer.payload_field.name] = payload
    parts: list[bytes] = []
    spans: dict[str, tuple[int, int]] = {}
    shared = 0
    for field in layer.fields_desc:
        value = values.get(field.name, field.default)
        spans[field.name] = (len(parts), shared)
        try:
            part = _written(field, value, values)
            if field.part is not None:
                shared |= int.from_bytes(part, "big")
                part = shared.to_bytes(field.size, "big") if field.part.closes else b""
                shared = 0 if field.part.closes else shared
        except (TypeError, ValueError, OverflowError, AttributeError, struct_error) as problem:
            raise ValueError(f"{layer.__name__}.{field.name}: {problem}") from problem
        parts.append(part)
    _fill_lengths(layer, values, parts, spans)
    _fill_checksums(layer, values, parts, spans)
    return b"".join(parts) + (payload if layer.payload_field is None else b"")


def _written(field: WireField, value: Any, values: Mapping[str, Any]) -> bytes:
    """The octets of one field; lengths and check sequences that are to be computed are zero."""
    if field.condition is not None and (value is None or not field.condition.holds(values[field.condition.on])):
        return b""
    if isinstance(value, RawVal):
        return bytes(value)
    if isinstance(field, ChecksumField) and value is None:
        return b"" if field.only_before and not values[field.only_before] else bytes(field.size)
    if isinstance(field, LengthField) and value is None:
        value = 0
    return field.write(field.part.place(value) if field.part is not None else value)


def _fill_lengths(
    layer: type[Frame], values: Mapping[str, Any], parts: list[bytes], spans: Mapping[str, tuple[int, int]]
) -> None:
    for place, field in enumerate(layer.fields_desc):
        if isinstance(field, LengthField) and values[field.name] is None:
            covered = next((n for n, f in enumerate(layer.fields_desc) if n > place and f.outside), len(parts))
            length = sum(map(len, parts[place + 1 : covered])) + getattr(field, "surplus", 0)
            try:
                if isinstance(field, FrameLengthField) and field.part is not None:
                    shared = spans[field.name][1] | field.part.place(length)
                    parts[place] = shared.to_bytes(field.size, "big")
                else:
                    parts[place] = field.write(length)
            except (ValueError, struct_error) as problem:
                raise ValueError(f"{layer.__name__} cannot be {length} octets long: {problem}") from problem


def _fill_checksums(
    layer: type[Frame], values: Mapping[str, Any], parts: list[bytes], spans: Mapping[str, tuple[int, int]]
) -> None:
    for place, field in enumerate(layer.fields_desc):
        if isinstance(field, ChecksumField) and values[field.name] is None and parts[place]:
            parts[place] = field.algorithm.compute(b"".join(parts[spans[field.covers_from][0] : place]))


class StreamUnit(Frame):
    """Base of the frames that follow one another in a stream or datagram."""

    def dissect(self, s: bytes) -> None:
        """Dissect this unit and, one after another, those behind it."""
        size = type(self).own_size(s)
        left = self._dissect_one(s[:size])
        rest = left if size is None else s[size:]
        last = self.lastlayer()
        for _ in range(MAX_UNITS - 1):
            if not rest:
                return
            layer, size = type(self).next_unit(rest)
            unit = layer()
            unit.original = rest
            left = unit._dissect_one(rest[:size])
            rest = left if size is None else rest[size:]
            last.add_payload(unit)
            last = unit.lastlayer()
        if rest:
            last.add_payload(FurtherOctets(rest))

    def _dissect_one(self, s: bytes) -> bytes:
        payload, behind = self.extract_padding(self.post_dissect(self.do_dissect(self.pre_dissect(s))))
        self.do_dissect_payload(payload)
        return behind or b""

    @classmethod
    def own_size(cls, octets: bytes) -> int | None:
        """How many of the octets are of this unit; None when reading it tells."""
        return None

    @classmethod
    def next_unit(cls, octets: bytes) -> tuple[type[StreamUnit], int | None]:
        """The layer of the unit that follows, and how many octets it has; None when the unit itself tells."""
        return StrayOctets, len(octets)

    @classmethod
    def complete_size(cls, octets: bytes) -> int:
        """How many octets from the start are complete units; 0 when the first one is not complete."""
        raise NotImplementedError

    @classmethod
    def tcp_reassemble(cls, data: bytes, metadata: dict[str, Any], session: dict[str, Any]) -> Packet | None:
        """For Scapy's `TCPSession`: the complete units, the rest as padding; None when the first is incomplete."""
        size = cls.complete_size(data)
        if size == 0:
            return None
        packet: Packet = cls.next_unit(data)[0](data[:size])
        if size < len(data):
            packet.add_payload(conf.padding_layer(data[size:]))
        return packet


class StrayOctets(StreamUnit):
    """Octets between the units of a stream.

    Attributes:
        framing: what knows where the next unit starts; None when all octets are stray.
    """

    name = "Stray octets"
    service = "stray-octets"
    framing: ClassVar[type[StreamUnit] | None] = None
    fields_desc = [RestField("octets")]

    @classmethod
    def own_size(cls, octets: bytes) -> int | None:
        """How many octets are stray."""
        return None if cls.framing is None else cls.framing.next_unit(octets)[1]

    @classmethod
    def next_unit(cls, octets: bytes) -> tuple[type[StreamUnit], int | None]:
        """What follows the stray octets."""
        return super().next_unit(octets) if cls.framing is None else cls.framing.next_unit(octets)

    @classmethod
    def complete_size(cls, octets: bytes) -> int:
        """How many octets from the start need no more to be understood."""
        return len(octets) if cls.framing is None else cls.framing.complete_size(octets)

    def mysummary(self) -> str:
        """How many there are."""
        return f"{len(self.octets)} stray octets"


class FurtherOctets(StreamUnit):
    """Units beyond `MAX_UNITS`, whole; dissect the octets again to see them."""

    name = "Further units"
    service = "further-octets"
    fields_desc = [RestField("octets")]

    def mysummary(self) -> str:
        """How many octets there are."""
        return f"{len(self.octets)} octets of further units"
