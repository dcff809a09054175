"""From frames to the octets that two endpoints exchanged: link layers, IP, TCP reassembly, conversations.

Sans-I/O: feed frames to a `NetworkDecoder` and its segments to a `ConversationTable`.
"""

from __future__ import annotations

from .conversations import ConversationTable
from .decoder import NetworkDecoder
from .fates import FATES, ODD, Fate, FrameFates
from .streams import Again, Conversation, Delivery, End, Gap, GapReason, Stream
from .tcp import TcpConversation, TcpStream
from .unread import Reason, Unread, UnreadFrames

__all__ = [
    "FATES",
    "ODD",
    "Again",
    "Conversation",
    "ConversationTable",
    "Delivery",
    "End",
    "Fate",
    "FrameFates",
    "Gap",
    "GapReason",
    "NetworkDecoder",
    "Reason",
    "Stream",
    "TcpConversation",
    "TcpStream",
    "Unread",
    "UnreadFrames",
]
