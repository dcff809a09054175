"""A client and a server that talk over one TCP connection, as the analyzer sees them."""

from __future__ import annotations

from dlms_analyzer import Analyzer, Message
from dlms_analyzer.associations.association import Association
from dlms_analyzer.frames import ACK, FIN, TCP, Frame, Segment, reverse_flow
from scapy_layers import AARE, AARQ, InitiateRequest, InitiateResponse, Wrapper

CLIENT_FLOW = bytes((192, 0, 2, 1, 192, 0, 2, 7)) + (40_000).to_bytes(2) + (4_059).to_bytes(2)
MILLISECOND = 1_000_000
LOGICAL_NAMES = bytes.fromhex("60857405080101")
"""Application context: logical names, no ciphering."""


class Dialogue:
    """Feeds an analyzer; every APDU takes ten milliseconds."""

    def __init__(self, analyzer: Analyzer | None = None) -> None:
        self.analyzer = analyzer or Analyzer()
        self.frames = 0
        self._next = {True: 1, False: 1}

    @property
    def association(self) -> Association:
        """The latest association."""
        return self.analyzer.associations[-1]

    def client(self, *apdus: object) -> list[Message]:
        """The client sends APDUs, one segment each."""
        return [message for apdu in apdus for message in self._send(bytes(apdu), client=True)]  # type: ignore[call-overload]

    def server(self, *apdus: object) -> list[Message]:
        """The server sends APDUs, one segment each."""
        return [message for apdu in apdus for message in self._send(bytes(apdu), client=False)]  # type: ignore[call-overload]

    def hang_up(self) -> list[Message]:
        """Both sides end the connection."""
        return self._segment(b"", client=True, flags=ACK | FIN) + self._segment(b"", client=False, flags=ACK | FIN)

    def associate(self, *, conformance: int = 0x7E1F, client_size: int = 1024, server_size: int = 1024) -> None:
        """Open an association without security."""
        self.client(
            AARQ(
                application_context_name=LOGICAL_NAMES,
                user_information=InitiateRequest(
                    proposed_conformance=conformance, client_max_receive_pdu_size=client_size
                ),
            )
        )
        self.server(
            AARE(
                application_context_name=LOGICAL_NAMES,
                result=0,
                result_source_diagnostic=(1, 0),
                user_information=InitiateResponse(
                    negotiated_conformance=conformance, server_max_receive_pdu_size=server_size
                ),
            )
        )

    def _send(self, apdu: bytes, *, client: bool) -> list[Message]:
        ports = (16, 1) if client else (1, 16)
        return self._segment(bytes(Wrapper(source_wport=ports[0], destination_wport=ports[1]) / apdu), client=client)

    def _segment(self, octets: bytes, *, client: bool, flags: int = ACK) -> list[Message]:
        self.frames += 1
        time = self.frames * 10 * MILLISECOND
        frame = Frame(self.frames, time, 1, octets, 0, len(octets), len(octets))
        flow = CLIENT_FLOW if client else reverse_flow(CLIENT_FLOW)
        segment = Segment(frame, TCP, flow, self._next[client], self._next[not client], flags, octets, 0, len(octets))
        self._next[client] += len(octets) + bool(flags & FIN)
        return self.analyzer.feed_segment(segment)
