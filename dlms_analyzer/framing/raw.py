"""No framing at all: each payload is an APDU (forced with a rule, or an exported PDU that names DLMS)."""

from __future__ import annotations

from dlms_analyzer.frames import Buffer
from dlms_analyzer.framing.stream import Progress, StreamFramer
from dlms_analyzer.framing.units import Kind, Unit


class RawFramer(StreamFramer):
    """One direction of a conversation whose payloads are APDUs."""

    profile = "raw"

    def scan(self, buf: Buffer, pos: int, end: int, out: list[Unit]) -> Progress:
        """See `StreamFramer.scan`."""
        if pos < end:
            out.append(self.unit(Kind.APDU, buf, pos, end))
        return Progress(end, 1)
