"""How far two HDLC stations are: frame numbers, window, sizes agreed on, whose turn it is (IEC 62056-46, 6.4).

Each pair of stations is a link of two sides. A side is followed by what its station sends and by what the other one
acknowledges, so both directions of a conversation share their links. Nothing is claimed about what was not seen: where
frames are missing, the numbers are taken up again with the next frame.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from dlms_analyzer.framing.units import Part, Sender
from dlms_analyzer.notes import Expert
from scapy_layers.core.outcome import DecodeError, tolerant
from scapy_layers.hdlc import HdlcFrame
from scapy_layers.hdlc_address import HdlcAddress
from scapy_layers.hdlc_control import CONTROLS, Control, FrameType
from scapy_layers.hdlc_parameters import DEFAULTS, HdlcParameters, ParameterId, negotiated

if TYPE_CHECKING:
    from dlms_analyzer.framing.hdlc import HdlcFramer

MODULUS: Final = 8
"""Of frame numbers."""
MAX_SIDES: Final = 512
"""Sides that a conversation keeps: as many stations as an RS-485 line carries, in both directions."""

_I, _UI, _RR, _RNR = FrameType.I, FrameType.UI, FrameType.RR, FrameType.RNR
_SNRM, _UA, _DISC, _DM, _FRMR = FrameType.SNRM, FrameType.UA, FrameType.DISC, FrameType.DM, FrameType.FRMR
_UNKNOWN = FrameType.UNKNOWN

_REJECTIONS: Final = (
    "a control field that is not used here",
    "an information field where there may be none",
    "an information field that is too long",
    "a wrong N(R)",
)
"""The bits W, X, Y and Z of an FRMR (ISO/IEC 13239, 5.5.3.4)."""

Key = tuple[HdlcAddress, HdlcAddress, int]

SENDS: Final = (ParameterId.MAX_INFORMATION_FIELD_LENGTH_TRANSMIT, ParameterId.WINDOW_SIZE_TRANSMIT)
TAKES: Final = (ParameterId.MAX_INFORMATION_FIELD_LENGTH_RECEIVE, ParameterId.WINDOW_SIZE_RECEIVE)


class Order(Enum):
    """Where the number of a frame stands in the sequence."""

    NEXT = "next"
    """In order, or without a number."""
    AGAIN = "again"
    """Received before."""
    AHEAD = "ahead"
    """Frames before it are missing."""


class Link:
    """Two stations.

    Attributes:
        connected: set up with SNRM and UA that were both seen, and not taken down since.
        last: the side that sent the last frame and its P/F bit; None when that was not seen.
        llc: an LLC header was seen on it.
    """

    __slots__ = ("connected", "last", "llc")

    def __init__(self) -> None:
        self.connected = False
        self.last: tuple[Side, bool] | None = None
        self.llc = False


class Side:
    """What one station sends to another.

    Attributes:
        link: of the two.
        opposite: the other side.
        hint: which role the station has.
        framer: what reads the direction it sends in.
        expected: N(S) of its next frame; None when it is not known.
        acknowledged: N(S) of the oldest frame that the other station has not acknowledged; None when it is not known.
        window: I frames that it may send without acknowledgement; None when it is not known.
        max_information: octets of its information fields; None when it is not known.
        proposal: the parameters of its SNRM that was not answered.
        shared: both stations send from it: the same address, in the same direction. Nothing is followed then.
        asked: N(S) that the other station wants again; None when it wants none.
        lost: the other station acknowledged frames that are not in the capture.
        pieces: the segments of an unfinished APDU.
        parts: where they stand in the capture.
        size: their octets.
        headless: the first of them is missing.
    """

    __slots__ = (
        "acknowledged", "asked", "expected", "framer", "headless", "hint", "link", "lost", "max_information",
        "opposite", "parts", "pieces", "proposal", "shared", "size", "window",
    )  # fmt: skip

    def __init__(self, link: Link, framer: HdlcFramer) -> None:
        self.link = link
        self.opposite: Side = self
        self.framer = framer
        self.hint = Sender.UNKNOWN
        self.expected: int | None = None
        self.proposal: dict[int, int] | None = None
        self.lost = False
        self.shared = False
        self.forget_terms()
        self.clear()

    def forget_terms(self) -> None:
        """Nothing is agreed on, and it is not known what was acknowledged."""
        self.window: int | None = None
        self.max_information: int | None = None
        self.acknowledged: int | None = None
        self.asked: int | None = None

    def clear(self) -> None:
        """Forget the segments."""
        self.pieces: list[bytes] = []
        self.parts: list[Part] = []
        self.size = 0
        self.headless = False

    def follow(self, frame: HdlcFrame) -> tuple[Order, tuple[Expert, ...]]:
        """Take note of a frame that the station sent; gives where it stands, and what is odd about it."""
        control = frame.control
        kind = control.type
        said: list[Expert] = []
        self.shared = self.shared or (kind is _UA and self.proposal is not None)
        if self.shared:
            return Order.NEXT, ()
        order = Order.NEXT
        if kind is _I or kind is _UI:
            limit = self.max_information
            if limit is not None and len(frame.information) > limit:
                text = f"{len(frame.information)} octets of information where {limit} at most were agreed on"
                said.append(Expert("information-too-long", text))
        if kind is _UI:
            return order, tuple(said)
        self._turn(control, said)
        if kind is _I or kind is _RR or kind is _RNR:
            self.opposite._acknowledge(control.receive or 0, said)
            if kind is _I:
                order = self._number(control.send or 0, said)
            elif kind is _RNR:
                said.append(Expert("receiver-not-ready", f"no I frames may come behind N(S)={control.receive}"))
        elif kind is _UNKNOWN:
            said.append(Expert("unknown-control", f"control field {control.octet:02X}"))
        else:
            self._set_up(kind, frame, said)
        self.link.last = (self, control.poll_final)
        return order, tuple(said)

    def _turn(self, control: Control, said: list[Expert]) -> None:
        """The other station has to pass the turn before this one sends."""
        last = self.link.last
        if last is not None and last[0] is self.opposite and not last[1]:
            said.append(Expert("poll-final", f"{control} although the frame before it leaves the turn with its sender"))

    def _acknowledge(self, number: int, said: list[Expert]) -> None:
        """The other station waits for the frame `number` of this side.

        Some stations count wrongly. What they acknowledge is believed again when it is what was sent.
        """
        expected, oldest, self.asked = self.expected, self.acknowledged, None
        if expected is None or number == expected:
            self.acknowledged = number
            return
        if oldest is None:
            return
        if (number - oldest) % MODULUS > (expected - oldest) % MODULUS:
            text = f"N(R)={number} acknowledges frames that were not seen: N(S)={expected} is the next to be sent"
            said.append(Expert("acknowledgement", text))
            self.acknowledged, self.lost = None, True
        else:
            self.acknowledged = number
            if self.link.last == (self, True):
                said.append(Expert("repeat-requested", f"N(R)={number}: the frame N(S)={number} is to be sent again"))
                self.asked = number

    def _number(self, number: int, said: list[Expert]) -> Order:
        """Follow N(S)."""
        expected = self.expected
        following = (number + 1) % MODULUS
        if expected is None:
            self.expected = following
            return Order.NEXT
        if number == expected:
            self.expected, self.lost = following, False
            if self.asked is not None:
                self.acknowledged = None  # the other station was not taken at its word
            self._count(following, said)
            return Order.NEXT
        if self._was_sent(number, expected):
            said.append(Expert("retransmission", f"frame N(S)={number} again"))
            return Order.AGAIN
        said.append(Expert("sequence", f"frame N(S)={number} where N(S)={expected} was to come"))
        if not self.waits_for_repetition:
            self.expected, self.acknowledged = following, None
        return Order.AHEAD

    @property
    def waits_for_repetition(self) -> bool:
        """Whether frames that come too early are going to be repeated.

        With a window the sender goes back to the frame that the receiver missed, which is most likely the one that
        is missing here. Without one it cannot have sent the next frame before this one was acknowledged.
        """
        return bool(self.pieces) and (self.window or 1) > 1 and not self.lost

    def _was_sent(self, number: int, expected: int) -> bool:
        """Whether a number out of order is one that came before."""
        back = (expected - number) % MODULUS
        oldest = self.acknowledged
        if oldest is None:
            return back == 1
        ahead = (number - oldest) % MODULUS
        window = self.window or 1
        return ahead < (expected - oldest) % MODULUS or (back <= window <= ahead)

    def _count(self, following: int, said: list[Expert]) -> None:
        """Check the window after the frame before number `following`."""
        if self.window is None or self.acknowledged is None:
            return
        outstanding = (following - self.acknowledged) % MODULUS or MODULUS
        if outstanding > self.window:
            text = f"{outstanding} I frames without acknowledgement where the window is {self.window}"
            said.append(Expert("window-violation", text))

    def _set_up(self, kind: FrameType, frame: HdlcFrame, said: list[Expert]) -> None:
        """Set the link up or take it down."""
        link, other = self.link, self.opposite
        if kind is _UA and other.proposal is not None:
            self._agree(other, _parameters(frame))
            return
        if kind is _FRMR:
            said.append(Expert("frame-reject", _rejection(frame.information)))
        elif kind is _DM and link.connected:
            said.append(Expert("not-connected", "the station has no connection, although one was set up"))
        link.connected = False
        for side in (self, other):
            side.expected, side.lost = None, False
            side.forget_terms()
        other.proposal = None
        self.proposal = _parameters(frame) if kind is _SNRM else None
        if kind is _SNRM or kind is _UA:
            self.expected = 0

    def _agree(self, client: Side, answer: dict[int, int]) -> None:
        """A UA settles what the SNRM of the client proposed: each side sends what the other takes."""
        proposal = client.proposal or {}
        for side, sends, takes in ((self, answer, proposal), (client, proposal, answer)):
            side.expected, side.acknowledged, side.lost = 0, 0, False
            side.max_information, side.window = (
                min((one for one in (sends.get(mine), takes.get(theirs)) if one), default=None)
                for mine, theirs in zip(SENDS, TAKES, strict=True)
            )
        client.proposal = None
        self.link.connected = True


class Links:
    """All pairs of stations of a conversation.

    Attributes:
        sides: by source and destination address, and by direction where these are the same.
        held: octets of all unfinished APDUs.
    """

    def __init__(self) -> None:
        self.sides: dict[Key, Side] = {}
        self.held = 0

    def find(self, source: HdlcAddress, destination: HdlcAddress, direction: int) -> Side | None:
        """The side that sends from an address to another, if it is known."""
        return self.sides.get((source, destination, direction if source == destination else 0))

    def add(self, source: HdlcAddress, destination: HdlcAddress, framer: HdlcFramer) -> Side:
        """Both sides of a new pair; gives that of the source."""
        link = Link()
        side, other = Side(link, framer), Side(link, framer)
        side.opposite, other.opposite = other, side
        same, direction = source == destination, framer.stream.direction
        self.sides[source, destination, direction if same else 0] = side
        self.sides[destination, source, 1 - direction if same else 0] = other
        return side

    def unheard(self) -> None:
        """A frame could not be read: nobody knows whose it was, and what it acknowledged."""
        for side in self.sides.values():
            side.acknowledged = None
            side.link.last = None


def _parameters(frame: HdlcFrame) -> dict[int, int]:
    """The parameters of an SNRM or UA, defaults included; none when they cannot be read."""
    information = frame.information
    terms: dict[int, int] = dict(DEFAULTS.items())
    if not information:
        return terms
    try:
        with tolerant():
            record: Any = HdlcParameters.read_record(information, 0, len(information))[0]
            return terms | negotiated(record)
    except DecodeError:
        return {}


def _rejection(information: bytes) -> str:
    """What an FRMR says."""
    if len(information) < len(_REJECTIONS) - 1:
        return "a frame is rejected, without saying which"
    control, _, bits = information[:3]
    reasons = [reason for bit, reason in enumerate(_REJECTIONS) if bits >> bit & 1]
    return f"{CONTROLS[control]} (control field {control:02X}) is rejected for {' and '.join(reasons) or 'no reason'}"
