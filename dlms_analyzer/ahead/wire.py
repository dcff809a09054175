"""Events on their way from one process to the other.

Nearly all units are APDUs that stand in the file as they are: of those goes a packed row, with a number for the
addresses that it shares with others. Anything else follows in full, and a row says where it belongs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from struct import Struct
from typing import Any, Final

from dlms_analyzer.frames import Buffer, Frame
from dlms_analyzer.framing.link import LinkFrame
from dlms_analyzer.framing.units import Ended, Event, Kind, Part, Sender, Unit
from dlms_analyzer.net.streams import Conversation, Stream, pair
from dlms_analyzer.notes import Expert

ROW: Final = Struct("<IHHIqQI")
"""Twice the conversation plus the direction, shape, interface, frame number, its time, start in the file, octets."""
_pack: Final = ROW.pack

FULL: Final = 0xFFFFFFFF
"""In place of a conversation: this event stands in full beside the rows."""
MAX_SHAPES: Final = 0xFFFF
"""Different addresses of which rows may tell; units with further ones go in full."""

# What goes in full, by its first element.
_CONVERSATION: Final = 0
_SHAPE: Final = 1
_UNIT: Final = 2
_ENDED: Final = 3

_KINDS: Final = tuple(Kind)
_SENDERS: Final = tuple(Sender)
# Enum members are looked up once: in Python 3.11 each look-up is a call.
_APDU: Final = Kind.APDU
_CLIENT: Final = Sender.CLIENT
_SERVER: Final = Sender.SERVER
_new: Final = tuple.__new__


class EventWriter:
    """Packs events.

    Attributes:
        count: events packed since the last `take`.
    """

    def __init__(self) -> None:
        self.count = 0
        self._rows: list[bytes] = []
        self._full: list[tuple[Any, ...]] = []
        self._announced: set[int] = set()
        """Conversations that the reader knows."""
        self._shapes: dict[tuple[object, ...], int] = {}

    def add(self, events: Sequence[Event]) -> None:
        """Pack events."""
        self.count += len(events)
        for event in events:
            if event.__class__ is not Unit:
                self._end(event)  # type: ignore[arg-type]
                continue
            (
                stream, kind, profile, source, destination, lower, hint, frame, buf, start, end, parts, link, experts,
            ) = event  # fmt: skip
            conversation = stream.conversation
            if conversation.number not in self._announced:
                self._announce(conversation)
            plain = kind is _APDU and buf is frame.buf and not parts and not experts and link is None
            shape = (
                self._shape(profile, source, destination, lower, hint is _CLIENT, hint is _SERVER)
                if plain
                else MAX_SHAPES
            )
            if shape == MAX_SHAPES:
                self._unit(event)
                continue
            self._rows.append(
                _pack(
                    conversation.number << 1 | stream.direction, shape, frame.interface, frame.number, frame.time,
                    start, end - start,
                )
            )  # fmt: skip

    def take(self) -> tuple[bytes, list[tuple[Any, ...]]]:
        """What was packed since the last call: rows, and what goes in full."""
        packed = b"".join(self._rows), self._full
        self.count = 0
        self._rows, self._full = [], []
        return packed

    def _put(self, *values: Any) -> None:
        self._rows.append(_pack(FULL, 0, 0, 0, 0, 0, 0))
        self._full.append(values)

    def _announce(self, conversation: Conversation) -> None:
        self._announced.add(conversation.number)
        self._put(
            _CONVERSATION, conversation.number, conversation.transport, conversation.forward.flow,
            conversation.backward.flow, conversation.initiator,
        )  # fmt: skip

    def _shape(
        self, profile: str, source: int | None, destination: int | None, lower: int | None, client: bool, server: bool
    ) -> int:
        """The number of what many units share."""
        key = (profile, source, destination, lower, client, server)
        number = self._shapes.get(key)
        if number is None:
            number = len(self._shapes)
            if number >= MAX_SHAPES:
                return MAX_SHAPES
            self._shapes[key] = number
            hint = _CLIENT if client else _SERVER if server else Sender.UNKNOWN
            self._put(_SHAPE, profile, source, destination, lower, _SENDERS.index(hint))
        return number

    def _unit(self, unit: Unit) -> None:
        stream, frame, link = unit.stream, unit.frame, unit.link
        parts = [(*_frame(part.frame), part.start, part.end) for part in unit.parts]
        self._put(
            _UNIT, stream.conversation.number, stream.direction, _KINDS.index(unit.kind), unit.profile, unit.source,
            unit.destination, unit.lower, _SENDERS.index(unit.hint), _frame(frame),
            None if unit.buf is frame.buf else unit.octets, unit.start, unit.end, parts,
            None if link is None else (link.service, link.intact), [tuple(expert) for expert in unit.experts],
        )  # fmt: skip

    def _end(self, event: Ended) -> None:
        number = event.conversation.number
        if number in self._announced:  # nobody has heard of the others
            self._put(_ENDED, number, event.closed)
            if event.closed:
                self._announced.discard(number)


def _frame(frame: Frame) -> tuple[int, int, int]:
    """What is told of a frame."""
    return frame.number, frame.time, frame.interface


class EventReader:
    """Unpacks events."""

    def __init__(self, buf: Buffer, conversations: dict[int, Conversation]) -> None:
        """Begin.

        Args:
            buf: the octets of the file.
            conversations: those known here, by number; the ones that are announced are added.
        """
        self._buf = buf
        self._conversations = conversations
        self._shapes: list[tuple[Kind, str, int | None, int | None, int | None, Sender]] = []

    def events(self, rows: bytes, full: Sequence[tuple[Any, ...]]) -> Iterator[Event]:
        """The events of a batch."""
        buf, conversations, shapes = self._buf, self._conversations, self._shapes
        others = iter(full)
        for where, shape, interface, number, time, start, size in ROW.iter_unpack(rows):
            if where == FULL:
                event = self._event(*next(others))
                if event is not None:
                    yield event
                continue
            conversation = conversations[where >> 1]
            yield _new(
                Unit,
                (
                    conversation.backward if where & 1 else conversation.forward, *shapes[shape],
                    _new(Frame, (number, time, 0, buf, 0, 0, 0, interface, 0)), buf, start, start + size, (), None, (),
                ),
            )  # fmt: skip

    def _event(self, what: int, *values: Any) -> Event | None:
        """Something that came in full; None when it is no event."""
        if what == _UNIT:
            return self._unit(*values)
        if what == _ENDED:
            return Ended(self._conversations[values[0]], values[1])
        if what == _SHAPE:
            self._shapes.append((_APDU, *values[:-1], _SENDERS[values[-1]]))
        elif values[0] not in self._conversations:
            self._meet(*values)
        return None

    def _meet(self, number: int, transport: int, forward: bytes, backward: bytes, initiator: int | None) -> None:
        conversation = Conversation(number, transport)
        pair(conversation, Stream(conversation, 0, forward), Stream(conversation, 1, backward))
        conversation.initiator = initiator
        self._conversations[number] = conversation

    def _unit(
        self,
        number: int,
        direction: int,
        kind: int,
        profile: str,
        source: int | None,
        destination: int | None,
        lower: int | None,
        hint: int,
        frame: tuple[int, int, int],
        octets: bytes | None,
        start: int,
        end: int,
        parts: Sequence[tuple[int, int, int, int, int]],
        link: tuple[str, bool] | None,
        experts: Sequence[tuple[str, str]],
    ) -> Unit:
        conversation = self._conversations[number]
        buf = self._buf
        if octets is not None:
            buf, start, end = octets, 0, len(octets)
        record = None
        if link is not None:
            record = LinkFrame.again(profile, buf[start:end], link[0], intact=link[1])
        return Unit(
            conversation.backward if direction else conversation.forward, _KINDS[kind], profile, source, destination,
            lower, _SENDERS[hint], self._frame(*frame), buf, start, end,
            tuple(Part(self._frame(*part[:3]), *part[3:]) for part in parts), record,
            tuple(Expert(*said) for said in experts),
        )  # fmt: skip

    def _frame(self, number: int, time: int, interface: int) -> Frame:
        return Frame(number, time, 0, self._buf, 0, 0, 0, interface)
