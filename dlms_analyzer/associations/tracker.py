"""From units to messages: who sent each, in which association, and which exchange it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from dlms_analyzer.associations.association import Association, State
from dlms_analyzer.associations.pairing import Pairing
from dlms_analyzer.decoded import UNKNOWN_SERVICE, Decoded, behind_gateway, decode_apdu
from dlms_analyzer.frames import Buffer
from dlms_analyzer.framing.units import Kind, Part, Sender, Unit
from dlms_analyzer.messages import Message
from dlms_analyzer.net.streams import Stream
from dlms_analyzer.security import judge
from dlms_analyzer.services import NO_SERVICE, SERVICES
from scapy_layers import DecodeError, Malformed, read_apdu

_OTHER: Final = {Sender.CLIENT: Sender.SERVER, Sender.SERVER: Sender.CLIENT, Sender.UNKNOWN: Sender.UNKNOWN}
_new = tuple.__new__
# Enum members are looked up once: in Python 3.11 each look-up is a call.
_APDU = Kind.APDU
_LINK = Kind.LINK
_UNKNOWN = Sender.UNKNOWN
_AUTHENTICATION_REQUIRED: Final = 14
"""acse-service-user diagnostic of an AARE that waits for pass 3 and 4 of HLS."""


class _Pair:
    """Two SAPs that talk in a conversation, and the association they are in now."""

    __slots__ = ("association", "client", "server")

    def __init__(self, client: int | None, server: int | None, association: Association) -> None:
        self.client = client
        self.server = server
        self.association = association


class _Talk:
    """What is known about a conversation: who talks, and who speaks from where.

    Attributes:
        pairs: by client SAP, server SAP and lower address.
        links: by direction, source, destination and lower address: who sends there, and to which pair it belongs.
    """

    __slots__ = ("links", "pairs")

    def __init__(self) -> None:
        self.pairs: dict[tuple[int | None, int | None, int | None], _Pair] = {}
        self.links: dict[tuple[int, int | None, int | None, int | None], tuple[Sender, _Pair]] = {}


class Tracker:
    """All associations and exchanges of a capture.

    Attributes:
        count: messages so far.
        associations: in order of appearance.
    """

    def __init__(self, decode: Callable[[Buffer, int, int], Decoded] = decode_apdu) -> None:
        """Begin.

        Args:
            decode: how APDUs are read: whole, or only their heads.
        """
        self.count = 0
        self.associations: list[Association] = []
        self._decode = decode
        self._talks: dict[int, _Talk] = {}
        self._pairing = Pairing()

    def take(self, unit: Unit) -> Message:
        """The message for a unit."""
        (
            stream, kind, profile, source, destination, lower, hint, frame, buf, start, end, parts, link, experts,
        ) = unit  # fmt: skip
        self.count = number = self.count + 1
        record: Any = None
        if kind is _APDU:
            service, record, odd = self._decode(buf, start, end)
            if service == UNKNOWN_SERVICE and (behind := behind_gateway(buf, start, end)) > start:
                start, unit = behind, _without_prefix(unit, behind)
                parts = unit.parts
                service, record, odd = self._decode(buf, start, end)
            if odd:
                experts += odd
        elif kind is _LINK and source is not None:
            service = link.service
        else:
            return _lone_message(number, unit)
        row = SERVICES.get(service, NO_SERVICE) if link is None or link.intact else NO_SERVICE
        time = frame.time
        talk = self._talks.get(stream.conversation.number)
        if talk is None:
            talk = self._talks[stream.conversation.number] = _Talk()
        known = talk.links.get((stream.direction, source, destination, lower))
        sender = row.sender
        if known is None or (sender is not known[0] and (sender is not _UNKNOWN or hint is not known[0])):
            known = self._link(talk, unit, sender, record)
        sender, pair = known
        association = pair.association
        if row.begins or association.ended:
            association = self._current(pair, unit, service)
        association.last = time
        association.messages += 1
        security = None
        if row.protects and record is not None:
            self._agree(association, service, record)
            security = judge(record, association.title_of(sender))
        exchange, invoke_id, response_time, items, reassembled, said = self._pairing.pair(
            association, service, row, sender, record, number, time
        )
        if said:
            experts += said
        return _new(
            Message,
            (
                number, kind, service, service, time, sender, profile, pair.client, pair.server, lower, stream,
                association, exchange, invoke_id, response_time, record, frame, buf, start, end, parts, link, security,
                None, items, reassembled, experts,
            ),
        )  # fmt: skip

    def _link(self, talk: _Talk, unit: Unit, implied: Sender, record: Any) -> tuple[Sender, _Pair]:
        """Who sends from an address to another, and in which pair."""
        sender = self._sender(talk, unit, implied, record)
        client, server = unit.source, unit.destination
        if sender is Sender.SERVER:
            client, server = server, client
        key = (client, server, unit.lower)
        pair = talk.pairs.get(key)
        if pair is None:
            association = self._association(unit, client, server)
            association.client_direction = unit.stream.direction ^ (sender is Sender.SERVER)
            pair = talk.pairs[key] = _Pair(client, server, association)
        known = (sender, pair)
        if sender is not Sender.UNKNOWN:
            talk.links[unit.stream.direction, unit.source, unit.destination, unit.lower] = known
        return known

    def _sender(self, talk: _Talk, unit: Unit, implied: Sender, record: Any) -> Sender:
        """Who sent a unit: by service, by framing, by what the same addresses sent before, or by what it carries."""
        if implied is not Sender.UNKNOWN:
            return implied
        if unit.hint is not Sender.UNKNOWN:
            return unit.hint
        direction, source, destination, lower = unit.stream.direction, unit.source, unit.destination, unit.lower
        before = talk.links.get((direction, source, destination, lower))
        if before is not None:
            return before[0]
        opposite = talk.links.get((1 - direction, destination, source, lower))
        return _OTHER[opposite[0]] if opposite is not None else _carries(record)

    def _association(self, unit: Unit, client: int | None, server: int | None) -> Association:
        association = Association(
            len(self.associations), unit.stream.conversation, unit.profile, client, server, unit.lower, unit.frame.time
        )
        self.associations.append(association)
        return association

    def _current(self, pair: _Pair, unit: Unit, service: str) -> Association:
        """The association that a message belongs to, which may be a new one between the same SAPs."""
        association = pair.association
        if service == "disc":
            if not association.ended:
                association.end(State.DISCONNECTED)
            return association
        if (
            (service == "aarq" and (association.aare is not None or association.ended))
            or (association.ended and unit.kind is Kind.APDU and service not in ("rlrq", "rlre"))
            or (service == "snrm" and association.state is State.DISCONNECTED)
        ):
            before = association.client_direction
            association = pair.association = self._association(unit, pair.client, pair.server)
            association.client_direction = before
        return association

    def _agree(self, association: Association, service: str, record: Any) -> None:
        """Follow the association control services (IEC 62056-5-3, 6.2 to 6.5)."""
        if service == "aarq":
            association.aarq = record
            association.state = State.PROPOSED
            association.client_title = record.calling_ap_title
            if getattr(record.user_information, "service", "") == "initiate-request":
                association.proposed = record.user_information
        elif service == "aare":
            association.aare = record
            association.server_title = record.responding_ap_title
            diagnostic = record.result_source_diagnostic
            if record.result != 0:
                association.end(State.REJECTED)
            elif diagnostic == (1, _AUTHENTICATION_REQUIRED):
                association.state = State.PENDING
            else:
                association.state = State.ACCEPTED
            if getattr(record.user_information, "service", "") == "initiate-response":
                association.negotiated = record.user_information
        elif service == "rlre":
            association.end(State.RELEASED)

    def disconnected(self, stream: Stream) -> None:
        """The connection below ended."""
        talk = self._talks.get(stream.conversation.number)
        for pair in talk.pairs.values() if talk is not None else ():
            association = pair.association
            if not association.ended:
                association.end(State.DISCONNECTED)
            self._pairing.abandon(association)


def _without_prefix(unit: Unit, start: int) -> Unit:
    """A unit whose APDU starts later: a gateway prefix stood before it."""
    skip = start - unit.start
    parts = []
    for part in unit.parts:
        size = part.end - part.start
        if skip < size:
            parts.append(Part(part.frame, part.start + skip, part.end))
        skip = max(0, skip - size)
    return unit._replace(start=start, parts=tuple(parts))


def _lone_message(number: int, unit: Unit) -> Message:
    """The message for what belongs to no association: raw octets, and link frames without addresses."""
    service = "raw" if unit.link is None else unit.link.service
    return Message(
        number, unit.kind, service, service, unit.frame.time, Sender.UNKNOWN, unit.profile, unit.source,
        unit.destination, unit.lower, unit.stream, None, None, None, None, None, unit.frame, unit.buf, unit.start,
        unit.end, unit.parts, unit.link, experts=unit.experts,
    )  # fmt: skip


def _carries(record: Any) -> Sender:
    """Who sends the APDU that a block transfer carries, as far as its first block tells."""
    if record is None or record.service != "general-block-transfer" or not record.block_data:
        return Sender.UNKNOWN
    block = record.block_data
    try:
        read_apdu(block, 0, len(block))
    except Malformed:
        return Sender.UNKNOWN
    except DecodeError:  # it ends early, as a first block does, or is odd
        pass
    return SERVICES.get(decode_apdu(block, 0, len(block)).service, NO_SERVICE).sender
