"""Where the octets of a source come from after those that are there already."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import BinaryIO, Final, Protocol

from .storage import READ_SIZE, Growing

POLL_INTERVAL: Final = 0.05
"""Seconds between two looks at a growing file."""


class FeedStoppedError(Exception):
    """What a source is fed from turned out to be damaged; what came before is good."""


class Feeder(Protocol):
    """Brings more octets to a file."""

    def more(self, file: Growing) -> bool:
        """Wait for more octets; False when there will be none.

        Raises:
            FeedStoppedError: There would be more, but it is damaged.
        """
        ...

    def progress(self) -> tuple[int, int | None] | None:
        """Octets done and in total where that is not what the file says; the total is None when unknown."""
        ...


class NothingMore:
    """For a file that is complete."""

    def more(self, file: Growing) -> bool:  # noqa: ARG002
        """Nothing follows."""
        return False

    def progress(self) -> tuple[int, int | None] | None:
        """What the file says."""
        return None


class Tail:
    """For a file that somebody else is writing, like ``tail -f``."""

    def __init__(self, stop: Callable[[], bool]) -> None:
        self._stop = stop

    def more(self, file: Growing) -> bool:
        """Wait until the file grows or the reading is stopped."""
        while not file.refresh():
            if self._stop():
                return file.refresh()
            time.sleep(POLL_INTERVAL)
        return True

    def progress(self) -> tuple[int, int | None] | None:
        """What the file says."""
        return None


class Pipe:
    """For standard input and other streams that cannot be mapped: they are copied to a spool file."""

    def __init__(self, stream: BinaryIO, first: bytes = b"") -> None:
        self._stream = stream
        self._first = first
        self._done = 0

    def more(self, file: Growing) -> bool:
        """Wait for what the stream brings next."""
        octets, self._first = self._first or read_some(self._stream), b""
        self._done += len(octets)
        file.append(octets)
        return file.refresh()

    def progress(self) -> tuple[int, int | None] | None:
        """Nobody knows how long a stream will be."""
        return self._done, None


def read_some(stream: BinaryIO, size: int = READ_SIZE) -> bytes:
    """What a stream has to offer, without waiting for it to fill up; empty at its end."""
    read1 = getattr(stream, "read1", None)
    if read1 is not None:
        return bytes(read1(size))
    try:
        return os.read(stream.fileno(), size)
    except (AttributeError, OSError):
        return stream.read(size)
