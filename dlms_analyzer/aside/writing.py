"""What becomes of the messages here: they are told to the process that writes their lines."""

from __future__ import annotations

import os
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self, TextIO

from dlms_analyzer.aside.telling import Batch, Order, Told, tell
from dlms_analyzer.capture.child_process import ChildError, can_start_children, cores, send, start_child, widen
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.messages import Message

MIN_SIZE: Final = 2 << 20
"""Octets of captures that are worth a second process: a second's work for one."""
WRITTEN_HERE: Final = 1_024
"""Messages whose lines are written here, so that the first ones are there before the other process is."""
BATCH: Final = 128
"""Messages that are told at a time: a few milliseconds' work."""
FAILED: Final = 1
"""Exit status of a Python process that ended in an error of its own; others are numbers of the system's errors."""
CHILD: Final = "dlms_analyzer.aside.child"
"""The module that the other process runs."""


def pays(octets: int | None, out: TextIO) -> bool:
    """Whether a second process can write, and does so sooner.

    Args:
        octets: of the captures; None when nobody can tell.
        out: takes the lines. On a terminal somebody reads them, for whom one process is fast enough.
    """
    if octets is None or octets < MIN_SIZE or not can_start_children() or cores() < 2:
        return False
    try:
        return not out.isatty() and out.fileno() >= 0
    except (OSError, ValueError):  # no file
        return False


class Aside:
    """Writes lines of messages through a second process, while it is entered.

    Should this process end, the other one writes what it was told and ends too.
    """

    def __init__(self, out: TextIO, write: Callable[[Message], None], meters: Meters, *, show_secrets: bool) -> None:
        """Start the other process.

        Args:
            out: takes the lines, and is a file.
            write: writes a message there, and learns from it, in this process.
            meters: what is known about the meters; from some message on, only the other process learns more.
            show_secrets: give passwords and keys as values.

        Raises:
            ChildError: it cannot be started.
        """
        self._out = out
        self._write_here = write
        self._here = WRITTEN_HERE
        self._told: list[Told] = []
        order = Order(meters, show_secrets).packed()
        self._process = start_child(CHILD, out.fileno())
        assert self._process.stdin is not None  # noqa: S101
        self._to = self._process.stdin
        widen(self._to)
        self._send(order)

    def write(self, message: Message) -> None:
        """Write a message.

        Raises:
            OSError: the lines cannot be written; `BrokenPipeError` when nobody reads them any more.
            ChildError: the other process has ended.
        """
        self._told.append(tell(message))
        if self._here:
            self._write_here(message)
            self._here -= 1
            if not self._here:
                self._out.flush()
                self._tell(written=True)
        elif len(self._told) >= BATCH:
            self._tell()

    def _tell(self, *, written: bool = False) -> None:
        """Tell what has come together."""
        told, self._told = self._told, []
        self._send(Batch(written, told).packed())

    def _send(self, octets: bytes) -> None:
        try:
            send(octets, self._to.fileno())
        except BrokenPipeError:
            self._end()
            raise

    def _end(self) -> None:
        """Let it write what it was told, and ask how that went.

        Raises:
            OSError: the lines could not be written.
            ChildError: it did not end by itself.
        """
        self._to.close()
        status = self._process.wait()
        if status > 0 and status != FAILED:
            raise OSError(status, os.strerror(status))
        if status:
            raise ChildError(f"the process that writes has ended (status {status}); lines are missing")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                if not self._here:
                    self._tell()
                self._end()
            elif not self._to.closed:
                self._to.close()
                self._process.wait()
        except KeyboardInterrupt:
            self._process.kill()
            self._process.wait()
            raise
