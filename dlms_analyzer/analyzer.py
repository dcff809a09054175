"""The whole chain, sans-I/O: frames in, messages out.

    frame -> Segment -> delivery on a stream -> Unit -> Message

The file reader, the live sniffer, the tests and one's own source all feed the same object.
"""

from __future__ import annotations

from collections import Counter

from dlms_analyzer.associations.association import Association
from dlms_analyzer.associations.tracker import Tracker
from dlms_analyzer.decoded import reading_heads, reading_whole
from dlms_analyzer.frames import Frame, Segment
from dlms_analyzer.framing.options import FramingOptions
from dlms_analyzer.framing.stage import FramingStage
from dlms_analyzer.framing.stream import Framer
from dlms_analyzer.messages import Message
from dlms_analyzer.net import ConversationTable, End, NetworkDecoder
from dlms_analyzer.net.streams import Delivery, Item, Stream
from dlms_analyzer.security.keyring import Keyring
from dlms_analyzer.security.stage import SecurityStage


class Analyzer:
    """Turns frames into messages.

    Attributes:
        frames: how many were fed.
        unread: frames without a transport payload, by reason.
        security: the stage that opens what is protected.
    """

    def __init__(
        self, options: FramingOptions | None = None, *, heads: bool = False, keys: Keyring | None = None
    ) -> None:
        """Begin.

        Args:
            options: how streams are framed.
            heads: read APDUs only up to their data: enough for lists of messages and associations, and faster.
            keys: open what is protected; keys that the capture teaches are added to them.
        """
        self.frames = 0
        self.unread: Counter[str] = Counter()
        self._network = NetworkDecoder()
        self._conversations = ConversationTable()
        self._framing = FramingStage(options)
        self.security = SecurityStage(keys)
        self._tracker = Tracker(reading_heads() if heads else reading_whole(), self.security)

    def tracker_beside(self) -> Tracker:
        """Goes through messages of this analyzer once more, with the keys that there are now."""
        return self._tracker.beside(self.security.beside())

    @property
    def associations(self) -> list[Association]:
        """All associations so far, in order of appearance."""
        return self._tracker.associations

    def feed(self, frame: Frame) -> list[Message]:
        """The messages that a frame completes."""
        self.frames += 1
        segment = self._network.decode(frame)
        if segment.__class__ is Segment:
            return self.feed_segment(segment)
        self.unread[segment.reason.value] += 1  # type: ignore[union-attr]
        return []

    def feed_segment(self, segment: Segment) -> list[Message]:
        """The messages that a transport payload completes: for sources that have no frames."""
        messages = self._deliver(self._conversations.feed(segment))
        if self._conversations.forgotten:
            messages += self._forget()
        return messages

    def flush(self) -> list[Message]:
        """What still waits: no frame follows."""
        messages = self._deliver(self._conversations.flush())
        for conversation in self._conversations.followed():
            messages += map(self._tracker.take, self._framing.close(conversation))
        self._tracker.finish()
        return messages

    def _deliver(self, deliveries: list[Delivery]) -> list[Message]:
        """The messages that deliveries on streams complete."""
        take = self._tracker.take
        messages: list[Message] = []
        for stream, item in deliveries:
            framer: Framer = stream.state or self._framing.start(stream)
            for unit in framer.feed(item):
                messages.append(take(unit))  # noqa: PERF401 - one unit as a rule
            if item.__class__ is not Segment:
                messages += self._ended(stream, item)
        return messages

    def _ended(self, stream: Stream, item: Item) -> list[Message]:
        """What a connection leaves when it ends."""
        messages: list[Message] = []
        if isinstance(item, End):
            if stream.conversation.closed:
                messages += map(self._tracker.take, self._framing.close(stream.conversation))
            self._tracker.disconnected(stream)
        return messages

    def _forget(self) -> list[Message]:
        """What conversations leave that are followed no more."""
        messages: list[Message] = []
        while self._conversations.forgotten:
            messages += map(self._tracker.take, self._framing.close(self._conversations.forgotten.pop()))
        return messages
