"""Exchanges: which request a message answers, and what the answer is worth when it is complete."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from dlms_analyzer.associations.association import Association
from dlms_analyzer.associations.exchange import Exchange
from dlms_analyzer.decoded import Decoded
from dlms_analyzer.framing.units import Sender
from dlms_analyzer.items import Item, joined_action, joined_get, joined_read, joined_values, refusal_by_access
from dlms_analyzer.messages import Reassembled
from dlms_analyzer.notes import Expert
from dlms_analyzer.services import REFUSALS, Role
from dlms_analyzer.transfers import Transfer
from scapy_layers import DecodeError, gist_of

# Enum members are looked up once: in Python 3.11 each look-up is a call.
_REQUEST: Final = Role.REQUEST
_NEXT: Final = Role.NEXT
_RESPONSE: Final = Role.RESPONSE
_ALONE: Final = Role.ALONE
_EITHER: Final = Role.EITHER
_CLIENT: Final = Sender.CLIENT
_SERVER: Final = Sender.SERVER
_new: Final = tuple.__new__


class Paired(NamedTuple):
    """What pairing found out about a message; see the fields of `Message` of the same names."""

    exchange: Exchange | None = None
    response_time: int | None = None
    items: tuple[Item, ...] = ()
    reassembled: Reassembled | None = None
    experts: tuple[Expert, ...] = ()
    invoke_id: int | None = None
    """Of the APDU that blocks carried; any other says its own."""


NOTHING: Final = Paired()


def role_of(role: Role, sender: Sender) -> Role:
    """The part that a message plays whose service may be either's."""
    if role is not _EITHER:
        return role
    return _REQUEST if sender is _CLIENT else _RESPONSE if sender is _SERVER else _ALONE


class Pairing:
    """Pairs the messages of all associations; numbers the exchanges."""

    def __init__(self) -> None:
        self.count = 0

    def pair(self, association: Association, sender: Sender, decoded: Decoded, number: int, time: int) -> Paired:
        """Find the exchange of a message and what the message completes."""
        role = decoded.row.role
        if role is _EITHER:
            role = role_of(role, sender)
        if role is _REQUEST:
            if decoded.service == "read-request" and _continues(decoded.record):
                return self._next(association, decoded, number, time)
            return self._request(association, decoded, number, time)
        if role is _RESPONSE:
            return self._response(association, decoded, number, time)
        if role is _NEXT:
            return self._next(association, decoded, number, time)
        return Paired(None, None, decoded.items) if decoded.items else NOTHING

    def begin(
        self, association: Association, family: str, decoded: Decoded, number: int, time: int
    ) -> tuple[Exchange, bool, tuple[Expert, ...]]:
        """The exchange that a request begins, whether it was asked before, and what is odd about that."""
        _, _, _, _, invoke_id, confirmed, items = decoded
        key: int | str = family if invoke_id is None else invoke_id
        experts: tuple[Expert, ...] = ()
        waiting = association.open
        before = waiting.pop(key, None)
        if before is not None:
            if before.waits:
                if items and before.family == family and before.items == items:
                    before.time = time
                    waiting[key] = before
                    again = Expert("repeated-request", f"the same request as message {before.request}")
                    return before, True, (again,)
                association.unanswered += 1
                text = f"the request in message {before.request} was not answered before"
                experts = (Expert("unanswered", text),)
            elif before.unfinished:
                text = f"the transfer that message {before.request} began is not complete"
                experts = (Expert("incomplete-transfer", text),)
        exchange = Exchange(self.count, family, invoke_id, items, number, time, confirmed)
        self.count += 1
        association.exchanges += 1
        waiting[key] = exchange  # an unconfirmed one too: some servers answer all the same
        return exchange, False, experts

    def _request(self, association: Association, decoded: Decoded, number: int, time: int) -> Paired:
        exchange, again, experts = self.begin(association, decoded.row.family, decoded, number, time)
        if not again and "-first-" in decoded.service and decoded.record is not None:
            return self._request_block(exchange, decoded, number, experts)
        return _new(Paired, (exchange, None, decoded.items, None, experts, None))

    def _next(self, association: Association, decoded: Decoded, number: int, time: int) -> Paired:
        invoke_id = decoded.invoke_id
        exchange = association.open.get(decoded.row.family if invoke_id is None else invoke_id)
        if exchange is None:
            text = f"{decoded.service} continues a request that is not in the capture"
            return Paired(experts=(Expert("unexpected-response", text),))
        exchange.time = time
        if decoded.record is not None and decoded.service in _REQUEST_BLOCKS:
            return self._request_block(exchange, decoded, number, ())
        return Paired(exchange)

    def _request_block(self, exchange: Exchange, decoded: Decoded, number: int, experts: tuple[Expert, ...]) -> Paired:
        """A block of a long SET or ACTION request."""
        record, items = decoded.record, decoded.items
        blocks = exchange.request_blocks
        if blocks is None:
            blocks = exchange.request_blocks = Transfer()
        experts += blocks.add(record.block_number, record.raw_data, number, last=bool(record.last_block))
        if not blocks.complete:
            return Paired(exchange, None, items, None, experts)
        wanted = len(exchange.items)
        if not blocks.broken:
            try:
                values = joined_values(blocks.joined(), wanted)
            except DecodeError as stopped:
                experts += (Expert("malformed", f"in the joined blocks: {stopped}"),)
            else:
                items = exchange.items = tuple(
                    Item(None if one.asked is None else one.asked._replace(data=value), None)
                    for one, value in zip(exchange.items, values, strict=False)
                )
        service = f"{exchange.family}-request-{'normal' if wanted == 1 else 'with-list'}"
        reassembled = Reassembled(service, blocks.joined(), tuple(blocks.messages))
        return Paired(exchange, None, items, reassembled, experts)

    def _response(self, association: Association, decoded: Decoded, number: int, time: int) -> Paired:
        service, record, _, row, invoke_id, _, items = decoded
        exchange, key = self.find(association, row.family, invoke_id)
        if exchange is None:
            text = f"{service} answers no request in the capture"
            return Paired(None, None, items, None, (Expert("unexpected-response", text),))
        waited, experts = self.answered(association, exchange, time)
        if invoke_id != exchange.invoke_id and invoke_id is not None:
            text = f"invoke-id {invoke_id} answers the request with invoke-id {exchange.invoke_id}"
            experts += (Expert("invoke-id-mismatch", text),)
        if service in _NOT_YET or record is None or (service == "read-response" and _is_block(record)):
            if record is None or service in _ACKNOWLEDGEMENTS:
                return Paired(exchange, waited, (), None, experts)
            return self._response_block(association, exchange, key, decoded, waited, number, experts)
        completed = self.complete(association, exchange, key, items, number)
        if not items and service in REFUSALS:
            association.count_error(service)
            refusal = gist_of(record)
            experts += (Expert("refused", f"message {exchange.request} was refused: {refusal}"),)
            completed = exchange.items
        return _new(Paired, (exchange, waited, completed, None, experts, None))

    @staticmethod
    def find(association: Association, family: str, invoke_id: int | None) -> tuple[Exchange | None, int | str]:
        """The open request that a response belongs to, and its key."""
        requests = association.open
        key: int | str = family if invoke_id is None else invoke_id
        exchange = requests.get(key)
        if exchange is not None and (family == exchange.family or not family):
            return exchange, key
        if not family or exchange is None:
            for key, exchange in reversed(requests.items()):
                if exchange.confirmed and (not family or family == exchange.family):
                    return exchange, key
        return None, key

    @staticmethod
    def answered(association: Association, exchange: Exchange, time: int) -> tuple[int, tuple[Expert, ...]]:
        """Note that an answer came; gives how long it took, and what is odd about that."""
        waited = time - exchange.time
        if waited > association.slowest:  # noqa: PLR1730 - a call to max() takes longer
            association.slowest = waited
        exchange.answered = True
        if exchange.number >= association.latest_answered:
            association.latest_answered = exchange.number
            if exchange.confirmed:
                return waited, ()
            text = f"message {exchange.request} asked for no answer: its service class is unconfirmed"
            return waited, (Expert("unasked-response", text),)
        text = f"the answer to message {exchange.request} comes after the answer to a later request"
        return waited, (Expert("late-response", text),)

    @staticmethod
    def complete(
        association: Association, exchange: Exchange, key: int | str, answers: tuple[Item, ...], number: int
    ) -> tuple[Item, ...]:
        """Close an exchange with a message; what was asked stands beside what came back."""
        association.open.pop(key, None)
        exchange.last = number
        asked = exchange.items
        if len(answers) == 1 == len(asked):
            answer = answers[0].answer
            if answer.result == "success":  # type: ignore[union-attr]
                return (_new(Item, (asked[0].asked, answer)),)
        for item in answers:
            if item.answer is not None and item.answer.result not in (None, "success"):
                association.count_error(str(item.answer.result))
        if not asked or not answers:
            return answers
        padded = answers + (None,) * (len(asked) - len(answers))
        both = (
            Item(one.asked, None if answer is None else answer.answer)
            for one, answer in zip(asked, padded, strict=False)
        )
        return (*both, *answers[len(asked) :])

    def _response_block(
        self,
        association: Association,
        exchange: Exchange,
        key: int | str,
        decoded: Decoded,
        waited: int,
        number: int,
        experts: tuple[Expert, ...],
    ) -> Paired:
        """A block of a long response."""
        blocks = exchange.response_blocks
        if blocks is None:
            blocks = exchange.response_blocks = Transfer()
        source = decoded.record.results[0] if decoded.service == "read-response" else decoded.record
        content = source.result if decoded.service == "get-response-with-datablock" else source
        if content.service == "datablock-error":
            items = self.complete(association, exchange, key, refusal_by_access(content.data_access_result), number)
            return Paired(exchange, waited, items, None, experts)
        experts += blocks.add(source.block_number, content.raw_data, number, last=bool(source.last_block))
        if not blocks.complete:
            return Paired(exchange, waited, (), None, experts)
        octets = blocks.joined()
        wanted = len(exchange.items) or 1
        answers: tuple[Item, ...] = ()
        if not blocks.broken:
            try:
                answers = _JOINED[exchange.family](octets, wanted)
            except DecodeError as stopped:
                experts += (Expert("malformed", f"in the joined blocks: {stopped}"),)
        items = self.complete(association, exchange, key, answers, number)
        name = f"{exchange.family}-response"
        if exchange.family != "read":
            name += "-normal" if wanted == 1 else "-with-list"
        return Paired(exchange, waited, items, Reassembled(name, octets, tuple(blocks.messages)), experts)


_REQUEST_BLOCKS: Final = frozenset({"set-request-with-datablock", "action-request-with-pblock"})
_ACKNOWLEDGEMENTS: Final = frozenset({"set-response-datablock", "action-response-next-pblock"})
_NOT_YET: Final = _ACKNOWLEDGEMENTS | {"get-response-with-datablock", "action-response-with-pblock"}
"""Responses that do not complete the answer, or only when all before them are there."""
_JOINED: Final = {"get": joined_get, "action": joined_action, "read": joined_read}


def _continues(record: Any) -> bool:
    """Whether a ReadRequest asks for the next block."""
    return record is not None and any(
        one.service == "block-number-access" for one in record.variable_access_specification
    )


def _is_block(record: Any) -> bool:
    return len(record.results) == 1 and record.results[0].service == "read-data-block"
