"""HDLC frames in a stream of octets with noise, idle flags and broken frames between them.

Asynchronous lines use no octet stuffing, so a flag octet may stand inside a frame: frames are delimited by their
length. Every octet of the stream comes out, in order, as part of a frame or of noise.

A frame is taken when its FCS is right. With a wrong FCS it is taken (and says so) when the header looks like one,
its closing flag stands where the length puts it or its HCS is right, and no whole frame starts inside it: a frame
that was cut short must not swallow the next one.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from scapy_layers.core.outcome import DecodeError, NeedMore, Octets
from scapy_layers.hdlc import FLAG, FORMAT_OCTETS, FORMAT_TYPE_3, MAX_LENGTH, MIN_LENGTH, HdlcFrame, read_frame

MAX_FRAME = MAX_LENGTH + 2
"""Octets of the longest frame with both flags."""
MAX_OPENING = 16
"""Flags that a frame opens with at most; those before them fill the time between frames, on idle lines without end."""


class NoiseReason(StrEnum):
    """Why octets of a stream belong to no frame."""

    NO_FRAME = "no frame starts here"
    FLAGS = "flags without a frame"
    BROKEN = "a frame that does not end where its length says, or was cut short by another"
    INCOMPLETE = "a frame that the stream ends in"


class Noise(NamedTuple):
    """Octets that belong to no frame.

    Attributes:
        start: offset of the first.
        end: offset behind the last.
        octets: the octets.
        reason: why.
    """

    start: int
    end: int
    octets: bytes
    reason: NoiseReason


class Found(NamedTuple):
    """What a part of a stream holds.

    Attributes:
        items: frames and noise, in order, without a gap.
        position: behind the last item; the octets from there belong to something that is not complete.
        wanted: octets from `position` that it takes at least to get further.
        shared_flag: whether the last item is a frame, whose closing flag may open the next.
    """

    items: list[HdlcFrame | Noise]
    position: int
    wanted: int
    shared_flag: bool


def find_frames(buf: Octets, pos: int, end: int, final: bool = False, shared_flag: bool = False) -> Found:
    """Find the frames in `buf[pos:end]`.

    Args:
        buf: the octets.
        pos: where to start.
        end: where the octets end.
        final: no more octets follow, so what is not complete is noise.
        shared_flag: a frame, or at least its closing flag, stood before `pos`.
    """
    return _Finder(buf, pos, end, final, shared_flag).run()


class _Finder:
    """One run over a buffer."""

    def __init__(self, buf: Octets, pos: int, end: int, final: bool, shared_flag: bool) -> None:
        self.buf = buf
        self.pos = pos
        self.end = end
        self.final = final
        self.after_frame = shared_flag
        self.items: list[HdlcFrame | Noise] = []
        self.searched = (0, 0)
        """Between these offsets no whole frame starts."""

    def run(self) -> Found:
        """Find all there is."""
        wanted = 1
        while self.pos < self.end:
            wanted = self.step()
            if wanted:
                break
        return Found(self.items, self.pos, max(wanted, 1), self.after_frame)

    def step(self) -> int:
        """Find the next item; gives the octets wanted when that takes more of them, else 0."""
        buf, pos, end = self.buf, self.pos, self.end
        start = pos
        while start < end and buf[start] == FLAG:
            start += 1
        if start == pos and not self.after_frame:
            return self.noise(self.next_flag(pos), NoiseReason.NO_FRAME)
        if start - pos > MAX_OPENING:
            return self.noise(start - MAX_OPENING, NoiseReason.FLAGS)
        if start == end:
            return self.incomplete(end - pos + MIN_LENGTH, NoiseReason.FLAGS)
        wanted = self.plausible(start)
        if wanted < 0:
            return self.noise(self.next_flag(start), NoiseReason.NO_FRAME)
        if wanted == 0:
            try:
                frame, stop = read_frame(buf, pos, end)
            except NeedMore as short:
                wanted = short.offset + 1 - pos
            except DecodeError:
                return self.noise(self.next_flag(start), NoiseReason.NO_FRAME)
            else:
                return self.judge(frame, stop, start)
        return self.incomplete(max(wanted, end - pos + 1), NoiseReason.INCOMPLETE, start)

    def plausible(self, start: int) -> int:
        """-1 when the format field at `start` is none, 0 when the frame is there, else the octets wanted."""
        if self.buf[start] >> 4 != FORMAT_TYPE_3:
            return -1
        if start + FORMAT_OCTETS > self.end:
            return start + MIN_LENGTH + 1 - self.pos
        length = (self.buf[start] & 7) << 8 | self.buf[start + 1]
        if length < MIN_LENGTH:
            return -1
        return 0 if start + length < self.end else start + length + 1 - self.pos

    def judge(self, frame: HdlcFrame, stop: int, start: int) -> int:
        """Take a frame, or find that it is none."""
        if not frame.fcs_ok:
            has_flag = not any(note.code == "no-closing-flag" for note in frame.notes)
            inside, wanted = self.whole_frame_within(start, stop - has_flag)
            if wanted:
                return wanted
            if inside is not None:
                return self.noise(inside, NoiseReason.BROKEN)
            if not frame.hcs_ok and not has_flag:
                return self.noise(self.next_flag(start), NoiseReason.BROKEN)
        self.items.append(frame)
        self.pos = stop
        self.after_frame = True
        return 0

    def whole_frame_within(self, start: int, stop: int) -> tuple[int | None, int]:
        """The flag of the first whole and intact frame that starts between two offsets, and the octets wanted to tell.

        A frame that starts at `stop`, at the closing flag, follows.
        """
        searched_from, searched_to = self.searched
        candidate = self.next_flag(searched_to if searched_from <= start < searched_to else start)
        while candidate < stop:
            wanted = 0 if self.final else self.plausible(candidate + 1) if candidate + 1 < self.end else MIN_LENGTH
            if wanted > 0:
                return None, max(wanted, self.end - self.pos + 1)
            if self.is_intact(candidate):
                return candidate, 0
            candidate = self.next_flag(candidate + 1)
        self.searched = (start, stop)
        return None, 0

    def is_intact(self, flag: int) -> bool:
        """Whether a frame with a right FCS and a closing flag starts at a flag."""
        start = flag + 1
        if start + FORMAT_OCTETS > self.end or self.buf[start] >> 4 != FORMAT_TYPE_3:
            return False
        stop = start + ((self.buf[start] & 7) << 8 | self.buf[start + 1])
        if stop >= self.end or self.buf[stop] != FLAG:
            return False
        try:
            return read_frame(self.buf, flag, self.end)[0].fcs_ok
        except DecodeError:
            return False

    def next_flag(self, pos: int) -> int:
        """Offset of the first flag from `pos` on that may open a frame, or the end."""
        buf, end = self.buf, self.end
        while True:
            flag = buf.find(b"\x7e", pos, end)
            if flag < 0:
                return end
            if flag + 1 >= end or buf[flag + 1] == FLAG or buf[flag + 1] >> 4 == FORMAT_TYPE_3:
                return flag
            pos = flag + 1

    def incomplete(self, wanted: int, reason: NoiseReason, start: int | None = None) -> int:
        """Ask for more octets; when there are none, what is there is noise up to the next flag."""
        if not self.final:
            return wanted
        return self.noise(self.end if start is None else self.next_flag(start), reason)

    def noise(self, stop: int, reason: NoiseReason) -> int:
        """Set octets aside."""
        self.items.append(Noise(self.pos, stop, self.buf[self.pos : stop], reason))
        self.pos = stop
        self.after_frame = False
        return 0


class HdlcScanner:
    """Finds frames in a stream that comes in pieces; offsets count from its first octet."""

    def __init__(self) -> None:
        self._octets = b""
        self._offset = 0
        self._shared_flag = False

    def feed(self, octets: bytes, final: bool = False) -> list[HdlcFrame | Noise]:
        """The frames and the noise that become complete; the rest, `MAX_FRAME` octets at most, is kept.

        Args:
            octets: what follows in the stream.
            final: nothing follows behind them.
        """
        self._octets += octets
        found = find_frames(self._octets, 0, len(self._octets), final, self._shared_flag)
        self._octets = self._octets[found.position :]
        moved = [_moved(item, self._offset) for item in found.items]
        self._offset += found.position
        self._shared_flag = found.shared_flag
        return moved


def _moved(item: HdlcFrame | Noise, offset: int) -> HdlcFrame | Noise:
    if isinstance(item, Noise):
        return item._replace(start=item.start + offset, end=item.end + offset)
    return item._replace(
        start=item.start + offset,
        end=item.end + offset,
        information_start=item.information_start + offset,
        notes=tuple(note._replace(offset=note.offset + offset) for note in item.notes),
    )
