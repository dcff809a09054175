"""The values that a message has for a field of the layers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from scapy.packet import Packet

from dlms_analyzer.filters.domains import Domain
from dlms_analyzer.filters.engine_fields import View, leaves
from dlms_analyzer.framing.units import Kind
from dlms_analyzer.message_json import data_object
from dlms_analyzer.messages import Message
from scapy_layers import Apdu, DecodeError, Pdu, read_apdu, tolerant
from scapy_layers.apdu import UnknownApdu, all_layers
from scapy_layers.core.layer import write_layer
from scapy_layers.reference import MEANINGS

DOMAINS: Final = {
    **dict.fromkeys(
        ("unsigned", "signed", "bits", "bit", "boolean", "enumerated", "tag", "flag", "checksum"), Domain.NUMBER
    ),
    **dict.fromkeys(("octets", "payload", "date-time", "apdu"), Domain.OCTETS),
    **dict.fromkeys(("list", "sequence", "choice"), Domain.PRESENCE),
    "logical-name": Domain.OBIS,
    "data": Domain.ANY,
}
"""Of what domain a kind of field is; the rest is text, as trees show it."""

NOT_KEPT: Final = ("wrapper", "llc", "plc_llc", "mbus", "wmbus", "gateway")
"""Layers around an APDU whose octets a message does not keep."""


def domain_of(kind: str) -> Domain:
    """Of what domain the values of a kind are."""
    found = {DOMAINS.get(one, Domain.TEXT) for one in kind.split(MEANINGS)} - {Domain.PRESENCE}
    if not found:
        return Domain.PRESENCE
    return found.pop() if len(found) == 1 else Domain.ANY


PLANS_KEPT: Final = 4_096
"""What to look at, by layer and field: those of some filters at a time."""


class _Plan(NamedTuple):
    """What to look at in a layer: the field itself, if it has it, and the fields that hold other layers."""

    own: Any
    nested: tuple[str, ...]


def _holds_layers(declared: Any) -> bool:
    inner = getattr(declared, "inner", None)
    return bool(declared.holds_packets) or hasattr(declared, "layer") or (inner is not None and _holds_layers(inner))


@lru_cache(maxsize=PLANS_KEPT)
def _plan(layer: type[Pdu], prefix: str, name: str) -> _Plan:
    own = None
    if layer.prefix == prefix:
        own = next((declared for declared in layer.fields_desc if declared.name == name), None)
    nested = tuple(declared.name for declared in layer.fields_desc if _holds_layers(declared) and not declared.constant)
    return _Plan(own, nested)


@cache
def holders(name: str) -> frozenset[str]:
    """Services of the APDUs that may have a field, in themselves or in a layer inside.

    Args:
        name: in the field reference.
    """
    prefix, _, rest = name.partition(".")
    field = rest.partition(".")[0]
    known: list[type[Pdu]] = [*all_layers(), UnknownApdu]
    return frozenset(layer.service for layer in known if _may_hold(layer, prefix, field, set()))


def _may_hold(layer: type[Pdu], prefix: str, name: str, seen: set[type[Pdu]]) -> bool:
    if layer in seen:
        return False
    seen.add(layer)
    if layer.prefix == prefix and any(declared.name == name for declared in layer.fields_desc):
        return True
    for declared in layer.fields_desc:
        inside = _layers_in(declared)
        if inside is None or any(_may_hold(one, prefix, name, seen) for one in inside):
            return True
    return False


def _layers_in(declared: Any) -> list[type[Pdu]] | None:
    """The layers that a field may hold; None for any."""
    if hasattr(declared, "layers"):
        return list(declared.layers.values())
    if hasattr(declared, "layer"):
        return [declared.layer]
    if hasattr(declared, "inner"):
        return _layers_in(declared.inner)
    return None if declared.holds_packets else []


def layer_getter(name: str, domain: Domain) -> Callable[[View], Iterable[Any]]:
    """What gives the values of a field, by its name in the field reference."""
    prefix, _, rest = name.partition(".")
    field, _, part = rest.partition(".")

    def getter(view: View) -> Iterator[Any]:
        for top in _tops(view.message):
            for declared, value in _found(top, prefix, field):
                yield from _values(declared, value, part, domain)

    return getter


def _tops(message: Message) -> Iterator[Any]:
    """The records of a message: of the APDU, and of what it was protected by; packets of what has no record."""
    if message.kind is Kind.LINK:
        frame = message.link
        yield from _chain(frame.layer(frame.octets))
        return
    if message.kind is not Kind.APDU:
        return
    if message.record is not None:
        yield message.record
        if message.plaintext is None:
            return
    elif message.plaintext is not None:
        yield from _chain(Apdu(message.plaintext))
    octets = message.octets
    try:
        with tolerant():
            yield read_apdu(octets, 0, len(octets))[0]
    except DecodeError:
        yield from _chain(Apdu(octets))


def _chain(packet: Any) -> Iterator[Any]:
    while isinstance(packet, Pdu):
        yield packet
        packet = packet.payload


def _found(top: Any, prefix: str, name: str) -> Iterator[tuple[Any, Any]]:
    """Every place below a record or packet where the field is: its declaration and value."""
    waiting = [top]
    while waiting:
        one = waiting.pop()
        is_packet = isinstance(one, Packet)
        layer: type[Pdu] = type(one) if is_packet else one.layer
        own, nested = _plan(layer, prefix, name)
        if own is not None:
            value = one.fields.get(name) if is_packet else getattr(one, name, None)
            if value is None and own.constant:
                value = own.default
            if value is not None:
                yield own, value
        for inner in nested:
            value = one.fields.get(inner) if is_packet else getattr(one, inner, None)
            waiting.extend(each for each in (value if isinstance(value, list) else (value,)) if _is_layer(each))


def _is_layer(value: Any) -> bool:
    return isinstance(value, Pdu) or hasattr(value, "layer")


def _values(declared: Any, value: Any, part: str, domain: Domain) -> Iterator[Any]:
    if part:
        yield from (one.of(value) for one in declared.parts if one.name == part)
    elif domain is Domain.PRESENCE:
        yield value
    elif isinstance(value, list):
        inner = getattr(declared, "inner", declared)
        for one in value:
            yield from _values(inner, one, part, domain)
    elif domain is Domain.TEXT:
        text = declared.text(value)
        yield text.partition(" (")[0] if declared.kind == "object-identifier" else text  # the name alone
    elif domain is Domain.ANY:
        if type(value) is tuple and len(value) == 2:  # a Data; packets of broken APDUs hold others
            yield from leaves(_plain(data_object(value)))
        elif isinstance(value, int | str | float):
            yield value
    elif domain is Domain.NUMBER:
        if isinstance(value, int):
            yield int(value)
        elif type(value) is bytes:  # a number of several octets; a CHOICE of the same name in another layer is none
            yield int.from_bytes(value)
    else:
        yield _octets(value)


def _octets(value: Any) -> bytes | None:
    """The octets of a value; None for one that has none."""
    if type(value) is tuple:
        value = value[-1]  # an authentication value stands behind its choice
    if isinstance(value, bytes | Packet):
        return bytes(value)
    return write_layer(value.layer, value) if _is_layer(value) else None


def _plain(data: Any) -> Any:
    """The bare values of a typed `Data` object."""
    value = data["value"]
    if isinstance(value, dict):
        value = value["rows"] or []
    return [_plain(one) for one in value] if isinstance(value, list) else value
