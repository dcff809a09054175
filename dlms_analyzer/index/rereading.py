"""Reading all messages once more, whole, from where the index says that their octets stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dlms_analyzer.associations.tracker import Tracker
from dlms_analyzer.decoded import reading_whole
from dlms_analyzer.index.again import streams_beside
from dlms_analyzer.index.looking import Looking
from dlms_analyzer.index.table import MessageTable
from dlms_analyzer.messages import Message
from dlms_analyzer.net.streams import Stream
from dlms_analyzer.security.keyring import Keyring
from dlms_analyzer.security.stage import SecurityStage

IDLE: Final = 1 << 16
"""Messages after which a closed connection is let go: none of so many others is waited for any more."""
SWEEP: Final = 1 << 12
"""Messages between two looks for such connections."""


class Rereading:
    """Goes through the messages of a table in their order, as if the capture were read for the first time.

    Each exchange is joined as its messages come, so that a transfer of thousands of blocks is gone through once.
    Associations and exchanges are ones of its own; they have the numbers that a new reading gives them.

    Attributes:
        keyring: opens what is protected; what the capture teaches is added to it.
        done: messages gone through.
    """

    def __init__(self, table: MessageTable, looking: Looking, keyring: Keyring) -> None:
        """Begin.

        Args:
            table: the rows.
            looking: has the octets.
            keyring: without keys that the capture taught: it teaches them again.
        """
        self.keyring = keyring
        self.done = 0
        self._table = table
        self._looking = looking
        self._tracker = Tracker(reading_whole(), SecurityStage(keyring))
        self._streams: dict[int, tuple[Stream, Stream]] = {}
        self._used: dict[int, int] = {}
        """By conversation: the last message of it that was gone through."""

    @property
    def followed(self) -> tuple[int, ...]:
        """Numbers of the conversations of which something is remembered."""
        return tuple(self._streams)

    @property
    def total(self) -> int:
        """Messages that there are."""
        return len(self._table)

    def messages(self) -> Iterator[Message]:
        """The messages that were not gone through yet; may be called again when the table has more.

        Raises:
            CaptureError: the source no longer has the octets of one.
        """
        while self.done < len(self._table):
            conversation = self._table.row(self.done + 1).conversation
            streams = self._streams.get(conversation.number)
            if streams is None:
                streams = self._streams[conversation.number] = streams_beside(conversation)
            unit = self._looking.unit(self.done + 1, streams)
            self.done += 1
            self._used[conversation.number] = self.done
            if not self.done % SWEEP:
                self._let_go()
            yield self._tracker.take(unit)

    def _let_go(self) -> None:
        """Forget what is known of connections that have ended: there may be many, one after the other."""
        for number, used in list(self._used.items()):
            # The reading has forgotten who talks there: it was told that nothing follows.
            if self.done - used >= IDLE and self._table.conversations[number].talk is None:
                del self._used[number]
                forward, _ = self._streams.pop(number)
                self._tracker.disconnected(forward.conversation, closed=True)
