"""Pasted octets: one frame or APDU of any framing, or several, without a capture around them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from dlms_analyzer.analyzer import Analyzer
from dlms_analyzer.frames import LINE, Frame, Segment, line_flow
from dlms_analyzer.framing.options import FramingOptions
from dlms_analyzer.framing.wrapper import HEADER_SIZE, plausible_header, starts_apdu
from dlms_analyzer.messages import Message
from dlms_analyzer.security.keyring import Keyring
from scapy_layers import DecodeError, Node, read_apdu, read_data, tolerant, trace_apdu, trace_layer, write_data
from scapy_layers.core.layer import Pdu, write_layer
from scapy_layers.data import trace_data
from scapy_layers.gateway import PREFIX_SIZE, REQUEST, GatewayRequest, GatewayResponse, is_gateway
from scapy_layers.hdlc import FLAG, HDLC
from scapy_layers.hdlc_stream import Noise, find_frames
from scapy_layers.llc import LLC, LLC_SIZE, is_llc
from scapy_layers.mbus import STOP as MBUS_STOP
from scapy_layers.mbus import MBus, long_frame
from scapy_layers.plc_llc import DL_DATA_REQUEST, PlcLLC
from scapy_layers.wmbus import WMBus, is_telegram
from scapy_layers.wrapper import Wrapper

MAX_OCTETS: Final = 1 << 24
"""Octets that may be pasted: a firmware image at most; more belongs into a file."""

FRAMINGS: Final = ("wrapper", "hdlc", "m-bus", "wm-bus", "llc", "plc-llc", "gateway", "apdu", "data")
"""What pasted octets may be, as `--as` takes it."""

_SEPARATORS: Final = re.compile(r"0[xX]|[\s:,;.\-_|]+")
_DIGITS: Final = re.compile(r"[0-9A-Fa-f]*")


@dataclass(frozen=True, slots=True)
class Pasted:
    """Octets and what they are.

    Attributes:
        octets: as given.
        framing: one of `FRAMINGS`.
        guessed: nobody said which.
        records: records of the outermost layers, in order; None for what could not be read; bare `Data` as pairs.
        nodes: their trees.
        messages: the APDUs and link frames inside, segments joined.
    """

    octets: bytes
    framing: str
    guessed: bool
    records: tuple[Any, ...]
    nodes: tuple[Node, ...]
    messages: tuple[Message, ...]

    def tree(self) -> Node:
        """One tree over everything; its spans count from the first octet."""
        if len(self.nodes) == 1:
            return self.nodes[0]
        text = f"{len(self.nodes)} units"
        error = next((node.error for node in self.nodes if node.error), None)
        return Node(self.framing, None, 0, len(self.octets), text, self.nodes, error)

    def to_bytes(self) -> bytes:
        """The octets built from the fields; from what was given where it could not be read."""
        built = b""
        for record, node in zip(self.records, self.nodes, strict=True):
            if record is None:
                built += self.octets[node.start : node.end]
            elif self.framing == "data":
                built += write_data(record)
            else:
                built += write_layer(record.layer, record)
        return built


def parse_hex(text: str) -> bytes:
    """Octets from hex as people paste it: spaces, line breaks, colons, commas, `0x`.

    Raises:
        ValueError: something that is no hex digit, or half an octet.
    """
    digits = _SEPARATORS.sub("", text)
    good = _DIGITS.match(digits)
    end = good.end() if good else 0
    if end < len(digits):
        raise ValueError(f"{digits[end]!r} is no hex digit (after {end} digits)")
    if len(digits) % 2:
        raise ValueError(f"{len(digits)} hex digits are half an octet too many or too few")
    if len(digits) > 2 * MAX_OCTETS:
        raise ValueError(f"more than {MAX_OCTETS} octets: put them into a file")
    return bytes.fromhex(digits)


def guess_framing(octets: bytes) -> str:
    """Which framing octets most likely have: a check sequence or a length that fits tells, then a known tag."""
    end = len(octets)
    if FLAG in octets and any(not isinstance(one, Noise) and one.fcs_ok for one in find_frames(octets, 0, end).items):
        return "hdlc"
    if end > HEADER_SIZE and plausible_header(octets, 0, end):
        return "wrapper"
    if (size := long_frame(octets, 0, end)) and size <= end and octets[size - 1] == MBUS_STOP:
        return "m-bus"
    if is_telegram(octets, 0, end):
        return "wm-bus"
    if is_llc(octets, 0, end):
        return "llc"
    if octets[0] == DL_DATA_REQUEST and end > PLC_LLC_SIZE and starts_apdu(octets, PLC_LLC_SIZE, end):
        return "plc-llc"
    if end > PREFIX_SIZE and is_gateway(octets) and end > PREFIX_SIZE + octets[2]:
        return "gateway"
    if _reads(read_apdu, octets):
        return "apdu"
    if _reads(read_data, octets):
        return "data"
    return "hdlc" if octets[0] == FLAG else "apdu"


def _reads(read: Callable[[bytes, int, int], tuple[Any, int]], octets: bytes) -> bool:
    """Whether octets are exactly one value, and one that is known."""
    try:
        record, stop = read(octets, 0, len(octets))
    except DecodeError:
        return False
    return stop == len(octets) and getattr(record, "service", "") != "unknown"


def decode(octets: bytes, framing: str | None = None, keys: Keyring | None = None) -> Pasted:
    """Decode pasted octets; never raises for what they hold.

    Args:
        octets: one frame or APDU, or several frames.
        framing: one of `FRAMINGS`; None guesses.
        keys: open what is protected.

    Raises:
        ValueError: no such framing, or no octets.
    """
    if not octets:
        raise ValueError("there are no octets")
    if framing is not None and framing not in FRAMINGS:
        raise ValueError(f"{framing!r} is no framing; there are {', '.join(FRAMINGS)}")
    chosen = framing or guess_framing(octets)
    with tolerant():
        units = list(_UNITS[chosen](octets))
    return Pasted(
        octets, chosen, framing is None, tuple(unit[0] for unit in units), tuple(unit[1] for unit in units),
        _messages(octets, chosen, keys),
    )  # fmt: skip


def _messages(octets: bytes, framing: str, keys: Keyring | None) -> tuple[Message, ...]:
    start = 0
    if framing == "data":
        return ()
    if framing in _HEADERS:
        start, framing = _HEADERS[framing](octets), "raw"
    analyzer = Analyzer(FramingOptions(line=framing), keys=keys)
    frame = Frame(1, 0, 0, octets, 0, len(octets), len(octets))
    segment = Segment(frame, LINE, line_flow(0), 0, -1, 0, octets, start, len(octets))
    messages = (*analyzer.feed_segment(segment), *analyzer.flush())
    return tuple(
        one._replace(experts=tuple(said for said in one.experts if said.code not in _ABOUT_CAPTURES))
        for one in messages
    )


def _behind_wmbus(octets: bytes) -> int:
    """Where the APDU of a wireless M-Bus frame starts."""
    try:
        record, stop = WMBus.read_record(octets, 0, len(octets))
    except DecodeError:
        return len(octets)
    start: int = stop - len(record.apdu)
    return start


_HEADERS: Final[dict[str, Callable[[bytes], int]]] = {
    "apdu": lambda _: 0,
    "llc": lambda _: LLC_SIZE,
    "plc-llc": lambda _: PLC_LLC_SIZE,
    "wm-bus": _behind_wmbus,
    "gateway": lambda octets: PREFIX_SIZE + octets[2] if len(octets) > PREFIX_SIZE else len(octets),
}
"""Framings that only put a header in front of one APDU: where it starts."""

PLC_LLC_SIZE: Final = 3

_ABOUT_CAPTURES: Final = frozenset({"unexpected-response"})
"""Notes that say nothing about a frame that stands alone."""

FORMAT_FIELDS: Final = 4
"""Fields of a frame up to its length: opening flag, format type, segmentation bit, length."""


def _layers(layer: type[Pdu], octets: bytes) -> Iterator[tuple[Any, Node]]:
    """Units of a layer one after another."""
    pos, end = 0, len(octets)
    while pos < end:
        node = trace_layer(layer, octets, pos, end)
        try:
            record, stop = layer.read_record(octets, pos, end)
        except DecodeError:
            yield None, node
            return
        yield record, node
        pos = max(stop, pos + 1)


def _hdlc(octets: bytes) -> Iterator[tuple[Any, Node]]:
    for item in find_frames(octets, 0, len(octets), final=True, shared_flag=True).items:
        if isinstance(item, Noise):
            yield (
                None,
                Node("noise", item.octets, item.start, item.end, item.octets.hex(), error=str(item.reason.value)),
            )
        else:
            node = trace_layer(HDLC, octets, item.start, item.end)
            try:
                record, _ = HDLC.read_record(octets, item.start, item.end)
            except DecodeError:  # without its closing flag
                record = None
            yield record, node


def _apdu(octets: bytes) -> Iterator[tuple[Any, Node]]:
    end = len(octets)
    node = trace_apdu(octets, 0, end)
    try:
        record, stop = read_apdu(octets, 0, end)
    except DecodeError:
        yield None, node
        return
    yield record, node
    if stop < end:
        yield None, Node("trailing", octets[stop:], stop, end, octets[stop:].hex())


def _data(octets: bytes) -> Iterator[tuple[Any, Node]]:
    end = len(octets)
    try:
        node = trace_data("data", octets, 0, end)
        record, stop = read_data(octets, 0, end)
    except DecodeError as stopped:
        yield None, Node("undecoded", octets, 0, end, octets.hex(), error=str(stopped))
        return
    yield record, node
    if stop < end:
        yield None, Node("trailing", octets[stop:], stop, end, octets[stop:].hex())


_UNITS: Final[dict[str, Callable[[bytes], Iterator[tuple[Any, Node]]]]] = {
    "wrapper": lambda octets: _layers(Wrapper, octets),
    "hdlc": _hdlc,
    "m-bus": lambda octets: _layers(MBus, octets),
    "llc": lambda octets: _layers(LLC, octets),
    "plc-llc": lambda octets: _layers(PlcLLC, octets),
    "wm-bus": lambda octets: _layers(WMBus, octets),
    "gateway": lambda octets: _layers(GatewayRequest if octets[0] == REQUEST else GatewayResponse, octets),
    "apdu": _apdu,
    "data": _data,
}
