"""The framing stage: finds out which framing a conversation uses, and runs it.

A conversation is claimed by content, whatever its ports: a wrapper header whose length fits and whose APDU tag is
known, or an HDLC frame whose check sequence is right. What is not claimed within `MAX_UNDECIDED` octets is left
alone. Rules (`--decode-as`) go before content; without heuristics only rules and the registered port count.

Bare APDUs have nothing around them that tells. They are looked for only where a payload came without IP, as a line of
a log does, and claimed when a payload is one whole APDU to its last octet.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Final

from dlms_analyzer.frames import LINE, UDP, Buffer, Segment, ports
from dlms_analyzer.framing.bare import MAYBE, recognise_bare
from dlms_analyzer.framing.hdlc import HdlcFramer
from dlms_analyzer.framing.mbus import MBusFramer
from dlms_analyzer.framing.options import IANA_PORT, FramingOptions
from dlms_analyzer.framing.raw import RawFramer
from dlms_analyzer.framing.stream import Framer, Ignore, StreamFramer
from dlms_analyzer.framing.units import Unit
from dlms_analyzer.framing.wrapper import HEADER, HEADER_SIZE, WrapperFramer, plausible_header, starts_apdu
from dlms_analyzer.net.streams import Again, Conversation, Item, Stream
from scapy_layers import read_apdu
from scapy_layers.core.outcome import DecodeError, NeedMore, Oddity
from scapy_layers.hdlc import FLAG
from scapy_layers.hdlc_stream import Noise, find_frames
from scapy_layers.mbus import MBus, long_frame
from scapy_layers.mode_e import mode_e_line
from scapy_layers.wrapper import VERSION

MAX_UNDECIDED: Final = 4_096
"""Octets of a direction that are looked at before it is left alone: several times the first exchange of any meter."""
MAX_NOISE: Final = 16
"""Octets of noise before the first HDLC flag on a line or port that is believed to carry DLMS/COSEM."""
MAX_HELD: Final = 64
"""Segments held while undecided."""

FRAMERS: Final[dict[str, Callable[[Stream], Framer]]] = {
    "wrapper": WrapperFramer,
    "hdlc": HdlcFramer,
    "m-bus": MBusFramer,
    "raw": RawFramer,
    "none": lambda _: Ignore(),
}
"""Profile to framer: a new framing is entered here and in `RECOGNISERS`."""


def recognise_wrapper(buf: Buffer, pos: int, end: int) -> str | None:
    """`wrapper`, None, or `MAYBE`."""
    if end - pos <= HEADER_SIZE:
        return MAYBE if plausible_header(buf, pos, end) else None
    version, _, _, length = HEADER.unpack_from(buf, pos)
    start = pos + HEADER_SIZE
    if version != VERSION or length == 0 or not starts_apdu(buf, start, end):
        return None
    stop = start + length
    if stop == end or (stop < end and plausible_header(buf, stop, end)):
        return "wrapper"
    if stop < end:
        return None
    try:
        read_apdu(buf, start, end)
    except (NeedMore, Oddity):
        return "wrapper" if end - start >= 4 else MAYBE
    except DecodeError:
        return None
    return None


def recognise_hdlc(buf: Buffer, pos: int, end: int) -> str | None:
    """`hdlc`, None, or `MAYBE`: a frame with a right check sequence tells, or the opening lines of mode E."""
    octets = buf[pos:end]
    if mode_e_line(octets):
        return "hdlc"
    if octets[:2] == b"/?" or octets[:1] == b"\x06":
        return MAYBE
    flag = octets.find(FLAG)
    if flag < 0:
        return None
    items, position, _, _ = find_frames(octets, flag, len(octets))
    frames = [item for item in items if not isinstance(item, Noise)]
    if any(frame.fcs_ok for frame in frames):
        return "hdlc"
    return MAYBE if position < len(octets) or frames else None


def recognise_mbus(buf: Buffer, pos: int, end: int) -> str | None:
    """`m-bus`, None, or `MAYBE`: a long frame with a DLMS CI field and a right checksum tells."""
    size = long_frame(buf, pos, end)
    if not size or pos + size > end:
        return MAYBE if size else None
    try:
        MBus.read_record(buf, pos, pos + size)
    except DecodeError:
        return None
    return "m-bus"


RECOGNISERS: Final[list[Callable[[Buffer, int, int], str | None]]] = [
    recognise_wrapper,
    recognise_hdlc,
    recognise_mbus,
]


class _Undecided:
    """Holds what came in a direction until its framing is known."""

    def __init__(self, stage: FramingStage, stream: Stream) -> None:
        self.stage = stage
        self.stream = stream
        self.held: list[Item] = []
        self.octets = b""

    def feed(self, item: Item) -> list[Unit]:
        """The units of all that was held, once the framing is known."""
        if isinstance(item, Again) and len(self.held) >= MAX_HELD:
            return []
        self.held.append(item)
        if not isinstance(item, Segment):
            return []
        self.octets += item.octets[:MAX_UNDECIDED]
        profile = self.stage.recognise(self.octets)
        if not profile and self.stream.conversation.transport == LINE:
            profile = recognise_bare(item.buf, item.start, item.end) or profile
        if profile:
            return self.stage.settle(self.stream, profile)
        if profile is None and self.stream.conversation.transport == UDP:
            self.held.clear()
            self.octets = b""
        elif len(self.octets) > MAX_UNDECIDED or len(self.held) > MAX_HELD:
            return self.flush()
        return []

    def flush(self) -> list[Unit]:
        """Decide now. The registered port is believed; anything else is left alone."""
        if self.octets and self.stage.trusted(self.stream):
            return self.stage.settle(self.stream, self._likely())
        self.stream.state = Ignore()
        return []

    def _likely(self) -> str:
        """The profile of a stream that is believed to carry DLMS/COSEM and shows nothing that is whole."""
        if FLAG in self.octets[:MAX_NOISE]:
            return "hdlc"
        if self.stream.conversation.transport != LINE:
            return "wrapper"
        payloads = [item for item in self.held if isinstance(item, Segment)]
        bare = all(recognise_bare(one.buf, one.start, one.end) is not None for one in payloads)
        return "raw" if bare else "wrapper"


class FramingStage:
    """Runs the framer of each stream.

    Attributes:
        options: rules and whether to guess.
    """

    def __init__(self, options: FramingOptions | None = None) -> None:
        self.options = options or FramingOptions()

    def close(self, conversation: Conversation) -> list[Unit]:
        """What is unfinished in a conversation when nothing follows; its framers are let go."""
        units: list[Unit] = []
        streams = (conversation.forward, conversation.backward)
        for stream in streams:
            if isinstance(stream.state, _Undecided):
                units += stream.state.flush()
        for stream in streams:
            if isinstance(stream.state, StreamFramer):
                units += stream.state.flush()
            stream.state = None
        return units

    def trusted(self, stream: Stream) -> bool:
        """Whether a stream is taken for DLMS/COSEM although its content does not show it."""
        return stream.conversation.transport == LINE or IANA_PORT in (ports(stream.flow) or ())

    def recognise(self, octets: bytes) -> str | None:
        """The profile of the octets that a direction starts with; see `RECOGNISERS`."""
        answers = [recogniser(octets, 0, len(octets)) for recogniser in RECOGNISERS]
        for answer in answers:
            if answer:
                return answer
        return MAYBE if MAYBE in answers else None

    def settle(self, stream: Stream, profile: str) -> list[Unit]:
        """Frame both directions so; gives the units of what was held, in the order of the capture."""
        held: list[tuple[int, Framer, Item]] = []
        for side in (stream, stream.peer):
            undecided = side.state
            if undecided is None or isinstance(undecided, (_Undecided, Ignore)):
                framer = side.state = FRAMERS[profile](side)
                latest = 0  # what came out of order was delivered with a frame behind it
                for item in undecided.held if isinstance(undecided, _Undecided) else ():
                    latest = max(latest, item.frame.number)
                    held.append((latest, framer, item))
        held.sort(key=itemgetter(0))
        return [unit for _, framer, item in held for unit in framer.feed(item)]

    def start(self, stream: Stream) -> Framer:
        """The framer of a stream that has none yet; it stands in `stream.state`."""
        profile = self.options.forced(stream)
        if profile is not None:
            self.settle(stream, profile)
        elif self.options.heuristics or self.trusted(stream):
            stream.state = _Undecided(self, stream)
        else:
            stream.state = Ignore()
        framer: Framer = stream.state
        return framer
