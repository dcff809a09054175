"""Finding out what a file is."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from typing import Any, BinaryIO, Final

from .compressed import Decompressed, decompressor
from .feeders import Pipe, Tail, read_some
from .pcap import MAGICS, PcapReader
from .pcapng import PcapngReader
from .problem import CaptureError, ProblemLog
from .reader import FormatReader
from .source import FileSource
from .storage import MappedFile, new_spool, open_file

PCAPNG_MAGIC: Final = bytes.fromhex("0a0d0d0a")
_HEAD: Final = 16
"""Octets that tell the formats apart."""


def reader_for(head: bytes, problems: ProblemLog) -> FormatReader | None:
    """The reader of the format that starts with these octets."""
    if head[:4] in MAGICS:
        return PcapReader(problems)
    if head[:4] == PCAPNG_MAGIC:
        return PcapngReader(problems)
    return None


def open_capture(
    path: str | os.PathLike[str], *, follow: bool = False, stop: Callable[[], bool] | None = None
) -> FileSource:
    """Open one capture: a file, compressed or not, a FIFO, or `-` for standard input.

    Args:
        path: what to read.
        follow: go on when the end is reached, as `tail -f` does; only for plain files.
        stop: ends the following when it returns True.

    Raises:
        CaptureError: it cannot be opened, or is no capture.
    """
    path = os.fspath(path)
    if path == "-":
        return _piped(sys.stdin.buffer, "standard input")
    file = open_file(path)
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        return _piped(file, path)
    mapped = MappedFile(file, path)
    head = mapped.buf[:_HEAD]
    opener = decompressor(head)
    if opener is not None:
        size = mapped.size
        mapped.close()
        return _decompressed(opener(open_file(path)), path, size)
    reader = _reader(head, path)
    return FileSource(mapped, reader, Tail(stop or (lambda: False)) if follow else None)


def _reader(head: bytes, path: str) -> FormatReader:
    reader = reader_for(head, ProblemLog(path))
    if reader is None:
        start = head[:_HEAD].hex(" ") or "nothing"
        raise CaptureError(f"{path}: not a capture file: it starts with {start}")
    return reader


def _piped(stream: BinaryIO, path: str) -> FileSource:
    first = b""
    while len(first) < _HEAD and (octets := read_some(stream)):
        first += octets
    if decompressor(first) is not None:
        raise CaptureError(f"{path}: compressed captures cannot be read from a pipe; decompress them first")
    return FileSource(new_spool(path), _reader(first, path), Pipe(stream, first))


def _decompressed(stream: Any, path: str, size: int) -> FileSource:
    spool = new_spool(path)
    problems = ProblemLog(path)
    feeder = Decompressed(stream, size, problems)
    while spool.size < _HEAD and feeder.more(spool):
        pass
    reader = reader_for(spool.buf[:_HEAD], problems)
    if reader is None:
        why = str(problems[0]) if problems else f"{path}: what is compressed in it is no capture file"
        raise CaptureError(why)
    return FileSource(spool, reader, feeder)
