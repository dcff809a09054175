"""Files mapped into memory, files that grow, and the spool files that pipes and compressed captures are copied to."""

from __future__ import annotations

import mmap
import os
import tempfile
from pathlib import Path
from typing import BinaryIO, Final

from dlms_analyzer.frames import Buffer

from .problem import CaptureError


def spool_directory() -> str:
    """Where spool files go: on disk rather than in the memory that /tmp often is."""
    if "TMPDIR" not in os.environ and os.access("/var/tmp", os.W_OK):  # noqa: S108 - the file is unlinked at once
        return "/var/tmp"  # noqa: S108
    return tempfile.gettempdir()


class MappedFile:
    """A file as a buffer. When it grows, `refresh` maps it anew; buffers handed out before stay valid."""

    def __init__(self, file: BinaryIO, path: str) -> None:
        self._file = file
        self.path = path
        self.buf: Buffer = b""
        self.size = 0
        self._released = 0
        self.refresh()

    def refresh(self) -> bool:
        """Whether the file has grown since the last look; it is then mapped up to its new end."""
        size = os.fstat(self._file.fileno()).st_size
        if size <= self.size:
            return False
        self.buf = mmap.mmap(self._file.fileno(), size, access=mmap.ACCESS_READ)
        self.size = size
        return True

    def append(self, octets: bytes) -> None:
        """Write at the end; only for spool files."""
        self._file.write(octets)

    def release(self, position: int) -> None:
        """Let the system take back the memory behind what was read; touching it again reads it again."""
        start = self._released & ~(mmap.PAGESIZE - 1)
        end = position & ~(mmap.PAGESIZE - 1)
        if end > start and isinstance(self.buf, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            self.buf.madvise(mmap.MADV_DONTNEED, start, end - start)
            self._released = end

    def close(self) -> None:
        """Close the file. The mapping lives as long as somebody refers to it."""
        self.buf = b""
        self._file.close()


def open_file(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a file for reading, with one clear sentence when that fails.

    Raises:
        CaptureError: It cannot be opened.
    """
    try:
        return Path(path).open("rb")
    except OSError as error:
        raise CaptureError(f"{os.fspath(path)}: {error.strerror or error}") from error


def new_spool(path: str) -> MappedFile:
    """An empty spool file that vanishes when it is closed.

    Args:
        path: Name of what is spooled, for problems.

    Raises:
        CaptureError: There is no room for it.
    """
    directory = spool_directory()
    try:
        file = tempfile.TemporaryFile(buffering=0, prefix="dlms-analyzer-", dir=directory)  # noqa: SIM115
    except OSError as error:
        raise CaptureError(f"{path}: no spool file in {directory}: {error.strerror or error}") from error
    return MappedFile(file, path)


READ_SIZE: Final = 1 << 20
"""Octets taken from a pipe or a decompressor at a time."""
