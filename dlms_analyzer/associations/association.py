"""Association: client SAP and server SAP inside a conversation, from AARQ (or unannounced) to the end."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, NamedTuple

from dlms_analyzer.associations.exchange import Exchange
from dlms_analyzer.framing.units import Sender
from dlms_analyzer.net.streams import Conversation, Stream
from dlms_analyzer.notes import Expert
from dlms_analyzer.security.protection import Protection
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


class Terms(NamedTuple):
    """What client and server said when the association was opened; None is what was not seen, or not readable.

    Names and values as in AARQ, AARE, InitiateRequest and InitiateResponse (IEC 62056-5-3).
    """

    application_context_name: bytes | None = None
    mechanism_name: bytes | None = None
    proposed_conformance: int | None = None
    client_max_receive_pdu_size: int | None = None
    result: int | None = None
    result_source_diagnostic: tuple[int, int] | None = None
    negotiated_conformance: int | None = None
    server_max_receive_pdu_size: int | None = None


UNANNOUNCED: Final = Terms()
"""The terms of an association that no AARQ opened."""

ANY_SIZE: Final = 1 << 62
"""The PDU size limit while none is known."""


_NOTHING: Final[Mapping[Any, Any]] = {}
"""Shared by all associations that have nothing to keep: there are many, and most have ended."""


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
        terms: what was agreed on.
        lacking: conformance bits that were not negotiated; 0 when the negotiation was not seen.
        smallest_pdu: the smaller of the two PDU sizes agreed on.
        client_title: system title of the client.
        server_title: system title of the server.
        first: time of the first message, nanoseconds.
        last: time of the last message.
        messages: how many.
        exchanges: how many.
        errors: refusals and errors, by name.
        unanswered: confirmed requests without an answer.
        slowest: longest response time, nanoseconds.
        latest_answered: number of the latest exchange that was answered.
        open: requests waiting for an answer, oldest first; by invoke-id, or by family where there is none.
        blocks: general block transfers under way, by sender.
        experts: what was odd about how it ended; no message carries that.
        protection: titles, keys and verdicts; None while nothing that has to do with security was met.
    """

    __slots__ = (
        "blocks", "client_direction", "client_sap", "client_title", "conversation", "ended", "errors", "exchanges",
        "experts", "first", "lacking", "last", "latest_answered", "messages", "number", "open", "profile",
        "protection", "server_lower", "server_sap", "server_title", "slowest", "smallest_pdu", "state", "terms",
        "unanswered",
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
        self.number: int = number
        self.conversation = conversation
        self.profile = profile
        self.client_sap = client_sap
        self.server_sap = server_sap
        self.server_lower = server_lower
        self.state = State.PREESTABLISHED
        self.ended = False
        self.client_direction = 0
        self.terms = UNANNOUNCED
        self.lacking = 0
        self.smallest_pdu = ANY_SIZE
        self.client_title: bytes | None = None
        self.server_title: bytes | None = None
        self.first = time
        self.last = time
        self.messages = 0
        self.exchanges = 0
        self.errors: Mapping[str, int] = _NOTHING
        self.unanswered = 0
        self.slowest = 0
        self.latest_answered = -1
        self.open: dict[int | str, Exchange] = {}
        self.blocks: Mapping[Sender, tuple[Transfer, Exchange | None]] = _NOTHING
        self.experts: tuple[Expert, ...] = ()
        self.protection: Protection | None = None

    @property
    def client_is_backward(self) -> bool:
        """Whether the client is the side that did not send the first frame of the conversation."""
        return self.client_direction == 1

    @property
    def client_stream(self) -> Stream:
        """The direction in which the client sends."""
        conversation = self.conversation
        return conversation.backward if self.client_is_backward else conversation.forward

    @property
    def client_flow(self) -> bytes:
        """Addresses and ports in the direction in which the client sends."""
        return self.client_stream.flow

    def end(self, state: State) -> None:
        """It is over: another AARQ or request begins a new one."""
        self.state = state
        self.ended = True

    def title_of(self, sender: Sender) -> bytes | None:
        """System title of a side."""
        if sender is Sender.CLIENT:
            return self.client_title
        return self.server_title if sender is Sender.SERVER else None

    def adopt(self, other: Association) -> None:
        """Know what another one came to know from the same messages; how it ended is known here."""
        for name in self.__slots__:
            if name not in ("number", "conversation", "state", "ended"):
                setattr(self, name, getattr(other, name))

    def count_error(self, name: str) -> None:
        """Count a refusal or an error."""
        self.errors = {**self.errors, name: self.errors.get(name, 0) + 1}

    def begin_blocks(self, sender: Sender, transfer: Transfer, exchange: Exchange | None) -> None:
        """A side begins a general block transfer."""
        self.blocks = {**self.blocks, sender: (transfer, exchange)}

    def end_blocks(self, sender: Sender) -> None:
        """The transfer of a side is complete."""
        self.blocks = {one: way for one, way in self.blocks.items() if one is not sender} or _NOTHING

    def abandon(self) -> tuple[Expert, ...]:
        """What waits for an answer gets none any more; gives what was lost by that."""
        experts: list[Expert] = []
        for exchange in self.open.values():
            if exchange.waits:
                self.unanswered += 1
                experts.append(
                    Expert("disconnect-mid-exchange", f"the request in message {exchange.request} was not answered")
                )
            elif exchange.unfinished:
                text = f"the transfer that message {exchange.request} began is not complete"
                experts.append(Expert("incomplete-transfer", text))
        for sender, (transfer, _) in self.blocks.items():
            text = f"the block transfer of the {sender.value} stops before block {transfer.expected}"
            experts.append(Expert("incomplete-transfer", text))
        self.open.clear()
        self.blocks = _NOTHING
        if self.protection is not None:
            self.protection.forget_ready()
        return tuple(experts)
