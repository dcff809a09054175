"""`Pdu`: the base of every layer. One `fields_desc`, three uses.

* as a Scapy `Packet`: `Pdu.do_dissect` reads field by field, tolerantly, and never drops an octet;
* as a fast reader: `Layer.read_record` is compiled from `fields_desc` on first use and gives a light record
  (a `NamedTuple` with the same field names, constants left out);
* as a tree: `trace_layer` gives a node with a byte span for every field.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache, partial
from struct import error as struct_error
from typing import TYPE_CHECKING, Any, ClassVar

from scapy.fields import RawVal
from scapy.packet import Packet
from scapy.volatile import VolatileValue

from scapy_layers.core.compile import compile_head_reader, compile_reader, make_record_type
from scapy_layers.core.fields import LengthField, RestField, WireField
from scapy_layers.core.framing_fields import ChecksumField, PayloadField
from scapy_layers.core.outcome import DecodeError, Malformed, NeedMore, Note, Octets, odd, tolerant
from scapy_layers.core.trace import Node, rest_node

UNSPANNED = b""
"""Cache mark of a nested packet: unchanged since it was read, its octets are kept by the outermost one."""


class _OnFirstUse:
    """A class attribute made for each layer when it is first asked for, so that importing stays cheap."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        self.make = make

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, instance: object, owner: type) -> Any:
        made = self.make(owner)
        type.__setattr__(owner, self.name, staticmethod(made) if not isinstance(made, type) else made)
        return made


class Pdu(Packet):
    """Base of the DLMS/COSEM layers.

    Attributes:
        service: kebab-case name of the PDU.
        record_type: the `NamedTuple` that `read_record` gives; its `layer` is this class.
        read_record: compiled reader `(buf, pos, end) -> (record, next_pos)`; raises `DecodeError`.
        read_head: the same, but bulk data at the end stay unread (None), and `next_pos` is where they begin.
        prefix: first part of the display-filter names of its fields.
        writer: how records and packets of this layer are written, where `write_layer` is not enough.
        notes: what was odd when the packet was dissected.
        stopped: why dissection stopped before the end, or None.
    """

    __slots__ = ["_filled", "notes", "stopped"]

    if TYPE_CHECKING:  # Scapy's own types know nothing of the fields used here
        notes: tuple[Note, ...]
        stopped: DecodeError | None
        fields_desc: ClassVar[list[Any]]

        def get_field(self, fld: str) -> Any:
            """The field declared under a name."""

    service: ClassVar[str] = ""
    prefix: ClassVar[str] = "dlms"
    writer: ClassVar[Callable[[Any], bytes] | None] = None
    record_type: ClassVar[Any] = _OnFirstUse(make_record_type)
    read_record: ClassVar[Any] = _OnFirstUse(compile_reader)
    read_head: ClassVar[Any] = _OnFirstUse(compile_head_reader)

    def __init__(self, *args: Any, _filled: bool = False, **kwargs: Any) -> None:
        """Begin as Scapy does.

        Args:
            args: of `Packet`.
            _filled: all fields will be set: none needs a copy of its default.
            kwargs: of `Packet`, and values of fields.
        """
        object.__setattr__(self, "_filled", _filled)  # Scapy's own setting of attributes looks for a field first
        object.__setattr__(self, "notes", ())
        object.__setattr__(self, "stopped", None)
        super().__init__(*args, **kwargs)

    def init_fields(self, for_dissect_only: bool = False) -> None:
        """Take the defaults; fields that will be set need no copies of their own."""
        super().init_fields(for_dissect_only or self._filled)

    @classmethod
    def from_record(cls, record: Any) -> Pdu:
        """The packet for a record of this layer."""
        packet = cls(_filled=True)
        for field in cls.fields_desc:
            if field.in_record:
                value = getattr(record, field.name)
                packet.fields[field.name] = None if value is None else field.to_packet(value)
        packet.explicit = 1
        packet.raw_packet_cache = UNSPANNED
        packet._remember_lists()
        return packet

    def _remember_lists(self) -> None:
        self.raw_packet_cache_fields = {
            field.name: list(self.fields[field.name])
            for field in self.fields_desc
            if field.islist and isinstance(self.fields.get(field.name), list)
        }

    def _keeps_octets(self) -> bool:
        """Whether the octets as read are the ones to build: they are kept, and no field was changed."""
        if self.raw_packet_cache is None or (self.raw_packet_cache == UNSPANNED and self.stopped is None):
            return False
        return self._unchanged()

    def _unchanged(self) -> bool:
        if self.raw_packet_cache is None or self.raw_packet_cache_fields is None:
            return False
        for name, before in self.raw_packet_cache_fields.items():
            now = self.fields.get(name)
            if now is None or len(now) != len(before) or any(a is not b for a, b in zip(now, before, strict=True)):
                return False
        for field in self.fields_desc:
            if field.holds_packets:
                value = self.fields.get(field.name)
                for nested in value if isinstance(value, list) else (value,):
                    if isinstance(nested, Pdu) and not nested._unchanged():
                        return False
        return True

    @classmethod
    def trace_payload(cls, values: Mapping[str, Any], buf: Octets, pos: int, end: int) -> tuple[Node, ...]:
        """The trees of what a `PayloadField` carries; see `Frame`."""
        return ()

    def do_dissect(self, s: bytes) -> bytes:
        """Read the fields tolerantly; what cannot be read becomes the payload."""
        self.fields = {}
        with tolerant() as notes:
            reading = _Reading(type(self), s, 0, len(s), shows_cut=True)
            try:
                for field, value in reading:
                    self.fields[field.name] = None if value is None else field.to_packet(value)
                stop = reading.finish(reading.pos)
            except DecodeError as error:
                self.stopped = error
                stop = reading.pos
        self.notes = tuple(notes)
        self.raw_packet_cache = s[:stop]
        self._remember_lists()
        self.explicit = 1
        return s[stop:]

    def guess_payload_class(self, payload: bytes) -> type[Packet]:
        """What stands behind a whole PDU is trailing; behind a broken one, undecoded."""
        return UndecodedOctets if self.stopped else TrailingOctets

    def self_build(self) -> bytes:
        """The octets as they were read, or built from the fields when one was changed."""
        if self._keeps_octets():
            return self.raw_packet_cache or b""
        return write_layer(type(self), self)

    def said(self, name: str) -> str:
        """A field's value for people."""
        return str(self.get_field(name).text(self.getfieldval(name)))

    def copy(self) -> Pdu:
        """A deep copy, notes included."""
        return self._passed_on(super().copy())

    def clone_with(self, payload: Any = None, **kargs: Any) -> Any:
        """The packet with one choice of generated values, as `sr()` and `for` go through them, in lists as well."""
        for name, value in kargs.items():
            if isinstance(value, list) and any(isinstance(one, Packet) and not one.explicit for one in value):
                kargs[name] = [
                    next(iter(one)) if isinstance(one, Packet) and not one.explicit else one for one in value
                ]
        return self._passed_on(super().clone_with(payload, **kargs))

    def __iter__(self) -> Iterator[Packet]:
        """The packets that generated values stand for.

        Scapy puts defaults that are packets or lists among the fields themselves, where they would hide what `fuzz()`
        has put in their place.
        """
        hidden = [
            name
            for name, value in self.default_fields.items()
            if isinstance(value, VolatileValue) and name in self.fields
            if self.fields[name] == self.get_field(name).default
        ]
        if not hidden:
            return super().__iter__()
        opened = self.copy()
        for name in hidden:
            del opened.fields[name]
        return Packet.__iter__(opened)

    def _passed_on(self, clone: Pdu) -> Pdu:
        """Give a clone what Scapy does not know of; the octets as read only while no field was changed."""
        clone.notes = self.notes
        clone.stopped = self.stopped
        if self._unchanged():
            clone._remember_lists()
        else:
            clone.raw_packet_cache = clone.raw_packet_cache_fields = None
        return clone


class RecordView:
    """A record that answers as its packet would, and so do the records in it.

    Making a packet takes ten times as long as saying in a line what it is about.
    """

    __slots__ = ("_record", "layer")

    def __init__(self, record: Any) -> None:
        """Look at a record."""
        self._record = record
        self.layer: type[Pdu] = record.layer

    def get_field(self, name: str) -> Any:
        """The field declared under a name."""
        return _fields(self.layer)[name]

    def getfieldval(self, name: str) -> Any:
        """A field's value as the packet keeps it, with views for packets."""
        value = getattr(self._record, name)
        if value is None:
            return None
        if hasattr(value, "layer"):
            return RecordView(value)
        field = self.get_field(name)
        if field.islist and field.holds_packets:
            return [RecordView(one) for one in value]
        return field.to_packet(value)

    def __getattr__(self, name: str) -> Any:
        if name not in _fields(self.layer):
            raise AttributeError(f"{self.layer.__name__} has no field {name!r}")
        return self.get_field(name).i2h(self, self.getfieldval(name))

    def said(self, name: str) -> str:
        """A field's value for people."""
        return str(self.get_field(name).text(self.getfieldval(name)))


def values_of(source: Any) -> Callable[[str], Any]:
    """What gives the value of a field, of a packet, a view or a record."""
    get: Callable[[str], Any] = getattr(source, "getfieldval", None) or partial(getattr, source)
    return get


def layer_of(value: Any) -> type[Pdu]:
    """The layer of a packet, a view or a record."""
    layer: type[Pdu] = type(value) if isinstance(value, Pdu) else value.layer
    return layer


@cache
def _fields(layer: type[Pdu]) -> dict[str, Any]:
    return {field.name: field for field in layer.fields_desc}


class TrailingOctets(Pdu):
    """Octets behind a PDU that is complete without them."""

    name = "Trailing octets"
    service = "trailing-octets"
    fields_desc = [RestField("octets")]

    def mysummary(self) -> str:
        """How many there are."""
        return f"{len(self.octets)} trailing octets"


class UndecodedOctets(Pdu):
    """Octets of a PDU from where it could not be read on."""

    name = "Undecoded octets"
    service = "undecoded-octets"
    fields_desc = [RestField("octets")]

    def mysummary(self) -> str:
        """How many there are."""
        return f"{len(self.octets)} undecoded octets"


class _Reading:
    """The fields of a layer one after another, each with its value; absent ones are None.

    With `shows_cut`, the header of a frame that is longer than the octets there is read before reading stops.
    """

    def __init__(self, layer: type[Pdu], buf: Octets, pos: int, end: int, shows_cut: bool = False) -> None:
        self.layer = layer
        self.buf = buf
        self.pos = pos
        self.end = self.whole = end
        self.bounded = False
        self.starts: dict[str, int] = {}
        self.shows_cut = shows_cut and any(isinstance(field, PayloadField) for field in layer.fields_desc)
        self.cut: NeedMore | None = None

    def __iter__(self) -> Iterator[tuple[WireField, Any]]:
        values: dict[str, Any] = {}
        for field in self.layer.fields_desc:
            value = self.step(field.read, field, values)
            values[field.name] = value
            yield field, value
            if isinstance(field, LengthField):
                self.bound(field, value)

    def step(self, read: Callable[[Octets, int, int], Any], field: WireField, values: dict[str, Any]) -> Any:
        """Read one field, if it is there, and move behind it."""
        if field.condition is not None and not field.condition.holds(values[field.condition.on]):
            return None
        if field.outside:
            self.pos = self.finish(self.pos)
            self.end, self.bounded = self.whole, False
        start = self.starts[field.name] = self.pos
        if self.cut is not None and isinstance(field, ChecksumField | PayloadField):
            raise self.cut
        try:
            value, self.pos = read(self.buf, self.pos, self.end)
        except DecodeError as stopped:
            if self.cut is not None:
                raise self.cut from None
            if self.bounded and isinstance(stopped, NeedMore):
                raise Malformed(stopped.offset, f"{stopped.reason}, within the length given") from None
            raise
        if field.constant and value != field.default:
            raise Malformed(self.pos - 1, f"{field.name} is {value:02X}, not {field.default:02X}")
        if field.expected is not None and value != field.expected:
            odd(start, f"{self.layer.service}-{field.name}".replace("_", "-"), unexpected(field, value))
        if isinstance(field, ChecksumField) and value is not None and not field.holds(covered := self.covered(field)):
            odd(start, field.oddity, field.complaint(covered))
        return value

    def bound(self, field: LengthField, length: int) -> None:
        """Let what follows end where a length says."""
        try:
            self.end = field.bound(self.buf, self.pos, self.end, length)
        except NeedMore as short:
            if self.bounded:
                raise Malformed(short.offset, f"{short.reason}, within the length given") from None
            if not self.shows_cut:
                raise
            self.cut = self.cut or short
            return
        self.bounded = True

    def covered(self, field: ChecksumField) -> bytes:
        """The octets that a check sequence covers, and itself; it has just been read."""
        return self.buf[self.starts[field.covers_from] : self.pos]

    def finish(self, stop: int) -> int:
        """Where the layer ends; octets inside its length that no field took are odd."""
        if self.bounded and stop < self.end:
            odd(stop, "trailing-octets", f"{self.end - stop} octets inside the length, behind the last field")
            return self.end
        return stop


def unexpected(field: WireField, value: Any) -> str:
    """What to say about a value that the standard does not allow."""
    return f"{field.name} is {value}, not {field.expected}"


def read_fields(layer: type[Pdu], buf: Octets, pos: int, end: int) -> tuple[Any, int]:
    """What `layer.read_record` does, field by field: says exactly where reading stops.

    Raises:
        DecodeError: as the fields do.
    """
    reading = _Reading(layer, buf, pos, end)
    values = [value for field, value in reading if field.in_record]
    return layer.record_type._make(values), reading.finish(reading.pos)


def trace_layer(layer: type[Pdu], buf: Octets, pos: int, end: int) -> Node:
    """The tree of a layer; never raises: where reading stops, the rest is a node with the reason."""
    reading = _Reading(layer, buf, pos, end, shows_cut=True)
    nodes: list[Node] = []
    values: dict[str, Any] = {}
    error = None

    for field in layer.fields_desc:

        def traced(buf: Octets, pos: int, end: int, field: WireField = field) -> tuple[Any, int]:
            node = field.trace(buf, pos, end)
            if isinstance(field, PayloadField) and node.value:
                node = replace(node, children=layer.trace_payload(values, buf, node.start, node.end))
            elif isinstance(field, ChecksumField) and node.value is not None:
                node = replace(node, text=field.verdict(buf[reading.starts[field.covers_from] : node.end]))
            nodes.append(node)
            return node.value, node.end if field.part is None or field.part.closes else pos

        try:
            values[field.name] = reading.step(traced, field, values)
            if isinstance(field, LengthField):
                reading.bound(field, values[field.name])
        except DecodeError as stopped:
            error = str(stopped)
            break
        if nodes and nodes[-1].error is not None:
            error = nodes[-1].error
            break
    stop = nodes[-1].end if nodes else pos
    if error is None:
        try:
            reading.finish(stop)
        except DecodeError as stopped:
            error = str(stopped)
    if stop < reading.end and (error is not None or reading.bounded):
        nodes.append(rest_node("trailing" if error is None else "undecoded", buf, stop, reading.end, error))
        stop = reading.end
    return Node(layer.service, values, pos, stop, layer._name or layer.__name__, tuple(nodes), error)


def value_of(source: Any, name: str) -> Any:
    """A field's value in a record or in a packet, as `write` takes it."""
    return source.getfieldval(name) if isinstance(source, Packet) else getattr(source, name)


def write_layer(layer: type[Pdu], source: Any) -> bytes:
    """The octets of a record or packet; a length that is None comes out right, as in every record.

    Raises:
        ValueError: a value that its field cannot hold.
    """
    if layer.writer is not None:
        return layer.writer(source)
    done = b""
    length: tuple[WireField, Any] | None = None
    before = b""
    values: dict[str, Any] = {}
    is_packet = isinstance(source, Packet)
    broken_off = is_packet and source.stopped is not None
    for field in layer.fields_desc:
        value = value_of(source, field.name) if is_packet or field.in_record else field.default
        values[field.name] = value
        if broken_off and field.name not in source.fields:
            continue  # its octets, as far as there are any, are in the payload
        if field.condition is not None:
            if not field.condition.holds(values[field.condition.on]):
                continue
            value = field.default if value is None else value
        if isinstance(field, LengthField):
            length, before, done = (field, value), done, b""
        elif isinstance(value, RawVal):
            done += bytes(value)
        else:
            try:
                done += field.write(value)
            except (TypeError, ValueError, OverflowError, AttributeError, struct_error) as problem:
                raise ValueError(f"{layer.__name__}.{field.name}: {problem}") from problem
    if length is None:
        return done
    field, given = length
    return (
        before
        + (bytes(given) if isinstance(given, RawVal) else field.write(len(done) if given is None else given))
        + done
    )
