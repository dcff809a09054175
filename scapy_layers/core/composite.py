"""Fields made of layers: SEQUENCE, SEQUENCE OF and CHOICE (IEC 61334-6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from scapy.fields import Field
from scapy.packet import Packet, fuzz
from scapy.volatile import RandNum, VolatileValue

from scapy_layers.core.fields import WireField
from scapy_layers.core.layer import Pdu, RecordView, layer_of, trace_layer, values_of, write_layer
from scapy_layers.core.lengths import read_length, write_length
from scapy_layers.core.outcome import DecodeError, Malformed, NeedMore, Octets
from scapy_layers.core.trace import Node

FUZZ_ELEMENTS = 3
"""Elements at most in a fuzzed list."""


class RandPdu(VolatileValue[Pdu]):
    """A fuzzed packet of one of some layers, for fields that hold one."""

    def __init__(self, *layers: type[Pdu]) -> None:
        self.layers = layers

    def _fix(self) -> Pdu:
        layer = self.layers[int(RandNum(0, len(self.layers) - 1))]
        fuzzed: Any = next(iter(fuzz(layer())))
        packet: Pdu = fuzzed
        return packet


class RandElements(VolatileValue[list[Any]]):
    """A list of a few fuzzed elements."""

    def __init__(self, inner: WireField) -> None:
        self.inner = inner

    def _fix(self) -> list[Any]:
        randoms = [self.inner.randval() for _ in range(int(RandNum(0, FUZZ_ELEMENTS)))]
        return [random._fix() for random in randoms]


class SequenceField(WireField):
    """A SEQUENCE declared as a layer of its own.

    Attributes:
        layer: the layer.
    """

    holds_packets = 1
    kind = "sequence"

    def __init__(self, name: str, layer: type[Pdu], default: Pdu | None = None) -> None:
        super().__init__(name, layer() if default is None else default)
        self.layer = layer

    @cached_property
    def read(self) -> Callable[[Octets, int, int], tuple[Any, int]]:
        """The reader of the layer."""
        reader: Callable[[Octets, int, int], tuple[Any, int]] = self.layer.read_record
        return reader

    def write(self, value: Any) -> bytes:
        """The octets of a record or packet; of a packet with generated values, of the first it stands for."""
        if isinstance(value, Packet) and not value.explicit:
            value = next(iter(value))
        return write_layer(layer_of(value), value)

    def trace(self, buf: Octets, pos: int, end: int) -> Node:
        """The tree of the layer, under this field's name."""
        node = trace_layer(self.layer, buf, pos, end)
        return Node(self.name, node.value, pos, node.end, node.text, node.children, node.error)

    def text(self, value: Any) -> str:
        """The layer's name and its fields, on one line."""
        layer, get = layer_of(value), values_of(value)
        said = []
        for field in layer.fields_desc:
            if field.in_record:
                is_packet = isinstance(value, Packet | RecordView)
                inner = get(field.name)
                if inner is not None:
                    said.append(f"{field.name}={field.i2repr(value, inner) if is_packet else field.text(inner)}")
        return f"{layer._name or layer.__name__}({', '.join(said)})"

    def to_packet(self, value: Any) -> Pdu:
        """The packet for a record."""
        return layer_of(value).from_record(value)

    def randval(self) -> Any:
        """A fuzzed packet."""
        return RandPdu(self.layer)


class ChoiceField(SequenceField):
    """A CHOICE: a tag octet, then the layer it names. The tag is the first (constant) field of each layer.

    Attributes:
        layers: tag to layer.
        what: name of the CHOICE, for error messages.
    """

    kind = "choice"

    def __init__(self, name: str, what: str, layers: Iterable[type[Pdu]]) -> None:
        self.layers = {layer.fields_desc[0].default: layer for layer in layers}
        self.bulk = any(field.bulk for layer in self.layers.values() for field in layer.fields_desc)
        self.what = what
        super().__init__(name, next(iter(self.layers.values())))

    @cached_property
    def read(self) -> Callable[[Octets, int, int], tuple[Any, int]]:
        """A reader that dispatches on the tag."""
        return self._dispatch({tag: layer.read_record for tag, layer in self.layers.items()})

    @cached_property
    def read_head(self) -> Callable[[Octets, int, int], tuple[Any, int]]:
        """The same for heads: what stands behind the first bulk field is left unread."""
        return self._dispatch({tag: layer.read_head for tag, layer in self.layers.items()})

    def _dispatch(self, readers: dict[int, Any]) -> Callable[[Octets, int, int], tuple[Any, int]]:
        def read(buf: Octets, pos: int, end: int) -> tuple[Any, int]:
            if pos >= end:
                raise NeedMore(end, f"the octets end before {self.name}")
            reader = readers.get(buf[pos])
            if reader is None:
                raise Malformed(pos, f"{buf[pos]:02X} is no choice of {self.what}")
            found: tuple[Any, int] = reader(buf, pos, end)
            return found

        return read

    def trace(self, buf: Octets, pos: int, end: int) -> Node:
        """The tree of the layer chosen.

        Raises:
            DecodeError: no layer has that tag.
        """
        if pos >= end or buf[pos] not in self.layers:
            self.read(buf, pos, end)
        node = trace_layer(self.layers[buf[pos]], buf, pos, end)
        return Node(self.name, node.value, pos, node.end, node.text, node.children, node.error)

    def randval(self) -> Any:
        """A fuzzed packet of any of the layers."""
        return RandPdu(*self.layers.values())


class SequenceOfField(WireField):
    """SEQUENCE OF: a count, then that many of one field.

    Attributes:
        inner: the field of one element.
    """

    islist = 1
    kind = "list"

    def __init__(self, inner: WireField, smallest: int = 1) -> None:
        super().__init__(inner.name, [])
        self.inner = inner
        self.holds_packets = inner.holds_packets
        self.smallest = smallest
        self.bulk = inner.bulk and not hasattr(inner, "read_head")

    def read(self, buf: Octets, pos: int, end: int) -> tuple[list[Any], int]:
        """Read the count and the elements; see `WireField.read`."""
        count, pos = self.read_count(buf, pos, end)
        read = self.inner.read
        values = []
        for _ in range(count):
            value, pos = read(buf, pos, end)
            values.append(value)
        return values, pos

    def read_count(self, buf: Octets, pos: int, end: int) -> tuple[int, int]:
        """The count; one that the octets there cannot hold is refused before anything is allocated.

        Raises:
            NeedMore: not enough octets for so many elements.
        """
        count, pos = read_length(buf, pos, end)
        if count * self.smallest > end - pos:
            raise NeedMore(end, f"{self.name} is said to have {count} elements, {end - pos} octets are there")
        return count, pos

    def write(self, value: Any) -> bytes:
        """Count and elements."""
        return write_length(len(value)) + b"".join(map(self.inner.write, value))

    def trace(self, buf: Octets, pos: int, end: int) -> Node:
        """A node for each element; an element that cannot be read ends the list with the reason."""
        count, stop = self.read_count(buf, pos, end)
        values: list[Any] = []
        nodes: list[Node] = []
        error = None
        for index in range(count):
            try:
                node = self.inner.trace(buf, stop, end)
            except DecodeError as stopped:
                error = str(stopped)
                break
            nodes.append(Node(str(index), node.value, node.start, node.end, node.text, node.children, node.error))
            values.append(node.value)
            stop = node.end
            if node.error is not None:
                error = node.error
                break
        return Node(self.name, values, pos, stop, f"{count} elements", tuple(nodes), error)

    def text(self, value: Any) -> str:
        """The elements in brackets."""
        return "[" + ", ".join(map(self.inner.text, value)) + "]"

    def to_packet(self, value: Any) -> list[Any]:
        """The elements as packets."""
        return [self.inner.to_packet(element) for element in value]

    def any2i(self, pkt: Any, x: Any) -> Any:
        """One element may stand for a list of one."""
        return [self.inner.any2i(pkt, element) for element in (x if isinstance(x, list) else [x])]

    def i2h(self, pkt: Any, x: Any) -> Any:
        """The list itself, so that it can be changed in place; or what the inner field makes of each element."""
        return x if type(self.inner).i2h is Field.i2h else [self.inner.i2h(pkt, element) for element in x]

    def i2repr(self, pkt: Any, x: Any) -> str:
        """The elements in brackets."""
        if isinstance(x, list):
            return "[" + ", ".join(self.inner.i2repr(pkt, element) for element in x) + "]"
        return super().i2repr(pkt, x)

    def randval(self) -> Any:
        """A few fuzzed elements."""
        return RandElements(self.inner)


class RepeatedField(SequenceOfField):
    """One field over and over up to the bound: a SEQUENCE OF whose count nothing gives."""

    def read(self, buf: Octets, pos: int, end: int) -> tuple[list[Any], int]:
        """Read elements until the bound; see `WireField.read`."""
        read = self.inner.read
        values = []
        while pos < end:
            value, pos = read(buf, pos, end)
            values.append(value)
        return values, pos

    def write(self, value: Any) -> bytes:
        """The elements."""
        return b"".join(map(self.inner.write, value))

    def read_count(self, buf: Octets, pos: int, end: int) -> tuple[int, int]:
        """How many elements can be read."""
        count, stop = 0, pos
        while stop < end:
            try:
                _, stop = self.inner.read(buf, stop, end)
            except DecodeError:
                return count + 1, pos
            count += 1
        return count, pos
