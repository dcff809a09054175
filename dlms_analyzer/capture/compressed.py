"""Compressed captures: recognised by their first octets, decompressed into a spool file while they are read."""

from __future__ import annotations

import gzip
import lzma
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO, Final

from .feeders import Pipe
from .problem import CaptureError, ProblemLog
from .storage import MappedFile

MAX_RATIO: Final = 1_200
"""Octets that one compressed octet may become: deflate cannot do more than 1,032; a capture comes nowhere near."""
ALWAYS_ALLOWED: Final = 64 << 20
"""Octets below which the ratio is not looked at: a small capture of one frame over and over compresses well."""

GZIP: Final = b"\x1f\x8b"
XZ: Final = b"\xfd7zXZ\x00"
ZSTD: Final = b"\x28\xb5\x2f\xfd"

_DAMAGE: Final = (EOFError, OSError, lzma.LZMAError, zlib.error)
"""What the decompressors raise for octets that are damaged or cut short."""


def _zstd(stream: BinaryIO) -> Any:
    try:
        import zstandard
    except ImportError:
        raise CaptureError("zstd-compressed captures need the package zstandard: install dlms-analyzer[zstd]") from None
    return zstandard.ZstdDecompressor().stream_reader(stream, read_across_frames=True)


OPENERS: Final[dict[bytes, Callable[[BinaryIO], Any]]] = {
    GZIP: lambda stream: gzip.GzipFile(fileobj=stream),
    XZ: lzma.LZMAFile,
    ZSTD: _zstd,
}
"""First octets to the decompressor of a stream."""


def decompressor(head: bytes) -> Callable[[BinaryIO], Any] | None:
    """The decompressor for octets that start like this; None when they are not compressed."""
    for magic, opener in OPENERS.items():
        if head.startswith(magic):
            return opener
    return None


class Decompressed(Pipe):
    """Feeds a spool file from a compressed file; damage and bombs end it with a problem."""

    def __init__(self, stream: Any, size: int, problems: ProblemLog) -> None:
        super().__init__(stream)
        self._size = size
        self._problems = problems

    def more(self, file: MappedFile) -> bool:
        """Decompress some more; False at the end, at damage, and when it becomes too much."""
        if file.size > max(ALWAYS_ALLOWED, MAX_RATIO * self._size):
            text = f"{self._size} compressed octets became {file.size}; that is no capture, the rest is not read"
            self._problems.add(file.size, 0, text)
            return False
        try:
            return super().more(file)
        except _DAMAGE as damage:
            self._problems.add(file.size, 0, f"the compressed data end or are damaged here: {damage}")
            return False
