"""TCP reassembly: segments in; out come the octets of each direction in order, or an explicit gap.

Nothing is copied: what is delivered is a Segment, trimmed to the octets that are new, or a Gap that says how many
octets the capture does not hold. The rules:

* What came first stays. The old part of a retransmission or an overlap is cut off.
* A segment that brings nothing new is an Again; one octet is no more than a keep-alive (RFC 9293, 3.8.4).
* A segment behind a hole waits. The hole becomes a Gap when the peer acknowledged it and more (a capture may show an
  acknowledgment slightly before the data, hence ``REORDER_TOLERANCE``), when it stays open longer than
  ``HOLE_PATIENCE``, when more than ``MAX_PENDING_OCTETS`` wait behind it, or at the end.
* A direction whose SYN was not seen starts where the peer's acknowledgments say, or with its first segment.
* A sequence number far from everything expected is a jump: a Gap of unknown length, and reading goes on there.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Final

from dlms_analyzer.frames import ACK, FIN, IPV4_FLOW, NANOSECONDS, RST, SYN, TCP, Frame, Segment, reverse_flow

from .streams import Again, Conversation, Delivery, End, Gap, GapReason, Stream, pair

MAX_PENDING_OCTETS: Final = 1 << 20
"""Octets that may wait behind a hole, per direction: several times the window of a meter or a head-end system."""
MAX_PENDING_SEGMENTS: Final = 4_096
"""Segments that may wait behind a hole, per direction: one-octet segments must not pile up."""
MAX_DISTANCE: Final = 16 << 20
"""A sequence number further away than this, either way, is a jump: far above any window in use."""
REORDER_TOLERANCE: Final = 1_000_000
"""Nanoseconds by which a capture may show an acknowledgment before the data (several queues, merged files)."""
HOLE_PATIENCE: Final = 30 * NANOSECONDS
"""How long a hole may stay open: several retransmission time-outs (RFC 6298)."""

KEEP_ALIVE: Final = 1
"""Octets of a segment that asks whether the peer is still there."""

_MASK: Final = 0xFFFFFFFF
_HALF: Final = 0x80000000
_UNKNOWN: Final = -1


def _distance(sequence: int, origin: int) -> int:
    """How far `sequence` is ahead of `origin`, negative when behind (RFC 9293, 3.4)."""
    return (sequence - origin + _HALF & _MASK) - _HALF


def _extent(segment: Segment) -> int:
    return segment.end - segment.start + segment.missing


def _trim(segment: Segment, skip: int, keep: int) -> Segment:
    """The part of a segment that starts `skip` octets in and is `keep` octets long."""
    start = min(segment.start + skip, segment.end)
    end = min(segment.start + skip + keep, segment.end)
    end = max(start, end)
    return segment._replace(start=start, end=end, missing=keep - (end - start))


class TcpStream(Stream):
    """One direction of a TCP connection.

    Sequence numbers are compared by their distance to `next`. While segments wait behind a hole, they are kept in
    unwrapped coordinates in which `next` is at `base`.
    """

    __slots__ = (
        "acked",
        "acked_time",
        "base",
        "connection",
        "duplicates",
        "ended",
        "fin",
        "hole_time",
        "next",
        "opposite",
        "origin",
        "overlaps",
        "pending",
        "pending_octets",
        "settled",
    )

    def __init__(self, conversation: TcpConversation, direction: int, flow: bytes) -> None:
        super().__init__(conversation, direction, flow)
        self.connection = conversation
        self.opposite = self
        self.next = _UNKNOWN
        """Sequence number of the next octet."""
        self.origin = _UNKNOWN
        """Sequence number of the first octet."""
        self.settled = False
        """Whether a SYN or data were seen; before, `next` is what the peer's acknowledgments say."""
        self.base = 0
        self.pending: list[tuple[int, Segment]] = []
        """Segments behind a hole, by position, without overlaps."""
        self.pending_octets = 0
        self.hole_time = 0
        self.acked = _UNKNOWN
        """The acknowledgment of the peer when it goes beyond `next`, and since when."""
        self.acked_time = 0
        self.fin: tuple[int, Frame] | None = None
        """Where the FIN stands, while it waits."""
        self.ended = False
        self.duplicates = 0
        """Segments that brought nothing new."""
        self.overlaps = 0
        """Segments of which only a part was new."""

    def is_calm(self) -> bool:
        """Whether the next segment can be expected to continue where the last one ended."""
        if self.acked != _UNKNOWN and _distance(self.acked, self.next) <= 0:
            self.acked = _UNKNOWN
        return self.next != _UNKNOWN and self.acked == _UNKNOWN and not self.pending and self.fin is None

    def start(self, sequence: int, *, settled: bool) -> None:
        """Expect `sequence` next, after whatever was before."""
        self.next = self.origin = sequence
        self.settled = settled
        self.acked = _UNKNOWN

    def acknowledge(self, acknowledgment: int, time: int) -> None:
        """Take note of an acknowledgment by the peer."""
        if self.next == _UNKNOWN:
            self.start(acknowledgment, settled=False)
            return
        ahead = _distance(acknowledgment, self.next)
        if not 0 < ahead <= MAX_DISTANCE:
            return
        if self.acked == _UNKNOWN:
            self.acked_time = time
        elif _distance(acknowledgment, self.acked) <= 0:
            return
        self.acked = acknowledgment

    def take(self, segment: Segment, sequence: int, out: list[Delivery]) -> None:
        """Deliver, trim or queue the payload of a segment that starts at `sequence`."""
        ahead = _distance(sequence, self.next)
        extent = _extent(segment)
        if segment.flags & FIN and not self.ended and ahead + extent >= 0:
            self.fin = self.base + ahead + extent, segment.frame
        if extent:
            if ahead > 0:
                self._queue(self.base + ahead, segment, out)
            elif ahead + extent > 0:
                if ahead < 0:
                    self.overlaps += 1
                    segment = _trim(segment, -ahead, ahead + extent)
                self._deliver(segment, out)
                self._drain(out)
            else:
                self._repeat(segment, out)
        self._finish(out)
        if not self.hole_time and (self.pending or self.fin):
            self.hole_time = segment.frame.time

    def release(self, now: int, out: list[Delivery], *, answered: bool = False) -> None:
        """Turn holes into gaps when it is their time.

        Args:
            now: The time of the capture.
            out: Where to deliver.
            answered: The peer speaks: what it acknowledges now has to be delivered before that.
        """
        while self.pending or self.fin:
            position, end, _ = self._behind_hole()
            acked = self.base if self.acked == _UNKNOWN else self.base + _distance(self.acked, self.next)
            if (answered and acked >= end) or (acked >= position and now - self.acked_time > REORDER_TOLERANCE):
                self._give_up(GapReason.LOST, out)
            elif (
                now - self.hole_time > HOLE_PATIENCE
                or self.pending_octets > MAX_PENDING_OCTETS
                or len(self.pending) > MAX_PENDING_SEGMENTS
            ):
                self._give_up(GapReason.OVERDUE, out)
            else:
                return

    def flush(self, out: list[Delivery]) -> None:
        """Deliver all that waits, with gaps for the holes."""
        while self.pending or self.fin:
            self._give_up(GapReason.OVERDUE, out)

    def jump(self, segment: Segment, sequence: int, out: list[Delivery]) -> None:
        """Go on at `sequence`, far from here."""
        self.flush(out)
        out.append((self, Gap(segment.frame, -1, GapReason.JUMP)))
        self.start(sequence, settled=True)

    def _behind_hole(self) -> tuple[int, int, Frame]:
        """Where the hole ends, where what stands behind it ends, and the frame of that."""
        if self.pending:
            position, segment = self.pending[0]
            return position, position + _extent(segment), segment.frame
        assert self.fin is not None  # noqa: S101
        position, frame = self.fin
        return position, position + 1, frame

    def _give_up(self, reason: GapReason, out: list[Delivery]) -> None:
        """Turn the first hole into a gap."""
        position, _, frame = self._behind_hole()
        if position > self.base:
            out.append((self, Gap(frame, position - self.base, reason)))
            self._advance(position - self.base)
        self._drain(out)
        self._finish(out)

    def _advance(self, octets: int) -> None:
        self.base += octets
        self.next = self.next + octets & _MASK

    def _deliver(self, segment: Segment, out: list[Delivery]) -> None:
        if segment.end > segment.start:
            out.append((self, segment))
        if segment.missing:
            out.append((self, Gap(segment.frame, segment.missing, GapReason.CUT)))
        self._advance(_extent(segment))

    def _drain(self, out: list[Delivery]) -> None:
        """Deliver what waited for the octets just delivered."""
        if not self.pending:
            return
        done = 0
        for position, segment in self.pending:
            if position > self.base:
                break
            done += 1
            extent = _extent(segment)
            self.pending_octets -= extent
            old = self.base - position
            if old >= extent:
                self.duplicates += 1
                continue
            if old:
                self.overlaps += 1
                segment = _trim(segment, old, extent - old)  # noqa: PLW2901
            self._deliver(segment, out)
        del self.pending[:done]
        # What still waits is behind another hole, which is as old as the frame behind it.
        self.hole_time = self.pending[0][1].frame.time if self.pending else 0

    def _finish(self, out: list[Delivery]) -> None:
        """Deliver the FIN when everything before it is delivered."""
        if self.fin is not None and self.fin[0] <= self.base and not self.pending:
            out.append((self, End(self.fin[1], reset=False)))
            if self.fin[0] == self.base:
                self._advance(1)
            self.fin = None
            self.hole_time = 0
            self.ended = True

    def _repeat(self, segment: Segment, out: list[Delivery]) -> None:
        """A segment brings nothing new."""
        self.duplicates += 1
        extent = _extent(segment)
        if extent > KEEP_ALIVE:
            out.append((self, Again(segment.frame, extent)))

    def _queue(self, position: int, segment: Segment, out: list[Delivery]) -> None:
        """Keep a segment behind a hole; of what it shares with others, theirs stays."""
        pending = self.pending
        end = position + _extent(segment)
        offset = 0  # of what is left of the segment
        at = bisect_left(pending, position, key=lambda entry: entry[0])
        if at:
            before, earlier = pending[at - 1]
            offset = max(0, min(end, before + _extent(earlier)) - position)
        new: list[tuple[int, tuple[int, Segment]]] = []
        while position + offset < end:
            limit = pending[at][0] if at < len(pending) else end
            piece = min(limit, end) - position - offset
            if piece > 0:
                new.append((at + len(new), (position + offset, _trim(segment, offset, piece))))
                self.pending_octets += piece
            if limit >= end:
                break
            offset = max(offset, limit + _extent(pending[at][1]) - position)
            at += 1
        if not new:
            self._repeat(segment, out)
            return
        if sum(_extent(entry[1]) for _, entry in new) < _extent(segment):
            self.overlaps += 1
        for index, entry in new:
            pending.insert(index, entry)


class TcpConversation(Conversation):
    """A TCP connection: two streams that know each other's acknowledgments."""

    __slots__ = ("_was_closed", "backward_tcp", "forward_tcp", "quiet")

    def __init__(self, number: int, flow: bytes) -> None:
        super().__init__(number, TCP)
        forward, backward = TcpStream(self, 0, flow), TcpStream(self, 1, reverse_flow(flow))
        pair(self, forward, backward)
        forward.opposite, backward.opposite = backward, forward
        self.forward_tcp = forward
        self.backward_tcp = backward
        self._was_closed = False
        self.quiet = False
        """Whether both directions are known and everything is in order: no hole, nothing acknowledged but not seen."""

    @property
    def closed(self) -> bool:
        """Whether both directions have ended."""
        return self._was_closed or (self.forward_tcp.ended and self.backward_tcp.ended)

    def let_go(self) -> None:
        """No segment of it is followed any more: keep who talked, and drop the state of the connection."""
        self._was_closed = self.closed
        pair(self, Stream(self, 0, self.forward_tcp.flow), Stream(self, 1, self.backward_tcp.flow))
        self.forward_tcp = self.backward_tcp = _NOBODY

    def restarts(self, stream: TcpStream, segment: Segment) -> bool:
        """Whether a segment belongs to a later connection between the same ports."""
        sequence = segment.sequence
        if segment.flags & SYN:
            return stream.origin not in (_UNKNOWN, sequence + 1 & _MASK)
        far = stream.next != _UNKNOWN and abs(_distance(sequence, stream.next)) > MAX_DISTANCE
        return far and self.closed and segment.end > segment.start

    def feed(self, stream: TcpStream, segment: Segment) -> list[Delivery]:
        """Deliver what a segment on `stream` brings, in either direction."""
        sequence, flags, time = segment.sequence, segment.flags, segment.frame.time
        payload = segment.end > segment.start
        peer = stream.opposite
        out: list[Delivery] = []
        if flags & ACK and segment.acknowledgment != peer.next:
            peer.acknowledge(segment.acknowledgment, time)
        if peer.pending or peer.fin:
            peer.release(time, out, answered=payload)
        if flags & SYN:
            sequence = sequence + 1 & _MASK
            self.initiator = 1 - stream.direction if flags & ACK else stream.direction
            if not stream.settled:
                stream.start(sequence, settled=True)
        if sequence != stream.next:
            self._settle(stream, segment, sequence, out)
        elif payload:
            stream.settled = True
        if (payload or flags & FIN or segment.missing) and abs(_distance(sequence, stream.next)) <= MAX_DISTANCE:
            stream.take(segment, sequence, out)
        if flags & RST:
            self._reset(stream, segment, out)
        elif stream.pending or stream.fin:
            stream.release(time, out)
        self.quiet = stream.is_calm() and peer.is_calm()
        return out

    @staticmethod
    def _settle(stream: TcpStream, segment: Segment, sequence: int, out: list[Delivery]) -> None:
        """Find where a stream stands when that is in doubt."""
        payload = segment.end > segment.start
        if stream.next == _UNKNOWN:
            stream.start(sequence, settled=payload)
            return
        if not payload:
            return
        ahead = _distance(sequence, stream.next)
        if stream.settled:
            if abs(ahead) > MAX_DISTANCE:
                stream.jump(segment, sequence, out)
            return
        # A keep-alive (RFC 9293, 3.8.4) has a sequence number that is one too low; data from before the first
        # acknowledgment seen is data all the same.
        if ahead == 1 or ahead < 0 or ahead > MAX_DISTANCE:
            stream.start(sequence, settled=True)
        stream.settled = True

    def _reset(self, stream: TcpStream, segment: Segment, out: list[Delivery]) -> None:
        for side in (self.forward_tcp, self.backward_tcp):
            side.flush(out)
        if not self.closed:
            out.append((stream, End(segment.frame, reset=True)))
        self.forward_tcp.ended = self.backward_tcp.ended = True

    def flush(self) -> list[Delivery]:
        """What still waits, with gaps for the holes: nothing follows."""
        out: list[Delivery] = []
        self.forward_tcp.flush(out)
        self.backward_tcp.flush(out)
        return out


_NOBODY: Final = TcpConversation(-1, bytes(IPV4_FLOW)).forward_tcp
"""Stands for both directions of a connection that was let go."""
