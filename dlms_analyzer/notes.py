"""Expert notes: what is worth a person's attention about a message, with a stable code and a severity."""

from __future__ import annotations

from enum import Enum
from typing import Final, NamedTuple


class Severity(Enum):
    """How much it matters, as Wireshark grades it."""

    CHAT = "chat"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


class Expert(NamedTuple):
    """One expert note.

    Attributes:
        code: key of `CODES`.
        text: the finding in a sentence, with offset and numbers.
    """

    code: str
    text: str

    @property
    def severity(self) -> Severity:
        """How much it matters."""
        return CODES[self.code][0]


CODES: Final[dict[str, tuple[Severity, str]]] = {
    # Link
    "bad-fcs": (Severity.ERROR, "The frame check sequence is wrong; the frame is shown and not used."),
    "bad-hcs": (Severity.WARNING, "The header check sequence is wrong although the frame check sequence is right."),
    "noise": (Severity.NOTE, "Octets between frames that belong to none."),
    "undecoded": (Severity.WARNING, "Octets that no framing explains, kept as they are."),
    "gap": (Severity.WARNING, "Octets of the stream are not in the capture; reading goes on behind them."),
    "incomplete": (Severity.WARNING, "The stream ends inside a frame or an APDU."),
    "retransmission": (Severity.NOTE, "A frame with a number that was received before."),
    "sequence": (Severity.WARNING, "A frame number that is not the next one: frames are missing."),
    "segment-lost": (Severity.WARNING, "A segmented APDU was given up: a segment is missing."),
    # APDU
    "malformed": (Severity.ERROR, "The APDU cannot be read beyond an offset."),
    "unknown-tag": (Severity.WARNING, "No APDU has this tag."),
    "trailing-octets": (Severity.NOTE, "Octets behind a complete APDU."),
    "oddity": (Severity.NOTE, "Not as the standard has it, but understood."),
    # Exchanges
    "unanswered": (Severity.WARNING, "A confirmed request that the capture shows no answer to."),
    "unexpected-response": (Severity.WARNING, "A response that answers no request in the capture."),
    "invoke-id-mismatch": (Severity.WARNING, "A response whose invoke-id differs from that of the open request."),
    "repeated-request": (Severity.NOTE, "The same request again while the first is unanswered."),
    "block-number": (Severity.WARNING, "A block whose number is not the next one."),
    "transfer-too-long": (Severity.ERROR, "A long transfer was given up: it grew beyond what is kept."),
    "late-response": (Severity.NOTE, "An answer that came after the answer to a later request."),
    "disconnect-mid-exchange": (Severity.WARNING, "The connection or association ended before the answer came."),
    "incomplete-transfer": (Severity.WARNING, "A long transfer stops before its last block."),
    # Association
    "pdu-too-large": (Severity.WARNING, "An APDU longer than its receiver said it takes."),
    "not-negotiated": (Severity.WARNING, "A service that the negotiated conformance does not have."),
    "refused": (Severity.NOTE, "The request was refused."),
}
"""Code to severity and meaning."""
