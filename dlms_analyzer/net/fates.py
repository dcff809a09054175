"""What becomes of a frame on its way to messages: delivered, sent again, waiting, or nothing to deliver in it."""

from __future__ import annotations

from enum import Enum
from typing import Final

from dlms_analyzer.frames import FIN, RST, SYN, TCP, Frame, Segment

from .conversations import ConversationTable
from .decoder import NetworkDecoder
from .streams import Gap
from .unread import Reason


class Fate(Enum):
    """What became of a frame, in words."""

    DELIVERED = "its payload was read"
    BEHIND_GAP = "octets before it are missing in the capture"
    EARLY = "came before octets that belong in front of it"
    REPEATED = "a retransmission: its octets were there already"
    CONTROL = "opens or closes a connection"
    ACKNOWLEDGMENT = "an acknowledgment without payload"
    EMPTY = "a datagram without payload"
    NOT_IP = Reason.NOT_IP.value
    OTHER_TRANSPORT = Reason.OTHER_TRANSPORT.value
    FRAGMENT = "a fragment of a datagram"
    CUT = Reason.CUT.value
    MALFORMED = Reason.MALFORMED.value
    UNSUPPORTED = Reason.UNSUPPORTED.value
    GONE = "no longer kept"


FATES: Final = tuple(Fate)
"""Fates by number, for columns."""
ODD: Final = frozenset({Fate.BEHIND_GAP, Fate.EARLY, Fate.REPEATED, Fate.CUT, Fate.MALFORMED})
"""Fates that somebody who looks for the cause of trouble wants to see."""
_UNREAD: Final = {
    Reason.NOT_IP: Fate.NOT_IP,
    Reason.OTHER_TRANSPORT: Fate.OTHER_TRANSPORT,
    Reason.FRAGMENT: Fate.FRAGMENT,
    Reason.INCOMPLETE: Fate.FRAGMENT,
    Reason.CUT: Fate.CUT,
    Reason.MALFORMED: Fate.MALFORMED,
    Reason.UNSUPPORTED: Fate.UNSUPPORTED,
}
_CONTROL: Final = SYN | FIN | RST


class FrameFates:
    """Tells the fate of one frame after the other, in capture order; follows connections for itself."""

    def __init__(self) -> None:
        self._network = NetworkDecoder()
        self._conversations = ConversationTable()

    def of(self, frame: Frame) -> Fate:
        """What becomes of the next frame."""
        segment = self._network.decode(frame)
        if not isinstance(segment, Segment):
            return _UNREAD[segment.reason]
        return self._tcp(segment) if segment.transport == TCP else self._other(segment)

    @staticmethod
    def _other(segment: Segment) -> Fate:
        return Fate.DELIVERED if segment.start < segment.end else Fate.EMPTY

    def _tcp(self, segment: Segment) -> Fate:
        repeated = self._conversations.repeated(segment.flow)
        deliveries = self._conversations.feed(segment)
        self._conversations.forgotten.clear()  # nothing is kept here that had to be closed
        if segment.start == segment.end and not segment.missing:
            return Fate.CONTROL if segment.flags & _CONTROL else Fate.ACKNOWLEDGMENT
        if any(isinstance(item, Gap) and item.frame.number == segment.frame.number for _, item in deliveries):
            return Fate.BEHIND_GAP
        if any(isinstance(item, Segment) and item.frame.number == segment.frame.number for _, item in deliveries):
            return Fate.DELIVERED
        return Fate.REPEATED if self._conversations.repeated(segment.flow) > repeated else Fate.EARLY
