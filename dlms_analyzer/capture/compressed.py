"""Compressed captures: recognised by their first octets, decompressed into a spool file while they are read."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final, Protocol

from .feeders import FeedStoppedError, Pumped, read_some
from .problem import CaptureError

MAX_RATIO: Final = 1_200
"""Octets that one compressed octet may become: deflate cannot do more than 1,032; a capture comes nowhere near."""
ALWAYS_ALLOWED: Final = 64 << 20
"""Octets below which the ratio is not looked at: a small capture of one frame over and over compresses well."""
PIECE: Final = 256 << 10
"""Octets decompressed at a time: bzip2 takes ten milliseconds for them, which somebody may be waiting for."""
MAX_ZSTD_WINDOW: Final = 1 << 27
"""Memory a zstd file may claim for its window; the decompressors' own default, 128 MiB."""
MAX_XZ_MEMORY: Final = 192 << 20
"""Memory that decompressing an xz file may take: a dictionary as large as that window; xz -9 takes 65 MiB."""
INPUT: Final = 32 << 10
"""Compressed octets read at a time."""
STEP: Final = 1 << 10
"""Compressed octets decompressed at a time. What becomes of them is lost when there is damage among them; zstd, whose
decompressor cannot be told to stop, makes 32 MiB of them at most."""
TAIL: Final = 64
"""Octets at the end that are decompressed one by one, so that a wrong checksum there costs nothing that came before."""

GZIP: Final = b"\x1f\x8b"
BZIP2: Final = b"BZh"
XZ: Final = b"\xfd7zXZ\x00"
ZSTD: Final = b"\x28\xb5\x2f\xfd"

_DAMAGE: Final = (EOFError, OSError, ValueError, lzma.LZMAError, zlib.error)
"""What the decompressors of the standard library raise for octets that are damaged or cut short."""


class CountedInput:
    """The compressed octets of a stream, counted, with those read already put back in front."""

    def __init__(self, stream: BinaryIO, first: bytes = b"") -> None:
        self._stream = stream
        self._first = first
        self.done = 0

    def read(self, size: int = -1) -> bytes:
        """What comes next, at most `size` octets; empty at the end."""
        octets = self._first or (read_some(self._stream, size) if size >= 0 else self._stream.read())
        if size >= 0:
            octets, self._first = octets[:size], octets[size:]
        else:
            octets, self._first = octets + (self._stream.read() if self._first else b""), b""
        self.done += len(octets)
        return octets

    def seekable(self) -> bool:
        """No: what was read is gone."""
        return False

    def readable(self) -> bool:
        """Yes."""
        return True


class _Member(Protocol):
    """Decompresses one member of a file; those of bz2 and lzma are like this."""

    @property
    def eof(self) -> bool:
        """Whether the member is complete."""
        ...

    @property
    def needs_input(self) -> bool:
        """Whether there is nothing more without more octets."""
        ...

    @property
    def unused_data(self) -> bytes:
        """What came behind its end."""
        ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """Decompressed octets; raises one of `_DAMAGE`."""
        ...


class _Members:
    """A stream of what compressed members hold that stand one behind the other."""

    def __init__(self, stream: CountedInput, new: Callable[[], _Member]) -> None:
        self._stream = stream
        self._new = new
        self._pieces = self._decompressed()
        self._done = 0  # octets that were decompressed
        self._damage: Exception | None = None

    def read1(self, size: int) -> bytes:
        """Some decompressed octets, empty at the end; not many more than `size`.

        Raises:
            OSError: There is damage, and all that came before is given.
        """
        pieces: list[bytes] = []
        length = 0
        while self._damage is None and length < size:
            try:
                piece = next(self._pieces)
            except StopIteration:
                break
            except _DAMAGE as damage:
                self._damage = OSError(f"{damage}, at octet {self._done} of the compressed file")
                break
            if piece is not None:
                pieces.append(piece)
                length += len(piece)
            elif length:
                break
        if self._damage is not None and not length:
            raise self._damage
        return b"".join(pieces)

    def _decompressed(self) -> Iterator[bytes | None]:
        """What becomes of each step; None where more has to be read, which may take a while."""
        member, begun = self._new(), False
        for step in self._steps():
            octets = step
            if octets is None:
                yield None
            while octets:
                if not begun:  # zeros may stand between members
                    padded = len(octets)
                    octets = octets.lstrip(b"\0")
                    self._done += padded - len(octets)
                    if not octets:
                        break
                begun = True
                yield member.decompress(octets, PIECE)
                while not member.needs_input and not member.eof:
                    yield member.decompress(b"", PIECE)
                self._done += len(octets) - len(member.unused_data)
                octets = member.unused_data
                if member.eof:
                    member, begun = self._new(), False
        if begun:
            raise EOFError("the end is missing")

    def _steps(self) -> Iterator[bytes | None]:
        """The compressed octets in small pieces; None before more are read."""
        octets = b""
        while more := self._stream.read(INPUT):
            octets += more
            ready = len(octets) - TAIL
            for start in range(0, ready, STEP):
                yield octets[start : min(start + STEP, ready)]
            octets = octets[max(0, ready) :]
            yield None
        for start in range(len(octets)):
            yield octets[start : start + 1]


def _zstd(stream: CountedInput) -> _Members:
    try:
        import zstandard
    except ImportError:
        raise CaptureError("zstd-compressed captures need the package zstandard: install dlms-analyzer[zstd]") from None
    decompressor = zstandard.ZstdDecompressor(max_window_size=MAX_ZSTD_WINDOW)
    return _Members(stream, lambda: _ZstdFrame(decompressor.decompressobj(), zstandard.ZstdError))


class _ZstdFrame:
    """A zstd frame that is decompressed as the formats of the standard library are."""

    needs_input = True

    def __init__(self, frame: Any, error: type[Exception]) -> None:
        self._frame = frame
        self._error = error

    @property
    def eof(self) -> bool:
        """Whether the frame is complete."""
        return bool(self._frame.eof)

    @property
    def unused_data(self) -> bytes:
        """What came behind its end."""
        return bytes(self._frame.unused_data)

    def decompress(self, data: bytes, _max_length: int, /) -> bytes:
        """Decompressed octets, however many there are."""
        try:
            return bytes(self._frame.decompress(data))
        except self._error as error:
            raise OSError(str(error)) from error


OPENERS: Final[dict[bytes, Callable[[Any], Any]]] = {
    GZIP: lambda stream: gzip.GzipFile(fileobj=stream),  # gives what there is before it looks at the checksum
    BZIP2: lambda stream: _Members(stream, bz2.BZ2Decompressor),
    XZ: lambda stream: _Members(stream, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, MAX_XZ_MEMORY)),
    ZSTD: _zstd,
}
"""First octets to the decompressor of a stream."""


def is_compressed(head: bytes) -> bool:
    """Whether octets that start like this are compressed in a way that is known."""
    return any(head.startswith(magic) for magic in OPENERS)


class Decompressor(Pumped):
    """Feeds a file with what a compressed stream holds; damage and bombs end it."""

    def __init__(self, stream: BinaryIO, first: bytes, size: int | None) -> None:
        """Start decompressing.

        Args:
            stream: The compressed octets.
            first: Those that were read from it already.
            size: How many there are, None when nobody knows.

        Raises:
            CaptureError: The decompressor is not installed.
        """
        self._input = CountedInput(stream, first)
        self._size = size
        opener = next(opener for magic, opener in OPENERS.items() if first.startswith(magic))
        self._output = opener(self._input)
        self._written = 0
        super().__init__(self._decompressed)

    def _decompressed(self) -> bytes:
        """Some more octets.

        Raises:
            FeedStoppedError: The compressed octets are damaged or cut short, or become too many.
        """
        done = self._input.done
        if self._written > max(ALWAYS_ALLOWED, MAX_RATIO * done):
            raise FeedStoppedError(f"{done} compressed octets became {self._written}: that is no capture")
        try:
            octets = read_some(self._output, PIECE)
        except _DAMAGE as damage:
            raise FeedStoppedError(f"the compressed data end or are damaged here: {damage}") from damage
        self._written += len(octets)
        return octets

    def progress(self) -> tuple[int, int | None] | None:
        """Compressed octets done and in total."""
        return self._input.done, self._size
