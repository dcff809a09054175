"""Finding out what a file is."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

from .feeders import Tail
from .pcap import MAGICS, PcapReader
from .pcapng import PcapngReader
from .problem import CaptureError, ProblemLog
from .reader import FormatReader
from .source import FileSource
from .storage import MappedFile, open_file

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
    """Open one capture file.

    Raises:
        CaptureError: It cannot be opened, or is no capture.
    """
    path = os.fspath(path)
    file = open_file(path)
    mapped = MappedFile(file, path)
    reader = reader_for(mapped.buf[:_HEAD], ProblemLog(path))
    if reader is None:
        start = mapped.buf[:_HEAD].hex(" ") or "nothing"
        raise CaptureError(f"{path}: not a capture file: it starts with {start}")
    return FileSource(mapped, reader, Tail(stop or (lambda: False)) if follow else None)
