"""Compressed captures: recognised by their first octets, decompressed into a spool file while they are read."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, Final

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


def _zstd(stream: Any) -> Any:
    try:
        import zstandard
    except ImportError:
        raise CaptureError("zstd-compressed captures need the package zstandard: install dlms-analyzer[zstd]") from None
    decompressor = zstandard.ZstdDecompressor(max_window_size=MAX_ZSTD_WINDOW)
    return _ZstdReader(decompressor.stream_reader(stream, read_across_frames=True), zstandard.ZstdError)


class _ZstdReader:
    """A zstd stream that raises as the standard library does."""

    def __init__(self, stream: Any, error: type[Exception]) -> None:
        self._stream = stream
        self._error = error

    def read1(self, size: int) -> bytes:
        """Some decompressed octets, empty at the end."""
        try:
            return bytes(self._stream.read(size))
        except self._error as error:
            raise OSError(str(error)) from error


OPENERS: Final[dict[bytes, Callable[[Any], Any]]] = {
    GZIP: lambda stream: gzip.GzipFile(fileobj=stream),
    BZIP2: bz2.BZ2File,
    XZ: lzma.LZMAFile,
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
