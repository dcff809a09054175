"""Ctrl-C and its relatives: an orderly end, at the second time an immediate one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Final, Self

EXIT_INTERRUPTED: Final = 128 + signal.SIGINT
_SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGHUP")


@contextmanager
def tidy_end() -> Iterator[None]:
    """While it is entered, every signal that ends a program does as Ctrl-C: what was begun is taken away first."""
    before = {}
    for name in _SIGNALS:
        number = getattr(signal, name, None)  # not all systems have all of them
        if number is not None:
            before[number] = signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class StopSignals:
    """Catches the signals that end a program, while it is entered."""

    def __init__(self, stop: Callable[[], None] | None = None) -> None:
        """Prepare.

        Args:
            stop: called at the first signal, in a thread of its own because a signal may come at any place of the
                program.
        """
        self._stop = stop
        self._came = threading.Event()
        self._before: dict[int, Any] = {}

    def came(self) -> bool:
        """Whether a signal came."""
        return self._came.is_set()

    def _take(self, _number: int, _frame: FrameType | None) -> None:
        if self._came.is_set():
            raise KeyboardInterrupt
        self._came.set()
        if self._stop is not None:
            threading.Thread(target=self._stop, daemon=True).start()

    def __enter__(self) -> Self:
        for name in _SIGNALS:
            number = getattr(signal, name, None)  # not all systems have all of them
            if number is not None:
                self._before[number] = signal.signal(number, self._take)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
