"""Live capture: a program with the privilege to capture writes a spool file, which is followed.

Nothing is kept in memory, a slow reader loses nothing, and this process needs no privilege. What the system drops is
counted by the capture program and told in `LiveSource.dropped`.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final

from dlms_analyzer.frames import Frame

from .feeders import Tail
from .live_guard import Guard
from .live_tools import CaptureTool, Command, LiveOptions, explain_failure, find_tools
from .merging import MergedSource
from .pcap import PcapReader
from .pcapng import PcapngReader
from .problem import CaptureError, ProblemLog
from .reader import Interface
from .source import FileSource
from .storage import MappedFile, spool_file

RING: Final = 4 << 30
"""Octets of a live capture that are kept on disk, unless told otherwise; older ones are given up."""
POLL_INTERVAL: Final = 0.03
"""Seconds between two looks at the spool file."""
START_PATIENCE: Final = 10.0
"""Seconds a capture program may take to open its interfaces."""
STOP_PATIENCE: Final = 3.0
"""Seconds it may take to end after being asked to."""
_MAX_SAID: Final = 200
"""Lines kept of what a capture program says."""


class _Capturer:
    """One running capture program and its spool file."""

    def __init__(self, tool: CaptureTool, command: Command, ring: int) -> None:
        self.tool = tool
        self._ring = ring
        self._name = ", ".join(command.interfaces)
        spool = spool_file(self._name)
        self.file = MappedFile(spool, self._name)
        problems = ProblemLog(self._name)
        reader = PcapngReader(problems) if command.is_pcapng else PcapReader(problems, self._name)
        self.source = FileSource(self.file, reader, Tail(lambda: not self.running))
        self.said: list[str] = []
        self.dropped = 0
        self._ready = threading.Event()
        self._process = self._start(command, spool)
        self._guard = Guard(self._process.pid)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _start(self, command: Command, spool: BinaryIO) -> subprocess.Popen[str]:
        try:
            # An own session, so that Ctrl-C in the terminal reaches us only and the capture is ended in order.
            return subprocess.Popen(  # noqa: S603
                command.arguments,
                stdin=subprocess.DEVNULL,
                stdout=spool,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                env={**os.environ, "LC_ALL": "C"},
                start_new_session=True,
            )
        except OSError as error:
            self.source.close()
            raise CaptureError(f"{self._name}: cannot start {self.tool.path}: {error.strerror}") from error

    @property
    def running(self) -> bool:
        """Whether the program still captures."""
        return self._process.poll() is None

    def wait_ready(self) -> bool:
        """Wait until the interfaces are open; False when that failed."""
        deadline = time.monotonic() + START_PATIENCE
        while not self._ready.wait(POLL_INTERVAL) and self.running and time.monotonic() < deadline:
            pass
        if not self.running:
            self._listener.join(STOP_PATIENCE)
        return self._ready.is_set() and (self.running or self._process.returncode == 0)

    def ask_drops(self) -> None:
        """Let the program say what the system dropped, if it can before its end."""
        if self.tool.reports_on_signal and self.running:
            self._process.send_signal(signal.SIGUSR1)

    def limit(self) -> bool:
        """Keep the spool file within the ring; False when that is not possible and the capture has to end."""
        over = self.source.bytes_done - self._ring
        return over <= 0 or self.file.discard(over)

    def stop(self) -> None:
        """End the program and wait for it."""
        if self.running:
            self._process.send_signal(signal.SIGTERM if os.name == "nt" else signal.SIGINT)
            try:
                self._process.wait(STOP_PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._guard.release()
        self._listener.join(STOP_PATIENCE)

    def last_words(self) -> str:
        """What the program said last, once it has ended."""
        self._listener.join(STOP_PATIENCE)
        return self.said[-1] if self.said else "no reason given"

    def close(self) -> None:
        """End the program and let go of the spool file."""
        self.stop()
        if self._process.stderr is not None:
            self._process.stderr.close()
        self.source.close()

    def _listen(self) -> None:
        """Read what the program says, until it has nothing more to say."""
        assert self._process.stderr is not None  # noqa: S101
        with contextlib.suppress(ValueError):  # closed while reading
            for line in self._process.stderr:
                if len(self.said) < _MAX_SAID:
                    self.said.append(line.rstrip())
                if self.tool.ready in line:
                    self._ready.set()
                self._count_drops(line)

    def _count_drops(self, line: str) -> None:
        found = self.tool.dropped.search(line)
        if found is None:
            return
        if self.tool.reports_on_signal:  # each time the total
            self.dropped = max(self.dropped, int(found[1]))
        else:  # once, per interface
            self.dropped += int(found[1])


class LiveSource:
    """Frames of one or several network interfaces, as they come, until `stop`."""

    def __init__(
        self,
        interfaces: Sequence[str],
        capture_filter: str = "",
        *,
        promiscuous: bool = True,
        ring: int = RING,
        tool: CaptureTool | None = None,
    ) -> None:
        """Start capturing.

        Args:
            interfaces: Names of network interfaces.
            capture_filter: Which packets, in the syntax of pcap-filter(7).
            promiscuous: Also packets for other hosts.
            ring: Octets kept on disk per capture program; older ones can no longer be looked at.
            tool: The capture program; the best one there is by default.

        Raises:
            CaptureError: No permission, no such interface, not a filter; in one sentence with what to do about it.
        """
        options = LiveOptions(tuple(interfaces), capture_filter, promiscuous)
        self.tool = tool or find_tools()[0]
        self.name = ", ".join(interfaces)
        self.ended = False
        self._asked = threading.Event()  # to stop
        self._capturers: list[_Capturer] = []
        try:
            for command in self.tool.commands(options):
                self._start(command, options, ring)
        except BaseException:  # Ctrl-C too must leave no capture program behind
            self.close()
            raise
        self._sources = [capturer.source for capturer in self._capturers]
        self._merged = MergedSource(self._sources)

    def _start(self, command: Command, options: LiveOptions, ring: int) -> None:
        capturer = _Capturer(self.tool, command, ring)
        self._capturers.append(capturer)
        if not capturer.wait_ready():
            raise CaptureError(explain_failure(self.tool, options, capturer.said))

    @property
    def interfaces(self) -> list[Interface]:
        """The interfaces captured on."""
        return self._sources[0].interfaces if len(self._sources) == 1 else self._merged.interfaces

    @property
    def problems(self) -> ProblemLog:
        """What went wrong so far."""
        return self._sources[0].problems if len(self._sources) == 1 else self._merged.problems

    @property
    def comments(self) -> dict[int, str]:
        """None: nobody comments on live frames."""
        return {}

    @property
    def secrets(self) -> list[tuple[int, bytes]]:
        """None."""
        return []

    @property
    def bytes_done(self) -> int:
        """Octets read from the spool."""
        return sum(source.bytes_done for source in self._sources)

    @property
    def bytes_total(self) -> int | None:
        """Nobody knows."""
        return None

    @property
    def backlog(self) -> int:
        """Octets captured that were not read yet."""
        return sum((source.bytes_total or 0) - source.bytes_done for source in self._sources)

    @property
    def dropped(self) -> int:
        """Frames the system dropped because nobody took them in time, as far as the capture program has told."""
        reported = sum(interface.dropped for source in self._sources for interface in source.interfaces)
        return max(reported, sum(capturer.dropped for capturer in self._capturers))

    def refresh_dropped(self) -> None:
        """Ask the capture program for its counters; some tell them only at the end."""
        for capturer in self._capturers:
            capturer.ask_drops()

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames as they come; ends after `stop`, or when the capture program ends."""
        while not self.ended:
            before = self.bytes_done
            yield from self.available()
            if self.bytes_done == before and not self.ended:
                time.sleep(POLL_INTERVAL)

    def available(self) -> Iterator[Frame]:
        """Yield the frames that were captured meanwhile."""
        if self.ended:
            return
        streams = [source.available() for source in self._sources]
        yield from streams[0] if len(streams) == 1 else self._merged.merge(streams)
        self.ended = all(source.ended for source in self._sources)
        if self.ended:
            self._report_end()
        elif not all(capturer.limit() for capturer in self._capturers):
            self.problems.add(self.bytes_done, 0, "the spool file has reached its limit; the capture ends")
            self.stop()

    def _report_end(self) -> None:
        if not self._asked.is_set():
            for capturer in self._capturers:
                text = f"{self.tool.name} has ended by itself: {capturer.last_words()}"
                self.problems.add(capturer.source.bytes_done, 0, text)

    def octets(self, interface: int, start: int, end: int) -> bytes:
        """Octets of a frame read before.

        Raises:
            CaptureError: They fell out of the ring.
        """
        if len(self._sources) == 1:
            return self._sources[0].octets(interface, start, end)
        return self._merged.octets(interface, start, end)

    def stop(self) -> None:
        """End the capture; iterating goes on to the last frame captured."""
        self._asked.set()
        for capturer in self._capturers:
            capturer.stop()

    def close(self) -> None:
        """End the capture and let go of the spool."""
        self._asked.set()
        for capturer in self._capturers:
            capturer.close()
