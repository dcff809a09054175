"""From units to messages: who sent each, in which association, and which exchange it belongs to."""

from __future__ import annotations

from typing import Any, Final

from dlms_analyzer.associations.association import ANY_SIZE, Association, State, Terms
from dlms_analyzer.associations.block_transfers import BlockTransfers
from dlms_analyzer.associations.pairing import Paired, Pairing
from dlms_analyzer.decoded import UNKNOWN_SERVICE, Decoded, Read, behind_gateway, decode_apdu, decode_inside
from dlms_analyzer.frames import Buffer
from dlms_analyzer.framing.units import Kind, Part, Sender, Unit
from dlms_analyzer.messages import Message, Security
from dlms_analyzer.net.streams import Conversation
from dlms_analyzer.notes import Expert, within
from dlms_analyzer.security.envelopes import ENVELOPES
from dlms_analyzer.security.learning import WATCHED
from dlms_analyzer.security.protection import Protection
from dlms_analyzer.security.stage import SecurityStage
from dlms_analyzer.services import CONTROL_FAMILIES, NO_SERVICE, SERVICES, conformance_names
from scapy_layers import DecodeError, Malformed, read_apdu

_OTHER: Final = {Sender.CLIENT: Sender.SERVER, Sender.SERVER: Sender.CLIENT, Sender.UNKNOWN: Sender.UNKNOWN}
_new: Final = tuple.__new__
# Enum members are looked up once: in Python 3.11 each look-up is a call.
_APDU: Final = Kind.APDU
_LINK: Final = Kind.LINK
_UNKNOWN: Final = Sender.UNKNOWN
_SERVER: Final = Sender.SERVER
_CLIENT: Final = Sender.CLIENT
_PENDING: Final = State.PENDING
_AUTHENTICATION_REQUIRED: Final = 14
"""acse-service-user diagnostic of an AARE that waits for pass 3 and 4 of HLS."""
_ALL_CONFORMANCE: Final = 0xFFFFFF


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

    def __init__(self, read: Read, stage: SecurityStage | None = None) -> None:
        """Begin.

        Args:
            read: how APDUs are read: whole, or only their heads.
            stage: opens what is protected; None is one without keys.
        """
        self._stage = SecurityStage() if stage is None else stage
        self._carried: Security | None = None
        """Of what the block transfer that the message at hand completes carried."""
        self.count = 0
        self.associations: list[Association] = []
        self._read = read
        self._pairing = Pairing()
        self._block_transfers = BlockTransfers(self._pairing, self._open)
        self._terms: dict[Terms, Terms] = {}
        """The same terms are kept once: head-ends open all their associations alike."""

    def beside(self, stage: SecurityStage) -> Tracker:
        """A tracker that goes through messages once more; it numbers exchanges on from this one."""
        tracker = Tracker(self._read, stage)
        tracker._pairing = self._pairing
        tracker._block_transfers = BlockTransfers(self._pairing, tracker._open)
        return tracker

    def take(self, unit: Unit) -> Message:
        """The message for a unit."""
        (
            stream, kind, profile, source, destination, lower, hint, frame, buf, start, end, parts, link, experts,
        ) = unit  # fmt: skip
        self.count = number = self.count + 1
        if kind is _APDU:
            decoded = self._read(buf, start, end)
            if decoded.service == UNKNOWN_SERVICE and (behind := behind_gateway(buf, start, end)) > start:
                start, unit = behind, _without_prefix(unit, behind)
                parts = unit.parts
                decoded = self._read(buf, start, end)
            if decoded.experts:
                experts += decoded.experts
        elif kind is _LINK and source is not None:
            decoded = Decoded(
                link.service, None, (), SERVICES.get(link.service, NO_SERVICE) if link.intact else NO_SERVICE
            )
        else:
            return _lone_message(number, unit)
        service, record, _, row, invoke_id, _, _ = decoded
        time = frame.time
        talk = stream.conversation.talk
        if talk is None:
            talk = stream.conversation.talk = _Talk()
        known = talk.links.get((stream.direction, source, destination, lower))
        sender = row.sender
        if known is None or (sender is not known[0] and (sender is not _UNKNOWN or hint is not known[0])):
            known = self._link(talk, unit, sender, record)
        sender, pair = known
        association = pair.association
        if row.begins or association.ended:
            association, lost = self._current(pair, unit, service)
            experts += lost
        association.last = time
        association.messages += 1
        outer, needs = service, row.needs
        security = plaintext = None
        if row.protects and record is not None:
            self._agree(association, service, record)
            security, plaintext, decoded, said = self._unprotect(association, sender, decoded, buf, start, end, number)
            service, record, _, row, invoke_id, _, _ = decoded
            needs |= row.needs
            experts += said
        elif service in WATCHED and association.protection is not None:
            experts += self._stage.watch(association.protection, sender, service, buf, start, end, number)
        if end - start > association.smallest_pdu or needs & association.lacking:
            experts += _against_terms(association, sender, service, needs, end - start)
        if service == "general-block-transfer":
            paired, security = self._block(association, sender, decoded, number, time, security)
            invoke_id = paired.invoke_id
        else:
            paired = self._pairing.pair(association, sender, decoded, number, time)
        exchange, response_time, items, reassembled, said, _ = paired
        if said:
            experts += said
        return _new(
            Message,
            (
                number, kind, service, outer, time, sender, profile, pair.client, pair.server, lower, stream,
                association, exchange, invoke_id, response_time, record, frame, buf, start, end, parts, link, security,
                plaintext, items, reassembled, experts,
            ),
        )  # fmt: skip

    def finish(self) -> None:
        """Nothing follows: what still waits is unanswered in this capture."""
        for association in self.associations:
            if association.open or association.blocks:
                association.abandon()

    def _protection(self, association: Association) -> Protection:
        """What is known of the security of an association."""
        protection = association.protection
        if protection is None:
            protection = association.protection = self._stage.protect(
                association.client_flow, association.client_sap, association.server_sap
            )
        return protection

    def _unprotect(
        self, association: Association, sender: Sender, decoded: Decoded, buf: Buffer, start: int, end: int, number: int
    ) -> tuple[Security | None, bytes | None, Decoded, tuple[Expert, ...]]:
        """Open an APDU that may be protected: the verdict, what is inside, what that says, and what is odd.

        A control service goes on saying what it says; its user-information is read besides.
        """
        protection = self._protection(association)
        opened = self._stage.open(protection, sender, decoded.record, buf, start, end, number)
        if opened is None:
            return None, None, decoded, ()
        plaintext, security, experts = opened
        if plaintext is None:
            return security, None, decoded, experts
        inner = decode_inside(plaintext, self._read)
        if inner.experts:
            experts += within("the deciphered APDU", inner.experts)
        if decoded.row.family in CONTROL_FAMILIES:
            if inner.record is not None:
                self._negotiate(association, inner.record)
            return security, plaintext, decoded, experts
        if inner.service in WATCHED:
            experts += self._stage.watch(protection, sender, inner.service, plaintext, 0, len(plaintext), number)
        return security, plaintext, inner, experts

    def _block(
        self,
        association: Association,
        sender: Sender,
        decoded: Decoded,
        number: int,
        time: int,
        security: Security | None,
    ) -> tuple[Paired, Security | None]:
        """Pair a block; the verdict is that of what the transfer carried, when the block completes a ciphered one."""
        paired = self._block_transfers.pair(association, sender, decoded, number, time)
        carried, self._carried = self._carried, None
        return paired, carried or security

    def _open(self, association: Association, sender: Sender, octets: bytes, number: int) -> tuple[Decoded, bytes]:
        """Read what a block transfer carried, deciphered where it can be."""
        decoded = self._read(octets, 0, len(octets))
        if not decoded.row.protects or decoded.record is None:
            return decoded, octets
        self._carried, plaintext, decoded, _ = self._unprotect(
            association, sender, decoded, octets, 0, len(octets), number
        )
        return decoded, octets if plaintext is None else plaintext

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
        if opposite is not None:
            return _OTHER[opposite[0]]
        if record is not None and record.service in ENVELOPES:
            return self._inside(unit, record)
        return _carries(record)

    def _inside(self, unit: Unit, record: Any) -> Sender:
        """Who sends what an envelope holds, tried both ways; as a rule it is a push of the server."""
        source, destination, stream = unit.source, unit.destination, unit.stream
        for sender, flow, client, server in (
            (_SERVER, stream.peer.flow, destination, source), (_CLIENT, stream.flow, source, destination),
        ):  # fmt: skip
            stage = self._stage.beside()
            protection = stage.protect(flow, client, server)
            opened = stage.open(protection, sender, record, unit.buf, unit.start, unit.end, self.count)
            if opened is not None and opened.plaintext is not None:
                return decode_inside(opened.plaintext, self._read).row.sender
        return _UNKNOWN

    def _association(self, unit: Unit, client: int | None, server: int | None) -> Association:
        association = Association(
            len(self.associations), unit.stream.conversation, unit.profile, client, server, unit.lower, unit.frame.time
        )
        self.associations.append(association)
        return association

    def _current(self, pair: _Pair, unit: Unit, service: str) -> tuple[Association, tuple[Expert, ...]]:
        """The association that a message belongs to, which may be a new one, and what was lost with the one before."""
        association = pair.association
        if service == "disc":
            if not association.ended:
                association.end(State.DISCONNECTED)
            return association, association.abandon()
        if (
            (service == "aarq" and (association.terms.result is not None or association.ended))
            or (association.ended and unit.kind is _APDU and service not in ("rlrq", "rlre"))
            or (service == "snrm" and association.state is State.DISCONNECTED)
        ):
            lost = association.abandon()
            before = association.client_direction
            association = pair.association = self._association(unit, pair.client, pair.server)
            association.client_direction = before
            return association, lost
        if service == "snrm" and any(family != "link" for family in association.open):
            return association, association.abandon()
        return association, ()

    def _agree(self, association: Association, service: str, record: Any) -> None:
        """Follow the association control services (IEC 62056-5-3, 6.2 to 6.5)."""
        terms = association.terms
        if service == "aarq":
            association.state = State.PROPOSED
            association.client_title = record.calling_ap_title
            terms = Terms(record.application_context_name, record.mechanism_name)
        elif service == "aare":
            association.server_title = record.responding_ap_title
            diagnostic = record.result_source_diagnostic
            terms = terms._replace(result=record.result, result_source_diagnostic=diagnostic)
            if record.result != 0:
                association.end(State.REJECTED)
            elif diagnostic == (1, _AUTHENTICATION_REQUIRED):
                association.state = State.PENDING
            else:
                association.state = State.ACCEPTED
        elif service == "rlre":
            association.end(State.RELEASED)
            return
        else:
            return
        association.terms = self._terms.setdefault(terms, terms)
        self._negotiate(association, record.user_information)

    def _negotiate(self, association: Association, initiate: Any) -> None:
        """Take note of an InitiateRequest or InitiateResponse in clear."""
        service = getattr(initiate, "service", "")
        terms = association.terms
        if service == "initiate-request":
            terms = terms._replace(
                proposed_conformance=initiate.proposed_conformance,
                client_max_receive_pdu_size=initiate.client_max_receive_pdu_size,
            )
        elif service == "initiate-response":
            conformance = initiate.negotiated_conformance
            terms = terms._replace(
                negotiated_conformance=conformance, server_max_receive_pdu_size=initiate.server_max_receive_pdu_size
            )
            association.lacking = _ALL_CONFORMANCE & ~conformance
            sizes = (terms.client_max_receive_pdu_size, terms.server_max_receive_pdu_size)
            association.smallest_pdu = min([size for size in sizes if size] or [ANY_SIZE])
        association.terms = self._terms.setdefault(terms, terms)

    def disconnected(self, conversation: Conversation, closed: bool) -> None:
        """A direction of the connection below ended; both have when it is closed."""
        talk = conversation.talk
        if talk is None:
            return
        for pair in talk.pairs.values():
            association = pair.association
            if not association.ended:
                association.end(State.DISCONNECTED)
            association.experts += association.abandon()
        if closed:
            conversation.talk = None


def _against_terms(association: Association, sender: Sender, service: str, needs: int, size: int) -> tuple[Expert, ...]:
    """What a message does that was not agreed on."""
    experts: list[Expert] = []
    terms = association.terms
    if sender is _SERVER:
        limit, receiver = terms.client_max_receive_pdu_size, "client"
    else:
        limit, receiver = terms.server_max_receive_pdu_size, "server"
    if limit and size > limit:
        experts.append(Expert("pdu-too-large", f"{size} octets, but the {receiver} receives {limit} at most"))
    lacking = needs & association.lacking
    if lacking and association.state is not _PENDING:
        names = ", ".join(conformance_names(lacking))
        experts.append(Expert("not-negotiated", f"{service} takes {names}, which the conformance agreed on lacks"))
    return tuple(experts)


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
