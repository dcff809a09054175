"""Ladder: the messages of an association or of a conversation, those of an exchange folded into one rung.

Built in small steps while the table of messages grows. A rung takes some thirty octets and a message eight; everything
else that is said of a rung is read off the table when somebody looks at it.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from itertools import compress
from typing import Final, NamedTuple

from dlms_analyzer.associations.association import Association, State
from dlms_analyzer.capture import CaptureError
from dlms_analyzer.decoded import decode_apdu
from dlms_analyzer.frames import NANOSECONDS
from dlms_analyzer.framing.stream import AGAIN
from dlms_analyzer.framing.units import Sender
from dlms_analyzer.index import IndexedCapture, MessageTable
from dlms_analyzer.index.table import NONE, SEVERITIES, Row, sender_of
from dlms_analyzer.ladder.rungs import (
    PROTECTIONS,
    Pair,
    Protection,
    Reply,
    Rung,
    RungKind,
    beginning_text,
    protection_of,
)
from dlms_analyzer.net.streams import Conversation
from dlms_analyzer.notes import Severity
from dlms_analyzer.services import NO_SERVICE, SERVICES

STEP: Final = 256
"""Messages looked at in a step: two or three milliseconds."""
SILENCE: Final = 5 * NANOSECONDS
"""A pause that is worth a rung: a client that is not waiting for anything goes on sooner."""
MAX_OPEN: Final = 16_384
"""Exchanges at a time that later messages can still join; head-ends pipeline some tens, and a concentrator talks to a
few thousand meters at once."""

GAPS: Final = frozenset({"gap", "segment-lost", "incomplete"})
"""Codes of notes that tell of octets which are not in the capture."""
REPEATS: Final = frozenset({"retransmission", "repeated-request", "counter-repeated"})
"""Codes of notes that tell of something sent again."""
_REFUSED: Final = "refused"

_KINDS: Final = tuple(RungKind)
_MESSAGE, _EXCHANGE, _TRANSFER, _GAP, _SILENCE, _BEGIN, _END, _AGAIN = range(len(_KINDS))
_NOTED: Final = {_GAP: GAPS, _AGAIN: frozenset({AGAIN})}
"""Rungs of what a note tells about the time before its message."""
_BLOCK: Final = "general-block-transfer"
_SUPERVISORY: Final = frozenset({"rr", "rnr"})
_PARTIAL: Final = frozenset({"get", "set", "action", "read", "write", "access", _BLOCK})
"""Families whose answers have a result when they are complete."""

_NO_CODES: Final[frozenset[str]] = frozenset()
_FIRST_BLOCK: Final = 1
_LATER_BLOCK: Final = _FIRST_BLOCK + 1
_COLUMNS: Final = ("time", "association", "exchange", "security", "service", "kind", "result", "expert")
_SUCCESS: Final = 1
"""Of the column `result`; 0 is none, and what is higher a refusal."""

# The octet that keeps the worst of a rung: grade of the gravest note, refusal, worst protection, repetition.
_GRADE: Final = 0x07
_REFUSAL: Final = 0x08
_PROTECTION: Final = 0x70
_PROTECTION_SHIFT: Final = 4
_REPETITION: Final = 0x80
_GRAVE: Final = SEVERITIES.index(Severity.WARNING)
_SHUT: Final = PROTECTIONS.index(Protection.LOCKED)


class Progress(NamedTuple):
    """How far a ladder is.

    Attributes:
        done: messages of the capture looked at so far.
        total: how many there are now.
        rungs: made so far.
    """

    done: int
    total: int
    rungs: int


class Ladder:
    """The rungs of an association, or of a conversation with all its associations, in the order of first messages.

    Example:
        >>> from dlms_analyzer.capture import open_captures
        >>> capture = IndexedCapture(open_captures(["captures/ln_wrapper_low.pcap"]))
        >>> for _ in capture.read():
        ...     pass
        >>> ladder = Ladder(capture, capture.table.associations[0])
        >>> for _ in ladder.grow():
        ...     pass
        >>> ladder[0].service, ladder[0].messages, ladder[0].reply.value
        ('aarq', 2, 'complete')

    Attributes:
        of: what it is the ladder of.
        table: has the messages.
        seen: messages of the capture looked at so far.
        touched: rungs to which the latest step of growing added a message.
    """

    def __init__(
        self, capture: IndexedCapture, of: Association | Conversation, *, silence: int | None = SILENCE
    ) -> None:
        """Begin; `grow` takes the messages.

        Args:
            capture: has the messages.
            of: an association, or a conversation with all its associations.
            silence: nanoseconds that make a silence; None for no such rungs.
        """
        self.of = of
        self.seen = 0
        self.touched: set[int] = set()
        self._capture = capture
        self.table: MessageTable = capture.table
        self._silence = silence
        self._association = of.number if isinstance(of, Association) else None
        self._conversation = (of.conversation if isinstance(of, Association) else of).number
        self._current = NONE
        """Association of the latest message of the conversation."""
        self._kinds, self._marks, self._trouble = bytearray(), bytearray(), bytearray()
        self._first, self._last, self._answer = array("I"), array("I"), array("I")
        self._count, self._octets = array("I"), array("Q")
        self._messages, self._places = array("I"), array("I")
        """Numbers of the messages, and the rung of each."""
        self._open: dict[int, int] = {}
        """Exchange to its rung; the oldest ones are forgotten beyond `MAX_OPEN`."""
        self._transfers: dict[int, int] = {}
        """Association to the rung of the latest block transfer that belongs to no exchange."""
        self._asking: tuple[int, int] | None = None
        """Association and rung whose latest APDU asks: supervisory frames belong to it."""
        self._time = 0
        """Of the latest message."""
        self._protections: dict[int, int] = {}
        """Number of a verdict to how bad it is."""
        self._met: set[int] = set()
        self._talking: dict[int, Association] = {}
        """Associations that were met and whose end was not."""
        self._latest: dict[Pair, Association] = {}
        """The latest association of a pair of SAPs."""
        self._follows: dict[int, Association] = {}
        """The association that another one of the same pair follows, by the rung that says that it begins."""
        self._ended: dict[int, Association] = {}
        """Associations by the rung that says that they end."""

    def __len__(self) -> int:
        return len(self._kinds)

    def grow(self) -> Iterator[Progress]:
        """Take the messages that the table has and the ladder does not, in steps of a few milliseconds."""
        total = len(self.table)
        while self.seen < total:
            last = min(self.seen + STEP, total)
            self.touched.clear()
            self._take(self.seen + 1, last)
            self.seen = last
            yield Progress(last, total, len(self))
        if self.seen == len(self.table):  # else a message that is not seen yet may say what ended
            self._find_ends()

    def numbers(self, index: int) -> list[int]:
        """Numbers of the messages of a rung, in capture order."""
        low = bisect_left(self._messages, self._first[index])
        high = bisect_right(self._messages, self._last[index])
        places = self._places[low:high]
        return [number for number, place in zip(self._messages[low:high], places, strict=True) if place == index]

    def count(self, index: int) -> int:
        """Messages of a rung; 0 for what happened between messages."""
        return self._count[index]

    def near(self, number: int) -> int:
        """The rung of a message, or of the latest one before it; 0 when there is none."""
        at = bisect_right(self._messages, number) - 1
        return self._places[at] if at >= 0 else 0

    def trouble(self, index: int, *, backwards: bool = False) -> int | None:
        """The next rung that shows trouble: a refusal, a grave note, a loss, something locked, or no answer.

        Args:
            index: of the rung behind which to look; -1 for all.
            backwards: look before it.
        """
        while True:
            index = self._trouble.rfind(1, 0, max(index, 0)) if backwards else self._trouble.find(1, index + 1)
            if index < 0:
                return None
            if self._answer[index] or self._is_bad(index) or self._reply(index) is not Reply.NOT_DUE:
                return index
            self._trouble[index] = 0

    def __getitem__(self, index: int) -> Rung:
        """A rung.

        Raises:
            IndexError: there is no such rung.
        """
        if not 0 <= index < len(self):
            raise IndexError(f"there is no rung {index}: there are {len(self)}")
        first, last, answer = self._first[index], self._last[index], self._answer[index]
        kind, marks = _KINDS[self._kinds[index]], self._marks[index]
        row = self.table.row(first)
        told = self.table.row(answer or last)
        at = bisect_left(self._messages, first)
        since = row.time - self.table.row(self._messages[at - 1]).time if at else None
        return Rung(
            index, kind, first, last, answer or None, self._count[index], row.time, since,
            self._ended.get(index, row.association), row.sender, row.service, row.asked or told.asked, told.result,
            bool(marks & _REFUSAL), self._octets[index], told.time - row.time if answer > first else None,
            bool(marks & _REPETITION), PROTECTIONS[(marks & _PROTECTION) >> _PROTECTION_SHIFT],
            SEVERITIES[marks & _GRADE], _completeness(told) if answer else self._reply(index),
            self._text(index, since),
        )  # fmt: skip

    def _take(self, first: int, last: int) -> None:
        """Take the messages in a range that belong here."""
        numbers = list(self._chosen(first, last))
        if not numbers:
            return
        low, high = numbers[0], numbers[-1]
        rows = zip(self.table.columns(*_COLUMNS, first=low, last=high), self.table.sizes(low, high), strict=True)
        chosen = bytearray(high - low + 1)
        for number in numbers:
            chosen[number - low] = 1
        for number, (row, size) in zip(numbers, compress(rows, chosen), strict=True):
            self._add(number, size, *row)

    def _chosen(self, first: int, last: int) -> Iterator[int]:
        """The messages in a range that belong here; what belongs to no association goes with the one before."""
        mine, conversation = self._association, self._conversation
        columns = self.table.columns("association", "stream", first=first, last=last)
        for number, (association, stream) in enumerate(columns, first):
            if stream >> 1 != conversation:
                continue
            if association != NONE:
                self._current = association
            if mine is None or self._current == mine:
                yield number

    def _add(
        self, number: int, size: int, time: int, association: int, exchange: int, verdict: int, service_number: int,
        kind: int, result: int, grade: int,
    ) -> None:  # fmt: skip
        table = self.table
        codes = {one.code for one in table.experts(number)} if grade else _NO_CODES
        sender, service = sender_of(kind), table.meaning("service", service_number)
        if exchange != NONE:
            new, rung = _EXCHANGE, self._open.get(exchange)
        else:
            new, rung = self._joined(number, association, sender, service)
        if rung is None:
            self._between(number, time, association, codes)
            rung = self._append(new, number)
            if new == _EXCHANGE:
                if len(self._open) >= MAX_OPEN:
                    del self._open[next(iter(self._open))]
                self._open[exchange] = rung
            elif new == _TRANSFER:
                self._transfers[association] = rung
        else:
            self._lost_or_again(number, codes)
        if new == _EXCHANGE:
            self._asking = (association, rung) if sender is Sender.CLIENT else None
            if sender is not Sender.CLIENT:
                self._answer[rung] = number
        self.touched.add(rung)
        self._messages.append(number)
        self._places.append(rung)
        self._last[rung] = number
        self._count[rung] += 1
        self._octets[rung] += size
        self._mark(rung, grade, codes, number, verdict, result)
        self._time = time
        if service == "disc":
            self._talking.pop(association, None)

    def _joined(self, number: int, association: int, sender: Sender, service: str) -> tuple[int, int | None]:
        """The kind of rung of a message that belongs to no exchange, and the rung that it joins."""
        if service in _SUPERVISORY and self._asking is not None and self._asking[0] == association:
            return _MESSAGE, self._asking[1]
        if service != _BLOCK:
            return _MESSAGE, None
        rung = self._transfers.get(association)
        if rung is not None and self.table.row(self._first[rung]).sender is sender and self._begins(number):
            rung = None
        return _TRANSFER, rung

    def _begins(self, number: int) -> bool:
        """Whether a block is the first one of its transfer, as far as that can be told."""
        try:
            octets = self._capture.octets(number)
        except CaptureError:
            return False
        return getattr(decode_apdu(octets, 0, len(octets)).record, "block_number", _LATER_BLOCK) <= _FIRST_BLOCK

    def _between(self, number: int, time: int, association: int, codes: AbstractSet[str]) -> None:
        """Make rungs of what happened before a message that makes one."""
        if self._silence is not None and self._messages and time - self._time > self._silence:
            self._append(_SILENCE, number)
        if association != NONE and association not in self._met:
            self._met.add(association)
            self._talking[association] = self.table.associations[association]
            if self._association is None:
                self._begin(number, self.table.associations[association])
        self._lost_or_again(number, codes)

    def _lost_or_again(self, number: int, codes: AbstractSet[str]) -> None:
        """Make rungs of octets that are missing before a message, and of those that came twice."""
        for kind, noted in _NOTED.items():
            if not codes.isdisjoint(noted):
                self._append(kind, number)

    def _begin(self, number: int, association: Association) -> None:
        """Make a rung of the beginning of an association."""
        rung = self._append(_BEGIN, number)
        pair = association.client_sap, association.server_sap, association.server_lower
        if pair in self._latest:
            self._follows[rung] = self._latest[pair]
        self._latest[pair] = association

    def _find_ends(self) -> None:
        """Make rungs of the ends that no message tells of."""
        for association in [one for one in self._talking.values() if one.ended]:
            del self._talking[association.number]
            if association.state is State.DISCONNECTED and self._messages:
                rung = self._append(_END, self._messages[-1])
                self._ended[rung] = association
                self._trouble[rung] = bool(association.experts)

    def _append(self, kind: int, number: int) -> int:
        """Another rung that a message begins or shows; gives its index."""
        self._kinds.append(kind)
        self._marks.append(0)
        self._trouble.append(kind in (_GAP, _EXCHANGE))
        self._first.append(number)
        self._last.append(number)
        self._answer.append(0)
        self._count.append(0)
        self._octets.append(0)
        return len(self._kinds) - 1

    def _mark(self, rung: int, grade: int, codes: AbstractSet[str], number: int, verdict: int, result: int) -> None:
        """Keep the worst that is said of the messages of a rung."""
        marks = self._marks[rung]
        protection = 0
        if verdict:
            known = self._protections.get(verdict)
            if known is None:
                known = PROTECTIONS.index(protection_of(self.table.row(number).security))
                self._protections[verdict] = known
            protection = known << _PROTECTION_SHIFT
        self._marks[rung] = (
            max(grade, marks & _GRADE)
            | max(protection, marks & _PROTECTION)
            | (_REFUSAL if result > _SUCCESS or _REFUSED in codes else marks & _REFUSAL)
            | (_REPETITION if not codes.isdisjoint(REPEATS) else marks & _REPETITION)
        )
        self._trouble[rung] = self._is_bad(rung) or (self._kinds[rung] == _EXCHANGE and not self._answer[rung])

    def _is_bad(self, rung: int) -> bool:
        """Whether a rung shows trouble other than a missing answer."""
        marks = self._marks[rung]
        return (
            marks & _REFUSAL != 0
            or marks & _GRADE >= _GRAVE
            or marks & _PROTECTION >= _SHUT << _PROTECTION_SHIFT
            or self._kinds[rung] in (_GAP, _END)
        )

    def _reply(self, index: int) -> Reply:
        """What became of the answer of a rung."""
        if self._kinds[index] != _EXCHANGE:
            return Reply.NOT_DUE
        if self._answer[index]:
            return _completeness(self.table.row(self._answer[index]))
        row = self.table.row(self._first[index])
        if row.association is not None and any(
            one.number == row.exchange and one.confirmed for one in row.association.open.values()
        ):
            return Reply.WAITING
        try:
            exchange = self._capture.message(row.number).exchange
        except CaptureError:
            return Reply.MISSING
        return Reply.MISSING if exchange is None or exchange.confirmed else Reply.NOT_DUE

    def _text(self, index: int, since: int | None) -> str:
        """What happened between messages."""
        kind, number = self._kinds[index], self._first[index]
        if kind in _NOTED:
            return "; ".join(one.text for one in self.table.experts(number) if one.code in _NOTED[kind])
        if kind == _SILENCE:
            return f"{(since or 0) / NANOSECONDS:.1f} s without a message"
        if kind == _BEGIN:
            return beginning_text(self.table.row(number).association, self._follows.get(index))
        if kind == _END:
            association = self._ended[index]
            said = [one.text for one in association.experts]
            return "; ".join([f"the connection of association {association.number} ended", *said])
        return ""


def _completeness(answer: Row) -> Reply:
    """Whether an answer is complete, told by its latest message."""
    partial = answer.result is None and SERVICES.get(answer.service, NO_SERVICE).family in _PARTIAL
    return Reply.UNFINISHED if partial else Reply.COMPLETE
