"""The base of every APDU layer, and the table that finds the layer by its first octets.

A layer whose declaration starts with a constant `tag` (and, for services with several forms, a constant
`choice`) is entered into the table when its class is made: nothing else has to be told about a new APDU.
"""

from __future__ import annotations

from typing import Any, ClassVar

from scapy.packet import Packet

from scapy_layers.core.composite import RandPdu
from scapy_layers.core.fields import RestField, UnsignedField, WireField, WithinOctetString
from scapy_layers.core.layer import Pdu, RecordView, trace_layer, write_layer
from scapy_layers.core.outcome import Malformed, NeedMore, Octets
from scapy_layers.core.trace import Node

BLOCK_TRANSFER = "general-block-transfer"

MAX_SUMMARY = 300
"""Characters of a line that says what an APDU is about; lists of results can be long."""

_LAYERS: dict[int, type[ApduBase] | dict[int, type[ApduBase]]] = {}


class ApduBase(Pdu):
    """Base of the APDU layers.

    Attributes:
        answers_to: services that this one answers.
        invoke_id_mask: which bits of the invoke-id field pair a request with its response.
    """

    answers_to: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        leading = [field for field in cls.fields_desc[:2] if getattr(field, "constant", False)]
        if not leading or leading[0].name != "tag":
            return
        tag = leading[0].default
        if len(leading) == 1:
            _LAYERS[tag] = cls
        else:
            choices = _LAYERS.setdefault(tag, {})
            if not isinstance(choices, dict):
                raise TypeError(f"{cls.__name__}: tag {tag:02X} is already declared without choices")
            choices[leading[1].default] = cls

    def _pairing_id(self) -> int | None:
        value = self.fields.get("invoke_id_and_priority", self.default_fields.get("invoke_id_and_priority"))
        if value is not None:
            return int(value) & 0x0F
        value = self.fields.get("long_invoke_id_and_priority", self.default_fields.get("long_invoke_id_and_priority"))
        return None if value is None else int(value) & 0x00FFFFFF

    def hashret(self) -> bytes:
        """The same for every APDU of a conversation: errors answer without an invoke id."""
        return b"dlms"

    def answers(self, other: Packet) -> bool:
        """Whether this is the response to `other`: the service fits, and so do the invoke ids if both have one.

        What came in blocks of General-Block-Transfer may be any request.
        """
        if not isinstance(other, ApduBase):
            return False
        if other.service not in self.answers_to and not (self.answers_to and other.service == BLOCK_TRANSFER):
            return False
        mine, theirs = self._pairing_id(), other._pairing_id()
        return mine is None or theirs is None or mine == theirs

    def summary_text(self) -> str:
        """What the APDU says beyond its name, for `mysummary`; empty when nothing."""
        return ""

    def mysummary(self) -> str:
        """Name and gist on one line; of generated values, the first."""
        shown: Any = self if self.explicit else next(iter(self))
        return _summary(str(self.name), shown.summary_text())


def gist_of(record: Any) -> str:
    """What `summary_text` says of the packet for the record of an APDU, in a fraction of the time."""
    text: str = record.layer.summary_text(RecordView(record))
    return text


def summary_of(record: Any) -> str:
    """What `mysummary` says of it."""
    return _summary(record.layer._name, gist_of(record))


def _summary(name: str, said: str) -> str:
    """Name and gist, not too long."""
    line = f"{name}  {said}" if said else name
    return line if len(line) <= MAX_SUMMARY else line[:MAX_SUMMARY] + "…"


class UnknownApdu(ApduBase):
    """An APDU whose tag no layer has: kept raw."""

    name = "Unknown APDU"
    service = "unknown"
    fields_desc = [UnsignedField("first_octet"), RestField("octets")]

    def summary_text(self) -> str:
        """The tag."""
        return f"tag {self.first_octet:02X}"


def layer_at(buf: Octets, pos: int, end: int) -> type[ApduBase]:
    """The layer of the APDU that starts at `pos`; `UnknownApdu` for a tag that no layer has.

    Raises:
        NeedMore: too few octets to tell.
        Malformed: the tag is known, the choice behind it is not.
    """
    if pos >= end:
        raise NeedMore(end, "the octets end before an APDU tag")
    found = _LAYERS.get(buf[pos])
    if found is None:
        return UnknownApdu
    if not isinstance(found, dict):
        return found
    if pos + 1 >= end:
        raise NeedMore(end, "the octets end before the choice")
    layer = found.get(buf[pos + 1])
    if layer is None:
        family = next(iter(found.values())).fields_desc[0].text(buf[pos])
        raise Malformed(pos + 1, f"{buf[pos + 1]:02X} is no choice of {family}")
    return layer


def known_layer(buf: Octets, pos: int, end: int) -> type[ApduBase]:
    """What `layer_at` gives, from memory when these two octets were met before.

    Raises:
        DecodeError: as `layer_at`.
    """
    if end - pos < 2:
        return layer_at(buf, pos, end)
    start = buf[pos : pos + 2]
    layer = _MET.get(start)
    if layer is None:
        layer = _MET[start] = layer_at(buf, pos, end)
    return layer


_MET: dict[bytes, type[ApduBase]] = {}
"""First two octets to layer: at most 65,536 entries, a few dozen in practice."""


def read_apdu(buf: Octets, pos: int, end: int) -> tuple[Any, int]:
    """Read the APDU at `pos` into the record of its layer; strict unless inside `tolerant()`.

    Raises:
        DecodeError: as its fields do.
    """
    return known_layer(buf, pos, end).read_record(buf, pos, end)  # type: ignore[no-any-return]


def read_apdu_head(buf: Octets, pos: int, end: int) -> tuple[Any, int]:
    """The record of the APDU at `pos` without its bulk data, which is None, and where the bulk data begin.

    Raises:
        DecodeError: as its fields do.
    """
    found: tuple[Any, int] = known_layer(buf, pos, end).read_head(buf, pos, end)
    return found


def trace_apdu(buf: Octets, pos: int, end: int) -> Node:
    """The tree of the APDU at `pos`; never raises."""
    try:
        layer = layer_at(buf, pos, end)
    except (NeedMore, Malformed) as stopped:
        return Node("undecoded", buf[pos:end], pos, end, buf[pos:end].hex(), error=str(stopped))
    return trace_layer(layer, buf, pos, end)


def all_layers() -> list[type[ApduBase]]:
    """Every APDU layer, by tag and choice."""
    layers: list[type[ApduBase]] = []
    for tag in sorted(_LAYERS):
        found = _LAYERS[tag]
        layers += [found[choice] for choice in sorted(found)] if isinstance(found, dict) else [found]
    return layers


class Apdu(ApduBase):
    """Dissects any APDU: `Apdu(octets)` gives the packet of the layer that the octets name."""

    name = "APDU"
    fields_desc = []

    @classmethod
    def dispatch_hook(cls, _pkt: bytes | None = None, *args: Any, **kwargs: Any) -> type[Packet]:
        """Scapy's way to choose the layer by content."""
        if _pkt is None:
            return cls
        try:
            return layer_at(_pkt, 0, len(_pkt))
        except (NeedMore, Malformed):
            return UnknownApdu


class ApduField(WireField):
    """A whole APDU as the value of a field; packets hold the packet, records the record."""

    holds_packets = 1
    kind = "apdu"

    def read(self, buf: Octets, pos: int, end: int) -> tuple[Any, int]:
        """Read the APDU; see `WireField.read`."""
        return read_apdu(buf, pos, end)

    def write(self, value: Any) -> bytes:
        """The octets of a record or packet, with what is behind it; None is no octet."""
        if value is None:
            return b""
        return bytes(value) if isinstance(value, Packet | bytes) else write_layer(value.layer, value)

    def trace(self, buf: Octets, pos: int, end: int) -> Node:
        """The tree of the APDU, under this field's name."""
        node = trace_apdu(buf, pos, end)
        return Node(self.name, node.value, pos, node.end, node.text, node.children, node.error)

    def text(self, value: Any) -> str:
        """The APDU's summary."""
        if value is None:
            return "absent"
        packet = value if isinstance(value, Packet) else value.layer.from_record(value)
        return str(packet.mysummary())

    def to_packet(self, value: Any) -> Any:
        """The packet for a record."""
        return value.layer.from_record(value)

    def randval(self) -> Any:
        """A fuzzed APDU of the default's layer."""
        return None if self.default is None else RandPdu(type(self.default))


def apdu_in_octet_string(name: str, default: Any = None) -> WireField:
    """An OCTET STRING that holds an APDU."""
    return WithinOctetString(ApduField(name, default))
