"""The frames of a capture: where each one stands, what became of it, and which messages it carries.

A list of messages needs no frames, so their table is made when somebody wants to see them. A capture that grows fills
it while it is read: what has passed may not be there again.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from struct import Struct
from typing import Final, NamedTuple

from dlms_analyzer.capture import CaptureError, Source
from dlms_analyzer.frames import Frame
from dlms_analyzer.index.parts import PIECES
from dlms_analyzer.index.table import MessageTable
from dlms_analyzer.net import FATES, ODD, Fate, FrameFates

CHUNK: Final = 1 << 16
"""Frames in a chunk, which does not move any more once it is full."""
STEP: Final = 128
"""Frames or messages between two looks at the progress: a millisecond or two."""

_ROW: Final = Struct("<qQIHB")
"""Time, position in the source, captured octets, interface, direction."""


class FrameTable:
    """All frames of a capture, from 1.

    Attributes:
        source: has their octets.
        lost: frames that the latest iteration has passed over, because the source no longer has their octets.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.lost = 0
        self._chunks: list[bytearray] = []
        self._count = 0
        self._lengths: dict[int, int] = {}
        """Octets on the wire, of frames of which not all were captured."""

    def __len__(self) -> int:
        return self._count

    def add(self, frame: Frame) -> None:
        """Append a frame. Frames come in the order of their numbers."""
        at = self._count % CHUNK
        if not at:
            self._chunks.append(bytearray(CHUNK * _ROW.size))
        _, time, _, _, start, end, original, interface, direction = frame
        _ROW.pack_into(self._chunks[-1], at * _ROW.size, time, start, end - start, interface, direction)
        self._count += 1
        if original != end - start:
            self._lengths[self._count] = original

    def frame(self, number: int) -> Frame:
        """A frame, its octets read again.

        Raises:
            IndexError: there is no such frame.
            CaptureError: the source no longer has its octets.
        """
        time, start, size, interface, direction = self._unpacked(number)
        octets = self.source.octets(interface, start, start + size)
        link_type = self.source.interfaces[interface].link_type
        original = self._lengths.get(number, size)
        return Frame(number, time, link_type, octets, 0, size, original, interface, direction)

    def __iter__(self) -> Iterator[Frame]:
        """Yield the frames that there are now and that are still kept, their octets read again; see `lost`."""
        self.lost = 0
        for number in range(1, self._count + 1):
            try:
                frame = self.frame(number)
            except CaptureError:  # the ring is full
                self.lost += 1
            else:
                yield frame

    def time(self, number: int) -> int:
        """When a frame was captured, nanoseconds since 1970 UTC."""
        time: int = self._unpacked(number)[0]
        return time

    def _unpacked(self, number: int) -> tuple[int, int, int, int, int]:
        if not 1 <= number <= self._count:
            raise IndexError(f"there is no frame {number}: there are {self._count}")
        chunk, at = divmod(number - 1, CHUNK)
        time, start, size, interface, direction = _ROW.unpack_from(self._chunks[chunk], at * _ROW.size)
        return time, start, size, interface, direction


class SurveyProgress(NamedTuple):
    """How far a survey is.

    Attributes:
        done: frames of which the fate is known, and messages of which the frames are known.
        total: of how many; None when nobody can tell.
    """

    done: int
    total: int | None


class FrameSurvey:
    """Finds out what became of the frames of a capture, and which messages they carry.

    Attributes:
        frames: the frames.
    """

    def __init__(self, messages: MessageTable, frames: FrameTable, again: Callable[[], Source] | None = None) -> None:
        """Prepare.

        Args:
            messages: of the capture; may grow.
            frames: of the capture; may grow.
            again: opens the capture once more, to fill `frames`; None when somebody else fills them.
        """
        self.frames = frames
        self._messages = messages
        self._again = again
        self._fates = bytearray()
        self._teller = FrameFates()
        self._first = array("I")
        """By frame: the first message that it carries; 0 for none."""
        self._further: dict[int, list[int]] = {}
        """Further messages of frames that carry several."""
        self._assigned = 0
        """Messages of which the frames are known."""

    @property
    def up_to_date(self) -> bool:
        """Whether everything is known that there is to know now."""
        return self._again is None and self._progress.done == self._progress.total

    def steps(self) -> Iterator[SurveyProgress]:
        """Bring the survey up to date; call it again when the capture has grown.

        Yields:
            How far it is, after each small step.

        Raises:
            CaptureError: the capture cannot be read again.
        """
        if self._again is not None:
            yield from self._read()
        while len(self._fates) < len(self.frames):
            for number in range(len(self._fates) + 1, min(len(self._fates) + STEP, len(self.frames)) + 1):
                self._tell_noted(number)
            yield self._progress
        yield from self._assign()

    def fate(self, number: int) -> Fate | None:
        """What became of a frame; None while that is not known."""
        return FATES[self._fates[number - 1]] if number <= len(self._fates) else None

    def next_odd(self, number: int) -> int | None:
        """The first frame behind one that is damaged, repeated, early or behind a gap; None when none is known."""
        fates = enumerate(self._fates[number:], number + 1)
        return next((found for found, fate in fates if FATES[fate] in ODD), None)

    def messages_of(self, number: int) -> tuple[int, ...]:
        """Numbers of the messages that a frame carries, or a part of."""
        first = self._first[number - 1] if number <= len(self._first) else 0
        return (first, *self._further.get(number, ())) if first else ()

    @property
    def _progress(self) -> SurveyProgress:
        total = None if self._again is not None else len(self.frames) + len(self._messages)
        return SurveyProgress(len(self._fates) + self._assigned, total)

    def _read(self) -> Iterator[SurveyProgress]:
        """Fill the table of frames."""
        assert self._again is not None  # noqa: S101
        source = self._again()
        try:
            for count, frame in enumerate(source, 1):
                if count > len(self.frames):  # else an earlier reading was stopped behind it
                    self.frames.add(frame)
                    self._tell(frame)
                if not count % STEP:
                    yield self._progress
        finally:
            source.close()
        self._again = None

    def _tell_noted(self, number: int) -> None:
        try:
            self._tell(self.frames.frame(number))
        except CaptureError:
            self._fates.append(FATES.index(Fate.GONE))

    def _tell(self, frame: Frame) -> None:
        self._fates.append(FATES.index(self._teller.of(frame)))

    def _assign(self) -> Iterator[SurveyProgress]:
        """Note the frames of the messages that came since the last time."""
        places = self._messages.places
        last = len(self._messages)
        columns = self._messages.columns("frame", "kind", first=self._assigned + 1, last=last)
        for number, (frame, kind) in enumerate(columns, self._assigned + 1):
            if kind & PIECES:
                for one in dict.fromkeys(part.frame.number for part in places(number)[0]):
                    self._carries(one, number)
            else:
                self._carries(frame, number)
            self._assigned = number
            if not number % STEP:
                yield self._progress
        yield self._progress

    def _carries(self, frame: int, message: int) -> None:
        missing = frame - len(self._first)
        if missing > 0:
            self._first.frombytes(bytes(self._first.itemsize * missing))
        if self._first[frame - 1]:
            self._further.setdefault(frame, []).append(message)
        else:
            self._first[frame - 1] = message
