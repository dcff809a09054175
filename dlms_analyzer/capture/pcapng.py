"""The pcapng format (draft-ietf-opsawg-pcapng): blocks, each with its length in front and behind.

Clause numbers in this module are those of the draft.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from typing import Final

from dlms_analyzer.frames import LAST_TIME, NANOSECONDS, UNKNOWN, Buffer, Frame

from .problem import ProblemLog
from .reader import MAX_CAPTURED, Interface

# Block types (11.1).
SECTION_HEADER: Final = 0x0A0D0D0A
INTERFACE_DESCRIPTION: Final = 1
PACKET: Final = 2  # obsolete
SIMPLE_PACKET: Final = 3
INTERFACE_STATISTICS: Final = 5
ENHANCED_PACKET: Final = 6
DECRYPTION_SECRETS: Final = 10

BYTE_ORDERS: Final = {bytes.fromhex("4d3c2b1a"): "<", bytes.fromhex("1a2b3c4d"): ">"}

# Options (3.5, 4.2, 4.3, 4.6).
OPTION_COMMENT: Final = 1
IF_NAME: Final = 2
IF_DESCRIPTION: Final = 3
IF_TSRESOL: Final = 9
IF_TSOFFSET: Final = 14
EPB_FLAGS: Final = 2
ISB_IFDROP: Final = 5
ISB_OSDROP: Final = 7

MIN_BLOCK: Final = 12
"""Type, length and the length again."""
SHORTEST: Final = {ENHANCED_PACKET: 32, PACKET: 32, SIMPLE_PACKET: 16, INTERFACE_DESCRIPTION: 20}
"""Length of a block without data and options, of the types that frames hang on."""
ETHERNET: Final = 1
"""LINKTYPE_ETHERNET, assumed of interfaces whose description is lost."""
MAX_BLOCK: Final = 16 << 20
"""A longer block is a damaged length; Wireshark draws the line at the same place."""
MAX_COMMENTS: Final = 100_000
"""Frame comments kept per file."""
MAX_COMMENT: Final = 65_535
"""Octets of a comment: an option has a 16-bit length."""
MAX_SECRETS: Final = 1_000
"""Decryption secrets blocks kept per file."""
MAX_INTERFACES: Final = 65_536
"""Interfaces kept per file: the index of an interface in a flow has 16 bits."""


@dataclass(frozen=True, slots=True)
class _Clock:
    """How the time stamps of an interface count: ``stamp * multiplier // divisor + offset`` nanoseconds."""

    link_type: int
    snap_length: int
    multiplier: int = 1000
    divisor: int = 1
    offset: int = 0

    @property
    def simple(self) -> tuple[int, int, int, int]:
        """What the hot loop needs: link type, multiplier, offset, and the greatest upper half of a stamp for it.

        Up to there the time is whole nanoseconds and believable, whatever the lower half; -1 when it never is.
        """
        highest = -1
        if self.divisor == 1 and self.offset >= 0:
            highest = ((LAST_TIME - self.offset) // self.multiplier + 1 >> 32) - 1
        return self.link_type, self.multiplier, self.offset, highest


class PcapngReader:
    """Reads pcapng blocks from buffers."""

    def __init__(self, problems: ProblemLog) -> None:
        self.interfaces: list[Interface] = []
        self.problems = problems
        self.position = 0
        self.number = 0
        self.comments: dict[int, str] = {}
        self.secrets: list[tuple[int, bytes]] = []
        self._order = "<"
        self._section = 0  # index of the first interface of the section
        self._clocks: list[_Clock] = []  # of the section
        self._simple_clocks: list[tuple[int, int, int, int]] = []  # the same for the hot loop
        self._assumed = False
        """Whether the one interface of the section is assumed, and its description may still come."""
        self._description_lost = False  # whether the damage is in one
        self._damage = -1  # offset in the file of the damage behind which a block is searched, from `position` on
        self._time = 0  # of the last frame
        self._timeless = False
        self._started = False

    def read(self, buf: Buffer, position: int, end: int, *, pause: int, final: bool, base: int = 0) -> Iterator[Frame]:
        """Yield frames, see `FormatReader.read`."""
        self.position = position
        while self.position < min(pause, end):
            if self._damage < 0:
                yield from self._read_run(buf, self.position, end, pause)
                if self.position >= min(pause, end):
                    return
                before = self.position
                frame = self._read_other(buf, end, final=final, base=base)
                if frame is not None:
                    yield frame
                elif before == self.position:
                    return
            elif not self._find(buf, self.position, end, final=final, base=base):
                self._give_up(end, base)
            elif self._damage >= 0:  # more has to come
                return

    def _read_run(self, buf: Buffer, position: int, end: int, pause: int) -> Iterator[Frame]:
        """The hot loop: enhanced packet blocks with nothing odd about them."""
        unpack = Struct(self._order + "7I").unpack_from
        trailer = Struct(self._order + "I").unpack_from
        pause = min(pause, end - 31)
        section = self._section
        clocks = self._simple_clocks
        known = len(clocks)
        new = tuple.__new__
        number = self.number
        time = self._time
        try:
            while position < pause:
                block, length, interface, high, low, captured, original = unpack(buf, position)
                stop = position + length
                if block != ENHANCED_PACKET or stop > end or interface >= known or captured + 32 > length or length & 3:
                    return
                link_type, multiplier, offset, highest = clocks[interface]
                if captured > MAX_CAPTURED or trailer(buf, stop - 4)[0] != length or high > highest:
                    return
                start = position + 28
                time = ((high << 32) + low) * multiplier + offset
                number += 1
                direction = UNKNOWN
                if length > captured + 35:
                    self.number = number
                    direction = self._packet_options(buf, start + (captured + 3 & ~3), stop - 4)
                position = stop
                yield new(
                    Frame,
                    (number, time, link_type, buf, start, start + captured, original, section + interface, direction),
                )
        finally:
            self.position = position
            self.number = number
            self._time = time

    def _read_other(self, buf: Buffer, end: int, *, final: bool, base: int) -> Frame | None:
        """Read the one block at `position`, whatever it is; moves `position` when it could be dealt with."""
        position = self.position
        length = self._block_length(buf, position, end)
        if length is None:
            if not final:
                return None
            self.problems.add(
                base + position, self.number, f"the file ends after {end - position} octets of a block header"
            )
            self.position = end
            return None
        if length and position + length > end:
            if not final:
                return None
            self._note_damage(buf, position, base)
            if not self._find(buf, position + 4, end, final=final, base=base):
                text = f"the file ends after {end - position} of the {length} octets of a block"
                self.problems.add(base + position, self.number, text)
                self._damage = -1
                self.position = end
                return self._cut_packet(buf, position, end, length, base)
            return None
        if length and self._trailing_length(buf, position, length) == length:
            self.position = position + length
            return self._read_block(buf, position, length, base)
        self._note_damage(buf, position, base)
        if not self._find(buf, position + 4, end, final=final, base=base):
            self._give_up(end, base)
        return None

    def _note_damage(self, buf: Buffer, position: int, base: int) -> None:
        """Keep in mind that the block at `position` is damaged."""
        self._damage = base + position
        kind = Struct(self._order + "I").unpack_from(buf, position)[0]
        self._description_lost = self._started and kind == INTERFACE_DESCRIPTION

    def _find(self, buf: Buffer, position: int, end: int, *, final: bool, base: int) -> bool:
        """Move on to the first believable block behind the damage, or to where the search for it goes on.

        Args:
            buf: The buffer.
            position: Where to search from.
            end: Where the octets end.
            final: Nothing follows them.
            base: Offset in the file of the first octet of the buffer.

        Returns:
            False when there is no such block, and nothing follows.
        """
        self.position, is_block = self._search(buf, position, end, final=final)
        if not is_block:
            return not final
        skipped = base + self.position - self._damage
        text = f"damaged block; {skipped} octets skipped up to the next intact one"
        self.problems.add(self._damage, self.number, text)
        if self._description_lost:
            self._assume(self._damage, "an interface description is damaged")
        self._damage = -1
        return True

    def _give_up(self, end: int, base: int) -> None:
        """Read no more: no believable block stands behind the damage."""
        text = f"damaged block; the last {base + end - self._damage} octets are not read"
        self.problems.add(self._damage, self.number, text)
        self._damage = -1
        self.position = end

    def _block_length(self, buf: Buffer, position: int, end: int) -> int | None:
        """Length of the block at `position`, 0 when it cannot be one, None when its header is incomplete."""
        if end - position < MIN_BLOCK:
            return None
        order = self._order
        if buf[position : position + 4] == b"\x0a\x0d\x0d\x0a":
            found = BYTE_ORDERS.get(buf[position + 8 : position + 12])
            if found is None:
                return 0
            order = found
        elif not self._started:
            return 0
        length = int(Struct(order + "I").unpack_from(buf, position + 4)[0])
        return length if MIN_BLOCK <= length <= MAX_BLOCK and not length & 3 else 0

    def _trailing_length(self, buf: Buffer, position: int, length: int) -> int:
        order = self._order
        if buf[position : position + 4] == b"\x0a\x0d\x0d\x0a":
            order = BYTE_ORDERS[buf[position + 8 : position + 12]]
        return int(Struct(order + "I").unpack_from(buf, position + length - 4)[0])

    def _read_block(self, buf: Buffer, position: int, length: int, base: int) -> Frame | None:
        """Read an intact block."""
        if buf[position : position + 4] == b"\x0a\x0d\x0d\x0a":
            self._order = BYTE_ORDERS[buf[position + 8 : position + 12]]
            self._section = len(self.interfaces)
            self._clocks = []
            self._simple_clocks = []
            self._assumed = False
            self._started = True
            return None
        block = Struct(self._order + "I").unpack_from(buf, position)[0]
        stop = position + length - 4
        if length < SHORTEST.get(block, MIN_BLOCK):
            if block == INTERFACE_DESCRIPTION:
                self._assume(base + position, f"an interface description of {length} octets is too short")
            else:
                text = f"a packet block of {length} octets is too short to hold a packet; it is not read"
                self.problems.add(base + position, self.number, text)
            return None
        if block == ENHANCED_PACKET:
            interface, high, low, captured, original = Struct(self._order + "5I").unpack_from(buf, position + 8)
            return self._frame(
                buf, position, stop, position + 28, interface, high << 32 | low, captured, original, base
            )
        if block == PACKET:
            interface, _drops, high, low, captured, original = Struct(self._order + "HHIIII").unpack_from(
                buf, position + 8
            )
            return self._frame(
                buf, position, stop, position + 28, interface, high << 32 | low, captured, original, base
            )
        if block == SIMPLE_PACKET:
            original = Struct(self._order + "I").unpack_from(buf, position + 8)[0]
            captured = min(original, length - 16)
            if self._clocks and self._clocks[0].snap_length:
                captured = min(captured, self._clocks[0].snap_length)
            return self._frame(buf, position, stop, position + 12, 0, None, captured, original, base)
        if block == INTERFACE_DESCRIPTION:
            self._read_interface(buf, position, stop, base)
        elif block == INTERFACE_STATISTICS and length >= 24:
            self._read_statistics(buf, position, stop)
        elif block == DECRYPTION_SECRETS and length >= 20:
            kind, size = Struct(self._order + "II").unpack_from(buf, position + 8)
            if len(self.secrets) < MAX_SECRETS:
                self.secrets.append((kind, buf[position + 16 : min(position + 16 + size, stop)]))
        # Name resolution, custom, journal and unknown blocks say nothing about frames.
        return None

    def _read_interface(self, buf: Buffer, position: int, stop: int, base: int) -> None:
        link_type, snap_length = Struct(self._order + "HxxI").unpack_from(buf, position + 8)
        interface = Interface(link_type, path=self.problems.path, snap_length=snap_length)
        exponent, power, offset = 6, 10, 0
        for code, start, end in self._options(buf, position + 16, stop):
            if code == IF_NAME:
                interface.name = buf[start:end].decode("utf-8", "replace")
            elif code == IF_DESCRIPTION:
                interface.description = buf[start:end].decode("utf-8", "replace")
            elif code == IF_TSRESOL and end > start:
                exponent, power = buf[start] & 0x7F, 2 if buf[start] & 0x80 else 10
            elif code == IF_TSOFFSET and end - start == 8:
                offset = Struct(self._order + "q").unpack_from(buf, start)[0] * NANOSECONDS
        per_second = power**exponent
        multiplier, divisor = (
            (NANOSECONDS // per_second, 1) if NANOSECONDS % per_second == 0 else (NANOSECONDS, per_second)
        )
        self._add_interface(interface, _Clock(link_type, snap_length, multiplier, divisor, offset), base + position)

    def _add_interface(self, interface: Interface, clock: _Clock, position: int) -> None:
        """Add the next interface of the section, unless there are too many; `position` is its offset in the file."""
        if self._assumed:  # this is the one
            self._assumed = False
            for known in (self.interfaces, self._clocks, self._simple_clocks):
                known.pop()
        if len(self.interfaces) >= MAX_INTERFACES:
            self.problems.add(position, self.number, f"more than {MAX_INTERFACES} interfaces")
            return
        self.interfaces.append(interface)
        self._clocks.append(clock)
        self._simple_clocks.append(clock.simple)

    def _assume(self, position: int, why: str) -> None:
        """Add an interface whose description is lost; `position` is where in the file that shows."""
        self.problems.add(position, self.number, f"{why}; Ethernet is assumed")
        self._add_interface(Interface(ETHERNET, path=self.problems.path), _Clock(ETHERNET, 0), position)

    def _read_statistics(self, buf: Buffer, position: int, stop: int) -> None:
        interface = Struct(self._order + "I").unpack_from(buf, position + 8)[0]
        if interface >= len(self._clocks):
            return
        dropped = 0
        for code, start, end in self._options(buf, position + 20, stop):
            if code in (ISB_IFDROP, ISB_OSDROP) and end - start == 8:
                dropped += Struct(self._order + "Q").unpack_from(buf, start)[0]
        self.interfaces[self._section + interface].dropped = dropped

    def _frame(
        self,
        buf: Buffer,
        position: int,
        stop: int,
        start: int,
        interface: int,
        stamp: int | None,
        captured: int,
        original: int,
        base: int,
    ) -> Frame | None:
        """A frame from any packet block, with everything that may be odd about it."""
        if not self._clocks:
            self._assume(base + position, "a packet before any interface description")
            if not self._clocks:
                return None
            self._assumed = True
        index = interface
        if interface >= len(self._clocks):
            self.problems.add(
                base + position, self.number, f"interface {interface} is not described; taken for interface 0"
            )
            index = 0
        clock = self._clocks[index]
        end = start + captured
        if end > stop:
            self.problems.add(
                base + position, self.number, f"a packet of {captured} octets in a block that holds {stop - start}"
            )
            end = stop
        self.number += 1
        if stamp is None:
            if not self._timeless:
                self._timeless = True
                self.problems.add(
                    base + position,
                    self.number - 1,
                    "simple packet blocks have no time; that of the frame before is used",
                )
        else:
            time = stamp * clock.multiplier // clock.divisor + clock.offset
            if 0 <= time <= LAST_TIME:
                self._time = time
            else:
                self.problems.add(
                    base + position,
                    self.number - 1,
                    "a time before 1970 or after 2260 is not believed; that of the frame before is used",
                )
        direction = self._packet_options(buf, start + (captured + 3 & ~3), stop)
        return Frame(
            self.number, self._time, clock.link_type, buf, start, end, original, self._section + index, direction
        )

    def _cut_packet(self, buf: Buffer, position: int, end: int, length: int, base: int) -> Frame | None:
        """What there is of the frame in a block that the end of the file cuts."""
        if end - position <= 28 or Struct(self._order + "I").unpack_from(buf, position)[0] != ENHANCED_PACKET:
            return None
        interface, high, low, captured, original = Struct(self._order + "5I").unpack_from(buf, position + 8)
        if not self._clocks or interface >= len(self._clocks) or captured + 32 > length:
            return None
        return self._frame(
            buf,
            position,
            end,
            position + 28,
            interface,
            high << 32 | low,
            min(captured, end - position - 28),
            original,
            base,
        )

    def _packet_options(self, buf: Buffer, position: int, stop: int) -> int:
        """Keep the comments of the current frame, return its direction."""
        direction = UNKNOWN
        for code, start, end in self._options(buf, position, stop):
            if code == OPTION_COMMENT and len(self.comments) < MAX_COMMENTS:
                text = buf[start:end].decode("utf-8", "replace")
                earlier = self.comments.get(self.number)
                self.comments[self.number] = text if earlier is None else f"{earlier}\n{text}"[:MAX_COMMENT]
            elif code == EPB_FLAGS and end - start == 4:
                direction = Struct(self._order + "I").unpack_from(buf, start)[0] & 3
        return direction if direction != 3 else UNKNOWN

    def _options(self, buf: Buffer, position: int, stop: int) -> Iterator[tuple[int, int, int]]:
        """Code, start and end of each option."""
        unpack = Struct(self._order + "HH").unpack_from
        while position + 4 <= stop:
            code, length = unpack(buf, position)
            if code == 0 or position + 4 + length > stop:
                return
            yield code, position + 4, position + 4 + length
            position += 4 + (length + 3 & ~3)

    def _search(self, buf: Buffer, position: int, end: int, *, final: bool) -> tuple[int, bool]:
        """Offset of the next believable block at or behind `position`, and True.

        Where there is none yet, it is the first offset that has to be looked at once more when more octets have come,
        and False.
        """
        types = (INTERFACE_DESCRIPTION, PACKET, SIMPLE_PACKET, INTERFACE_STATISTICS, ENHANCED_PACKET, SECTION_HEADER)
        pack = Struct(self._order + "I").pack
        pattern = re.compile(b"|".join(re.escape(pack(block)) for block in types), re.DOTALL)
        at = position
        while (match := pattern.search(buf, at, end)) is not None:
            at = match.start()
            length = self._block_length(buf, at, end)
            if length is None or at + length > end:
                if not final:
                    return at, False
            elif length and self._trailing_length(buf, at, length) == length:
                return at, True
            at += 1
        return max(at, end - 3), False
