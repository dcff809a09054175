"""The pcap format (draft-ietf-opsawg-pcap): microseconds, nanoseconds, both byte orders, and the "modified" variant.

Record header: seconds, fraction, captured length, original length, each 32 bits; the modified variant of Alexey
Kuznetzov adds interface index (32), protocol (16) and packet type (8), padded to 24 octets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from struct import Struct
from typing import Final, NamedTuple

from dlms_analyzer.frames import INBOUND, NANOSECONDS, OUTBOUND, UNKNOWN, Buffer, Frame

from .problem import ProblemLog
from .reader import MAX_CAPTURED, Interface

HEADER_SIZE: Final = 24
RESYNC_CHAIN: Final = 3
"""Record headers that must follow each other before a place behind damage is believed to be a record."""
BLIND_SEARCH: Final = 1 << 20
"""Octets searched, one by one, for a record when no time of an intact record guides the search."""
MAX_CLAIMED_SNAP_LENGTH: Final = 16 << 20
"""A snapshot length above this in the file header is not believed."""
PACKET_OUTGOING: Final = 4
"""PACKET_OUTGOING of Linux, the packet type of the modified variant."""


class Variant(NamedTuple):
    """What the magic number says."""

    order: str
    fractions: int
    modified: bool


MAGICS: Final = {
    bytes.fromhex("d4c3b2a1"): Variant("<", 1_000_000, modified=False),
    bytes.fromhex("a1b2c3d4"): Variant(">", 1_000_000, modified=False),
    bytes.fromhex("4d3cb2a1"): Variant("<", NANOSECONDS, modified=False),
    bytes.fromhex("a1b23c4d"): Variant(">", NANOSECONDS, modified=False),
    bytes.fromhex("34cdb2a1"): Variant("<", 1_000_000, modified=True),
    bytes.fromhex("a1b2cd34"): Variant(">", 1_000_000, modified=True),
}


class PcapReader:
    """Reads pcap records from buffers."""

    def __init__(self, problems: ProblemLog, interface: str = "") -> None:
        self._name = interface
        self.interfaces: list[Interface] = []
        self.problems = problems
        self.position = 0
        self.number = 0
        self.comments: dict[int, str] = {}
        self.secrets: list[tuple[int, bytes]] = []
        self._variant: Variant | None = None
        self._record = Struct("<IIII")
        self._limit = MAX_CAPTURED
        self._seconds: list[int] = []  # of the first and the last intact record
        self._noted_odd = False
        self._base = 0
        self._last = -1  # offset in the file of the last intact record
        self._damage = -1  # offset in the file of the damage behind which a record is searched, from `position` on
        self._blind_end = 0  # offset in the file where a search ends that no time guides

    def read(self, buf: Buffer, position: int, end: int, *, pause: int, final: bool, base: int = 0) -> Iterator[Frame]:
        """Yield frames, see `FormatReader.read`."""
        self.position = position
        self._base = base
        if self._variant is None:
            if not self._read_file_header(buf, position, end, final=final, base=base):
                return
            position = self.position
        while position < end:
            if self._damage < 0:
                yield from self._read_run(buf, position, end, pause)
                if self.position >= pause:
                    return
                frame = self._read_odd(buf, end, final=final, base=base)
                if frame is not None:
                    yield frame
                elif position == self.position:
                    return
            elif not self._find(buf, position, end, final=final):
                self._give_up(end)
            elif self._damage >= 0:  # more has to come
                return
            position = self.position

    def _read_run(self, buf: Buffer, position: int, end: int, pause: int) -> Iterator[Frame]:
        """The hot loop: whole records with nothing odd about them."""
        variant = self._variant
        assert variant is not None  # noqa: S101
        unpack = self._record.unpack_from
        header = self._record.size
        pause = min(pause, end - header + 1)
        limit = self._limit
        fractions = variant.fractions
        scale = NANOSECONDS // fractions
        link_type = self.interfaces[0].link_type
        modified = variant.modified
        new = tuple.__new__
        number = self.number
        direction = UNKNOWN
        first = position
        time = -1
        intact = -1
        try:
            while position < pause:
                if modified:
                    seconds, fraction, captured, original, _, _, packet_type = unpack(buf, position)
                    direction = OUTBOUND if packet_type == PACKET_OUTGOING else INBOUND
                else:
                    seconds, fraction, captured, original = unpack(buf, position)
                start = position + header
                stop = start + captured
                if not 0 < captured <= original or captured > limit or fraction >= fractions or stop > end:
                    return
                intact = position
                position = stop
                number += 1
                time = seconds * NANOSECONDS + fraction * scale
                yield new(Frame, (number, time, link_type, buf, start, stop, original, 0, direction))
        finally:
            self.position = position
            if number != self.number:
                self.number = number
                self._last = self._base + intact
                self._seconds = [*(self._seconds or unpack(buf, first))[:1], time // NANOSECONDS]

    def _read_file_header(self, buf: Buffer, position: int, end: int, *, final: bool, base: int) -> bool:
        if end - position < HEADER_SIZE:
            if final:
                self.problems.add(
                    base + end, 0, f"the file ends after {end - position} of the {HEADER_SIZE} octets of its header"
                )
                self.position = end
            return False
        variant = MAGICS[buf[position : position + 4]]
        _major, _minor, _zone, _figures, snap_length, network = Struct(variant.order + "HHiIII").unpack_from(
            buf, position + 4
        )
        if MAX_CAPTURED < snap_length <= MAX_CLAIMED_SNAP_LENGTH:
            self._limit = snap_length
        # The upper bits tell about a frame check sequence (draft-ietf-opsawg-pcap, section 4).
        self.interfaces.append(
            Interface(network & 0xFFFF, self._name, path=self.problems.path, snap_length=snap_length)
        )
        self._variant = variant
        self._record = Struct(variant.order + ("IIIIIHBx" if variant.modified else "IIII"))
        self.position = position + HEADER_SIZE
        return True

    def _read_odd(self, buf: Buffer, end: int, *, final: bool, base: int) -> Frame | None:
        """Deal with the record at `position` that the hot loop refused: incomplete, odd or damaged."""
        variant = self._variant
        assert variant is not None  # noqa: S101
        position = self.position
        header = self._record.size
        if position + header > end:
            if final and position < end:
                text = f"the file ends after {end - position} of the {header} octets of a record header"
                self.problems.add(base + position, self.number, text)
                self.position = end
            return None
        seconds, fraction, captured, original = self._record.unpack_from(buf, position)[:4]
        start = position + header
        stop = start + captured
        possible = captured <= self._limit and original > 0
        odd = fraction >= variant.fractions or captured > original
        if possible and stop > end and not final:
            return None
        if possible and stop <= end:
            chain = not odd or self._is_chain(buf, stop, end, odd=True, final=final)
            if chain is None:
                return None
            if chain:
                if odd:
                    self._note_odd(base + position, fraction, captured, original)
                self.position = stop
                return self._frame(seconds, fraction, buf, start, stop, original)
        # A damaged length of the record before may have led here, over the heads of intact ones.
        first = position + 1 if self._last < base else self._last - base + header
        self._damage = base + position
        self._blind_end = base + first + BLIND_SEARCH
        if self._find(buf, first, end, final=final):
            return None
        if possible and not odd:
            text = f"the file ends after {end - start} of the {captured} octets of the next frame"
            self.problems.add(base + position, self.number, text)
            self._damage = -1
            self.position = end
            return self._frame(seconds, fraction, buf, start, end, original) if end > start else None
        self._give_up(end)
        return None

    def _note_odd(self, offset: int, fraction: int, captured: int, original: int) -> None:
        """Some writers get a field wrong in every record: one note is enough."""
        if self._noted_odd:
            return
        self._noted_odd = True
        if captured > original:
            text = f"a frame of {captured} captured octets is said to have had {original} on the wire"
        else:
            text = f"a fraction of a second of {fraction}: the times are not reliable"
        self.problems.add(offset, self.number, text)

    def _frame(self, seconds: int, fraction: int, buf: Buffer, start: int, stop: int, original: int) -> Frame:
        variant = self._variant
        assert variant is not None  # noqa: S101
        self.number += 1
        time = seconds * NANOSECONDS + fraction * (NANOSECONDS // variant.fractions)
        return Frame(self.number, time, self.interfaces[0].link_type, buf, start, stop, original)

    def _find(self, buf: Buffer, position: int, end: int, *, final: bool) -> bool:
        """Move on to the first believable record behind the damage, or to where the search for it goes on.

        Args:
            buf: The buffer.
            position: Where to search from.
            end: Where the octets end.
            final: Nothing follows them.

        Returns:
            False when there is no such record, and nothing follows.
        """
        found, is_record = self._search(buf, position, end, final=final)
        if not is_record:
            self.position = found
            return not final
        skipped = self._base + found - self._damage
        if skipped > 0:
            text = f"damaged record; {skipped} octets skipped up to the next intact one"
        else:
            text = f"damaged record length; reading goes on {-skipped} octets before"
        self.problems.add(self._damage, self.number, text)
        self.position = found
        self._damage = self._last = -1
        return True

    def _give_up(self, end: int) -> None:
        """Read no more: no believable record stands behind the damage."""
        text = f"damaged record header; the last {self._base + end - self._damage} octets are not read"
        self.problems.add(self._damage, self.number, text)
        self._damage = -1
        self.position = end

    def _search(self, buf: Buffer, position: int, end: int, *, final: bool) -> tuple[int, bool]:
        """Offset of the next believable record at or behind `position`, and True.

        Where there is none yet, it is the first offset that has to be looked at once more when more octets have come,
        and False. The times in one capture share the upper half of their seconds, or nearly so; it is searched for.
        """
        if not self._seconds:
            for at in range(position, min(end, self._blind_end - self._base)):
                if (chain := self._is_chain(buf, at, end, final=final)) is not False:
                    return at, chain is True
            return end - 1, False
        variant = self._variant
        assert variant is not None  # noqa: S101
        halves = {(seconds >> 16) + step & 0xFFFF for seconds in self._seconds for step in (0, 1)}
        shift = 2 if variant.order == "<" else 0
        patterns = [Struct(variant.order + "H").pack(half) for half in sorted(halves)]
        pattern = re.compile(b"|".join(map(re.escape, patterns)), re.DOTALL)
        at = position + shift
        while (match := pattern.search(buf, at, end)) is not None:
            if (chain := self._is_chain(buf, match.start() - shift, end, final=final)) is not False:
                return match.start() - shift, chain is True
            at = match.start() + 1
        return max(at, end - 1) - shift, False

    def _is_chain(self, buf: Buffer, position: int, end: int, *, final: bool, odd: bool = False) -> bool | None:
        """Whether records stand at `position`, one behind the other; None while the octets do not suffice to tell.

        Args:
            buf: The buffer.
            position: Where the first one would start.
            end: Where the octets end.
            final: Nothing follows: one record is enough where the octets end.
            odd: Accept fields that a careless writer got wrong.
        """
        variant = self._variant
        assert variant is not None  # noqa: S101
        header = self._record.size
        for count in range(RESYNC_CHAIN):
            if position + header > end:
                return (count > 0 or position == end) if final else None
            _, fraction, captured, original = self._record.unpack_from(buf, position)[:4]
            if not 0 < captured <= self._limit or not 0 < original <= MAX_CLAIMED_SNAP_LENGTH:
                return False
            if not odd and (captured > original or fraction >= variant.fractions):
                return False
            position += header + captured
            if position > end and count < RESYNC_CHAIN - 1:
                return count > 0 if final else None
        return True
