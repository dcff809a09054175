"""How streams are to be framed: rules that force a framing, and whether to guess the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from dlms_analyzer.frames import LINE, TCP, UDP, ports
from dlms_analyzer.net.streams import Stream

PROFILES: Final = ("wrapper", "hdlc", "m-bus", "raw", "none")
"""Framings that can be forced; `raw` takes each payload for an APDU, `none` ignores the stream."""

IANA_PORT: Final = 4059
"""dlms-cosem, TCP and UDP."""

_RULE: Final = re.compile(r"(tcp|udp)\.port\s*==\s*(\d+)\s*,\s*([a-z-]+)")
_TRANSPORTS: Final = {"tcp": TCP, "udp": UDP}


@dataclass(frozen=True, slots=True)
class DecodeAs:
    """A rule: conversations over this port are framed so."""

    transport: int
    port: int
    profile: str

    @classmethod
    def parse(cls, text: str) -> DecodeAs:
        """Read `tcp.port==4063,hdlc`.

        Raises:
            ValueError: not of this form.
        """
        match = _RULE.fullmatch(text.strip())
        if match is None or match[3] not in PROFILES or not 0 < int(match[2]) < 65536:
            known = ", ".join(PROFILES)
            raise ValueError(f"{text!r} is not of the form tcp.port==4063,hdlc (or udp.port; {known})")
        return cls(_TRANSPORTS[match[1]], int(match[2]), match[3])

    def __str__(self) -> str:
        """As `parse` reads it."""
        name = next(name for name, transport in _TRANSPORTS.items() if transport == self.transport)
        return f"{name}.port=={self.port},{self.profile}"


@dataclass(frozen=True, slots=True)
class FramingOptions:
    """How to frame streams.

    Attributes:
        decode_as: rules, in order of precedence.
        heuristics: recognise streams without a rule by content.
        line: framing of payloads that came without IP; None recognises it.
    """

    decode_as: tuple[DecodeAs, ...] = ()
    heuristics: bool = True
    line: str | None = None

    def forced(self, stream: Stream) -> str | None:
        """The profile that a rule gives a stream."""
        if stream.conversation.transport == LINE:
            return self.line
        if not self.decode_as:
            return None
        used = ports(stream.flow) or ()
        for rule in self.decode_as:
            if rule.transport == stream.conversation.transport and rule.port in used:
                return rule.profile
        return None
