"""A message of the index, with all its details: its octets are read again, and those of the exchange it belongs to."""

from __future__ import annotations

from typing import Final, NamedTuple

from dlms_analyzer.associations.association import Association
from dlms_analyzer.associations.block_transfers import BlockTransfers
from dlms_analyzer.associations.exchange import Exchange
from dlms_analyzer.associations.pairing import NOTHING, Paired, Pairing
from dlms_analyzer.capture import Source
from dlms_analyzer.decoded import Decoded, decode_apdu, decode_inside
from dlms_analyzer.frames import NANOSECONDS, Frame
from dlms_analyzer.framing.link import LinkFrame
from dlms_analyzer.framing.units import Kind, Part, Sender, Unit
from dlms_analyzer.index.table import MessageTable, Row
from dlms_analyzer.items import Item
from dlms_analyzer.messages import Message, Security
from dlms_analyzer.net.streams import Stream
from dlms_analyzer.notes import CODES, Expert, Topic, within
from dlms_analyzer.security.protection import Protection
from dlms_analyzer.security.stage import SecurityStage
from dlms_analyzer.services import CONTROL_FAMILIES, NO_SERVICE, SERVICES

MAX_LOOKED_BACK: Final = 1 << 16
"""Messages looked at for the first block of a transfer: block numbers have 16 bits."""
BLOCK: Final = "general-block-transfer"


MAX_PROTECTIONS: Final = 64
"""Associations whose protection is kept for the next look."""


class _Opened(NamedTuple):
    """An APDU, deciphered where it can be.

    Attributes:
        decoded: what it says; of a control service, what that says.
        security: the verdict.
        plaintext: what was deciphered.
        experts: what shows only when all of it is read.
    """

    decoded: Decoded
    security: Security | None = None
    plaintext: bytes | None = None
    experts: tuple[Expert, ...] = ()


class Looking:
    """Looks at the messages of a table.

    Attributes:
        table: the messages.
        source: has their octets.
    """

    def __init__(self, table: MessageTable, source: Source, stage: SecurityStage) -> None:
        self.table = table
        self.source = source
        self._stage = stage.beside()
        self._protections: dict[int, Protection] = {}

    def forget(self) -> None:
        """Keys were added: look for them again."""
        self._protections.clear()

    def unit(self, number: int, streams: tuple[Stream, Stream]) -> Unit:
        """What framing made of a message.

        Args:
            number: of the message.
            streams: the directions of its conversation, forward and backward.

        Raises:
            CaptureError: the source no longer has its octets.
        """
        row, parts, octets, frame = self._read(number)
        experts = tuple(one for one in self.table.experts(number) if CODES[one.code].topic is Topic.LINK)
        association = row.association
        saps: tuple[int | None, int | None] = (None, None)
        lower = None
        if association is not None:
            saps, lower = (association.client_sap, association.server_sap), association.server_lower
            if row.sender is Sender.SERVER or (
                row.sender is Sender.UNKNOWN and row.direction != association.client_direction
            ):
                saps = saps[::-1]
        return Unit(
            streams[row.direction], row.kind, row.profile, saps[0], saps[1], lower, row.sender, frame, octets, 0,
            len(octets), parts, self._link(row, octets, experts), experts,
        )  # fmt: skip

    @staticmethod
    def _link(row: Row, octets: bytes, experts: tuple[Expert, ...]) -> LinkFrame | None:
        if row.kind is not Kind.LINK:
            return None
        intact = not any(expert.code == "bad-fcs" for expert in experts)
        return LinkFrame.again(row.profile, octets, row.service, intact=intact)

    def octets(self, number: int) -> bytes:
        """The octets of a message as sent.

        Raises:
            IndexError: there is no such message.
            CaptureError: the source no longer has them.
        """
        return self._octets(*self.table.places(number))

    def message(self, number: int) -> Message:
        """A message.

        Raises:
            IndexError: there is no such message.
            CaptureError: the source no longer has its octets.
        """
        looked = self._read(number)
        opened = self._opened(looked[0], looked[2])
        paired, exchange, carried = self._paired(looked[0], opened)
        invoke_id = paired.invoke_id if looked[0].service == BLOCK else opened.decoded.invoke_id
        return self._message(looked, opened, paired, exchange, carried, invoke_id)

    def glance(self, number: int) -> Message:
        """A message as far as its own octets and its row tell: cheap, however long the exchange is.

        Of its exchange it knows what was asked for and by which message, as far as the rows say it; nothing is
        reassembled, and its items are those that it tells of by itself.

        Raises:
            IndexError: there is no such message.
            CaptureError: the source no longer has its octets.
        """
        looked = self._read(number)
        row = looked[0]
        opened = self._opened(row, looked[2])
        items = opened.decoded.items
        if row.asked and len(items) == len(row.asked) and items[0].asked is None:
            items = tuple(Item(asked, item.answer) for asked, item in zip(row.asked, items, strict=True))
        exchange = None
        if row.exchange is not None:
            request = self.table.exchange_request[row.exchange]
            asked_items = tuple(Item(asked, None) for asked in row.asked)
            family = opened.decoded.row.family
            exchange = Exchange(row.exchange, family, opened.decoded.invoke_id, asked_items, request, row.time, True)
        waited = None if row.response_time is None else int(row.response_time * NANOSECONDS)
        paired = Paired(exchange, waited, items)
        return self._message(looked, opened, paired, exchange, None, opened.decoded.invoke_id)

    def _message(
        self,
        looked: tuple[Row, tuple[Part, ...], bytes, Frame],
        opened: _Opened,
        paired: Paired,
        exchange: Exchange | None,
        carried: Security | None,
        invoke_id: int | None,
    ) -> Message:
        row, parts, octets, frame = looked
        experts = self.table.experts(row.number)
        association = row.association
        stream = row.conversation.backward if row.direction else row.conversation.forward
        return Message(
            row.number, row.kind, row.service, row.outer, row.time, row.sender, row.profile,
            None if association is None else association.client_sap,
            None if association is None else association.server_sap,
            None if association is None else association.server_lower, stream, association, exchange, invoke_id,
            paired.response_time, opened.decoded.record, frame, octets, 0, len(octets), parts,
            self._link(row, octets, experts), carried or opened.security, opened.plaintext, paired.items,
            paired.reassembled, _both(experts, opened.experts),
        )  # fmt: skip

    def _read(self, number: int) -> tuple[Row, tuple[Part, ...], bytes, Frame]:
        """The row of a message, where it stands, its octets, and a frame of nothing but them."""
        row = self.table.row(number)
        parts, kept = self.table.places(number)
        octets = self._octets(parts, kept)
        frame = Frame(row.frame, row.time, 0, octets, 0, len(octets), len(octets), parts[-1].frame.interface)
        return row, parts, octets, frame

    def _octets(self, parts: tuple[Part, ...], kept: bytes | None) -> bytes:
        if kept is not None:
            return kept
        return b"".join([self.source.octets(part.frame.interface, part.start, part.end) for part in parts])

    def _opened(self, row: Row, octets: bytes) -> _Opened:
        """What the octets of a message say."""
        if row.kind is not Kind.APDU:
            return _Opened(Decoded(row.service, None, (), SERVICES.get(row.service, NO_SERVICE)))
        return self._open(row.association, row.sender, octets, row.number)

    def _open(self, association: Association | None, sender: Sender, octets: bytes, number: int) -> _Opened:
        """What an APDU says; deciphered with the keys that the association has come to know."""
        decoded = decode_apdu(octets, 0, len(octets))
        protection = None
        if decoded.row.protects and decoded.record is not None and association is not None:
            protection = self._protection(association)
        if protection is None:
            return _Opened(decoded, experts=decoded.experts)
        opened = self._stage.open(protection, sender, decoded.record, octets, 0, len(octets), number)
        if opened is None or opened.plaintext is None:
            return _Opened(decoded, None if opened is None else opened.security, None, decoded.experts)
        plaintext = opened.plaintext
        inner = decode_inside(plaintext)
        shown = decoded if decoded.row.family in CONTROL_FAMILIES else inner
        return _Opened(
            shown, opened.security, plaintext, decoded.experts + within("the deciphered APDU", inner.experts)
        )

    def _protection(self, association: Association) -> Protection | None:
        """A copy of what is known about the security of an association, so that looking changes nothing."""
        if association.protection is None:
            return None
        if not association.ended:  # it may come to know more
            return association.protection.beside()
        protection = self._protections.get(association.number)
        if protection is None:
            if len(self._protections) >= MAX_PROTECTIONS:
                self._protections.clear()
            protection = self._protections[association.number] = association.protection.beside()
        return protection

    def _paired(self, row: Row, opened: _Opened) -> tuple[Paired, Exchange | None, Security | None]:
        """What a message completes: the exchange is gone through again from its request."""
        association = row.association
        if row.kind is Kind.RAW or association is None:
            return NOTHING, None, None
        if row.exchange is not None:
            numbers = self.table.of_exchange(row.exchange, row.number)
        elif row.service == BLOCK:
            numbers = self._of_transfer(row, opened.decoded)
        else:
            return Paired(None, None, opened.decoded.items), None, None
        verdicts: list[Security | None] = []

        def carried(_: Association, sender: Sender, octets: bytes, number: int) -> tuple[Decoded, bytes]:
            inside = self._open(association, sender, octets, number)
            verdicts.append(inside.security)
            return inside.decoded, octets if inside.plaintext is None else inside.plaintext

        again = Association(0, row.conversation, row.profile, None, None, None, row.time)
        pairing = Pairing()
        pairing.count = row.exchange or 0
        blocks = BlockTransfers(pairing, carried)
        paired = NOTHING
        for number in numbers:
            one = row if number == row.number else self.table.row(number)
            said = opened if number == row.number else self._opened(one, self.octets(number))
            pair = blocks.pair if one.service == BLOCK else pairing.pair
            verdicts.clear()
            paired = pair(again, one.sender, said.decoded, number, one.time)
        return paired, paired.exchange, verdicts[-1] if verdicts else None

    def _of_transfer(self, row: Row, decoded: Decoded) -> list[int]:
        """Numbers of the messages of a block transfer that belongs to no exchange, up to the one in `row`."""
        numbers = [row.number]
        block = getattr(decoded.record, "block_number", 1)
        for looked, earlier in enumerate(self.table.before(row.number)):
            if block <= 1 or looked > MAX_LOOKED_BACK:
                break
            if earlier.service != BLOCK or earlier.sender is not row.sender or earlier.exchange is not None:
                continue
            numbers.append(earlier.number)
            block = getattr(self._opened(earlier, self.octets(earlier.number)).decoded.record, "block_number", 1)
        return numbers[::-1]


def _both(noted: tuple[Expert, ...], found: tuple[Expert, ...]) -> tuple[Expert, ...]:
    """The notes of the reading, and those that only show when the whole APDU is read."""
    return noted + tuple(expert for expert in found if expert not in noted)
