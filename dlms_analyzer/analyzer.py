"""The whole chain, sans-I/O: frames in, messages out.

    frame -> LowerStages -> Unit -> Tracker -> Message

The file reader, the live sniffer, the tests and one's own source all feed the same object.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from dlms_analyzer.associations.association import Association
from dlms_analyzer.associations.tracker import Tracker
from dlms_analyzer.decoded import reading_heads, reading_whole
from dlms_analyzer.frames import Frame, Segment
from dlms_analyzer.framing.options import FramingOptions
from dlms_analyzer.framing.units import Event, Unit
from dlms_analyzer.lower_stages import LowerStages
from dlms_analyzer.messages import Message
from dlms_analyzer.security.keyring import Keyring
from dlms_analyzer.security.stage import SecurityStage


class Analyzer:
    """Turns frames into messages.

    Attributes:
        lower: the stages that turn frames into units.
        security: the stage that opens what is protected.
        finished: it was told that nothing follows.
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
        self.lower = LowerStages(options)
        self.security = SecurityStage(keys)
        self.finished = False
        self._tracker = Tracker(reading_heads() if heads else reading_whole(), self.security)

    @property
    def frames(self) -> int:
        """How many frames were fed."""
        return self.lower.frames

    @property
    def unread(self) -> Counter[str]:
        """Frames without a transport payload, by reason."""
        return self.lower.unread.counts

    def tracker_beside(self) -> Tracker:
        """Goes through messages of this analyzer once more, with the keys that there are now."""
        return self._tracker.beside(self.security.beside())

    @property
    def associations(self) -> list[Association]:
        """All associations so far, in order of appearance."""
        return self._tracker.associations

    def feed(self, frame: Frame) -> list[Message]:
        """The messages that a frame completes."""
        return self.take(self.lower.feed(frame))

    def feed_segment(self, segment: Segment) -> list[Message]:
        """The messages that a transport payload completes: for sources that have no frames."""
        return self.take(self.lower.feed_segment(segment))

    def flush(self) -> list[Message]:
        """What still waits: no frame follows."""
        messages = self.take(self.lower.flush())
        self.finish()
        return messages

    def take(self, events: Iterable[Event]) -> list[Message]:
        """The messages for what the lower stages say, here or elsewhere."""
        take = self._tracker.take
        messages: list[Message] = []
        for event in events:
            if event.__class__ is Unit:
                messages.append(take(event))
            else:
                self._tracker.disconnected(*event)
        return messages

    def finish(self) -> None:
        """Nothing follows what was taken."""
        self.finished = True
        self._tracker.finish()
