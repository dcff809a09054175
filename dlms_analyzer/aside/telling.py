"""Messages on their way to the process that writes them: plain values, as far as a jsonl object needs them."""

from __future__ import annotations

import marshal
import pickle
from functools import lru_cache
from typing import Any, Final, NamedTuple

from dlms_analyzer.associations.association import Association
from dlms_analyzer.associations.exchange import Exchange
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.decoded import decode_apdu, decode_inside
from dlms_analyzer.frames import FLOWS_REMEMBERED, LINE, Frame
from dlms_analyzer.framing.units import Kind, Part, Sender
from dlms_analyzer.items import Answer, Asked, Item
from dlms_analyzer.meaning import PUSHES
from dlms_analyzer.messages import Message, Reassembled, Security
from dlms_analyzer.net.streams import Conversation, Stream
from dlms_analyzer.notes import Expert

Told = tuple[Any, ...]
"""A message as plain values."""

# Enum members are looked up once: in Python 3.11 each look-up is a call.
_KINDS: Final = tuple(Kind)
_SENDERS: Final = tuple(Sender)
_KIND_NUMBERS: Final = {kind: number for number, kind in enumerate(Kind)}
_SENDER_NUMBERS: Final = {sender: number for number, sender in enumerate(Sender)}

_MARSHALLED: Final = b"m"
_PICKLED: Final = b"p"
_WITHOUT_REFERENCES: Final = 2
"""Version of the marshal format that does not look for what comes again: little does, and looking takes long."""
_new: Final = tuple.__new__


class Order(NamedTuple):
    """What to write.

    Attributes:
        meters: what is known about the meters before the first message.
        show_secrets: give passwords and keys as values.
    """

    meters: Meters
    show_secrets: bool

    def packed(self) -> bytes:
        """It, as octets."""
        return pickle.dumps(tuple(self))

    @classmethod
    def unpacked(cls, octets: bytes) -> Order:
        """The order that octets hold."""
        return cls(*pickle.loads(octets))  # noqa: S301 - our own parent wrote it


class Batch(NamedTuple):
    """Messages that are told at a time.

    Attributes:
        written: there are lines of them already; they are to be learnt from.
        messages: in capture order.
    """

    written: bool
    messages: list[Told]

    def packed(self) -> bytes:
        """It, as octets."""
        try:
            return _MARSHALLED + marshal.dumps((self.written, self.messages), _WITHOUT_REFERENCES)
        except ValueError:  # a compact array is no plain value
            return _PICKLED + pickle.dumps((self.written, self.messages))

    @classmethod
    def unpacked(cls, octets: bytes) -> Batch:
        """The batch that octets hold."""
        content = memoryview(octets)[1:]
        if octets[:1] == _MARSHALLED:
            return cls(*marshal.loads(content))  # noqa: S302 - our own parent wrote it
        return cls(*pickle.loads(content))  # noqa: S301 - so it did


def tell(message: Message) -> Told:
    """All of a message that `meaning` learns from, and that its jsonl object says."""
    (
        number, kind, service, outer, time, sender, profile, client_sap, server_sap, lower, stream, association,
        exchange, invoke_id, waited, _, frame, buf, start, end, parts, _, security, plaintext, items, reassembled,
        experts,
    ) = message  # fmt: skip
    return (
        number, _KIND_NUMBERS[kind], service, outer, time, _SENDER_NUMBERS[sender], profile, client_sap, server_sap,
        lower, stream.conversation.number, stream.direction, stream.flow,
        None if association is None else association.server_title, None if exchange is None else exchange.number,
        invoke_id, waited, message.frames if parts else frame.number, buf[start:end],
        None if security is None else tuple(security), plaintext,
        [(asked and tuple(asked), answer and tuple(answer)) for asked, answer in items],
        None if reassembled is None else tuple(reassembled), [tuple(expert) for expert in experts],
    )  # fmt: skip


def heard(told: Told) -> Message:
    """The message that was told; what is not told of it is empty."""
    (
        number, kind, service, outer, time, sender, profile, client_sap, server_sap, lower, conversation, direction,
        flow, title, exchange, invoke_id, waited, frames, octets, security, plaintext, items, reassembled, experts,
    ) = told  # fmt: skip
    parts: tuple[Part, ...] = ()
    if frames.__class__ is tuple:
        parts = tuple(Part(_frame(one), 0, 0) for one in frames)
        frames = frames[-1]
    return _new(
        Message,
        (
            number, _KINDS[kind], service, outer, time, _SENDERS[sender], profile, client_sap, server_sap, lower,
            _stream(conversation, direction, flow), None if title is None else _association(title),
            None if exchange is None else _exchange(exchange), invoke_id, waited,
            _pushed(octets, plaintext) if service in PUSHES else None, _frame(frames), octets, 0, len(octets), parts,
            None, None if security is None else _new(Security, security), plaintext,
            tuple([
                _new(Item, (asked and _new(Asked, asked), answer and _new(Answer, answer))) for asked, answer in items
            ]),
            None if reassembled is None else _new(Reassembled, reassembled),
            tuple([_new(Expert, expert) for expert in experts]),
        ),
    )  # fmt: skip


def _pushed(octets: bytes, plaintext: bytes | None) -> Any:
    """The record of what a meter sends by itself: its body says more than its items, of which it has none."""
    if plaintext is not None:
        return decode_inside(plaintext).record
    return decode_apdu(octets, 0, len(octets)).record


def _frame(number: int) -> Frame:
    return _new(Frame, (number, 0, 0, b"", 0, 0, 0, 0, 0))


@lru_cache(maxsize=FLOWS_REMEMBERED)
def _stream(conversation: int, direction: int, flow: bytes) -> Stream:
    return Stream(Conversation(conversation, LINE), direction, flow)


@lru_cache(maxsize=FLOWS_REMEMBERED)
def _association(server_title: bytes) -> Association:
    association = Association(0, Conversation(0, LINE), "", None, None, None, 0)
    association.server_title = server_title
    return association


def _exchange(number: int) -> Exchange:
    return Exchange(number, "", None, (), 0, 0, False)
