"""Captures by way of tshark: file formats and link layers that only Wireshark knows.

tshark runs in a process of its own and writes pcapng, which is spooled and read like any other. It converts the file;
when the link layer is one that the caller does not know either, it takes the IP packets out of it instead.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from dlms_analyzer.frames import Frame

from .feeders import FeedStoppedError, Pumped, read_some
from .pcapng import PcapngReader
from .problem import CaptureError, ProblemLog
from .reader import Interface
from .source import FileSource
from .storage import new_spool

TSHARK: Final = "tshark"
_EXPORT_IP: Final = ("-U", "IP")
"""Export of the IP packets, whatever carries them, with link type raw IP."""
_STOP_PATIENCE: Final = 3.0
"""Seconds tshark may take to end."""
_CHATTER: Final = ("Running as user",)
"""What tshark says without being asked, and that is no error."""


class _Process(Pumped):
    """Feeds a spool with what a program writes."""

    def __init__(self, arguments: Sequence[str], name: str) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env={**os.environ, "LC_ALL": "C"},
            )
        except OSError as error:
            raise CaptureError(f"{name}: cannot start {arguments[0]}: {error.strerror}") from error
        super().__init__(self._output)

    def _output(self) -> bytes:
        """What the program writes next.

        Raises:
            FeedStoppedError: It ended with an error.
        """
        assert self._process.stdout is not None  # noqa: S101
        octets = read_some(self._process.stdout)  # type: ignore[arg-type]
        if not octets and (failure := self._failure()):
            raise FeedStoppedError(failure)
        return octets

    def close(self) -> None:
        """End the program."""
        self._process.terminate()
        super().close()
        try:
            self._process.communicate(timeout=_STOP_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    def _failure(self) -> str:
        """What the program complained about, empty when it did not fail."""
        _, said = self._process.communicate()
        if self._process.returncode == 0:
            return ""
        lines = [line for line in said.decode("utf-8", "replace").splitlines() if not line.startswith(_CHATTER)]
        return " ".join(line.strip() for line in lines) or f"tshark ended with code {self._process.returncode}"


class TsharkSource:
    """The frames of a file as tshark reads it."""

    def __init__(self, path: str | os.PathLike[str], knows: Callable[[int], bool] = lambda _: True) -> None:
        """Start tshark.

        Args:
            path: The file.
            knows: Whether a link type is known; when that of the first frame is not, IP is taken out of the frames.

        Raises:
            CaptureError: tshark is not installed, or cannot read the file.
        """
        if os.fspath(path) == "-":
            raise CaptureError("standard input: tshark reads files only")
        program = shutil.which(TSHARK)
        if program is None:
            raise CaptureError(
                "tshark is not installed: install it (package tshark or wireshark-cli), or let our own engine read"
            )
        self._program = program
        self.name = os.fspath(path)
        self._knows = knows
        self._settled = False
        """Whether it is clear that the link types are known, or IP is taken out."""
        self._start()

    @property
    def interfaces(self) -> list[Interface]:
        """Interfaces described so far."""
        return self._source.interfaces

    @property
    def problems(self) -> ProblemLog:
        """What tshark or we complained about."""
        return self._source.problems

    @property
    def comments(self) -> dict[int, str]:
        """Comments of frames by frame number."""
        return self._source.comments

    @property
    def secrets(self) -> list[tuple[int, bytes]]:
        """Decryption secrets found, by type."""
        return self._source.secrets

    @property
    def bytes_done(self) -> int:
        """How much of what tshark wrote was read."""
        return self._source.bytes_done

    @property
    def bytes_total(self) -> int | None:
        """Nobody knows."""
        return None

    @property
    def ended(self) -> bool:
        """Whether `available` has given the last frame."""
        return self._source.ended and self._settled

    def __iter__(self) -> Iterator[Frame]:
        """Yield the frames."""
        while not self.ended:
            before = self.bytes_done
            yield from self.available()
            if self.bytes_done == before and not self.ended:
                self._source.wait()

    def available(self) -> Iterator[Frame]:
        """Yield the frames that tshark has written."""
        for frame in self._source.available():
            if not self._settled and not self._knows(frame.link_type):
                self._take_ip_out(f"link type {frame.link_type} is known to tshark only")
                return
            self._settled = True
            yield frame
        if self._source.ended and not self._settled:
            if len(self.problems):
                self._take_ip_out("tshark cannot convert it")
            else:
                self._settled = True

    def _take_ip_out(self, why: str) -> None:
        """Let tshark take the IP packets out of the frames."""
        self._settled = True
        self.close()
        self._start(*_EXPORT_IP)
        self.problems.add(0, 0, f"{why}; its IP packets are taken out, and frames are numbered by them")

    def octets(self, interface: int, start: int, end: int) -> bytes:
        """Octets of a frame read before."""
        return self._source.octets(interface, start, end)

    def close(self) -> None:
        """End tshark and let go of the spool."""
        self._source.close()

    def _start(self, *options: str) -> None:
        arguments = (self._program, "-n", "-r", self.name, *options, "-F", "pcapng", "-w", "-")
        process = _Process(arguments, self.name)
        spool = new_spool(self.name)
        self._source = FileSource(spool, PcapngReader(ProblemLog(self.name)), process)
        try:
            while process.feed(spool) and not spool.size:
                process.wait()
        except FeedStoppedError as reason:
            self.close()
            raise CaptureError(f"{self.name}: {reason}") from reason
