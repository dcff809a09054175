"""Where the octets of a source come from after those that are there already."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import BinaryIO, Final, Protocol

from .pump import Pump
from .storage import READ_SIZE, Growing

POLL_INTERVAL: Final = 0.05
"""Seconds between two looks at a growing file."""


class FeedStoppedError(Exception):
    """What a source is fed from turned out to be damaged; what came before is good."""


class Feeder(Protocol):
    """Brings more octets to a file."""

    def feed(self, file: Growing) -> bool:
        """Add some of what is there now, without waiting; False when nothing follows.

        Raises:
            FeedStoppedError: There would be more, but it is damaged.
        """
        ...

    def wait(self) -> None:
        """Wait a moment for more."""
        ...

    def progress(self) -> tuple[int, int | None] | None:
        """Octets done and in total where that is not what the file says; the total is None when unknown."""
        ...

    def close(self) -> None:
        """Bring no more."""
        ...


class NothingMore:
    """For a file that is complete."""

    def feed(self, file: Growing) -> bool:
        """What was added to it before it was complete."""
        file.refresh()
        return False

    def wait(self) -> None:
        """There is nothing to wait for."""

    def progress(self) -> tuple[int, int | None] | None:
        """What the file says."""
        return None

    def close(self) -> None:
        """Nothing to let go of."""


class Tail(NothingMore):
    """For a file that somebody else is writing, like ``tail -f``."""

    def __init__(self, stop: Callable[[], bool]) -> None:
        self._stop = stop

    def feed(self, file: Growing) -> bool:
        """What was written meanwhile; nothing follows once the reading is stopped."""
        over = self._stop()  # looked at first: what was written before the end is still read
        file.refresh()
        return not over

    def wait(self) -> None:
        """Let whoever writes it write."""
        time.sleep(POLL_INTERVAL)


class Pumped:
    """For what cannot be mapped: what a pump brings is copied to a spool file."""

    def __init__(self, read: Callable[[], bytes]) -> None:
        """Begin.

        Args:
            read: gives the next octets, none at the end; is called in a thread of its own.
        """
        self._pump = Pump(read)
        self._done = 0

    def feed(self, file: Growing) -> bool:
        """Copy what has come."""
        octets = self._pump.take()
        if octets:
            self._done += len(octets)
            file.append(octets)
            file.refresh()
        return octets != b""

    def wait(self) -> None:
        """Wait for what comes next."""
        self._pump.wait()

    def progress(self) -> tuple[int, int | None] | None:
        """Nobody knows how long a stream will be."""
        return self._done, None

    def close(self) -> None:
        """Let go of the stream."""
        self._pump.close()


class Pipe(Pumped):
    """For standard input and other streams."""

    def __init__(self, stream: BinaryIO, first: bytes = b"") -> None:
        """Begin.

        Args:
            stream: Where the octets come from.
            first: Those that were read from it already.
        """
        waiting = [first] if first else []
        super().__init__(lambda: waiting.pop() if waiting else read_some(stream))


def read_some(stream: BinaryIO, size: int = READ_SIZE) -> bytes:
    """What a stream has to offer, without waiting for it to fill up; empty at its end."""
    read1 = getattr(stream, "read1", None)
    if read1 is not None:
        return bytes(read1(size))
    try:
        return os.read(stream.fileno(), size)
    except (AttributeError, OSError):
        return stream.read(size)
