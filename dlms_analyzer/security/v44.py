"""Decompression by ITU-T V.44 (LZJH, packet method), for APDUs whose security control has bit 7 set.

One APDU is one packet: the dictionary starts empty, codes are read from the least significant bit of each octet on,
and a FLUSH code with zero bits up to the octet ends it.

What a decoder has to know of the parameters of V.44 clause 8 is only the maximum string length N7: the largest codeword
(N2) and the history size (N8) bound what the encoder sends, so a decoder with room for more reads the same octets.

Unverified: no compressed APDU of a real meter and no published packet was at hand. The format was taken from the
recommendation as several independent implementations (modems, PPP, DLMS tools) render it, and they agree. Two things
rest on less: that the packet method of DLMS/COSEM uses the maximum string length of 255, and that REINIT also
sets the ordinal size back to 7 bits (clause 7.5.2 lists it; one implementation leaves it).
"""

from __future__ import annotations

from typing import Final, NamedTuple

MAX_STRING_LENGTH: Final = 255
"""N7, the default of clause 8. Longer strings get no codeword; it also sets the width of long extension lengths."""

MAX_OUTPUT: Final = 1 << 20
"""Octets one APDU may decompress to. The longest APDU a conversation can agree on has 65535 octets; one that
travelled in general-block-transfer may be longer. A code of 7 bits can stand for 255 octets, so that the format itself
expands to at most 292 times the input."""

ETM: Final = 0
FLUSH: Final = 1
STEPUP: Final = 2
REINIT: Final = 3
FIRST_CODEWORD: Final = 4
"""Codes below this are control codes (Table 8)."""

FIRST_CODEWORD_BITS: Final = 6
MAX_CODEWORD_BITS: Final = 16
"""N2 is at most 65535 (Table 10), so that no codeword is wider."""
FIRST_ORDINAL_BITS: Final = 7
MAX_ORDINAL_BITS: Final = 8


class V44Error(ValueError):
    """Octets that are no V.44 packet, or that say more than may be kept. The text names the octet of the input."""


class _Truncated(Exception):
    """The input ended within a code."""


class _Bits:
    """Reads bits, the least significant of each octet first."""

    __slots__ = ("_data", "_end", "position")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._end = 8 * len(data)
        self.position = 0

    def take(self, count: int) -> int:
        """The next bits as a number; the first of them is its least significant."""
        start = self.position
        end = start + count
        if end > self._end:
            raise _Truncated
        self.position = end
        # At most 16 bits are asked for, which lie in three octets.
        octets = self._data[start >> 3 : (start >> 3) + 3]
        return (int.from_bytes(octets, "little") >> (start & 7)) & ((1 << count) - 1)

    def align(self) -> None:
        """Skip to the next octet."""
        self.position = (self.position + 7) & ~7

    def at_end(self) -> bool:
        """Whether nothing is left."""
        return self.position >= self._end

    def only_padding_from(self, position: int) -> bool:
        """Whether what stands from there on is less than an octet of zeros."""
        return self._end - position < 8 and not self._data[position >> 3] >> (position & 7)


class _String(NamedTuple):
    """What a codeword stands for: a part of what was already decompressed."""

    start: int
    length: int


class _Decoder:
    """The decoder of clause 6.4: a history, and the strings that codewords stand for."""

    def __init__(self, data: bytes, max_string_length: int, max_output: int) -> None:
        self._bits = _Bits(data)
        self._max_string = max_string_length
        self._max_output = max_output
        self._length_bits = next(
            bits for bits, longest in ((5, 46), (6, 78), (7, 142), (8, 255)) if max_string_length <= longest
        )
        self.output = bytearray()
        self._reinitialize()

    def _reinitialize(self) -> None:
        """Start with an empty dictionary (clause 7.5.2)."""
        self._strings: list[_String] = []
        self._codeword_bits = FIRST_CODEWORD_BITS
        self._ordinal_bits = FIRST_ORDINAL_BITS
        self._step_up = False
        self._extensible = False
        self._previous_string = _String(0, 0)
        self._source_end = 0
        self._after_codeword = False

    def run(self) -> None:
        """Read codes until the input ends.

        Raises:
            V44Error: not a packet, or too long.
        """
        bits = self._bits
        while not bits.at_end():
            start = bits.position
            try:
                self._code()
            except _Truncated:
                if bits.only_padding_from(start):
                    return
                raise V44Error(f"the packet ends within the code that starts in octet {start >> 3}") from None
            except V44Error as problem:
                raise V44Error(f"octet {start >> 3}: {problem}") from None

    def _code(self) -> None:
        """Read one code and its prefix (clause 6.6.3)."""
        bits = self._bits
        if bits.take(1):
            if self._step_up:
                if self._codeword_bits == MAX_CODEWORD_BITS:
                    raise V44Error(f"codewords of more than {MAX_CODEWORD_BITS} bits")
                self._codeword_bits += 1
                self._step_up = False
            code = bits.take(self._codeword_bits)
            if code < FIRST_CODEWORD:
                self._after_codeword = False
                self._control(code)
            else:
                self._codeword(code)
                self._after_codeword = True
        elif self._after_codeword and bits.take(1):
            self._extension(self._extension_length())
            self._after_codeword = False
        else:
            if self._step_up:
                if self._ordinal_bits == MAX_ORDINAL_BITS:
                    raise V44Error(f"ordinals of more than {MAX_ORDINAL_BITS} bits")
                self._ordinal_bits += 1
                self._step_up = False
            self._ordinal(bits.take(self._ordinal_bits))
            self._after_codeword = False

    def _control(self, code: int) -> None:
        """Obey a control code (Table 8)."""
        if code == STEPUP:
            self._step_up = True
        elif code == FLUSH:
            self._bits.align()
        elif code == REINIT:
            self._reinitialize()
        else:
            raise V44Error("transparent mode, which packets do not use")

    def _ordinal(self, octet: int) -> None:
        """An octet that stands for itself."""
        self._room_for(1)
        position = len(self.output)
        self.output.append(octet)
        self._extend_previous(1)
        self._extensible = True
        self._previous_string = _String(position, 1)

    def _codeword(self, code: int) -> None:
        """A string that was met before, or the one that is being created right now (clause 6.4.1)."""
        index = code - FIRST_CODEWORD
        if index < len(self._strings):
            start, length = self._strings[index]
        elif index == len(self._strings) and self._next_exists():
            # Items 3 and 4: the previous string followed by its own first octet, which is where the copy arrives.
            start, length = self._previous_string
            length += 1
        else:
            raise V44Error(f"codeword {code}, of {FIRST_CODEWORD + len(self._strings) - 1} known by then")
        position = len(self.output)
        self._copy(start, length)
        self._extend_previous(1)
        self._extensible = True
        self._previous_string = _String(position, length)
        self._source_end = start + length

    def _extension(self, length: int) -> None:
        """More octets from behind the string that the codeword before stood for (clause 6.4.1, item 5)."""
        start = self._source_end
        if start >= len(self.output):
            raise V44Error("a string extension that starts behind what is known")
        if self._previous_string.length + length > self._max_string:
            raise V44Error(f"a string of more than {self._max_string} octets")
        self._copy(start, length)
        self._extend_previous(length)
        self._extensible = False

    def _extension_length(self) -> int:
        """The length of a string extension (Tables 3 and 4)."""
        take = self._bits.take
        if take(1):
            return 1
        short = take(2)
        if short:
            return short + 1
        if take(1):
            return take(self._length_bits) + 13
        return take(3) + 5

    def _next_exists(self) -> bool:
        """Whether the code that comes next extends the string before it to a new one (Table 2)."""
        return self._extensible and self._previous_string.length < self._max_string

    def _extend_previous(self, more: int) -> None:
        """Give a codeword to the string before with the octets that have just followed it (Table 2)."""
        if self._next_exists():
            start, length = self._previous_string
            self._strings.append(_String(start, length + more))

    def _copy(self, start: int, length: int) -> None:
        """Repeat a part of the output at its end; the part may reach into what is being written."""
        self._room_for(length)
        output = self.output
        known = len(output) - start
        if known >= length:
            output += output[start : start + length]
        else:
            run = bytes(output[start:])
            output += (run * (length // known + 1))[:length]

    def _room_for(self, more: int) -> None:
        if len(self.output) + more > self._max_output:
            raise V44Error(f"it decompresses to more than {self._max_output} octets")


def decompress(data: bytes, *, max_string_length: int = MAX_STRING_LENGTH, max_output: int = MAX_OUTPUT) -> bytes:
    """Decompress one V.44 packet.

    Args:
        data: the packet, as it comes out of the deciphering.
        max_string_length: N7, 32 to 255.
        max_output: octets after which to stop.

    Raises:
        V44Error: `data` is not a packet, ends within a code, or decompresses to more than `max_output` octets.
    """
    decoder = _Decoder(data, max_string_length, max_output)
    decoder.run()
    return bytes(decoder.output)
