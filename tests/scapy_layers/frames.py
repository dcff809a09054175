"""One frame for every framing and every shape worth telling apart, and how record, packet and tree of it agree."""

from __future__ import annotations

from typing import Any

from scapy.packet import NoPayload, Packet, Raw

from scapy_layers import (
    HDLC,
    LLC,
    DecodeError,
    GatewayRequest,
    GatewayResponse,
    MBus,
    NeedMore,
    Pdu,
    PlcLLC,
    WMBus,
    Wrapper,
    tolerant,
    trace_layer,
)
from scapy_layers.core.layer import read_fields
from scapy_layers.hdlc_parameters import HdlcParameters
from tests.scapy_layers.agreement import plain, same_values, spans_nest

GET = "c001c100030100010800ff0200"

_WRITTEN: dict[str, tuple[type[Pdu], str]] = {
    "wrapper": (Wrapper, f"0001 0010 0001 000d {GET}"),
    "wrapper without an APDU": (Wrapper, "0001 0001 0010 0000"),
    "wrapper with a gateway prefix": (Wrapper, f"0001 0010 0001 0018 e6 00 08 3132333435363738 {GET}"),
    "gateway request": (GatewayRequest, f"e6 00 08 3132333435363738 {GET}"),
    "gateway response": (GatewayResponse, "e7 01 00 c401c1000600000123"),
    "snrm without parameters": (HDLC, "7e a007 03 21 93 0f01 7e"),
    "snrm": (HDLC, "7e a020 03 21 93 7dd9 8180140502008006020080070400000001080400000001 ce6a 7e"),
    "ua": (HDLC, "7e a020 21 03 73 7398 8180140502008006020080070400000001080400000001 ce6a 7e"),
    "snrm to four octets": (HDLC, "7e a00a 00024869 21 93 7bf7 7e"),
    "aarq": (
        HDLC,
        "7e a02b 03 21 10 fbaf e6e600 601da109060760857405080101be10040e01000000065f1f0400007e1fffff 99c8 7e",
    ),
    "rr": (HDLC, "7e a007 03 21 31 1787 7e"),
    "disc": (HDLC, "7e a007 03 21 53 03c7 7e"),
    "dm": (HDLC, "7e a007 21 03 1f 6be9 7e"),
    "frame with a shared flag": (HDLC, "a007 03 21 31 1787 7e"),
    "frame after idle flags": (HDLC, "7e7e7e a007 03 21 31 1787 7e"),
    "llc": (LLC, f"e6e600 {GET}"),
    "hdlc parameters with data of the user": (HdlcParameters, "81 80 06 05 01 80 09 01 ff f0 03 414243"),
    "plc llc": (PlcLLC, f"90 01 04 {GET}"),
    "m-bus": (MBus, f"68 12 12 68 53 ff 10 01 67 {GET} 5a 16"),
    "first m-bus segment": (MBus, "68 08 08 68 53 ff 00 01 67 db084b e8 16"),
    "wireless m-bus, short header": (WMBus, f"1d 44 a74d 93110015 40 03 7d 5f 40 0180 01 01 {GET}"),
    "wireless m-bus, long header": (WMBus, f"25 44 a74d 93110015 40 03 7c 93110015 a74d 40 03 5f 40 0180 01 01 {GET}"),
    "wireless m-bus, no header": (WMBus, f"19 44 a74d 93110015 40 03 10 01 01 {GET}"),
}

FRAMES: dict[str, tuple[type[Pdu], bytes]] = {
    name: (layer, bytes.fromhex(text)) for name, (layer, text) in _WRITTEN.items()
}


def layers_of(packet: Packet) -> list[Packet]:
    """A packet and its payloads."""
    found = []
    while not isinstance(packet, NoPayload):
        found.append(packet)
        packet = packet.payload
    return found


def agree(layer: type[Pdu], octets: bytes) -> DecodeError | None:
    """Assert that all ways to read a frame agree; gives what reading stopped with."""
    packet = layer(octets)
    assert not any(isinstance(one, Raw) for one in layers_of(packet))
    assert bytes(packet) == octets
    with tolerant():
        tree = trace_layer(layer, octets, 0, len(octets))
    spans_nest_but_for_shared_octets(tree)
    try:
        with tolerant() as noted:
            record, stop = layer.read_record(octets, 0, len(octets))
    except DecodeError as error:
        stops_alike(octets, packet, tree, error)
        return error
    assert packet.stopped is None
    assert tree.end == stop
    assert tuple(noted) == packet.notes
    with tolerant():
        slow, slow_stop = read_fields(layer, octets, 0, len(octets))
    assert (plain(slow), slow_stop) == (plain(record), stop)
    for field in layer.fields_desc:
        if field.in_record and field.kind != "payload":
            same_values(getattr(record, field.name), packet.getfieldval(field.name), tree.value[field.name], field.name)
    return None


def stops_alike(octets: bytes, packet: Any, tree: Any, error: DecodeError) -> None:
    """Assert that packet and tree stop where the reader does."""
    assert 0 <= error.offset <= len(octets)
    assert packet.stopped is not None
    assert (type(packet.stopped), packet.stopped.offset) == (type(error), error.offset)
    assert tree.error is not None


def spans_nest_but_for_shared_octets(tree: Any) -> None:
    """Assert that spans nest; fields that share octets have the same span, which counts once."""
    seen = []
    for child in tree.children:
        if not seen or (seen[-1].start, seen[-1].end) != (child.start, child.end):
            seen.append(child)
    stop = tree.start
    for child in seen:
        assert child.start == stop, (tree.name, child)
        stop = child.end
        if child.name not in {"payload", "information", "apdu"}:
            spans_nest(child)
    assert stop == tree.end


def cuts(layer: type[Pdu], octets: bytes) -> list[DecodeError | None]:
    """What reading every beginning of a frame stops with; None where it is read."""
    ends: list[DecodeError | None] = []
    for size in range(len(octets)):
        cut = octets[:size]
        try:
            layer.read_record(cut, 0, size)
        except DecodeError as error:
            ends.append(error)
        else:
            ends.append(None)
    return ends


def is_need_more(error: DecodeError | None) -> bool:
    """Whether more octets were asked for."""
    return isinstance(error, NeedMore)
