"""From units to messages: who sent each, in which association, and which exchange it belongs to."""

from __future__ import annotations

from typing import Any, Final

from dlms_analyzer.associations.association import Association, State
from dlms_analyzer.associations.pairing import NOTHING, Paired, Pairing
from dlms_analyzer.decoded import decode_apdu
from dlms_analyzer.framing.units import Kind, Sender, Unit
from dlms_analyzer.messages import Message
from dlms_analyzer.net.streams import Conversation, Stream
from dlms_analyzer.notes import Expert
from dlms_analyzer.security import judge
from dlms_analyzer.services import NO_SERVICE, SERVICES
from scapy_layers import DecodeError, Malformed, read_apdu

_OTHER: Final = {Sender.CLIENT: Sender.SERVER, Sender.SERVER: Sender.CLIENT, Sender.UNKNOWN: Sender.UNKNOWN}
_AUTHENTICATION_REQUIRED: Final = 14
"""acse-service-user diagnostic of an AARE that waits for pass 3 and 4 of HLS."""


class _Talk:
    """What is known about a conversation: its associations, and who speaks from where."""

    __slots__ = ("associations", "senders")

    def __init__(self) -> None:
        self.associations: dict[tuple[int | None, int | None, int | None], Association] = {}
        self.senders: dict[tuple[int, int | None, int | None], Sender] = {}


class Tracker:
    """All associations and exchanges of a capture.

    Attributes:
        count: messages so far.
        associations: in order of appearance.
    """

    def __init__(self) -> None:
        self.count = 0
        self.associations: list[Association] = []
        self._talks: dict[int, _Talk] = {}
        self._pairing = Pairing()

    def take(self, unit: Unit) -> Message:
        """The message for a unit."""
        self.count = number = self.count + 1
        kind = unit.kind
        record: Any = None
        experts = unit.experts
        if kind is Kind.APDU:
            service, record, odd = decode_apdu(unit.buf, unit.start, unit.end)
            if odd:
                experts += odd
        elif kind is Kind.LINK:
            service = unit.link.service
        else:
            service = "raw"
        row = SERVICES.get(service, NO_SERVICE)
        talk = self._talk(unit.stream.conversation)
        sender = self._sender(talk, unit, row.sender, record)
        if sender is Sender.SERVER:
            client, server = unit.destination, unit.source
        else:
            client, server = unit.source, unit.destination
        if kind is Kind.RAW:
            return self._message(
                unit, number, service, Sender.UNKNOWN if unit.source is None else sender, client, server, experts
            )
        time = unit.frame.time
        association = self._association(talk, unit, service, client, server, time)
        association.last = time
        association.messages += 1
        security = None
        if record is not None:
            if service in _ASSOCIATION_SERVICES:
                self._agree(association, service, record)
            title = association.client_title if sender is Sender.CLIENT else association.server_title
            security = judge(record, title)
        paired = self._pairing.pair(association, service, row, sender, record, number, time)
        if paired.experts:
            experts += paired.experts
        return self._message(
            unit, number, service, sender, client, server, experts, association, record, security, paired
        )

    def _message(
        self,
        unit: Unit,
        number: int,
        service: str,
        sender: Sender,
        client: int | None,
        server: int | None,
        experts: tuple[Expert, ...],
        association: Association | None = None,
        record: Any = None,
        security: Any = None,
        paired: Paired = NOTHING,
    ) -> Message:
        exchange, invoke_id, response_time, items, reassembled, _ = paired
        return tuple.__new__(
            Message,
            (
                number, unit.kind, service, service, unit.frame.time, sender, unit.profile, client, server, unit.lower,
                unit.stream, association, exchange, invoke_id, response_time, record, unit.frame, unit.buf, unit.start,
                unit.end, unit.parts, unit.link, security, None, items, reassembled, experts,
            ),
        )  # fmt: skip

    def _talk(self, conversation: Conversation) -> _Talk:
        talk = self._talks.get(conversation.number)
        if talk is None:
            talk = self._talks[conversation.number] = _Talk()
        return talk

    def _sender(self, talk: _Talk, unit: Unit, implied: Sender, record: Any) -> Sender:
        """Who sent a unit: by service, by framing, by what the same addresses sent before, or by what it carries."""
        where = (unit.stream.direction, unit.source, unit.destination)
        if implied is Sender.UNKNOWN:
            implied = unit.hint
            if implied is Sender.UNKNOWN:
                known = talk.senders.get(where)
                if known is not None:
                    return known
                opposite = talk.senders.get((1 - where[0], unit.destination, unit.source), Sender.UNKNOWN)
                if opposite is not Sender.UNKNOWN:
                    return _OTHER[opposite]
                implied = _carries(record)
                if implied is Sender.UNKNOWN:
                    return implied
        talk.senders[where] = implied
        return implied

    def _association(
        self, talk: _Talk, unit: Unit, service: str, client: int | None, server: int | None, time: int
    ) -> Association:
        key = (client, server, unit.lower)
        association = talk.associations.get(key)
        if association is not None and not (
            (service == "aarq" and (association.aarq is not None or association.over))
            or (association.over and unit.kind is Kind.APDU and SERVICES.get(service, NO_SERVICE).family != "release")
            or (service == "snrm" and association.state is State.DISCONNECTED)
        ):
            return association
        association = Association(
            len(self.associations), unit.stream.conversation, unit.profile, client, server, unit.lower, time
        )
        self.associations.append(association)
        talk.associations[key] = association
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
                association.state = State.REJECTED
            elif diagnostic == (1, _AUTHENTICATION_REQUIRED):
                association.state = State.PENDING
            else:
                association.state = State.ACCEPTED
            if getattr(record.user_information, "service", "") == "initiate-response":
                association.negotiated = record.user_information
        elif service == "rlre":
            association.state = State.RELEASED

    def disconnected(self, stream: Stream) -> None:
        """The connection below ended, or HDLC was disconnected."""
        for association in self._talk(stream.conversation).associations.values():
            if not association.over:
                association.state = State.DISCONNECTED
                self._pairing.abandon(association)


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


_ASSOCIATION_SERVICES: Final = frozenset({"aarq", "aare", "rlre"})
