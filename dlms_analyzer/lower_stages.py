"""Everything below associations, sans-I/O: frames in, units out.

    frame -> Segment -> delivery on a stream -> Unit

Nothing that is said in a conversation comes back down here. So these stages can run somewhere else, and ahead of those
that follow what is said: see `dlms_analyzer.ahead`.
"""

from __future__ import annotations

from dlms_analyzer.frames import Frame, Segment
from dlms_analyzer.framing.options import FramingOptions
from dlms_analyzer.framing.stage import FramingStage
from dlms_analyzer.framing.stream import Framer
from dlms_analyzer.framing.units import Ended, Event
from dlms_analyzer.net import ConversationTable, End, NetworkDecoder, UnreadFrames
from dlms_analyzer.net.streams import Delivery


class LowerStages:
    """Turns frames into units, and says which connections end.

    Attributes:
        frames: how many were fed.
        unread: frames without a transport payload.
    """

    def __init__(self, options: FramingOptions | None = None) -> None:
        """Begin.

        Args:
            options: how streams are framed.
        """
        self.frames = 0
        self.unread = UnreadFrames()
        self._network = NetworkDecoder()
        self._conversations = ConversationTable()
        self._framing = FramingStage(options)

    def feed(self, frame: Frame) -> list[Event]:
        """What a frame completes or ends."""
        self.frames += 1
        segment = self._network.decode(frame)
        if segment.__class__ is Segment:
            return self.feed_segment(segment)
        self.unread.add(segment)  # type: ignore[arg-type]
        return []

    def feed_segment(self, segment: Segment) -> list[Event]:
        """What a transport payload completes or ends: for sources that have no frames."""
        events = self._deliver(self._conversations.feed(segment))
        if self._conversations.forgotten:
            events += self._forget()
        return events

    def flush(self) -> list[Event]:
        """What still waits: no frame follows."""
        self._network.flush()
        if self._network.abandoned:
            self.unread.add(self._network.abandoned[0], self._network.abandoned_total)
        events = self._deliver(self._conversations.flush())
        for conversation in self._conversations.followed():
            events += self._framing.close(conversation)
        return events

    def _deliver(self, deliveries: list[Delivery]) -> list[Event]:
        """What deliveries on streams complete or end."""
        events: list[Event] = []
        for stream, item in deliveries:
            framer: Framer = stream.state or self._framing.start(stream)
            events += framer.feed(item)
            if item.__class__ is End:
                conversation = stream.conversation
                closed = conversation.closed
                if closed:
                    events += self._framing.close(conversation)
                events.append(Ended(conversation, closed))
        return events

    def _forget(self) -> list[Event]:
        """What conversations leave that are followed no more."""
        events: list[Event] = []
        while self._conversations.forgotten:
            events += self._framing.close(self._conversations.forgotten.pop())
        return events
