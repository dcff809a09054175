"""Files mapped into memory, files that grow, and the spool files that pipes and compressed captures are copied to."""

from __future__ import annotations

import ctypes
import mmap
import os
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from dlms_analyzer.frames import Buffer

from .elsewhere import Place
from .problem import CaptureError, DiscardedError


def spool_directory() -> str:
    """Where spool files go: on disk rather than in the memory that /tmp often is."""
    if "TMPDIR" not in os.environ and os.access("/var/tmp", os.W_OK):  # noqa: S108 - the file is unlinked at once
        return "/var/tmp"  # noqa: S108
    return tempfile.gettempdir()


_KEEP_SIZE: Final = 1
_PUNCH_HOLE: Final = 2
"""FALLOC_FL_KEEP_SIZE and FALLOC_FL_PUNCH_HOLE of <linux/falloc.h>."""


class Growing(Protocol):
    """Octets as a buffer that may grow at its end. Positions count from the first octet there ever was."""

    path: str
    buf: Buffer
    base: int
    """Position of the first octet of `buf`."""
    size: int
    """Position behind its last octet."""

    def refresh(self) -> bool:
        """Whether there is more than at the last look; it is then in `buf`."""
        ...

    def append(self, octets: bytes) -> None:
        """Add octets at the end; `refresh` shows them."""
        ...

    def release(self, position: int) -> None:
        """What stands before a position is not going to be read again soon."""
        ...

    def check(self) -> None:
        """Make sure that what is mapped is still there.

        Raises:
            CaptureError: It is not.
        """
        ...

    def octets(self, start: int, end: int) -> bytes:
        """Octets of a `buf` of now or before, by their place in it."""
        ...

    @property
    def place(self) -> Place | None:
        """Where another process finds the same octets; None when they have no name."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


class MappedFile:
    """A file, mapped. When it grows, `refresh` maps it anew; buffers handed out before stay valid."""

    base = 0

    def __init__(self, file: BinaryIO, path: str, limit: int | None = None) -> None:
        """Map a file.

        Args:
            file: It, open.
            path: Its name.
            limit: How much of it counts; None is all.
        """
        self._file = file
        self.path = path
        self.buf: Buffer = b""
        self.size = 0
        self._released = 0
        self._kept_from = 0
        self._limit = limit
        self.refresh()

    def refresh(self) -> bool:
        """Whether the file has grown since the last look; it is then mapped up to its new end."""
        size = os.fstat(self._file.fileno()).st_size
        if self._limit is not None:
            size = min(size, self._limit)
        if size <= self.size:
            return False
        self.buf = mmap.mmap(self._file.fileno(), size, access=mmap.ACCESS_READ)
        self.size = size
        return True

    @property
    def place(self) -> Place | None:
        """Where another process finds the same octets; None for spool files, which have no name."""
        mine = os.fstat(self._file.fileno())
        try:
            named = Path(self.path).stat()
        except (OSError, ValueError):
            return None
        if (named.st_dev, named.st_ino) != (mine.st_dev, mine.st_ino):
            return None
        return Place(self.path, mine.st_dev, mine.st_ino, self.size)

    def append(self, octets: bytes) -> None:
        """Write at the end; only for spool files.

        Raises:
            CaptureError: The disk is full.
        """
        try:
            self._file.write(octets)
        except OSError as error:
            raise CaptureError(f"{self.path}: the spool file cannot grow: {error.strerror or error}") from error

    def release(self, position: int) -> None:
        """Let the system take back the memory behind what was read; touching it again reads it again."""
        start = self._released & ~(mmap.PAGESIZE - 1)
        end = position & ~(mmap.PAGESIZE - 1)
        if end > start and isinstance(self.buf, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
            self.buf.madvise(mmap.MADV_DONTNEED, start, end - start)
            self._released = end

    def check(self) -> None:
        """Make sure that the file was not made shorter: touching what is gone would end the process.

        Raises:
            CaptureError: It was.
        """
        if os.fstat(self._file.fileno()).st_size < self.size:
            raise CaptureError(f"{self.path}: the file was made shorter while it was read")

    def discard(self, position: int) -> bool:
        """Give the disk space before a position back, keeping all other positions; whether the system can do that."""
        end = position & ~(mmap.ALLOCATIONGRANULARITY - 1)
        if end <= self._kept_from:
            return True
        if not _punch_hole(self._file.fileno(), self._kept_from, end - self._kept_from):
            return False
        self._kept_from = end
        return True

    def octets(self, start: int, end: int) -> bytes:
        """Octets by their place in the file.

        Raises:
            DiscardedError: They were discarded.
            CaptureError: The file was made shorter.
        """
        self.check()
        if start < self._kept_from:
            raise DiscardedError(f"{self.path}: octets {start} to {end} are no longer kept: the ring is full")
        return self.buf[start:end]

    def close(self) -> None:
        """Close the file. The mapping lives as long as somebody refers to it."""
        self.buf = b""
        self._file.close()


def _punch_hole(file: int, start: int, length: int) -> bool:
    """Free a part of a file (fallocate(2) of Linux, which Python does not offer)."""
    if sys.platform != "linux":
        return False
    fallocate = ctypes.CDLL(None, use_errno=True).fallocate64
    fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64]
    return bool(fallocate(file, _PUNCH_HOLE | _KEEP_SIZE, start, length) == 0)


class Passing:
    """What passes by on a stream: octets that are released are gone. For streams that nobody looks back on."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.buf: Buffer = b""
        self.base = 0
        self.size = 0
        self._appended: list[bytes] = []
        self._released = 0

    def refresh(self) -> bool:
        """Whether octets were added; the buffer is then a new one without those released."""
        added = b"".join(self._appended)
        if not added:
            return False
        self._appended.clear()
        self.buf = self.buf[self._released - self.base :] + added
        self.base = self._released
        self.size += len(added)
        return True

    def append(self, octets: bytes) -> None:
        """Add octets at the end."""
        self._appended.append(octets)

    def release(self, position: int) -> None:
        """Let go of what stands before a position."""
        self._released = position

    def check(self) -> None:
        """It is: in memory."""

    def octets(self, start: int, end: int) -> bytes:
        """Never: it was not kept.

        Raises:
            DiscardedError: Always.
        """
        raise DiscardedError(f"{self.path}: octets {start} to {end} have passed by and were not kept")

    @property
    def place(self) -> None:
        """Nowhere."""

    def close(self) -> None:
        """Nothing to close: the stream belongs to whoever opened it."""


def open_file(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a file for reading, without a buffer, with one clear sentence when that fails.

    A thread that waits inside a buffer would keep the program from ending.

    Raises:
        CaptureError: It cannot be opened.
    """
    try:
        return Path(path).open("rb", buffering=0)
    except OSError as error:
        raise CaptureError(f"{os.fspath(path)}: {error.strerror or error}") from error


def spool_file(path: str) -> BinaryIO:
    """An empty file that vanishes when it is closed.

    Args:
        path: Name of what is spooled, for the error.

    Raises:
        CaptureError: There is no room for it.
    """
    directory = spool_directory()
    try:
        return tempfile.TemporaryFile(buffering=0, prefix="dlms-analyzer-", dir=directory)
    except OSError as error:
        raise CaptureError(f"{path}: no spool file in {directory}: {error.strerror or error}") from error


def new_spool(path: str) -> MappedFile:
    """A spool file, mapped.

    Raises:
        CaptureError: There is no room for it.
    """
    return MappedFile(spool_file(path), path)


READ_SIZE: Final = 1 << 20
"""Octets taken from a pipe or a decompressor at a time."""
