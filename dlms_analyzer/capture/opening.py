"""Finding out what a file is."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterable
from typing import BinaryIO, Final

from .compressed import Decompressor, is_compressed
from .elsewhere import Place
from .feeders import Feeder, FeedStoppedError, NothingMore, Pipe, Tail, read_some
from .logs import HEAD, LogConverter, is_log
from .merging import merged
from .pcap import MAGICS, PcapReader
from .pcapng import PcapngReader
from .problem import CaptureError, ProblemLog
from .reader import FormatReader
from .source import FileSource, Source
from .storage import Growing, MappedFile, Passing, new_spool, open_file

PCAPNG_MAGIC: Final = bytes.fromhex("0a0d0d0a")
_HEAD: Final = 16
"""Octets that tell the formats apart."""

Path = str | os.PathLike[str]


def open_capture(
    path: Path | BinaryIO,
    *,
    follow: bool = False,
    stop: Callable[[], bool] | None = None,
    keep: bool = True,
) -> FileSource:
    """Open one capture: a file, compressed or not, a FIFO, a stream, or `-` for standard input.

    Args:
        path: What to read.
        follow: Go on when the end is reached, as `tail -f` does; only for plain files.
        stop: Ends the following when it returns True.
        keep: Spool what comes from a pipe to disk, so that `Source.octets` can look back on it.

    Raises:
        CaptureError: It cannot be opened, or is no capture.
    """
    if not isinstance(path, str | os.PathLike):
        return _open_stream(path, str(getattr(path, "name", "stream")), None, keep=keep)
    name = os.fspath(path)
    if name == "-":
        stream = sys.stdin.buffer  # without the buffer, see `open_file`
        return _open_stream(getattr(stream, "raw", stream), "standard input", None, keep=keep)
    file = open_file(name)
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        return _open_stream(file, name, None, keep=keep)
    mapped = MappedFile(file, name)
    feeder: Feeder = Tail(stop or (lambda: False)) if follow else NothingMore()
    _read_head(mapped, feeder)
    head = mapped.buf[:HEAD]
    if is_compressed(head):
        return _open_stream(file, name, status.st_size, keep=True)
    if not _is_binary(head) and is_log(head):
        file.seek(len(head))
        return _open_log(file, name, head, (stop or (lambda: False)) if follow else None)
    return FileSource(mapped, _reader_for(mapped), feeder)


def open_place(place: Place) -> FileSource:
    """Open a plain capture file as another process has it open.

    Raises:
        CaptureError: It is not there any more, or something else has its name.
    """
    file = open_file(place.path)
    status = os.fstat(file.fileno())
    if (status.st_dev, status.st_ino) != (place.device, place.inode) or status.st_size < place.size:
        raise CaptureError(f"{place.path}: the file was replaced or made shorter")
    mapped = MappedFile(file, place.path, place.size)
    return FileSource(mapped, _reader_for(mapped))


def open_captures(
    paths: Iterable[Path | BinaryIO], *, follow: bool = False, stop: Callable[[], bool] | None = None, keep: bool = True
) -> Source:
    """Open several captures as one, their frames in the order of time.

    Raises:
        CaptureError: One of them cannot be opened, or is no capture.
    """
    return merged([open_capture(path, follow=follow, stop=stop, keep=keep) for path in paths])


def _open_stream(stream: BinaryIO, name: str, size: int | None, *, keep: bool) -> FileSource:
    """Open what cannot be mapped: its octets are copied to a spool file, or pass by."""
    first = b""
    while len(first) < _HEAD and (octets := read_some(stream)):
        first += octets
    compressed = is_compressed(first)
    # A log may start with lines of other content.
    while not compressed and not _is_binary(first) and len(first) < HEAD and not is_log(first):
        octets = read_some(stream)
        if not octets or b"\0" in first:
            break
        first += octets
    if not compressed and not _is_binary(first) and is_log(first):
        return _open_log(stream, name, first, None)
    feeder: Feeder = Decompressor(stream, first, size) if compressed else Pipe(stream, first)
    file: Growing = new_spool(name) if keep else Passing(name)
    try:
        _read_head(file, feeder)
    except FeedStoppedError as reason:
        raise CaptureError(f"{name}: {reason}") from reason
    return FileSource(file, _reader_for(file), feeder)


def _open_log(stream: BinaryIO, name: str, first: bytes, stop: Callable[[], bool] | None) -> FileSource:
    problems = ProblemLog(name)
    return FileSource(new_spool(name), PcapngReader(problems), LogConverter(stream, first, problems, stop))


def _read_head(file: Growing, feeder: Feeder) -> None:
    """Wait until there is enough of a file to tell its format, or nothing follows.

    Raises:
        FeedStoppedError: It is damaged.
    """
    while feeder.feed(file) and file.size < _HEAD:
        feeder.wait()


def _is_binary(head: bytes) -> bool:
    """Whether these are the first octets of a capture format."""
    return head[:4] in MAGICS or head[:4] == PCAPNG_MAGIC


def _reader_for(file: Growing) -> FormatReader:
    """The reader of the format that a file starts with.

    Raises:
        CaptureError: It is none.
    """
    head = file.buf[:_HEAD]
    problems = ProblemLog(file.path)
    if head[:4] in MAGICS:
        return PcapReader(problems)
    if head[:4] == PCAPNG_MAGIC:
        return PcapngReader(problems)
    what = f"no capture and no log with hex octets: it starts with {head.hex(' ')}" if head else "empty"
    raise CaptureError(f"{file.path}: the file is {what}")
