"""MessageTable: one row for each message, of plain numbers.

What is one of few things (a service, a result, what was asked) stands in a row as its place in a list. Rows are packed,
`ROW_OCTETS` octets each, into chunks that do not move any more once they are full; `columns` gives them by column.
Parts of messages that came in several pieces, exchanges and notes stand in tables beside it.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterator
from functools import lru_cache
from itertools import chain
from math import isnan, nan
from operator import itemgetter
from struct import Struct, calcsize
from sys import byteorder
from typing import Any, Final, Generic, NamedTuple, TypeVar

from dlms_analyzer.associations.association import Association
from dlms_analyzer.associations.exchange import Exchange
from dlms_analyzer.frames import NANOSECONDS, Frame
from dlms_analyzer.framing.units import Kind, Part, Sender
from dlms_analyzer.index.noted import Notes
from dlms_analyzer.index.parts import PIECES, Parts
from dlms_analyzer.items import Asked, Item
from dlms_analyzer.messages import Message, Security
from dlms_analyzer.net.streams import Conversation
from dlms_analyzer.notes import Expert, Severity

Name = TypeVar("Name", bound=Hashable)

NONE: Final = 0xFFFFFFFF
"""In a column of numbers from 0: there is none."""
CHUNK: Final = 1 << 16
"""Rows in a chunk: three megabytes."""

COLUMNS: Final = {
    "time": "q",
    "position": "Q",
    "size": "I",
    "frame": "I",
    "stream": "I",
    "association": "I",
    "exchange": "I",
    "response_time": "f",
    "asked": "H",
    "interface": "H",
    "security": "H",
    "service": "B",
    "outer": "B",
    "profile": "B",
    "kind": "B",
    "result": "B",
    "expert": "B",
}
"""Column to its type code, as in `struct` and `array`; rows are packed without alignment."""

_ROW: Final = Struct("<" + "".join(COLUMNS.values()))
ROW_OCTETS: Final = _ROW.size
_pack_into: Final = _ROW.pack_into

_ASSOCIATION: Final = list(COLUMNS).index("association")

KINDS: Final = tuple(Kind)
SENDERS: Final = tuple(Sender)
SEVERITIES: Final = (None, *Severity)
"""Grades of notes, mildest first, by their number in the column `expert`."""
_APDU: Final = Kind.APDU
_CLIENT: Final = Sender.CLIENT
_SERVER: Final = Sender.SERVER
_CLIENT_APDU: Final = KINDS.index(_APDU) | SENDERS.index(_CLIENT) << 4
_SERVER_APDU: Final = KINDS.index(_APDU) | SENDERS.index(_SERVER) << 4
KIND_BITS: Final = 0x03
TELLS: Final = 0x04
"""In the column `kind`: the message has accesses, those that the column `asked` names, or that were answered."""
CARRIES: Final = 0x08
"""In the column `kind`: the message completes a transfer."""
_SENDER_BITS: Final = 0x70
_NAMED: Final = 5
"""Fields of `Asked` that name what is asked for: all before the selection."""


def sender_of(number: int) -> Sender:
    """The sender that a number in the column `kind` stands for."""
    return SENDERS[number >> 4 & 0x07]


class Numbering(dict[Name, int], Generic[Name]):
    """Different things and their numbers, given in the order in which they are met.

    Attributes:
        names: the things, by number.
    """

    def __init__(self, limit: int, *first: Name) -> None:
        """Begin.

        Args:
            limit: the number of whatever comes when all smaller ones are taken.
            first: things with the numbers from 0.
        """
        super().__init__(zip(first, range(len(first)), strict=True))
        self.names: list[Name] = list(first)
        self._limit = limit

    def __missing__(self, name: Name) -> int:
        number = len(self.names)
        if number >= self._limit:
            return self._limit
        self.names.append(name)
        self[name] = number
        return number

    def name(self, number: int) -> Name | None:
        """The thing with a number; None for the limit."""
        return self.names[number] if number < len(self.names) else None


class Verdict(NamedTuple):
    """The part of a message's security that many messages share."""

    status: str
    security_control: int
    key: str | None


class Row(NamedTuple):
    """A row, with names for numbers: what a list of messages shows."""

    number: int
    kind: Kind
    service: str
    outer: str
    time: int
    """Nanoseconds since 1970 UTC."""
    sender: Sender
    profile: str
    frame: int
    """Number of the frame that completed it."""
    conversation: Conversation
    direction: int
    association: Association | None
    exchange: int | None
    response_time: float | None
    """Seconds."""
    asked: tuple[Asked, ...]
    """What was asked for, on the request and its responses; without values and ranges."""
    result: str | None
    """`success`, or the first other result; None on what is no complete response."""
    security: Verdict | None
    severity: Severity | None
    """Of the gravest expert note."""


class MessageTable:
    """All messages of a capture, from 1.

    Attributes:
        associations: all, by number.
        conversations: all that had messages, by number.
        exchange_request: by exchange: number of the message that began it.
        corrected: how often a row was corrected: what was made of the rows before is outdated when this has moved.
    """

    def __init__(self, associations: list[Association]) -> None:
        """Begin.

        Args:
            associations: the list that the analyzer adds to.
        """
        self.associations = associations
        self.conversations: dict[int, Conversation] = {}
        self.exchange_request = array("I")
        self.corrected = 0
        self._count = 0
        self._chunks: list[bytearray] = []
        self._last = bytearray()
        self._exchange_asked = array("H")
        self._names: Numbering[str] = Numbering(0xFF, "")
        self._results: Numbering[str | None] = Numbering(0xFF, None, "success")
        self._asked: Numbering[tuple[object, ...]] = Numbering(0xFFFF, ())
        self._verdicts: Numbering[Verdict | None] = Numbering(0xFFFF, None)
        self._parts = Parts()
        self._notes = Notes()

    def __len__(self) -> int:
        return self._count

    def add(self, message: Message) -> None:
        """Append a message. Messages come in the order of their numbers."""
        (
            number, kind, service, outer, time, sender, profile, _, _, _, stream, association, exchange, _, waited, _,
            frame, buf, start, end, parts, _, security, _, items, reassembled, experts,
        ) = message  # fmt: skip
        conversation = stream.conversation
        talk = conversation.number
        if talk not in self.conversations:
            self.conversations[talk] = conversation
        exchange_number, asked, result = self._outcome(number, exchange, items)
        if kind is _APDU and sender is _CLIENT:
            kind_octet = _CLIENT_APDU
        elif kind is _APDU and sender is _SERVER:
            kind_octet = _SERVER_APDU
        else:
            kind_octet = KINDS.index(kind) | SENDERS.index(sender) << 4
        if parts or buf is not frame.buf:
            pieces, frame, start, end = self._parts.add(message)
            kind_octet |= pieces
        if items:
            kind_octet |= TELLS
        if reassembled is not None:
            kind_octet |= CARRIES
        grade = 0
        if experts:
            self._notes.add(number, experts)
            grade = _grade(experts)
        names = self._names
        at = self._count % CHUNK
        if not at:
            self._last = bytearray(CHUNK * ROW_OCTETS)
            self._chunks.append(self._last)
        _pack_into(
            self._last, at * ROW_OCTETS, time, start, end - start, frame.number, talk << 1 | stream.direction,
            NONE if association is None else association.number, exchange_number,
            nan if waited is None else waited / NANOSECONDS, asked, frame.interface,
            0 if security is None else self._number_verdict(security), names[service], names[outer], names[profile],
            kind_octet, result, grade,
        )  # fmt: skip
        self._count += 1

    def replace(self, message: Message) -> None:
        """Correct the row of a message that says more now, because keys were added."""
        number, security, waited = message.number, message.security, message.response_time
        exchange, asked, result = self._outcome(number, message.exchange, message.items)
        experts = message.experts
        self.corrected += 1
        self._notes.replace(number, experts)
        old = dict(zip(COLUMNS, self._unpacked(number), strict=True))
        kind = SENDERS.index(message.sender) << 4
        if message.items:
            kind |= TELLS
        if message.reassembled is not None:
            kind |= CARRIES
        new = old | {
            "exchange": exchange,
            "asked": asked,
            "result": result,
            "response_time": nan if waited is None else waited / NANOSECONDS,
            "security": 0 if security is None else self._number_verdict(security),
            "service": self._names[message.service],
            "kind": old["kind"] & ~(_SENDER_BITS | TELLS | CARRIES) | kind,
            "expert": _grade(experts),
        }
        chunk, at = divmod(number - 1, CHUNK)
        _pack_into(self._chunks[chunk], at * ROW_OCTETS, *new.values())

    def row(self, number: int) -> Row:
        """The row of a message.

        Raises:
            IndexError: there is no such message.
        """
        (
            time, _, _, frame, stream, association, exchange, waited, asked, _, security, service, outer, profile,
            kind, result, expert,
        ) = self._unpacked(number)  # fmt: skip
        names = self._names.name
        return Row(
            number, KINDS[kind & KIND_BITS], names(service) or "", names(outer) or "", time, sender_of(kind),
            names(profile) or "", frame, self.conversations[stream >> 1], stream & 1,
            None if association == NONE else self.associations[association], None if exchange == NONE else exchange,
            None if isnan(waited) else waited, self._asked_for(asked), self._results.name(result),
            self._verdicts.name(security), SEVERITIES[expert],
        )  # fmt: skip

    def column(self, name: str, first: int = 1, last: int | None = None) -> Iterator[Any]:
        """The numbers of a column, from message `first` to message `last`; see `COLUMNS` for what they mean."""
        return chain.from_iterable(self.columns(name, first=first, last=last))

    def columns(self, *names: str, first: int = 1, last: int | None = None) -> Iterator[tuple[Any, ...]]:
        """The numbers of several columns side by side, from message `first` to message `last`."""
        layout = _layout(names)
        wanted = [name for name in COLUMNS if name in names]
        pick = None if wanted == list(names) else itemgetter(*map(wanted.index, names))
        at, end = first - 1, self._count if last is None else min(last, self._count)
        while at < end:
            chunk = self._chunks[at // CHUNK]
            stop = min(end, (at // CHUNK + 1) * CHUNK)
            octets = bytes(chunk[at % CHUNK * ROW_OCTETS : (stop - at + at % CHUNK) * ROW_OCTETS])
            rows = layout.iter_unpack(octets)
            yield from rows if pick is None else map(pick, rows)
            at = stop

    def packed(self, name: str, first: int, last: int) -> array[Any]:
        """The numbers of a column from message `first` to message `last`, all at once."""
        code = COLUMNS[name]
        offset, size = _offset(name), calcsize(code)
        octets = bytearray((last - first + 1) * size)
        at, done = first - 1, 0
        while at < last:
            chunk = self._chunks[at // CHUNK]
            stop = min(last, (at // CHUNK + 1) * CHUNK)
            begin, count = at % CHUNK * ROW_OCTETS + offset, stop - at
            for octet in range(size):
                rows = chunk[begin + octet : begin + octet + (count - 1) * ROW_OCTETS + 1 : ROW_OCTETS]
                octets[done * size + octet : (done + count) * size : size] = rows
            at, done = stop, done + count
        numbers = array(code, bytes(octets))
        if byteorder == "big":
            numbers.byteswap()
        return numbers

    def meaning(self, column: str, number: int) -> Any:
        """What a number in a column stands for, as in `Row`; None where there is none, or too many to tell apart."""
        if column == "asked":
            return None if self._asked.name(number) is None else self._asked_for(number)
        if column == "security":
            return self._verdicts.name(number)
        if column == "result":
            return self._results.name(number)
        if column == "expert":
            return SEVERITIES[number]
        return KINDS[number & KIND_BITS] if column == "kind" else self._names.name(number)

    def sizes(self, first: int = 1, last: int | None = None) -> Iterator[int]:
        """How many octets each message has, from message `first` to message `last`."""
        size_of = self._parts.size
        for position, size, kind in self.columns("position", "size", "kind", first=first, last=last):
            yield size_of(position, size) if kind & PIECES else size

    def noted(self, first: int = 1, last: int | None = None) -> Iterator[tuple[int, tuple[Expert, ...]]]:
        """The messages that have notes, from message `first` to message `last`."""
        for number, grade in enumerate(self.column("expert", first, last), first):
            if grade:
                yield number, self._notes.of(number)

    def places(self, number: int) -> tuple[tuple[Part, ...], bytes | None]:
        """Where the octets of a message stand; and the octets themselves when they stand nowhere as they are.

        The frames of the parts have no octets; `start` and `end` count in the source.

        Raises:
            IndexError: there is no such message.
        """
        time, position, size, frame, _, _, _, _, _, interface, *_, kind, _, _ = self._unpacked(number)
        if kind & PIECES:
            return self._parts.of(position, size, time)
        return (Part(Frame(frame, time, 0, b"", 0, 0, 0, interface), position, position + size),), None

    def size(self, number: int) -> int:
        """Octets of a message.

        Raises:
            IndexError: there is no such message.
        """
        parts, kept = self.places(number)
        return sum(part.end - part.start for part in parts) if kept is None else len(kept)

    def experts(self, number: int) -> tuple[Expert, ...]:
        """The notes of a message."""
        return self._notes.of(number)

    def of_exchange(self, exchange: int, last: int) -> list[int]:
        """Numbers of the messages of an exchange, from the request to message `last`."""
        first = self.exchange_request[exchange]
        return [number for number, one in enumerate(self.column("exchange", first, last), first) if one == exchange]

    def before(self, number: int) -> Iterator[Row]:
        """The messages before one in the same association, latest first."""
        association = self._unpacked(number)[_ASSOCIATION]
        for earlier in range(number - 1, 0, -1):
            if self._unpacked(earlier)[_ASSOCIATION] == association:
                yield self.row(earlier)

    @property
    def octets(self) -> int:
        """Memory that the rows and the tables beside them take."""
        rows = self._count * ROW_OCTETS
        return rows + len(self.exchange_request) * 6 + self._parts.octets + self._notes.octets

    def _unpacked(self, number: int) -> tuple[Any, ...]:
        if not 1 <= number <= self._count:
            raise IndexError(f"there is no message {number}: there are {self._count}")
        chunk, at = divmod(number - 1, CHUNK)
        return _ROW.unpack_from(self._chunks[chunk], at * ROW_OCTETS)

    def _outcome(self, number: int, exchange: Exchange | None, items: tuple[Item, ...]) -> tuple[int, int, int]:
        """Numbers of the exchange of a message, of what was asked, and of how that went."""
        if exchange is None:
            return (NONE, self._number_asked(items), self._number_result(items)) if items else (NONE, 0, 0)
        exchange_number = exchange.number
        if exchange_number == len(self.exchange_request):
            asked = self._number_asked(items)
            self.exchange_request.append(number)
            self._exchange_asked.append(asked)
            return exchange_number, asked, 0
        asked = self._exchange_asked[exchange_number]
        if not items:
            return exchange_number, asked, 0
        if not asked:
            asked = self._exchange_asked[exchange_number] = self._number_asked(items)
        return exchange_number, asked, self._number_result(items)

    def _number_asked(self, items: tuple[Item, ...]) -> int:
        """The number of what a request asks for: the names of the objects, one behind the other."""
        if len(items) == 1:
            asked = items[0][0]
            return 0 if asked is None else self._asked[asked[:_NAMED]]
        return self._asked[tuple(chain.from_iterable(one.asked[:_NAMED] for one in items if one.asked))]

    def _asked_for(self, number: int) -> tuple[Asked, ...]:
        names: tuple[Any, ...] = self._asked.name(number) or ()
        return tuple(Asked(*names[at : at + _NAMED]) for at in range(0, len(names), _NAMED))

    def _number_result(self, items: tuple[Item, ...]) -> int:
        """The number of the first result that is no success, or of success; 0 when there is none."""
        if len(items) == 1 and (answer := items[0][1]) is not None and answer[0] == "success":
            return 1
        results = [one.answer.result for one in items if one.answer is not None and one.answer.result is not None]
        return self._results[next((one for one in results if one != "success"), results[0] if results else None)]

    def _number_verdict(self, security: Security) -> int:
        verdict = tuple.__new__(Verdict, (security.status, security.security_control, security.key))
        return self._verdicts[verdict]


def _grade(experts: tuple[Expert, ...]) -> int:
    """Number of the gravest severity."""
    return max((SEVERITIES.index(expert.severity) for expert in experts), default=0)


@lru_cache
def _offset(name: str) -> int:
    """Where a column stands in a row."""
    names = list(COLUMNS)
    return calcsize("<" + "".join(COLUMNS[before] for before in names[: names.index(name)]))


@lru_cache
def _layout(names: tuple[str, ...]) -> Struct:
    """What takes these columns from a row, in the order in which they stand there."""
    return Struct("<" + "".join(code if name in names else f"{calcsize(code)}x" for name, code in COLUMNS.items()))
