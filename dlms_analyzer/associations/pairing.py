"""Exchanges: which request a message answers, and what the answer is worth when it is complete."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from dlms_analyzer.associations.association import Association
from dlms_analyzer.associations.exchange import Exchange
from dlms_analyzer.decoded import decode_apdu
from dlms_analyzer.framing.units import Sender
from dlms_analyzer.items import (
    ANSWERED,
    ASKED,
    NOTIFICATIONS,
    Answer,
    joined_action,
    joined_get,
    joined_read,
    joined_values,
    notified,
)
from dlms_analyzer.messages import Item, Reassembled
from dlms_analyzer.notes import Expert
from dlms_analyzer.services import NO_SERVICE, SERVICES, Role, Service
from dlms_analyzer.transfers import Transfer
from scapy_layers import DecodeError

CONFIRMED: Final = 0x40
"""Service class in Invoke-Id-And-Priority."""
LONG_CONFIRMED: Final = 0x40000000
"""Service class in Long-Invoke-Id-And-Priority."""
LAST_BLOCK: Final = 0x80
"""In the block control of GBT."""


# Enum members are looked up once: in Python 3.11 each look-up is a call.
_REQUEST, _NEXT, _RESPONSE, _ALONE, _EITHER = Role.REQUEST, Role.NEXT, Role.RESPONSE, Role.ALONE, Role.EITHER
_new = tuple.__new__


class Paired(NamedTuple):
    """What pairing found out about a message; see the fields of `Message` of the same names."""

    exchange: Exchange | None = None
    invoke_id: int | None = None
    response_time: int | None = None
    items: tuple[Item, ...] = ()
    reassembled: Reassembled | None = None
    experts: tuple[Expert, ...] = ()


NOTHING: Final = Paired()


def invoke_id_of(record: Any) -> tuple[int | None, bool]:
    """Invoke-id of a record and whether its service is confirmed; None for services without one."""
    octet = getattr(record, "invoke_id_and_priority", None)
    if octet is not None:
        return octet & 0x0F, bool(octet & CONFIRMED)
    long = getattr(record, "long_invoke_id_and_priority", None)
    if long is not None:
        return long & 0x00FFFFFF, bool(long & LONG_CONFIRMED)
    return None, True


class Pairing:
    """Pairs the messages of all associations; numbers the exchanges."""

    def __init__(self) -> None:
        self.count = 0

    def pair(
        self,
        association: Association,
        service: str,
        row: Service,
        sender: Sender,
        record: Any,
        number: int,
        time: int,
    ) -> Paired:
        """Find the exchange of a message and what the message completes."""
        role = row.role
        if role is _EITHER:
            if service == "general-block-transfer":
                return self._block_transfer(association, sender, record, number, time)
            role = _role_of(sender)
        if role is _ALONE:
            return self._alone(service, record)
        invoke_id, confirmed = (None, True) if record is None else invoke_id_of(record)
        if role is _REQUEST:
            if service == "read-request" and _continues(record):
                return self._next(association, row.family, None, record, service, number, time)
            return self._request(association, service, row, invoke_id, confirmed, record, number, time)
        if role is _NEXT:
            return self._next(association, row.family, invoke_id, record, service, number, time)
        return self._response(association, service, row, invoke_id, record, number, time)

    def abandon(self, association: Association) -> None:
        """Count what stays unanswered because the connection ended."""
        association.unanswered += sum(
            exchange.confirmed and not exchange.answered for exchange in association.open.values()
        )
        association.open.clear()
        association.blocks.clear()

    def _alone(self, service: str, record: Any) -> Paired:
        if record is None:
            return NOTHING
        invoke_id, _ = invoke_id_of(record)
        if service in NOTIFICATIONS:
            return Paired(None, invoke_id, None, tuple(Item(asked, answer) for asked, answer in notified(record)))
        if service in ASKED:
            return Paired(None, invoke_id, None, tuple(Item(asked, None) for asked in ASKED[service](record)))
        return Paired(None, invoke_id) if invoke_id is not None else NOTHING

    def _request(
        self,
        association: Association,
        service: str,
        row: Service,
        invoke_id: int | None,
        confirmed: bool,
        record: Any,
        number: int,
        time: int,
    ) -> Paired:
        key: int | str = row.family if invoke_id is None else invoke_id
        experts: tuple[Expert, ...] = ()
        asker = ASKED.get(service)
        asked = asker(record) if asker is not None and record is not None else ()
        before = association.open.pop(key, None)
        if before is not None and before.confirmed and not before.answered:
            if asked and before.asked == asked and before.family == row.family:
                before.time = time
                association.open[key] = before
                again = Expert("repeated-request", f"the same request as message {before.request}")
                return Paired(before, invoke_id, None, tuple(Item(one, None) for one in asked), None, (again,))
            association.unanswered += 1
            experts = (Expert("unanswered", f"the request in message {before.request} was not answered before"),)
        exchange = Exchange(self.count, row.family, invoke_id, asked, number, time)
        self.count += 1
        association.exchanges += 1
        exchange.confirmed = confirmed
        if confirmed:
            association.open[key] = exchange
        items = tuple([_new(Item, (one, None)) for one in asked])
        if record is not None and "-first-" in service:
            return self._request_block(exchange, record, invoke_id, items, number, experts)
        return _new(Paired, (exchange, invoke_id, None, items, None, experts))

    def _next(
        self,
        association: Association,
        family: str,
        invoke_id: int | None,
        record: Any,
        service: str,
        number: int,
        time: int,
    ) -> Paired:
        key: int | str = family if invoke_id is None else invoke_id
        exchange = association.open.get(key)
        if exchange is None:
            text = f"{service} continues a request that is not in the capture"
            return Paired(None, invoke_id, None, (), None, (Expert("unexpected-response", text),))
        exchange.time = time
        if record is not None and service in ("set-request-with-datablock", "action-request-with-pblock"):
            return self._request_block(exchange, record, invoke_id, (), number, ())
        return Paired(exchange, invoke_id)

    def _request_block(
        self,
        exchange: Exchange,
        record: Any,
        invoke_id: int | None,
        items: tuple[Item, ...],
        number: int,
        experts: tuple[Expert, ...],
    ) -> Paired:
        """A block of a long SET or ACTION request."""
        blocks = exchange.request_blocks
        if blocks is None:
            blocks = exchange.request_blocks = Transfer()
        experts += blocks.add(record.block_number, record.raw_data, number, last=bool(record.last_block))
        if not blocks.complete:
            return Paired(exchange, invoke_id, None, items, None, experts)
        if not blocks.broken:
            try:
                values = joined_values(blocks.joined(), len(exchange.asked))
            except DecodeError as stopped:
                experts += (Expert("malformed", f"in the joined blocks: {stopped}"),)
            else:
                asked = [one._replace(data=value) for one, value in zip(exchange.asked, values, strict=False)]
                exchange.asked = tuple(asked)
                items = tuple(Item(one, None) for one in exchange.asked)
        service_of = {"set": "set-request-normal", "action": "action-request-normal"}[exchange.family]
        if len(exchange.asked) != 1:
            service_of = service_of.replace("normal", "with-list")
        reassembled = Reassembled(service_of, blocks.joined(), tuple(blocks.messages))
        return Paired(exchange, invoke_id, None, items, reassembled, experts)

    def _response(
        self,
        association: Association,
        service: str,
        row: Service,
        invoke_id: int | None,
        record: Any,
        number: int,
        time: int,
    ) -> Paired:
        experts: tuple[Expert, ...] = ()
        exchange, key = self._find(association, row.family, invoke_id)
        if exchange is None:
            text = f"{service} answers no request in the capture"
            answers = self._answers(service, record)
            items = tuple(Item(None, answer) for answer in answers)
            return Paired(None, invoke_id, None, items, None, (Expert("unexpected-response", text),))
        if invoke_id is not None and invoke_id != exchange.invoke_id:
            text = f"invoke-id {invoke_id} answers the request with invoke-id {exchange.invoke_id}"
            experts = (Expert("invoke-id-mismatch", text),)
        waited = time - exchange.time
        association.slowest = max(association.slowest, waited)
        exchange.answered = True
        if record is None:
            return Paired(exchange, invoke_id, waited, (), None, experts)
        if service in _BLOCKS or (service == "read-response" and _is_block(record)):
            return self._response_block(association, exchange, key, service, record, invoke_id, waited, number, experts)
        if service in _ACKNOWLEDGEMENTS:
            return Paired(exchange, invoke_id, waited, (), None, experts)
        answers = self._answers(service, record)
        items = self._complete(association, exchange, key, answers)
        if not answers and service in ("exception-response", "confirmed-service-error"):
            association.errors[service] += 1
            experts += (Expert("refused", f"message {exchange.request} was refused: {_refusal(record)}"),)
            items = tuple(Item(one, None) for one in exchange.asked)
        return _new(Paired, (exchange, invoke_id, waited, items, None, experts))

    def _find(self, association: Association, family: str, invoke_id: int | None) -> tuple[Exchange | None, int | str]:
        """The open request that a response belongs to."""
        requests = association.open
        key: int | str = family if invoke_id is None else invoke_id
        exchange = requests.get(key)
        if exchange is not None and family in (exchange.family, ""):
            return exchange, key
        if family == "" or exchange is None:
            for key, exchange in reversed(requests.items()):
                if family in ("", exchange.family):
                    return exchange, key
        return None, key

    def _answers(self, service: str, record: Any) -> tuple[Answer, ...]:
        answerer = ANSWERED.get(service)
        return answerer(record) if answerer is not None and record is not None else ()

    def _complete(
        self, association: Association, exchange: Exchange, key: int | str, answers: tuple[Answer, ...]
    ) -> tuple[Item, ...]:
        """Close an exchange; what was asked stands beside what came back."""
        exchange.done = True
        association.open.pop(key, None)
        asked = exchange.asked
        if len(answers) == 1 == len(asked) and answers[0].result == "success":
            return (_new(Item, (asked[0], answers[0])),)
        for answer in answers:
            if answer.result is not None and answer.result != "success":
                association.errors[answer.result] += 1
        if not exchange.asked:
            return tuple(Item(None, answer) for answer in answers)
        if not answers:
            return ()
        padded = answers + (None,) * (len(exchange.asked) - len(answers))
        extra = tuple(Item(None, answer) for answer in answers[len(exchange.asked) :])
        return tuple(Item(one, answer) for one, answer in zip(exchange.asked, padded, strict=False)) + extra

    def _response_block(
        self,
        association: Association,
        exchange: Exchange,
        key: int | str,
        service: str,
        record: Any,
        invoke_id: int | None,
        waited: int,
        number: int,
        experts: tuple[Expert, ...],
    ) -> Paired:
        """A block of a long response."""
        blocks = exchange.response_blocks
        if blocks is None:
            blocks = exchange.response_blocks = Transfer()
        source = record.results[0] if service == "read-response" else record
        content = source.result if service == "get-response-with-datablock" else source
        if content.service == "datablock-error":
            items = self._complete(
                association, exchange, key, tuple(ANSWERED["set-response-normal"](_Result(content.data_access_result)))
            )
            return Paired(exchange, invoke_id, waited, items, None, experts)
        experts += blocks.add(source.block_number, content.raw_data, number, last=bool(source.last_block))
        if not blocks.complete:
            return Paired(exchange, invoke_id, waited, (), None, experts)
        octets = blocks.joined()
        answers: tuple[Answer, ...] = ()
        if not blocks.broken:
            try:
                answers = _JOINED[exchange.family](octets, len(exchange.asked) or 1)
            except DecodeError as stopped:
                experts += (Expert("malformed", f"in the joined blocks: {stopped}"),)
        items = self._complete(association, exchange, key, answers)
        name = f"{exchange.family}-response" + ("" if exchange.family == "read" else "-normal")
        if len(exchange.asked) > 1 and exchange.family != "read":
            name = f"{exchange.family}-response-with-list"
        return Paired(exchange, invoke_id, waited, items, Reassembled(name, octets, tuple(blocks.messages)), experts)

    def _block_transfer(self, association: Association, sender: Sender, record: Any, number: int, time: int) -> Paired:
        """A block of a general block transfer (IEC 62056-5-3, general-block-transfer), in either direction."""
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
        if under_way is None:
            if not block and sender is Sender.CLIENT:
                # An acknowledgement with the last-block bit: nothing of its own is to follow.
                exchange = opposite[1] if opposite else None
                if exchange is not None:
                    exchange.time = time
                return Paired(exchange)
            exchange = self._exchange_of_blocks(association, sender, block, number, time)
            under_way = association.blocks[sender] = (Transfer(record.block_number, recovers=True), exchange)
        transfer, exchange = under_way
        experts = transfer.add(record.block_number, block, number, last=bool(control & LAST_BLOCK))
        waited = None
        if exchange is not None and sender is Sender.SERVER:
            waited = time - exchange.time
            association.slowest = max(association.slowest, waited)
            exchange.answered = True
        elif exchange is not None:
            exchange.time = time
        if not transfer.complete:
            return Paired(exchange, None, waited, (), None, experts)
        del association.blocks[sender]
        return self._carried(association, sender, transfer, exchange, waited, experts)

    def _exchange_of_blocks(
        self, association: Association, sender: Sender, block: bytes, number: int, time: int
    ) -> Exchange | None:
        """The exchange that a transfer belongs to, when its first block is seen."""
        if sender is Sender.SERVER:
            service = decode_apdu(block, 0, len(block)).service if block else ""
            if SERVICES.get(service, NO_SERVICE).role is _ALONE and service != "unknown":
                return None
            return next(reversed(association.open.values()), None)
        exchange = Exchange(self.count, "general-block-transfer", None, (), number, time)
        self.count += 1
        association.exchanges += 1
        association.open["general-block-transfer"] = exchange
        return exchange

    def _carried(
        self,
        association: Association,
        sender: Sender,
        transfer: Transfer,
        exchange: Exchange | None,
        waited: int | None,
        experts: tuple[Expert, ...],
    ) -> Paired:
        """What a complete transfer carried: an APDU of its own."""
        octets = transfer.joined()
        messages = tuple(transfer.messages)
        service, record, odd = decode_apdu(octets, 0, len(octets))
        experts += tuple(Expert(one.code, f"in the joined blocks: {one.text}") for one in odd)
        reassembled = Reassembled(service, octets, messages)
        row = SERVICES.get(service, NO_SERVICE)
        if record is None or transfer.broken:
            return Paired(exchange, None, waited, (), reassembled, experts)
        if row.role is _ALONE:
            return self._alone(service, record)._replace(reassembled=reassembled, experts=experts)
        if row.role is _EITHER:
            row = row._replace(role=_role_of(sender))
        invoke_id, _ = invoke_id_of(record)
        if row.role is _REQUEST and exchange is not None:
            association.open.pop("general-block-transfer", None)
            exchange.family, exchange.invoke_id = row.family, invoke_id
            asker = ASKED.get(service)
            exchange.asked = asker(record) if asker is not None else ()
            association.open[row.family if invoke_id is None else invoke_id] = exchange
            items = tuple(Item(one, None) for one in exchange.asked)
            return Paired(exchange, invoke_id, waited, items, reassembled, experts)
        if row.role is _RESPONSE:
            found, key = self._find(association, row.family, invoke_id)
            answers = self._answers(service, record)
            exchange = found or exchange
            if exchange is None:
                items = tuple(Item(None, answer) for answer in answers)
            else:
                items = self._complete(association, exchange, key, answers)
            return Paired(exchange, invoke_id, waited, items, reassembled, experts)
        return Paired(exchange, invoke_id, waited, (), reassembled, experts)


class _Result(NamedTuple):
    """A bare data-access-result, in the shape that `ANSWERED` reads."""

    result: int


_BLOCKS: Final = frozenset({"get-response-with-datablock", "action-response-with-pblock"})
_ACKNOWLEDGEMENTS: Final = frozenset({"set-response-datablock", "action-response-next-pblock"})
_JOINED: Final[dict[str, Any]] = {
    "get": joined_get,
    "action": joined_action,
    "read": lambda octets, _: joined_read(octets),
}


def _role_of(sender: Sender) -> Role:
    return {Sender.CLIENT: _REQUEST, Sender.SERVER: _RESPONSE, Sender.UNKNOWN: _ALONE}[sender]


def _continues(record: Any) -> bool:
    """Whether a ReadRequest asks for the next block."""
    return record is not None and any(
        one.service == "block-number-access" for one in record.variable_access_specification
    )


def _is_block(record: Any) -> bool:
    return len(record.results) == 1 and record.results[0].service == "read-data-block"


def _refusal(record: Any) -> str:
    return str(record.layer.from_record(record).summary_text())
