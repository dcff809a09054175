"""A plain V.44 packet compressor (ITU-T V.44, clause 6.3), to have something to decompress.

It is written from the same reading of the recommendation as the decompressor: the two agreeing shows that they are each
other's inverse, not that the reading is right. The packets assembled bit by bit in the test are what stands for that.
"""

from __future__ import annotations

ETM, FLUSH, STEPUP, REINIT, FIRST_CODEWORD = range(5)


class Bits:
    """Collects bits, the least significant of a value and of an octet first."""

    def __init__(self) -> None:
        self.bits: list[int] = []

    def put(self, value: int, count: int) -> Bits:
        assert value < 1 << count
        self.bits += [value >> place & 1 for place in range(count)]
        return self

    def octets(self) -> bytes:
        padded = self.bits + [0] * (-len(self.bits) % 8)
        return bytes(
            sum(bit << place for place, bit in enumerate(padded[start : start + 8]))
            for start in range(0, len(padded), 8)
        )


def extension_length(bits: Bits, length: int, max_string: int) -> None:
    """Tables 3 and 4."""
    if length == 1:
        bits.put(1, 1)
    elif length <= 4:
        bits.put(0, 1).put(length - 1, 2)
    elif length <= 12:
        bits.put(0, 4).put(length - 5, 3)
    else:
        width = 5 if max_string <= 46 else 6 if max_string <= 78 else 7 if max_string <= 142 else 8
        bits.put(0, 3).put(1, 1).put(length - 13, width)


class Compressor:
    def __init__(self, data: bytes, max_string: int, reinit_every: int | None) -> None:
        self.data = data
        self.max_string = max_string
        self.reinit_every = reinit_every
        self.bits = Bits()
        self.position = 0
        self.reinitialize()

    def reinitialize(self) -> None:
        self.strings: dict[bytes, tuple[int, int]] = {}  # of each string its codeword, and where it ends in the data
        self.longest = 1
        self.codeword_bits, self.ordinal_bits = 6, 7
        self.after_codeword = False
        self.since = self.position

    def control(self, code: int) -> None:
        self.bits.put(1, 1).put(code, self.codeword_bits)
        self.after_codeword = False

    def create(self, start: int, end: int) -> None:
        if end - start <= self.max_string and end <= len(self.data):
            self.strings[self.data[start:end]] = FIRST_CODEWORD + len(self.strings), end
            self.longest = max(self.longest, end - start)

    def match(self) -> int:
        """Length of the longest known string that starts here, 1 when none does."""
        for length in range(min(self.longest, len(self.data) - self.position), 1, -1):
            if self.data[self.position : self.position + length] in self.strings:
                return length
        return 1

    def ordinal(self, octet: int) -> None:
        if octet > 127 and self.ordinal_bits == 7:
            self.control(STEPUP)
            self.ordinal_bits = 8
        self.bits.put(0, 2 if self.after_codeword else 1).put(octet, self.ordinal_bits)
        self.after_codeword = False

    def codeword(self, code: int) -> None:
        while code >= 1 << self.codeword_bits:
            self.control(STEPUP)
            self.codeword_bits += 1
        self.bits.put(1, 1).put(code, self.codeword_bits)
        self.after_codeword = True

    def extension(self, source: int, matched: int) -> int:
        """How many octets behind the match equal those behind the known string (clause 6.3.2)."""
        here = self.position + matched
        length = 0
        while (
            matched + length < self.max_string
            and here + length < len(self.data)
            and source < here
            and self.data[source + length] == self.data[here + length]
        ):
            length += 1
        return length

    def step(self) -> None:
        length = self.match()
        if length == 1:
            self.ordinal(self.data[self.position])
            self.create(self.position, self.position + 2)
        else:
            code, source = self.strings[self.data[self.position : self.position + length]]
            self.codeword(code)
            more = self.extension(source, length)
            if more:
                self.bits.put(2, 2)
                extension_length(self.bits, more, self.max_string)
                self.after_codeword = False
            self.create(self.position, self.position + length + (more or 1))
            length += more
        self.position += length

    def run(self) -> bytes:
        while self.position < len(self.data):
            if self.reinit_every and self.position - self.since >= self.reinit_every:
                self.control(REINIT)
                self.reinitialize()
            self.step()
        self.control(FLUSH)
        return self.bits.octets()


def compress(data: bytes, *, max_string: int = 255, reinit_every: int | None = None) -> bytes:
    """One V.44 packet.

    Args:
        data: what it says.
        max_string: N7.
        reinit_every: start with an empty dictionary again after so many octets.
    """
    return Compressor(data, max_string, reinit_every).run()
