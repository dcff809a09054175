"""Python processes of our own, and the messages of octets that go to them or come from them.

It is a new interpreter, no fork: a fork of a program that has threads, as one with screens may have, can hang on a lock
that some other thread held.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, BinaryIO, Final

LENGTH_SIZE: Final = 4
"""Octets of the length before a message."""
PIPE_SIZE: Final = 1 << 20
"""Octets that may be on their way: what an ordinary process may ask for (/proc/sys/fs/pipe-max-size)."""
_F_SETPIPE_SZ: Final = 1031
"""Of <fcntl.h> on Linux."""
_MILLISECONDS: Final = 1_000
_STANDARD_OUTPUT: Final = 1
_START: Final = """
import importlib, os, sys
sys.path[:] = sys.argv[2].split(os.pathsep)
sys.exit(importlib.import_module(sys.argv[1]).main())
"""
"""Modules are looked for where they are looked for here: the child is of the same version."""


class ChildError(Exception):
    """A child that could not be started, or has ended. One clear sentence."""


def can_start_children() -> bool:
    """Whether this system and this interpreter can start one, and wait for it no longer than they want to."""
    return os.name == "posix" and bool(sys.executable) and not getattr(sys, "frozen", False)


def cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def start_child(module: str, stdout: int) -> subprocess.Popen[bytes]:
    """Start a process that listens on its standard input.

    Args:
        module: its `main` runs.
        stdout: descriptor of its standard output, or `subprocess.PIPE`.

    Raises:
        ChildError: it cannot be started.
    """
    try:
        # A session of its own, so that Ctrl-C in the terminal reaches us only.
        return subprocess.Popen(  # noqa: S603
            [sys.executable, "-P", "-c", _START, module, os.pathsep.join(sys.path)],
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,
        )
    except OSError as error:
        raise ChildError(f"no second process could be started: {error.strerror or error}") from error


def widen(pipe: IO[bytes]) -> None:
    """Let more be on its way in a pipe than usual."""
    if sys.platform == "linux":
        import fcntl

        with suppress(OSError):
            fcntl.fcntl(pipe.fileno(), _F_SETPIPE_SZ, PIPE_SIZE)


class ChildProcess:
    """A running child. Should this process end before it, it ends with its next message."""

    def __init__(self, module: str, order: bytes) -> None:
        """Start it.

        Args:
            module: its `main` runs.
            order: what it finds on its standard input.

        Raises:
            ChildError: it cannot be started.
        """
        self._pending = bytearray()
        self._process = start_child(module, subprocess.PIPE)
        assert self._process.stdin is not None  # noqa: S101
        assert self._process.stdout is not None  # noqa: S101
        self._out = self._process.stdout
        os.set_blocking(self._out.fileno(), False)
        widen(self._out)
        with suppress(OSError), self._process.stdin as standard_input:
            standard_input.write(order)

    def receive(self, patience: float) -> bytes | None:
        """The next message; None when it is not there yet.

        Args:
            patience: seconds to wait for it.

        Raises:
            ChildError: the child has ended.
        """
        message = self._next()
        if message is None and self._fill(patience):
            message = self._next()
        return message

    def close(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait()
        self._out.close()

    def _next(self) -> bytes | None:
        """The next message, when all of it has come."""
        pending = self._pending
        end = LENGTH_SIZE + int.from_bytes(pending[:LENGTH_SIZE])
        if len(pending) <= LENGTH_SIZE or len(pending) < end:
            return None
        message = bytes(pending[LENGTH_SIZE:end])
        del pending[:end]
        return message

    def _fill(self, patience: float) -> bool:
        """Take what has come; whether there was something."""
        waiting = select.poll()
        waiting.register(self._out, select.POLLIN)
        if not waiting.poll(patience * _MILLISECONDS):
            return False
        octets = os.read(self._out.fileno(), PIPE_SIZE)
        if not octets:
            raise ChildError(f"the second process has ended (status {self._process.wait()})")
        self._pending += octets
        return True


def send(message: bytes, to: int = _STANDARD_OUTPUT) -> None:
    """Send a message.

    Args:
        message: some octets.
        to: descriptor of a pipe; in a child, its standard output.

    Raises:
        BrokenPipeError: nobody reads any more.
    """
    rest = memoryview(len(message).to_bytes(LENGTH_SIZE) + message)
    while rest:
        rest = rest[os.write(to, rest) :]


def received(stream: BinaryIO) -> Iterator[bytes]:
    """The messages that come; one that is cut off is none, since whoever sent it has gone."""
    while True:
        size = int.from_bytes(head) if len(head := stream.read(LENGTH_SIZE)) == LENGTH_SIZE else 0
        message = stream.read(size)
        if not size or len(message) < size:
            return
        yield message
