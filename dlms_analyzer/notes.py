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


class Topic(Enum):
    """What a code is about; the heading it is documented under."""

    LINK = "Streams and link frames"
    APDU = "APDUs"
    EXCHANGE = "Exchanges and transfers"
    ASSOCIATION = "Associations"
    SECURITY = "Security"


class Code(NamedTuple):
    """What a code stands for.

    Attributes:
        topic: what it is about.
        severity: how much it matters.
        meaning: what was seen.
        advice: what to do about it, or what it may come from.
    """

    topic: Topic
    severity: Severity
    meaning: str
    advice: str


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
        return CODES[self.code].severity


_LINK, _APDU, _EXCHANGE, _ASSOCIATION, _SECURITY = Topic
_CHAT, _NOTE, _WARNING, _ERROR = Severity

CODES: Final[dict[str, Code]] = {
    "gap": Code(
        _LINK, _WARNING,
        "Octets of the stream are not in the capture; reading goes on behind them.",
        "Capture with a larger buffer and the whole packet, nearer to one of the ends.",
    ),
    "incomplete": Code(
        _LINK, _WARNING,
        "The stream ends inside a frame or an APDU.",
        "Look whether the capture stopped there, or the connection broke.",
    ),
    "undecoded": Code(
        _LINK, _WARNING,
        "Octets that no framing explains, kept as they are.",
        "If a framing was forced, check that it is the right one.",
    ),
    "noise": Code(
        _LINK, _NOTE,
        "Octets between frames that belong to none.",
        "A few are normal where a line is switched; many point to the wiring, the baud rate or the parity.",
    ),
    "bad-fcs": Code(
        _LINK, _ERROR,
        "The frame check sequence is wrong; the frame is shown and not used.",
        "Octets were changed on the line. Expect the sender to repeat the frame.",
    ),
    "bad-hcs": Code(
        _LINK, _WARNING,
        "The header check sequence is wrong although the frame check sequence is right.",
        "The sender computes it wrongly; other stations will drop the frame.",
    ),
    "retransmission": Code(
        _LINK, _NOTE,
        "A frame or block with a number that was received before.",
        "The sender did not get the acknowledgement in time: look at loss and at the timeouts.",
    ),
    "tcp-retransmission": Code(
        _LINK, _NOTE,
        "Before this message its sender sent TCP octets again that had been received.",
        "Loss, or an acknowledgement that took long; a capture at two places shows every segment twice.",
    ),
    "sequence": Code(
        _LINK, _WARNING,
        "A frame number N(S) that is not the next one: frames are missing.",
        "Look for frames with a bad check sequence before it, or for a capture that has holes.",
    ),
    "acknowledgement": Code(
        _LINK, _WARNING,
        "A frame number N(R) that acknowledges frames which were not sent.",
        "The capture lacks frames of the other side, or the two sides are out of step.",
    ),
    "repeat-requested": Code(
        _LINK, _NOTE,
        "A frame number N(R) that asks for frames again. DLMS/COSEM has no REJ frame; this takes its place.",
        "The station missed frames: look at the line, and whether the window is too large for it.",
    ),
    "window-violation": Code(
        _LINK, _WARNING,
        "More I frames without acknowledgement than the window size that was agreed on.",
        "The receiver may drop them. Check the window sizes in SNRM and UA against those the sender uses.",
    ),
    "information-too-long": Code(
        _LINK, _WARNING,
        "An information field longer than the maximum that was agreed on.",
        "The receiver may drop the frame. Check the lengths in SNRM and UA; each is seen from its sender.",
    ),
    "segment-lost": Code(
        _LINK, _WARNING,
        "A segmented APDU was given up: a segment is missing.",
        "What came of the APDU is kept as raw octets. Look for what happened to the frame before.",
    ),
    "poll-final": Code(
        _LINK, _NOTE,
        "A station sends although the other one has not passed the turn to it with the poll/final bit.",
        "The two may talk at the same time, and lose frames by it.",
    ),
    "receiver-not-ready": Code(
        _LINK, _NOTE,
        "RNR: the station cannot take I frames now.",
        "The other side has to wait until an RR comes.",
    ),
    "frame-reject": Code(
        _LINK, _ERROR,
        "FRMR: the station cannot use a frame, and repeating it does not help.",
        "The text says which control field was rejected and why. The link has to be set up anew.",
    ),
    "not-connected": Code(
        _LINK, _WARNING,
        "DM: the station says that there is no connection where one was set up before.",
        "The station has forgotten it: an inactivity timeout, or a restart.",
    ),
    "unknown-control": Code(
        _LINK, _WARNING,
        "A control field that DLMS/COSEM does not use.",
        "REJ and SREJ are among them: the sender speaks another dialect of HDLC.",
    ),
    "malformed": Code(
        _APDU, _ERROR,
        "The APDU cannot be read beyond an offset.",
        "Look at the octets there: a length that does not fit is the usual reason.",
    ),
    "unknown-tag": Code(
        _APDU, _WARNING,
        "No APDU has this tag.",
        "Ciphered or proprietary octets, or the wrong framing.",
    ),
    "length-mismatch": Code(
        _APDU, _WARNING,
        "Two lengths contradict each other, and one of them was believed.",
        "The encoder is wrong; other readers may stumble over it.",
    ),
    "trailing-octets": Code(
        _APDU, _NOTE,
        "Octets behind a complete APDU.",
        "They are shown and not used; often padding or a wrong length.",
    ),
    "oddity": Code(
        _APDU, _NOTE,
        "Not as the standard has it, but understood.",
        "Nothing, unless another reader refuses it.",
    ),
    "unanswered": Code(
        _EXCHANGE, _WARNING,
        "A confirmed request that the capture shows no answer to.",
        "Look whether the answer is missing in the capture, or the meter did not give one.",
    ),
    "unexpected-response": Code(
        _EXCHANGE, _WARNING,
        "A response that answers no request in the capture.",
        "The capture begins late or lacks the request; else the server answered twice.",
    ),
    "late-response": Code(
        _EXCHANGE, _NOTE,
        "An answer that came after the answer to a later request.",
        "The timeout of the client may be shorter than the server takes.",
    ),
    "unasked-response": Code(
        _EXCHANGE, _CHAT,
        "A response to a request whose service class is unconfirmed, which asks for none.",
        "Nothing, if the client wants it: set bit 6 of invoke-id-and-priority to ask for an answer.",
    ),
    "invoke-id-mismatch": Code(
        _EXCHANGE, _WARNING,
        "A response whose invoke-id differs from that of the open request.",
        "The response belongs to an earlier request, or the server does not copy the invoke-id.",
    ),
    "repeated-request": Code(
        _EXCHANGE, _NOTE,
        "The same request again while the first is unanswered.",
        "The client has waited in vain: look at what became of the first.",
    ),
    "block-number": Code(
        _EXCHANGE, _WARNING,
        "A block whose number is not the next one.",
        "A block is missing in the capture, or one of the sides lost count.",
    ),
    "incomplete-transfer": Code(
        _EXCHANGE, _WARNING,
        "A long transfer that stops before its last block.",
        "Look for the block, the refusal or the disconnection behind which nothing follows.",
    ),
    "transfer-too-long": Code(
        _EXCHANGE, _ERROR,
        "A long transfer was given up: it grew beyond what is kept.",
        "Its blocks are messages of their own all the same.",
    ),
    "refused": Code(
        _EXCHANGE, _NOTE,
        "The request was refused as a whole.",
        "The text names the reason that the server gave. A refused access has no note, but counts as an error.",
    ),
    "pdu-too-large": Code(
        _ASSOCIATION, _WARNING,
        "An APDU larger than the PDU size that the receiver said it takes when the association was opened.",
        "The receiver may drop it. The sender should use block transfer.",
    ),
    "not-negotiated": Code(
        _ASSOCIATION, _WARNING,
        "A service that is not in the conformance block agreed on.",
        "The server may refuse it. Compare what the client proposed with what the server granted.",
    ),
    "disconnect-mid-exchange": Code(
        _ASSOCIATION, _WARNING,
        "The connection or the association ends while a request is unanswered or a transfer is not complete.",
        "See which side hung up, and whether a timeout was the reason.",
    ),
    "bad-tag": Code(
        _SECURITY, _ERROR,
        "What is protected does not open with the keys at hand: the tag is wrong, or nothing plausible comes out.",
        "The text says why, as far as it can be told. The keys may be another meter's, or replaced since.",
    ),
    "nonce-reuse": Code(
        _SECURITY, _ERROR,
        "An invocation counter protects other octets than before, with the same key.",
        "Whoever has both can break the protection: change the key, and find out why the sender does not count.",
    ),
    "counter-repeated": Code(
        _SECURITY, _NOTE,
        "An invocation counter comes again with the same octets.",
        "A retransmission, or a replay.",
    ),
    "counter-backwards": Code(
        _SECURITY, _WARNING,
        "An invocation counter is lower than one before.",
        "The receiver should refuse it. The sender has lost its counter, or the capture is out of order.",
    ),
    "counter-jump": Code(
        _SECURITY, _NOTE,
        "An invocation counter skips many values.",
        "Normal where a clock serves as counter or the capture has holes.",
    ),
    "counter-exhaustion": Code(
        _SECURITY, _WARNING,
        "An invocation counter nears its end, behind which the key can no longer be used.",
        "Change the key before.",
    ),
    "counter-refused": Code(
        _SECURITY, _WARNING,
        "The server refuses an invocation counter as too low, and says which one it wants.",
        "The client has lost its counter, or two clients share a key: let it go on from the counter that is named.",
    ),
    "hls-verified": Code(
        _SECURITY, _CHAT,
        "The reply to an HLS challenge is the one that the password, keys or certificate at hand give.",
        "Nothing: this side proved who it is.",
    ),
    "hls-failed": Code(
        _SECURITY, _ERROR,
        "The reply to an HLS challenge is not the one that the password, keys or certificate at hand give.",
        "The two sides have different secrets, or the wrong one was given here.",
    ),
    "hls-not-verified": Code(
        _SECURITY, _CHAT,
        "The reply to an HLS challenge could not be checked.",
        "The text names what is missing.",
    ),
    "key-learnt": Code(
        _SECURITY, _CHAT,
        "New keys of the meter were taken from the capture; they are used from here on.",
        "Show them with --show-secrets, and note them for other captures.",
    ),
    "key-not-learnt": Code(
        _SECURITY, _WARNING,
        "Keys of the meter were replaced, and the new ones could not be had.",
        "Give the master key of the meter; else what follows does not open.",
    ),
}  # fmt: skip
"""Every code there is. `docs/experts.md` is made of this table."""


def within(where: str, experts: tuple[Expert, ...]) -> tuple[Expert, ...]:
    """Notes on an APDU that stands inside something else, which their offsets do not count in."""
    return tuple(Expert(one.code, f"in {where}: {one.text}") for one in experts)
