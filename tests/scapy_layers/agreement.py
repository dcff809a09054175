"""The one rule that holds for every layer and every input: record, packet and tree say the same.

`agree()` compares what the compiled reader, Scapy's dissection and the trace make of the same octets: values,
nested to the last, notes, where reading ended and why.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from scapy.packet import NoPayload, Packet, Raw

from scapy_layers import Apdu, Data, DecodeError, Node, Pdu, TrailingOctets, UndecodedOctets, read_apdu, tolerant
from scapy_layers.acse import Diagnostic
from scapy_layers.apdu import trace_apdu
from scapy_layers.core.layer import read_fields
from scapy_layers.core.outcome import Oddity


def plain(value: Any) -> str:
    """A value as text that is equal for equal octets: NaN does not equal itself, and -0.0 does equal 0.0."""
    if isinstance(value, Data):
        value = value.pair
    elif isinstance(value, Diagnostic):
        value = tuple(value)
    return repr(value)


def is_record(value: Any) -> bool:
    return isinstance(value, tuple) and hasattr(value, "layer")


def same_values(record: Any, packet: Any, node: Any, where: str) -> None:
    """Assert that a value in a record, the one in a packet and the one in a tree are the same, field by field."""
    if is_record(record):
        assert type(packet) is record.layer, where
        assert isinstance(node, dict), where
        for field in record.layer.fields_desc:
            inside = f"{where}.{field.name}"
            value = packet.getfieldval(field.name)
            if field.in_record:
                same_values(getattr(record, field.name), value, node[field.name], inside)
            else:
                assert plain(value) == plain(node[field.name]), inside
    elif isinstance(record, list):
        assert len(record) == len(packet) == len(node), where
        for index, triple in enumerate(zip(record, packet, node, strict=True)):
            same_values(*triple, f"{where}[{index}]")
    else:
        assert plain(record) == plain(packet) == plain(node), where


def nodes_of(node: Node) -> list[Node]:
    return [inner for _, inner in node.walk()]


def spans_nest(node: Node) -> None:
    """Assert that the children of a node follow each other without a gap and that the last one ends where it ends.

    In front of the first there may be a tag, a usage octet, a length or a count.
    """
    for parent in nodes_of(node):
        whole = all((child.start, child.end) == (parent.start, parent.end) for child in parent.children)
        if whole:
            continue  # named bits share the octets of their number
        stop = None
        for child in parent.children:
            assert child.start == stop or (stop is None and child.start >= parent.start), (parent.name, child)
            stop = child.end
        assert stop == parent.end, (parent.name, parent.start, parent.end, stop)


def agree(octets: bytes) -> tuple[Pdu, Any]:
    """Assert that all ways to read an APDU agree; gives the packet and, when it can be read, the record."""
    packet = Apdu(octets)
    assert not any(isinstance(layer, Raw) for layer in layers_of(packet))
    with tolerant() as traced:
        tree = trace_apdu(octets, 0, len(octets))
    spans_nest(tree)
    try:
        with tolerant() as noted:
            record, stop = read_apdu(octets, 0, len(octets))
    except DecodeError as error:
        disagree(octets, packet, tree, error)
        return packet, None
    assert packet.stopped is None
    assert tree.error is None
    same_values(record, packet, tree.value, packet.service)
    assert tuple(noted) == packet.notes
    assert set(traced) == set(noted)
    assert stop == tree.end == len(octets) - len(packet.payload)
    assert type(packet.payload) is (TrailingOctets if stop < len(octets) else NoPayload)
    slow, slow_stop = read_strictly(record.layer, octets) if not noted else (record, stop)
    assert (plain(slow), slow_stop) == (plain(record), stop)
    return packet, record


def read_strictly(layer: type[Pdu], octets: bytes) -> tuple[Any, int]:
    """Read with the compiled reader and field by field; both give the same, and no oddity."""
    compiled = layer.read_record(octets, 0, len(octets))
    assert plain(compiled) == plain(read_fields(layer, octets, 0, len(octets)))
    answer: tuple[Any, int] = compiled
    return answer


def disagree(octets: bytes, packet: Pdu, tree: Node, error: DecodeError) -> None:
    """Assert that packet and tree stop where the reader does, say the same about it, and keep the rest."""
    assert not isinstance(error, Oddity), "a tolerant read never stops at an oddity"
    assert 0 <= error.offset <= len(octets)
    assert tree.error is not None
    if packet.service == "unknown":  # not even the choice could be told
        return
    assert packet.stopped is not None
    assert (packet.stopped.offset, packet.stopped.reason) == (error.offset, error.reason)
    assert type(packet.stopped) is type(error)
    assert isinstance(packet.payload, UndecodedOctets | NoPayload)
    assert bytes(packet) == octets


def layers_of(packet: Packet) -> list[Packet]:
    """A packet, its payloads, and every packet inside their fields."""
    found: list[Packet] = []
    todo: deque[Any] = deque([packet])
    while todo:
        each = todo.popleft()
        if isinstance(each, list):
            todo.extendleft(reversed(each))
        elif isinstance(each, Packet) and not isinstance(each, NoPayload):
            found.append(each)
            todo.extend([*each.fields.values(), each.payload])
    return found
