"""One APDU read: its record, what it is called, and what was odd about it."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from dlms_analyzer.frames import Buffer
from dlms_analyzer.notes import CODES, Expert
from scapy_layers import DecodeError, layer_at, read_apdu, tolerant
from scapy_layers.apdu import read_apdu_head
from scapy_layers.gateway import REQUEST, GatewayRequest, GatewayResponse, is_gateway

UNKNOWN_SERVICE: Final = "unknown"
"""Service of an APDU that no layer knows."""


class Decoded(NamedTuple):
    """An APDU after reading.

    Attributes:
        service: kebab-case name; `unknown` for a tag without a layer.
        record: the layer's record; None when it could not be read to its end.
        experts: what was odd or wrong, with offsets from the start of the APDU.
    """

    service: str
    record: Any
    experts: tuple[Expert, ...] = ()


_new = tuple.__new__


def decode_apdu(buf: Buffer, start: int, end: int) -> Decoded:
    """Read the APDU in `buf[start:end]`; never raises."""
    try:
        record, stop = read_apdu(buf, start, end)
        if stop == end:
            return _new(Decoded, (record.service, record, ()))
    except DecodeError:
        pass
    return _decode_odd(buf, start, end)


def decode_head(buf: Buffer, start: int, end: int) -> Decoded:
    """Read the APDU in `buf[start:end]` up to its data; never raises. What is odd behind that is not noticed."""
    try:
        record = read_apdu_head(buf, start, end)
    except DecodeError:
        return _decode_odd(buf, start, end)
    return _new(Decoded, (record.service, record, ()))


def _decode_odd(buf: Buffer, start: int, end: int) -> Decoded:
    """Read again, tolerantly, and say what was odd."""
    with tolerant() as notes:
        try:
            record, stop = read_apdu(buf, start, end)
        except DecodeError as stopped:
            text = f"{stopped.reason} at offset {stopped.offset - start}"
            return Decoded(_service_of(buf, start, end), None, (Expert("malformed", text),))
    experts = [
        Expert(note.code if note.code in CODES else "oddity", f"{note.text} at offset {note.offset - start}")
        for note in notes
    ]
    if stop < end:
        text = f"{end - stop} octets behind the APDU, at offset {stop - start}: {buf[stop : min(end, stop + 16)].hex()}"
        experts.append(Expert("trailing-octets", text + ("…" if end - stop > 16 else "")))
    if record.service == UNKNOWN_SERVICE:
        experts.append(Expert("unknown-tag", f"no APDU has the tag {buf[start]:02X}"))
    return Decoded(record.service, record, tuple(experts))


def _service_of(buf: Buffer, start: int, end: int) -> str:
    try:
        return layer_at(buf, start, end).service
    except DecodeError:
        return UNKNOWN_SERVICE


def behind_gateway(buf: Buffer, start: int, end: int) -> int:
    """Where the APDU behind a gateway prefix starts; `start` when there is no whole prefix."""
    if start >= end or not is_gateway(buf[start : start + 1]):
        return start
    layer = GatewayRequest if buf[start] == REQUEST else GatewayResponse
    try:
        record, _ = layer.read_record(buf, start, end)
    except DecodeError:
        return start
    return end - len(record.apdu)
