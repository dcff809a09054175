"""One APDU read: all that its octets say by themselves, worked out once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from dlms_analyzer.cosem.p1 import P1_TELEGRAM, is_telegram, telegram_problem
from dlms_analyzer.frames import Buffer
from dlms_analyzer.items import ITEMS, Item
from dlms_analyzer.notes import CODES, Expert
from dlms_analyzer.services import NO_SERVICE, SERVICES, Service
from scapy_layers import DecodeError, layer_at, read_apdu, tolerant
from scapy_layers.apdu import read_apdu_head
from scapy_layers.gateway import REQUEST, GatewayRequest, GatewayResponse, is_gateway

UNKNOWN_SERVICE: Final = "unknown"
"""Service of an APDU that no layer knows."""


CONFIRMED: Final = 0x40
"""Service class in Invoke-Id-And-Priority."""
LONG_CONFIRMED: Final = 0x40000000
"""Service class in Long-Invoke-Id-And-Priority."""

REMEMBERED_LENGTH: Final = 128
"""Longest APDU that is remembered: requests and the opening of associations come again and again, and are shorter."""
REMEMBERED: Final = 2_048
"""APDUs remembered at a time: the objects that a head-end asks for, with all invoke-ids, and some."""
_REPEATING: Final = frozenset(b"\x05\x06\x0c\x0d\x60\x61\x62\x63\xc0\xc1\xc3\xc4\xc5\xc7\xd9")
"""First octets of the APDUs that are worth remembering: those in clear, without what never comes twice."""


class Decoded(NamedTuple):
    """An APDU after reading.

    Attributes:
        service: kebab-case name; `unknown` for a tag without a layer.
        record: the layer's record; None when it could not be read to its end.
        experts: what was odd or wrong, with offsets from the start of the APDU.
        row: what the service implies.
        invoke_id: None for services without one.
        confirmed: an answer is due.
        items: the accesses that it tells of by itself: what is asked, or what is answered.
    """

    service: str
    record: Any
    experts: tuple[Expert, ...] = ()
    row: Service = NO_SERVICE
    invoke_id: int | None = None
    confirmed: bool = True
    items: tuple[Item, ...] = ()


Read = Callable[[Buffer, int, int], Decoded]
"""Reads the APDU in `buf[start:end]`; never raises."""

_new: Final = tuple.__new__


def _decoded(record: Any, experts: tuple[Expert, ...]) -> Decoded:
    """All that a record says by itself."""
    service = record.service
    octet = getattr(record, "invoke_id_and_priority", None)
    if octet is not None:
        invoke_id, confirmed = octet & 0x0F, octet & CONFIRMED != 0
    else:
        long = getattr(record, "long_invoke_id_and_priority", None)
        invoke_id, confirmed = (None, True) if long is None else (long & 0x00FFFFFF, long & LONG_CONFIRMED != 0)
    reader = ITEMS.get(service)
    items = () if reader is None else reader(record)
    return _new(Decoded, (service, record, experts, SERVICES.get(service, NO_SERVICE), invoke_id, confirmed, items))


def decode_apdu(buf: Buffer, start: int, end: int) -> Decoded:
    """Read the APDU in `buf[start:end]`; never raises."""
    try:
        record, stop = read_apdu(buf, start, end)
        if stop == end:
            return _decoded(record, ())
    except DecodeError:
        pass
    return _decode_odd(buf, start, end)


def reading_whole() -> Read:
    """A reader of whole APDUs that reads those which come again only once."""
    seen: dict[bytes, Decoded] = {}

    def read(buf: Buffer, start: int, end: int) -> Decoded:
        if end - start > REMEMBERED_LENGTH or start >= end or buf[start] not in _REPEATING:
            return decode_apdu(buf, start, end)
        octets = buf[start:end]
        decoded = seen.get(octets)
        if decoded is None:
            if len(seen) >= REMEMBERED:
                seen.clear()
            decoded = seen[octets] = decode_apdu(buf, start, end)
        return decoded

    return read


def reading_heads() -> Read:
    """A reader of APDUs up to their data that reads heads which come again only once.

    What is odd behind the head is not noticed. A head is a function of its own octets: how many a service has is
    known from the last one.
    """
    seen: dict[bytes, Decoded] = {}
    sizes: dict[bytes, int] = {}

    def read(buf: Buffer, start: int, end: int) -> Decoded:
        kind = buf[start : start + 2]
        size = sizes.get(kind)
        if size is not None and start + size <= end:
            known = seen.get(buf[start : start + size])
            if known is not None:
                return known
        try:
            record, stop = read_apdu_head(buf, start, end)
        except DecodeError:
            return _decode_odd(buf, start, end)
        decoded = _decoded(record, ())
        if stop - start <= REMEMBERED_LENGTH and kind[0] in _REPEATING:
            if len(seen) >= REMEMBERED:
                seen.clear()
            sizes[kind] = stop - start
            seen[buf[start:stop]] = decoded
        return decoded

    return read


def _decode_odd(buf: Buffer, start: int, end: int) -> Decoded:
    """Read again, tolerantly, and say what was odd."""
    with tolerant() as notes:
        try:
            record, stop = read_apdu(buf, start, end)
        except DecodeError as stopped:
            text = f"{stopped.reason} at offset {stopped.offset - start}"
            service = _service_of(buf, start, end)
            return Decoded(service, None, (Expert("malformed", text),), SERVICES.get(service, NO_SERVICE))
    experts = [
        Expert(note.code if note.code in CODES else "oddity", f"{note.text} at offset {note.offset - start}")
        for note in notes
    ]
    if stop < end:
        text = f"{end - stop} octets behind the APDU, at offset {stop - start}: {buf[stop : min(end, stop + 16)].hex()}"
        experts.append(Expert("trailing-octets", text + ("…" if end - stop > 16 else "")))
    if record.service == UNKNOWN_SERVICE:
        experts.append(Expert("unknown-tag", f"no APDU has the tag {buf[start]:02X}"))
    return _decoded(record, tuple(experts))


def decode_inside(plaintext: bytes, read: Read = decode_apdu) -> Decoded:
    """What was deciphered: an APDU, or the P1 telegram that customer interfaces have in its place; never raises.

    Args:
        plaintext: whole.
        read: reads APDUs.
    """
    if not is_telegram(plaintext):
        return read(plaintext, 0, len(plaintext))
    problem = telegram_problem(plaintext)
    experts = () if problem is None else (Expert("oddity", problem),)
    return Decoded(P1_TELEGRAM, None, experts, SERVICES[P1_TELEGRAM])


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
