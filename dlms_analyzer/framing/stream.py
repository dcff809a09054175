"""The base of every framer: one direction of a conversation in, units out.

A framer parses in place as long as frames start and end within a segment. Only what is left over at the end of a
segment is kept, and it is parsed again when as many octets are there as it takes to get further.
"""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol

from dlms_analyzer.frames import LINE, UDP, Buffer, Frame, Segment
from dlms_analyzer.framing.bare import lone_apdu
from dlms_analyzer.framing.units import Kind, Part, Sender, Unit
from dlms_analyzer.net.streams import Again, End, Gap, Item, Stream
from dlms_analyzer.notes import Expert

MAX_PENDING: Final = 1 << 17
"""Octets kept of an unfinished frame: twice the longest WPDU (65,543 octets); an HDLC frame has 2,049 at most.

More than that is given up as octets that are no frame."""
MAX_AGAIN: Final = 64
"""Retransmissions told with one unit; a sender gives up long before."""

# Enum members are looked up once: in Python 3.11 each look-up is a call.
_APDU: Final = Kind.APDU
_RAW: Final = Kind.RAW


AGAIN: Final = "tcp-retransmission"
"""The code of the note about octets that came before."""


class Progress(NamedTuple):
    """How far a scan came.

    Attributes:
        position: behind the last octet that was used.
        wanted: octets from `position` that it takes to get further.
    """

    position: int
    wanted: int


class Framer(Protocol):
    """Anything that turns the deliveries of a stream into units."""

    def feed(self, item: Item, /) -> list[Unit]:
        """The units that an item completes."""


class Ignore:
    """The framer of a stream that is not DLMS/COSEM."""

    def feed(self, _item: Item) -> list[Unit]:
        """Nothing."""
        return []


class StreamFramer:
    """Keeps what is unfinished; subclasses scan.

    Attributes:
        profile: name of the framing.
        experts: notes for the next unit, about what happened before it.
    """

    profile = "raw"

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.datagrams = stream.conversation.transport == UDP
        self._alone = stream.conversation.transport in (UDP, LINE)
        self.experts: list[Expert] = []
        self.frame: Frame
        self._pending = bytearray()
        self._parts: list[Part] = []
        self._wanted = 0
        self._sources: list[Part] = []

    def scan(self, buf: Buffer, pos: int, end: int, out: list[Unit]) -> Progress:
        """Append the units in `buf[pos:end]` to `out`.

        Raises:
            NotImplementedError: a subclass has to scan.
        """
        raise NotImplementedError

    def feed(self, item: Item) -> list[Unit]:
        """The units that an item completes."""
        if not isinstance(item, Segment):
            return self._interrupt(item)
        self.frame = item.frame
        out: list[Unit] = []
        if not self._parts:
            position, wanted = self.scan(item.buf, item.start, item.end, out)
            if position < item.end:
                self._keep(item, position, wanted, out)
            if self._alone and len(out) == 1 and out[0].kind is _RAW:
                return self._lone(item, out[0])
            return out
        self._append(item)
        if len(self._pending) < self._wanted and len(self._pending) <= MAX_PENDING and not self.datagrams:
            return out
        buf = bytes(self._pending)
        self._sources = self._parts
        position, wanted = self.scan(buf, 0, len(buf), out)
        self._sources = []
        self._drop(position)
        self._wanted = wanted
        if len(self._pending) > MAX_PENDING:
            out += self._set_aside("does not get further")
            self.reset()
        return out

    def _lone(self, segment: Segment, unit: Unit) -> list[Unit]:
        """What no framing explains may be an APDU that stands for itself."""
        _, _, _, _, _, _, buf, start, end, _, _ = segment
        if (unit.start, unit.end) != (start, end) or (found := lone_apdu(buf, start, end)) is None:
            return [unit]
        return [
            unit._replace(
                kind=_APDU, profile=found.profile, start=found.start, source=found.source,
                destination=found.destination, experts=unit.experts[:-1],
            )
        ]  # fmt: skip

    def parts_of(self, start: int, end: int) -> tuple[Part, ...]:
        """Where the octets `start` to `end` of the buffer being scanned stand in the capture; empty when in place."""
        if not self._sources:
            return ()
        found = []
        at = 0
        for part in self._sources:
            size = part.end - part.start
            first, last = max(start, at), min(end, at + size)
            if first < last:
                found.append(Part(part.frame, part.start + first - at, part.start + last - at))
            at += size
            if at >= end:
                break
        return tuple(found)

    def unit(
        self,
        kind: Kind,
        buf: Buffer,
        start: int,
        end: int,
        *,
        source: int | None = None,
        destination: int | None = None,
        lower: int | None = None,
        hint: Sender = Sender.UNKNOWN,
        link: object = None,
        experts: tuple[Expert, ...] = (),
    ) -> Unit:
        """A unit at `buf[start:end]` of the buffer being scanned, with the notes that waited for it."""
        if self.experts:
            experts = (*self.experts, *experts)
            self.experts = []
        return Unit(
            self.stream, kind, self.profile, source, destination, lower, hint, self.frame, buf, start, end,
            self.parts_of(start, end), link, experts,
        )  # fmt: skip

    def raw(self, buf: Buffer, start: int, end: int, code: str, text: str) -> Unit:
        """Octets that are no frame."""
        return self.unit(Kind.RAW, buf, start, end, experts=(Expert(code, text),))

    def is_fill(self, _octets: bytes) -> bool:
        """Whether octets that are kept only fill the time until the next frame; subclasses that know such say so."""
        return False

    def reset(self) -> None:
        """Forget what frames before a gap began; subclasses extend it."""

    def _keep(self, segment: Segment, position: int, wanted: int, out: list[Unit]) -> None:
        if self.datagrams:
            if self.is_fill(segment.buf[position : segment.end]):
                return
            text = f"the datagram ends inside a {self.profile} frame, {segment.end - position} octets into it"
            out.append(self.raw(segment.buf, position, segment.end, "incomplete", text))
            return
        self._pending += segment.buf[position : segment.end]
        self._parts.append(Part(segment.frame, position, segment.end))
        self._wanted = wanted

    def _append(self, segment: Segment) -> None:
        self._pending += segment.buf[segment.start : segment.end]
        self._parts.append(Part(segment.frame, segment.start, segment.end))

    def _drop(self, octets: int) -> None:
        """Let go of what was used."""
        del self._pending[:octets]
        whole = 0
        for part in self._parts:
            size = part.end - part.start
            if size > octets:
                self._parts[whole] = Part(part.frame, part.start + octets, part.end)
                break
            octets -= size
            whole += 1
        del self._parts[:whole]

    def flush(self) -> list[Unit]:
        """What is unfinished: nothing follows."""
        out = self._give_up(None)
        self.experts = [one for one in self.experts if one.code != AGAIN]  # nothing was lost by these
        if self.experts:
            out.append(self.unit(Kind.RAW, b"", 0, 0))  # what was noted for a unit that does not come
        return out

    def _interrupt(self, item: Gap | Again | End) -> list[Unit]:
        if isinstance(item, Again):
            if len(self.experts) < MAX_AGAIN:
                text = f"{item.length} TCP octets came again in frame {item.frame.number}"
                self.experts.append(Expert(AGAIN, text))
            return []
        self.frame = item.frame
        out = self.flush() if isinstance(item, End) else self._give_up(item)
        if isinstance(item, Gap):
            size = f"{item.length} octets" if item.length >= 0 else "an unknown number of octets"
            self.experts.append(Expert("gap", f"{size} before frame {item.frame.number} {item.reason.value}"))
            self.reset()
        return out

    def _give_up(self, item: Item | None) -> list[Unit]:
        """What is unfinished when the stream is interrupted."""
        return self._set_aside("is interrupted" if isinstance(item, Gap) else "ends")

    def _set_aside(self, why: str) -> list[Unit]:
        """What is unfinished, as octets that are no frame."""
        buf = bytes(self._pending)
        parts, self._parts = self._parts, []
        self._pending.clear()
        if not parts or self.is_fill(buf):
            return []
        self.frame = parts[-1].frame
        self._sources = parts
        text = f"the stream {why} inside a {self.profile} frame, {len(buf)} octets into it"
        unit = self.raw(buf, 0, len(buf), "incomplete", text)
        self._sources = []
        return [unit]
