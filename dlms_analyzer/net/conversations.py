"""Which conversation a segment belongs to, and what it delivers there."""

from __future__ import annotations

from collections import deque
from typing import Final

from dlms_analyzer.frames import ACK, FIN, RST, SYN, TCP, Segment, reverse_flow

from .streams import Conversation, Delivery, Stream, pair
from .tcp import TcpConversation, TcpStream

MAX_CONVERSATIONS: Final = 65_536
"""Conversations followed at a time, per transport; beyond, idle ones are let go. No system has more ports."""
CLOSED_KEPT: Final = 1_024
"""Closed TCP connections still known, so that a late acknowledgment or retransmission does not look like a new one."""

_CONTROL: Final = SYN | FIN | RST
_MASK: Final = 0xFFFFFFFF
_HALF: Final = 0x80000000


class ConversationTable:
    """All conversations of a capture. Feed it segments in capture order."""

    def __init__(self) -> None:
        self._tcp: dict[bytes, TcpStream] = {}
        self._others: dict[tuple[int, bytes], Stream] = {}
        self._closed: deque[TcpConversation] = deque()
        self.count = 0
        """Conversations seen so far."""
        self.forgotten: list[Conversation] = []
        """Conversations let go to make room: nothing more is delivered on them. Whoever reads this empties it."""

    def feed(self, segment: Segment) -> list[Delivery]:
        """What the segment brings: octets in order, gaps and ends, each with its stream."""
        _, transport, flow, sequence, acknowledgment, flags, _, start, end, missing, _ = segment
        if transport != TCP:
            return [(self._other_stream(transport, flow), segment)]
        stream = self._tcp.get(flow)
        if stream is None:
            return self._make_room() + self._feed_tcp(self._new_tcp(flow), segment)
        conversation = stream.connection
        # The common case: the next octets, nothing else going on, nothing acknowledged that was not seen.
        if sequence == stream.next and not flags & _CONTROL and conversation.quiet and not missing:
            behind = stream.opposite.next - acknowledgment & _MASK
            if behind < _HALF and flags & ACK and stream.settled:
                conversation.active = True
                if start == end:
                    return []
                stream.next = sequence + end - start & _MASK
                return [(stream, segment)]
        return self._feed_tcp(stream, segment)

    def repeated(self, flow: bytes) -> int:
        """Segments of a TCP flow that brought nothing new so far."""
        stream = self._tcp.get(flow)
        return 0 if stream is None else stream.duplicates

    def flush(self) -> list[Delivery]:
        """What still waits anywhere: nothing follows."""
        out: list[Delivery] = []
        for stream in self._tcp.values():
            if stream.direction == 0:
                out += stream.connection.flush()
        return out

    def followed(self) -> list[Conversation]:
        """The conversations on which more may be delivered, in order of appearance."""
        streams: list[Stream] = [*self._tcp.values(), *self._others.values()]
        return sorted({stream.conversation for stream in streams}, key=lambda one: one.number)

    def _feed_tcp(self, stream: TcpStream, segment: Segment) -> list[Delivery]:
        conversation = stream.connection
        before: list[Delivery] = []
        was_closed = conversation.closed
        if (segment.flags & SYN or was_closed) and conversation.restarts(stream, segment):
            before = conversation.flush()
            self._forget(conversation)
            stream = self._new_tcp(segment.flow)
            conversation = stream.connection
            was_closed = False
        conversation.active = True
        out = conversation.feed(stream, segment)
        if conversation.closed and not was_closed:
            self._closed.append(conversation)
            if len(self._closed) > CLOSED_KEPT:
                self._forget(self._closed.popleft())
        return before + out if before else out

    def _new_tcp(self, flow: bytes) -> TcpStream:
        conversation = TcpConversation(self.count, flow)
        self.count += 1
        forward, backward = conversation.forward_tcp, conversation.backward_tcp
        self._tcp[forward.flow] = forward
        self._tcp[backward.flow] = backward
        return forward

    def _forget(self, conversation: TcpConversation) -> None:
        for stream in (conversation.forward_tcp, conversation.backward_tcp):
            if self._tcp.get(stream.flow) is stream:
                del self._tcp[stream.flow]
        if conversation.closed:
            conversation.let_go()

    def _other_stream(self, transport: int, flow: bytes) -> Stream:
        stream = self._others.get((transport, flow))
        if stream is None:
            if len(self._others) >= 2 * MAX_CONVERSATIONS:
                self._drop_idle_others()
            conversation = Conversation(self.count, transport)
            self.count += 1
            stream = Stream(conversation, 0, flow)
            backward = Stream(conversation, 1, reverse_flow(flow))
            pair(conversation, stream, backward)
            self._others[transport, backward.flow] = backward
            self._others[transport, flow] = stream
        stream.conversation.active = True
        return stream

    def _make_room(self) -> list[Delivery]:
        """Let idle TCP connections go when there are too many; what waited on them is delivered."""
        out: list[Delivery] = []
        if len(self._tcp) < 2 * MAX_CONVERSATIONS:
            return out
        connections = [stream.connection for stream in self._tcp.values() if stream.direction == 0]
        idle = [connection for connection in connections if not connection.active]
        for connection in connections:
            connection.active = False
        # When all were active since the last time, the oldest have to go.
        for connection in idle or connections[: MAX_CONVERSATIONS // 4]:
            out += connection.flush()
            self._forget(connection)
            self.forgotten.append(connection)
        return out

    def _drop_idle_others(self) -> None:
        conversations = list(dict.fromkeys(stream.conversation for stream in self._others.values()))
        idle = [conversation for conversation in conversations if not conversation.active]
        for conversation in conversations:
            conversation.active = False
        for conversation in idle or conversations[: MAX_CONVERSATIONS // 4]:
            for stream in (conversation.forward, conversation.backward):
                self._others.pop((conversation.transport, stream.flow), None)
            self.forgotten.append(conversation)
