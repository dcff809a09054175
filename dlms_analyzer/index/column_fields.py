"""The columns that answer for each field of display filters, as far as they can."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from itertools import compress, count
from operator import eq
from struct import pack
from typing import Any, Final

from dlms_analyzer.cosem.p1 import P1_TELEGRAM
from dlms_analyzer.decoded import UNKNOWN_SERVICE
from dlms_analyzer.filters.compiled import Question
from dlms_analyzer.filters.domains import number
from dlms_analyzer.filters.engine_fields import View
from dlms_analyzer.filters.layer_fields import holders
from dlms_analyzer.frames import Frame
from dlms_analyzer.framing.units import Kind, Sender
from dlms_analyzer.index.parts import PIECES
from dlms_analyzer.index.runs import MAYBE, NO, YES, Answers, Run, mask
from dlms_analyzer.index.table import KIND_BITS, KINDS, NONE, MessageTable, Verdict, sender_of
from dlms_analyzer.items import Answer, Asked, Item
from dlms_analyzer.messages import Message, Security
from dlms_analyzer.net.streams import Conversation, Stream

Part = Callable[[Run], Answers]
"""Answers a part of a filter for a run of messages."""

_VALUELESS: Final = frozenset(
    {
        "get-request-normal", "get-request-with-list", "get-request-next", "read-request", "set-response-normal",
        "set-response-with-list", "set-response-last-datablock", "set-response-last-datablock-with-list",
        "write-response",
    }
)  # fmt: skip
"""Services that carry no COSEM value."""
_ANYTHING: Final = (UNKNOWN_SERVICE, P1_TELEGRAM)
"""Services of what no layer reads, so that its octets may be taken for any."""
_LINK_LAYERS: Final = ("hdlc.", "mode_e.")
"""Fields of link frames; an APDU has none of them."""

_STREAM: Final = Stream(Conversation(0, 0), 0, b"")
_FRAME: Final = Frame(0, 0, 0, b"", 0, 0, 0)
_STUB: Final = Message(
    0, Kind.RAW, "", "", 0, Sender.UNKNOWN, "", None, None, None, _STREAM, None, None, None, None, None, _FRAME, b"",
    0, 0,
)  # fmt: skip
"""A message of which nothing is known: what a column says is put into it, and the field asked for its values."""


class _Verdicts(dict[int, int]):
    """Answers by the number in a column; each is worked out once."""

    def __init__(self, decide: Callable[[int], int]) -> None:
        super().__init__()
        self._decide = decide

    def __missing__(self, code: int) -> int:
        found = self[code] = self._decide(code)
        return found


def _by_code(column: str, decide: Callable[[int], int]) -> Part:
    """Answers from a column of numbers that stand for something."""
    verdict = _Verdicts(decide).__getitem__
    return lambda run: run.answers(map(verdict, run.column(column)))


def _verdict(question: Question, message: Message) -> int:
    return YES if question.check(View(message)) else NO


def _named(column: str) -> Callable[[MessageTable, Question], Part]:
    """Of a column of names."""

    def build(table: MessageTable, question: Question) -> Part:
        def decide(code: int) -> int:
            name = table.meaning(column, code)
            return MAYBE if name is None else _verdict(question, _STUB._replace(**{column: name}))

        return _by_code(column, decide)

    return build


def _of_kind(_: MessageTable, question: Question) -> Part:
    def decide(code: int) -> int:
        message = _STUB._replace(kind=KINDS[code & KIND_BITS], sender=sender_of(code))
        return _verdict(question, message)

    return _by_code("kind", decide)


def _of_stream(table: MessageTable, question: Question) -> Part:
    def decide(code: int) -> int:
        conversation = table.conversations[code >> 1]
        stream = conversation.backward if code & 1 else conversation.forward
        return _verdict(question, _STUB._replace(stream=stream))

    return _by_code("stream", decide)


def _of_association(table: MessageTable, question: Question) -> Part:
    def decide(code: int) -> int:
        if code == NONE:
            return _verdict(question, _STUB)
        association = table.associations[code]
        message = _STUB._replace(client_sap=association.client_sap, server_sap=association.server_sap)
        return _verdict(question, message)

    return _by_code("association", decide)


def _of_security(table: MessageTable, question: Question) -> Part:
    def decide(code: int) -> int:
        if not code:
            return NO
        verdict: Verdict | None = table.meaning("security", code)
        if verdict is None:
            return MAYBE
        security = Security(verdict.status, verdict.security_control, 0, verdict.key, None)
        return _verdict(question, _STUB._replace(security=security))

    return _by_code("security", decide)


def _protected(_table: MessageTable, _question: Question) -> Part:
    """Of what only protected messages have."""
    return _by_code("security", lambda code: MAYBE if code else NO)


def _of_asked(table: MessageTable, question: Question) -> Part:
    """Of what a message asks for, or answers to; short names only the meter can tell."""

    def decide(code: int) -> int:
        asked: tuple[Asked, ...] | None = table.meaning("asked", code)
        if asked is None or any(one.base_name is not None for one in asked):
            return MAYBE
        return _verdict(question, _STUB._replace(items=tuple(Item(one, None) for one in asked)))

    by_code = _by_code("asked", decide)

    def part(run: Run) -> Answers:
        sure, possible = by_code(run)
        return Answers(sure & run.tells, possible & run.tells | run.pushes)

    return part


def _of_result(table: MessageTable, question: Question) -> Part:
    """Of results. Of several the column has the first refusal; the others only the octets tell."""

    def decide(code: int) -> int:
        if not code:
            return NO
        result = table.meaning("result", code)
        if result is None:
            return MAYBE
        return _verdict(question, _STUB._replace(items=(Item(None, Answer(result)),)))

    def several(code: int) -> int:
        asked = table.meaning("asked", code)
        return int(asked is None or len(asked) != 1)

    by_code = _by_code("result", decide)
    alone = _Verdicts(several).__getitem__
    refused = _Verdicts(lambda code: int(table.meaning("result", code) not in (None, "success"))).__getitem__

    def part(run: Run) -> Answers:
        sure, possible = by_code(run)
        unsure = mask(map(alone, run.column("asked"))) & mask(map(refused, run.column("result")))
        return Answers(sure & run.tells & ~unsure, (possible | unsure) & run.tells)

    return part


def _of_accesses(_table: MessageTable, _question: Question) -> Part:
    """Of what accesses are called."""
    return lambda run: Answers(0, run.tells | run.pushes)


def _of_values(table: MessageTable, _: Question) -> Part:
    """Of values, which many services do not carry."""
    carried = _by_code("service", lambda code: NO if table.meaning("service", code) in _VALUELESS else MAYBE)
    return lambda run: Answers(0, (run.tells | run.pushes) & carried(run).possible)


def _of_experts(table: MessageTable, question: Question) -> Part:
    """Of expert notes. An APDU may have more than the reading noticed: it looked at the head only."""

    def part(run: Run) -> Answers:
        apdus = run.kinds(Kind.APDU).to_bytes(run.last - run.first + 1, "little")
        octets = bytearray(apdus)
        for at in compress(count(), run.column("expert")):
            message = _STUB._replace(experts=table.experts(run.first + at))
            if any(question.holds(value) for value in question.values(View(message))):
                octets[at] = NO if question.differs else YES
            elif not apdus[at]:
                octets[at] = _verdict(question, message)
        return run.answers(octets)

    return part


def _numbers(column: str, absent: int | None = None) -> Callable[[MessageTable, Question], Part]:
    """Of a column of numbers that stand for themselves."""

    def build(_: MessageTable, question: Question) -> Part:
        def part(run: Run) -> Answers:
            numbers = run.column(column)
            there = run.ones if absent is None else mask(map(absent.__ne__, numbers))
            sure = _compared(question, numbers, there)
            return Answers(sure, sure)

        return part

    return build


def _compared(question: Question, numbers: Iterable[Any], there: int) -> int:
    """Where a number is there and is what is asked for."""
    holds = mask(map(question.holds, numbers))
    return there & ~holds if question.differs else there & holds


def _of_number(_: MessageTable, question: Question) -> Part:
    def part(run: Run) -> Answers:
        sure = _compared(question, range(run.first, run.last + 1), run.ones)
        return Answers(sure, sure)

    return part


def _of_frames(table: MessageTable, question: Question) -> Part:
    """Of the frames of a message; those of one that came in several stand in the table of parts."""

    def part(run: Run) -> Answers:
        octets = bytearray(
            _compared(question, run.column("frame"), run.ones).to_bytes(run.last - run.first + 1, "little")
        )
        pieces = run.column("kind").tobytes().translate(_IN_PIECES)
        for at in compress(count(), pieces):
            parts, _ = table.places(run.first + at)
            octets[at] = question.answer(one.frame.number for one in parts)
        sure = mask(octets)
        return Answers(sure, sure)

    return part


_IN_PIECES: Final = bytes(bool(code & PIECES) for code in range(256))


def _of_response_time(_: MessageTable, question: Question) -> Part:
    """Of response times, which the column has with 24 bits: those that round to what is asked for may lie beside it."""
    bounds = {_rounded(float(number(one.text))) for one in question.compared}

    def part(run: Run) -> Answers:
        times = run.column("response_time")
        there = mask(map(eq, times, times))  # an absent one is not even equal to itself
        sure = _compared(question, times, there)
        unsure = mask(map(bounds.__contains__, times)) & there
        return Answers(sure & ~unsure, sure | unsure)

    return part


def _rounded(value: float) -> float:
    try:
        return array("f", pack("=f", value))[0]
    except OverflowError:
        return value


def _of_apdus(_table: MessageTable, _question: Question) -> Part:
    """Of what only APDUs have."""
    return lambda run: Answers(0, run.kinds(Kind.APDU))


def of_layers(table: MessageTable, question: Question) -> Part:
    """Of the fields of the layers: only some APDUs have them, as they were sent or inside."""
    if question.field.startswith(_LINK_LAYERS):
        return lambda run: Answers(0, run.kinds(Kind.LINK))
    held = holders(question.field)
    if UNKNOWN_SERVICE in held:  # what is left of a malformed APDU is read as an unknown one
        return lambda run: Answers(0, run.kinds(Kind.APDU, Kind.LINK))
    found = {*held, *_ANYTHING, None}
    sent = _by_code("outer", lambda code: MAYBE if table.meaning("outer", code) in found else NO)
    inside = _by_code("service", lambda code: MAYBE if table.meaning("service", code) in found else NO)
    return lambda run: Answers(
        0, (sent(run).possible | inside(run).possible) & run.kinds(Kind.APDU) | run.kinds(Kind.LINK)
    )


COLUMN_FIELDS: Final[dict[str, Callable[[MessageTable, Question], Part]]] = {
    "association": _numbers("association", NONE),
    "conversation": _of_stream,
    "cosem.attribute": _of_asked,
    "cosem.class_id": _of_asked,
    "cosem.logical_name": _of_asked,
    "cosem.method": _of_asked,
    "cosem.name": _of_accesses,
    "cosem.result": _of_result,
    "cosem.scaled": _of_values,
    "cosem.unit": _of_values,
    "cosem.value": _of_values,
    "dlms.client_sap": _of_association,
    "dlms.exchange": _numbers("exchange", NONE),
    "dlms.invoke_id": _of_apdus,
    "dlms.kind": _of_kind,
    "dlms.outer": _named("outer"),
    "dlms.profile": _named("profile"),
    "dlms.response_time": _of_response_time,
    "dlms.sender": _of_kind,
    "dlms.server_sap": _of_association,
    "dlms.service": _named("service"),
    "expert.code": _of_experts,
    "expert.severity": _of_experts,
    "frame.number": _of_frames,
    "frame.time": _numbers("time"),
    "ip.addr": _of_stream,
    "ip.dst": _of_stream,
    "ip.src": _of_stream,
    "message.number": _of_number,
    "security.invocation_counter": _protected,
    "security.key": _of_security,
    "security.status": _of_security,
    "security.suite": _of_security,
    "security.system_title": _protected,
    "tcp.port": _of_stream,
    "udp.port": _of_stream,
}
"""Each field of the engine, and what answers for it."""
