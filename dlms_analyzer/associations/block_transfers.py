"""General block transfer (IEC 62056-5-3): blocks of either side, and the APDU that they carry together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from dlms_analyzer.associations.association import Association
from dlms_analyzer.associations.exchange import Exchange
from dlms_analyzer.associations.pairing import NOTHING, Paired, Pairing, role_of
from dlms_analyzer.decoded import Decoded, decode_apdu
from dlms_analyzer.framing.units import Sender
from dlms_analyzer.messages import Reassembled
from dlms_analyzer.notes import Expert, within
from dlms_analyzer.services import NO_SERVICE, SERVICES, Role
from dlms_analyzer.transfers import Transfer

LAST_BLOCK: Final = 0x80
"""In the block control."""
FAMILY: Final = "general-block-transfer"

Opener = Callable[[Association, Sender, bytes, int], tuple[Decoded, bytes]]
"""Reads the APDU that a transfer carried, deciphered where it can be; gives it with its octets."""


class BlockTransfers:
    """Follows the block transfers of all associations."""

    def __init__(self, pairing: Pairing, opener: Opener) -> None:
        self._pairing = pairing
        self._open = opener

    def pair(self, association: Association, sender: Sender, decoded: Decoded, number: int, time: int) -> Paired:
        """Find the exchange of a block, and what the block completes."""
        record = decoded.record
        if record is None:
            return NOTHING
        control, block = record.block_control, record.block_data
        under_way = association.blocks.get(sender)
        opposite = association.blocks.get(Sender.CLIENT if sender is Sender.SERVER else Sender.SERVER)
        if not block and not control & LAST_BLOCK:
            exchange = (under_way or opposite or (None, None))[1]
            if exchange is not None and sender is Sender.CLIENT:
                exchange.time = time
            return Paired(exchange)
        experts: tuple[Expert, ...] = ()
        if under_way is None:
            if not block and sender is Sender.CLIENT:
                # An acknowledgement with the last-block bit: nothing of its own is to follow.
                exchange = opposite[1] if opposite else None
                if exchange is not None:
                    exchange.time = time
                return Paired(exchange)
            exchange, experts = self._exchange(association, sender, block, number, time)
            under_way = Transfer(record.block_number, recovers=True), exchange
            association.begin_blocks(sender, *under_way)
        transfer, exchange = under_way
        experts += transfer.add(record.block_number, block, number, last=bool(control & LAST_BLOCK))
        waited = None
        if exchange is not None and sender is Sender.SERVER:
            waited, late = self._pairing.answered(association, exchange, time)
            experts += late
        elif exchange is not None:
            exchange.time = time
        if not transfer.complete:
            return Paired(exchange, waited, (), None, experts)
        association.end_blocks(sender)
        return self._carried(association, sender, transfer, exchange, waited, number, experts)

    def _exchange(
        self, association: Association, sender: Sender, block: bytes, number: int, time: int
    ) -> tuple[Exchange | None, tuple[Expert, ...]]:
        """The exchange that a transfer belongs to, when its first block is seen."""
        if sender is Sender.SERVER:
            service = decode_apdu(block, 0, len(block)).service if block else ""
            if service != "unknown" and SERVICES.get(service, NO_SERVICE).role is Role.ALONE:
                return None, ()
            return next(reversed(association.open.values()), None), ()
        asked = Decoded(FAMILY, None)
        exchange, _, experts = self._pairing.begin(association, FAMILY, asked, number, time)
        return exchange, experts

    def _carried(
        self,
        association: Association,
        sender: Sender,
        transfer: Transfer,
        exchange: Exchange | None,
        waited: int | None,
        number: int,
        experts: tuple[Expert, ...],
    ) -> Paired:
        """What a complete transfer carried: an APDU of its own."""
        decoded, octets = self._open(association, sender, transfer.joined(), number)
        service, record, odd, row, invoke_id, _, items = decoded
        experts += within("the joined blocks", odd)
        reassembled = Reassembled(service, octets, tuple(transfer.messages))
        if record is None or transfer.broken:
            return Paired(exchange, waited, (), reassembled, experts)
        role = role_of(row.role, sender)
        if role is Role.REQUEST and exchange is not None:
            association.open.pop(FAMILY, None)
            exchange.family, exchange.invoke_id, exchange.items = row.family, invoke_id, items
            association.open[row.family if invoke_id is None else invoke_id] = exchange
        elif role is Role.RESPONSE:
            found, key = self._pairing.find(association, row.family, invoke_id)
            exchange = found or exchange
            if exchange is not None:
                items = self._pairing.complete(association, exchange, key, items, number)
        elif role is Role.ALONE:
            exchange = None
        return Paired(exchange, waited, items, reassembled, experts, invoke_id)
