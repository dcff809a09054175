"""Pump: a thread that waits for octets, so that nobody else has to."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Final

MAX_WAITING: Final = 8
"""Pieces read ahead, of a megabyte at most: enough to keep both sides busy, and no file of gigabytes in memory."""
WAIT: Final = 0.05
"""Seconds between two looks at whether a pump was closed or somebody pressed Ctrl-C."""
CLOSE_PATIENCE: Final = 0.2
"""Seconds that closing waits for the thread; one that waits for a pipe ends with the program."""


class Pump:
    """Calls something that may block, again and again, and keeps what it gives until somebody takes it.

    The thread does nothing but that: it reads a pipe or decompresses a file, and knows nothing of captures.
    """

    def __init__(self, read: Callable[[], bytes]) -> None:
        """Begin at once.

        Args:
            read: gives the next octets, none at the end.
        """
        self._read = read
        self._pieces: deque[bytes] = deque()
        self._failure: Exception | None = None
        self._over = False
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def take(self) -> bytes | None:
        """The next octets; None when there are none yet, empty at the end.

        Raises:
            Exception: what `read` raised, when all that came before is taken.
        """
        with self._changed:
            if self._pieces:
                self._changed.notify_all()
                return self._pieces.popleft()
            if not self._over:
                return None
            failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
        return b""

    def wait(self) -> None:
        """Wait a moment for `take` to have something."""
        with self._changed:
            self._changed.wait_for(lambda: self._pieces or self._over, WAIT)

    def close(self) -> None:
        """Read no more; what was not taken is lost."""
        with self._changed:
            self._closed = True
            self._pieces.clear()
            self._changed.notify_all()
        self._thread.join(CLOSE_PATIENCE)

    def _run(self) -> None:
        failure: Exception | None = None
        try:
            while octets := self._read():
                if not self._keep(octets):
                    return
        except Exception as error:  # noqa: BLE001 - it is raised again where the octets are taken
            failure = error
        with self._changed:
            self._failure = failure
            self._over = True
            self._changed.notify_all()

    def _keep(self, octets: bytes) -> bool:
        """Keep a piece once there is room; False when nobody wants it any more."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._pieces) < MAX_WAITING or self._closed)
            if not self._closed:
                self._pieces.append(octets)
                self._changed.notify_all()
            return not self._closed
