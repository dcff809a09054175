"""A message of the index, with all its details: its octets are read again, and those of the exchange it belongs to."""

from __future__ import annotations

from typing import Final

from dlms_analyzer.associations.association import Association
from dlms_analyzer.associations.block_transfers import BlockTransfers
from dlms_analyzer.associations.exchange import Exchange
from dlms_analyzer.associations.pairing import NOTHING, Paired, Pairing
from dlms_analyzer.capture import Source
from dlms_analyzer.decoded import Decoded, decode_apdu
from dlms_analyzer.frames import Frame
from dlms_analyzer.framing.link import LinkFrame
from dlms_analyzer.framing.units import Kind, Part
from dlms_analyzer.index.table import MessageTable, Row
from dlms_analyzer.messages import Message
from dlms_analyzer.notes import Expert
from dlms_analyzer.security.judge import judge
from dlms_analyzer.services import NO_SERVICE, SERVICES

MAX_LOOKED_BACK: Final = 1 << 16
"""Messages looked at for the first block of a transfer: block numbers have 16 bits."""
BLOCK: Final = "general-block-transfer"


class Looking:
    """Looks at the messages of a table.

    Attributes:
        table: the messages.
        source: has their octets.
    """

    def __init__(self, table: MessageTable, source: Source) -> None:
        self.table = table
        self.source = source

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
        row = self.table.row(number)
        parts, kept = self.table.places(number)
        octets = self._octets(parts, kept)
        experts = self.table.experts.get(number, ())
        decoded = self._decoded(row, octets)
        paired, exchange = self._paired(row, decoded)
        link = None
        if row.kind is Kind.LINK:
            intact = not any(expert.code == "bad-fcs" for expert in experts)
            link = LinkFrame.again(row.profile, octets, row.service, intact=intact)
        association = row.association
        security = None
        if decoded.row.protects and decoded.record is not None and association is not None:
            security = judge(decoded.record, association.title_of(row.sender))
        stream = row.conversation.backward if row.direction else row.conversation.forward
        return Message(
            number, row.kind, row.service, row.outer, row.time, row.sender, row.profile,
            None if association is None else association.client_sap,
            None if association is None else association.server_sap,
            None if association is None else association.server_lower, stream, association, exchange,
            paired.invoke_id if row.service == BLOCK else decoded.invoke_id, paired.response_time, decoded.record,
            Frame(row.frame, row.time, 0, octets, 0, len(octets), len(octets), parts[-1].frame.interface), octets, 0,
            len(octets), parts, link, security, None, paired.items, paired.reassembled, _both(experts, decoded.experts),
        )  # fmt: skip

    def _octets(self, parts: tuple[Part, ...], kept: bytes | None) -> bytes:
        if kept is not None:
            return kept
        return b"".join([self.source.octets(part.frame.interface, part.start, part.end) for part in parts])

    def _decoded(self, row: Row, octets: bytes) -> Decoded:
        if row.kind is Kind.APDU:
            return decode_apdu(octets, 0, len(octets))
        return Decoded(row.service, None, (), SERVICES.get(row.service, NO_SERVICE))

    def _paired(self, row: Row, decoded: Decoded) -> tuple[Paired, Exchange | None]:
        """What a message completes: the exchange is gone through again from its request."""
        association = row.association
        if row.kind is Kind.RAW or association is None:
            return NOTHING, None
        if row.exchange is not None:
            numbers = self.table.of_exchange(row.exchange, row.number)
        elif row.service == BLOCK:
            numbers = self._of_transfer(row, decoded)
        else:
            return Paired(None, None, decoded.items), None
        again = Association(0, row.conversation, row.profile, None, None, None, row.time)
        pairing = Pairing()
        pairing.count = row.exchange or 0
        blocks = BlockTransfers(pairing, lambda _, __, octets, ___: (decode_apdu(octets, 0, len(octets)), octets))
        paired = NOTHING
        for number in numbers:
            one = row if number == row.number else self.table.row(number)
            said = decoded if number == row.number else self._decoded(one, self.octets(number))
            pair = blocks.pair if one.service == BLOCK else pairing.pair
            paired = pair(again, one.sender, said, number, one.time)
        return paired, paired.exchange

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
            block = getattr(self._decoded(earlier, self.octets(earlier.number)).record, "block_number", 1)
        return numbers[::-1]


def _both(noted: tuple[Expert, ...], found: tuple[Expert, ...]) -> tuple[Expert, ...]:
    """The notes of the reading, and those that only show when the whole APDU is read."""
    return noted + tuple(expert for expert in found if expert not in noted)
