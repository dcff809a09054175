"""Association: client SAP and server SAP inside a conversation, from AARQ (or unannounced) to the end."""

from __future__ import annotations

from collections import Counter
from enum import Enum
from typing import Any

from dlms_analyzer.associations.exchange import Exchange
from dlms_analyzer.framing.units import Sender
from dlms_analyzer.net.streams import Conversation
from dlms_analyzer.transfers import Transfer


class State(Enum):
    """How far an association has come."""

    PREESTABLISHED = "pre-established"
    PROPOSED = "proposed"
    PENDING = "authentication pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    RELEASED = "released"
    DISCONNECTED = "disconnected"


class Association:
    """Who talks to whom, what they agreed on, and what is still unanswered.

    Attributes:
        number: from 0, in order of appearance.
        conversation: the transport below.
        profile: framing.
        client_sap: wPort or HDLC address of the client.
        server_sap: wPort or upper HDLC address of the server.
        server_lower: lower HDLC address of the server.
        state: how far it has come; the last state when it has ended.
        ended: it is rejected, released or disconnected.
        client_direction: direction of the conversation in which the client sends.
        aarq: record of the AARQ, None when unannounced.
        aare: record of the AARE.
        proposed: the InitiateRequest of the AARQ, when it is in clear.
        negotiated: the InitiateResponse of the AARE, when it is in clear.
        client_title: system title of the client.
        server_title: system title of the server.
        first: time of the first message, nanoseconds.
        last: time of the last message.
        messages: how many.
        errors: refusals and errors, by name.
        unanswered: confirmed requests without an answer.
        slowest: longest response time, nanoseconds.
    """

    __slots__ = (
        "aare", "aarq", "blocks", "client_direction", "client_sap", "client_title", "conversation", "ended", "errors",
        "exchanges", "first", "last", "messages", "negotiated", "number", "open", "profile", "proposed", "server_lower",
        "server_sap", "server_title", "slowest", "state", "unanswered",
    )  # fmt: skip

    def __init__(
        self,
        number: int,
        conversation: Conversation,
        profile: str,
        client_sap: int | None,
        server_sap: int | None,
        server_lower: int | None,
        time: int,
    ) -> None:
        self.number = number
        self.conversation = conversation
        self.profile = profile
        self.client_sap = client_sap
        self.server_sap = server_sap
        self.server_lower = server_lower
        self.state = State.PREESTABLISHED
        self.ended = False
        self.client_direction = 0
        self.aarq: Any = None
        self.aare: Any = None
        self.proposed: Any = None
        self.negotiated: Any = None
        self.client_title: bytes | None = None
        self.server_title: bytes | None = None
        self.first = time
        self.last = time
        self.messages = 0
        self.exchanges = 0
        self.errors: Counter[str] = Counter()
        self.unanswered = 0
        self.slowest = 0
        self.open: dict[int | str, Exchange] = {}
        """Requests waiting for an answer, oldest first; by invoke-id, or by family where there is none."""
        self.blocks: dict[Sender, tuple[Transfer, Exchange | None]] = {}
        """General block transfers under way, by sender."""

    @property
    def client_is_backward(self) -> bool:
        """Whether the client is the side that did not send the first frame of the conversation."""
        return self.client_direction == 1

    def end(self, state: State) -> None:
        """It is over: another AARQ or request begins a new one."""
        self.state = state
        self.ended = True

    def title_of(self, sender: Sender) -> bytes | None:
        """System title of a side."""
        if sender is Sender.CLIENT:
            return self.client_title
        return self.server_title if sender is Sender.SERVER else None
