"""Exchanges with their messages: a request and everything that answers it, put together while messages pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from dlms_analyzer.associations.exchange import Exchange
from dlms_analyzer.framing.units import Sender
from dlms_analyzer.items import Item
from dlms_analyzer.messages import Message

MAX_WAITING: Final = 65_536
"""Exchanges that wait for their answers at a time: one for each connection that is followed."""


class Exchanged(NamedTuple):
    """An exchange and its messages.

    Attributes:
        exchange: what was asked, and how far it got.
        messages: all of it in capture order, the request first: blocks, requests for the next block, the answer.
    """

    exchange: Exchange
    messages: tuple[Message, ...]

    @property
    def request(self) -> Message:
        """The message that began it."""
        return self.messages[0]

    @property
    def response(self) -> Message | None:
        """The last message of the server; None when there was none."""
        return next((one for one in reversed(self.messages) if one.sender is Sender.SERVER), None)

    @property
    def items(self) -> tuple[Item, ...]:
        """What was asked with what came back; what was asked alone while nothing did."""
        response = self.response
        return response.items if response is not None and response.items else self.exchange.items

    @property
    def duration(self) -> int:
        """Nanoseconds from the first to the last message."""
        return self.messages[-1].time - self.messages[0].time


def exchanges_of(messages: Iterable[Message]) -> Iterator[Exchanged]:
    """The exchanges of messages in capture order, each as soon as its answer is complete.

    Those that ask for no answer come with the next exchange of their association, as some servers answer all the same.
    Those that are never answered come when `MAX_WAITING` others wait, or at the end.
    """
    waiting: dict[int, list[Message]] = {}
    unasked: dict[int, int] = {}
    """By association, its latest exchange that asks for no answer."""
    for message in messages:
        exchange, association = message.exchange, message.association
        if exchange is None or association is None:
            continue
        before = unasked.pop(association.number, exchange.number)
        if before != exchange.number and before in waiting:
            yield _exchanged(waiting.pop(before))
        waiting.setdefault(exchange.number, []).append(message)
        if message.number == exchange.last:
            yield _exchanged(waiting.pop(exchange.number))
            continue
        if not exchange.confirmed:
            unasked[association.number] = exchange.number
        if len(waiting) > MAX_WAITING:
            yield _exchanged(waiting.pop(next(iter(waiting))))
    yield from map(_exchanged, waiting.values())


def _exchanged(messages: list[Message]) -> Exchanged:
    exchange = messages[0].exchange
    if exchange is None:
        raise ValueError("the message belongs to no exchange")
    return Exchanged(exchange, tuple(messages))
