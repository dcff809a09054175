"""Opening what the screens show. Opening may wait: for a pipe, a capture program, a disk far away."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, TypeVar, cast

from dlms_analyzer.capture import CaptureError, ListeningSource, Source, merged, open_capture
from dlms_analyzer.capture.baud_rate import LineSettings
from dlms_analyzer.capture.live import RING, LiveSource
from dlms_analyzer.capture.serial_tap import SerialSource
from dlms_analyzer.capture.tshark import TsharkSource
from dlms_analyzer.net import NetworkDecoder

Result = TypeVar("Result")

STANDARD_INPUT: Final = "-"
USUAL_LINE: Final = LineSettings(9600, 8, "N")


class Plan(Protocol):
    """What to open; can be opened again."""

    @property
    def paths(self) -> tuple[str, ...]:
        """Files that are read; none when it is no matter of files."""
        ...

    @property
    def live(self) -> bool:
        """It is listened to until somebody stops it."""
        ...

    @property
    def growing(self) -> bool:
        """What is to come is waited for."""
        ...

    @property
    def keep(self) -> str:
        """File that the frames are kept in as they come; empty for none."""
        ...

    def open(self) -> Source:
        """Open it; may wait for somebody.

        Raises:
            CaptureError: it cannot be opened.
        """
        ...


@dataclass(frozen=True, slots=True)
class FilePlan:
    """Capture files and streams, as one.

    Attributes:
        paths: of the captures.
        follow: go on when the end of a file is reached, until the source is stopped.
        tshark: let tshark read the files.
    """

    paths: tuple[str, ...]
    follow: bool = False
    tshark: bool = False
    live: bool = False
    keep: str = ""

    @property
    def growing(self) -> bool:
        """What is to come is waited for."""
        return self.follow or self.tshark or not all(map(is_file, self.paths))

    def open(self) -> Source:
        """Open all of them.

        Raises:
            CaptureError: one cannot be opened.
        """
        if self.tshark:
            return merged([TsharkSource(path, NetworkDecoder.knows_link) for path in self.paths])
        return merged([open_capture(path, follow=self.follow) for path in self.paths])


@dataclass(frozen=True, slots=True)
class LivePlan:
    """Network interfaces.

    Attributes:
        interfaces: their names.
        capture_filter: which packets.
        promiscuous: also packets for other hosts.
        ring: octets kept on disk.
        keep: file that all frames are kept in; empty for none.
    """

    interfaces: tuple[str, ...]
    capture_filter: str = ""
    promiscuous: bool = True
    ring: int = RING
    keep: str = ""
    paths: tuple[str, ...] = ()
    live: bool = True
    growing: bool = True

    def open(self) -> ListeningSource:
        """Start capturing.

        Raises:
            CaptureError: no permission, no such interface, not a filter.
        """
        return LiveSource(self.interfaces, self.capture_filter, promiscuous=self.promiscuous, ring=self.ring)


@dataclass(frozen=True, slots=True)
class SerialPlan:
    """One or two serial ports.

    Attributes:
        devices: the ports; of two, the first has what the client sends.
        settings: of the line.
        mode_e: follow the change of baud rate of IEC 62056-21.
        keep: file that all frames are kept in; empty for none.
    """

    devices: tuple[str, ...]
    settings: LineSettings = USUAL_LINE
    mode_e: bool = False
    keep: str = ""
    paths: tuple[str, ...] = ()
    live: bool = True
    growing: bool = True

    def open(self) -> ListeningSource:
        """Start listening.

        Raises:
            CaptureError: a port cannot be opened.
        """
        return SerialSource(self.devices, self.settings, mode_e=self.mode_e)


async def apart(work: Callable[[], Result]) -> Result:
    """Do something that may wait for ever, in a thread that does not keep the program from ending.

    Args:
        work: what to do. What it gives or raises is given or raised here.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Result] = loop.create_future()

    def settle(result: Result | None, error: Exception | None) -> None:
        if done.done():  # nobody waits any more
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(cast(Result, result))

    def run() -> None:
        result, failure = None, None
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 - it is raised again where somebody waits
            failure = error
        with suppress(RuntimeError):  # the program has ended meanwhile
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=run, daemon=True).start()
    return await done


def is_file(path: str) -> bool:
    """Whether a path is a file, which is there as a whole."""
    return path != STANDARD_INPUT and Path(path).is_file()


def keep_input_for_capture() -> None:
    """Keep standard input for the capture: the keys come from the terminal from now on.

    Raises:
        CaptureError: there is no terminal.
    """
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError as error:
        raise CaptureError("standard input is the capture, and there is no terminal for the keys") from error
    sys.stdin = os.fdopen(os.dup(0))
    os.dup2(terminal, 0)  # where the screens read
    os.close(terminal)
