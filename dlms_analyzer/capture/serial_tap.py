"""Serial tap: what passes on one or two serial ports, as frames. Needs pyserial (the extra `serial`).

Each burst of octets is a frame with the time of its first octet. With two ports, as a tap on both wires of a line
has them, the direction is known; with one, as on a two-wire bus, it is not. Frames go to a spool file that is
followed, like those of a network interface.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from dlms_analyzer.frames import INBOUND, OUTBOUND, UNKNOWN, Frame

from . import pcapng_writer as writer
from .baud_rate import OPENING, BaudRateFollower, LineSettings
from .feeders import Tail
from .pcapng import PcapngReader
from .problem import CaptureError, ProblemLog
from .reader import Interface
from .source import FileSource
from .storage import new_spool

if TYPE_CHECKING:
    from serial import Serial

LINK_TYPE: Final = 147
"""LINKTYPE_USER0: the frame is what was on the line."""
MAX_BURST: Final = 4_096
"""Octets after which a burst is a frame even without a pause: two HDLC frames of the largest size."""
MIN_PAUSE: Final = 0.01
"""Seconds of silence that end a burst, at least; a meter takes longer to answer."""
PAUSE_CHARACTERS: Final = 4
"""Silence that ends a burst, in characters; HDLC allows more between the octets of a frame, which harms nobody."""
CHARACTER_BITS: Final = 10
"""Start bit, eight data bits or seven and parity, stop bit."""
MAX_PORTS: Final = 2


def list_ports() -> list[str]:
    """Names of the serial ports of this machine.

    Raises:
        CaptureError: pyserial is not installed.
    """
    _require_pyserial()
    from serial.tools.list_ports import comports

    return [port.device for port in comports()]


def _require_pyserial() -> None:
    try:
        import serial  # noqa: F401
    except ImportError:
        raise CaptureError("a serial tap needs the package pyserial: install dlms-analyzer[serial]") from None


def _port_errors() -> tuple[type[Exception], ...]:
    """What pyserial raises when a port fails."""
    from serial import SerialException

    errors: tuple[type[Exception], ...] = (SerialException, OSError, ValueError)
    try:
        import termios
    except ImportError:  # not POSIX
        return errors
    return (*errors, termios.error)


class _Port:
    """One serial port."""

    def __init__(self, device: str, direction: int, settings: LineSettings) -> None:
        self.device = device
        self.direction = direction
        self.settings = settings
        try:
            self.serial = self._open()
        except _port_errors() as error:
            raise CaptureError(f"{device}: {_explain(device, error)}") from error

    def _open(self) -> Serial:
        from serial import Serial

        rate, bits, parity = self.settings
        return Serial(self.device, rate, bits, parity, timeout=_pause(self.settings), exclusive=True)

    def apply(self, settings: LineSettings) -> None:
        """Change the settings of the port."""
        self.settings = settings
        rate, bits, parity = settings
        try:
            self.serial.apply_settings(
                {"baudrate": rate, "bytesize": bits, "parity": parity, "timeout": _pause(settings)}
            )
        except _port_errors():
            # They are set one after the other, and not every driver takes every combination on the way.
            self.serial.close()
            self.serial = self._open()

    def read_burst(self) -> tuple[int, bytes] | None:
        """The time and the octets of the next burst; None when there was none for a pause."""
        port = self.serial
        octets = bytes(port.read(1))
        if not octets:
            return None
        started = time.time_ns() - int(_character(self.settings) * 1e9)
        while len(octets) < MAX_BURST:
            more = bytes(port.read(min(max(1, port.in_waiting), MAX_BURST - len(octets))))
            if not more:
                break
            octets += more
        return started, octets


def _character(settings: LineSettings) -> float:
    """Seconds that a character takes."""
    return CHARACTER_BITS / settings.baud_rate


def _pause(settings: LineSettings) -> float:
    """Seconds of silence that end a burst."""
    return max(MIN_PAUSE, PAUSE_CHARACTERS * _character(settings))


def _explain(device: str, error: Exception) -> str:
    text = str(error)
    if "Permission" in text or "denied" in text:
        return "no permission to open it: be root, or join its group (dialout or uucp, as a rule) and log in again"
    if "No such file" in text or "FileNotFound" in text:
        ports = ", ".join(list_ports())
        return f"no such serial port; there are {ports}" if ports else "no such serial port; there is none"
    if "exclusive" in text or "lock" in text:
        return "in use by another program"
    return text.replace(device, "").strip(": ") or type(error).__name__


class SerialSource:
    """Frames of a serial line, as they come, until `stop`."""

    def __init__(
        self,
        devices: Sequence[str],
        settings: LineSettings = LineSettings(9600, 8, "N"),  # noqa: B008 - immutable
        *,
        mode_e: bool = False,
    ) -> None:
        """Start listening.

        Args:
            devices: One port; or two, the first with what the client sends and the second with what it receives.
            settings: Of the line.
            mode_e: Start with the settings of the IEC 62056-21 opening and follow the change of baud rate.

        Raises:
            CaptureError: pyserial is missing, or a port cannot be opened.
        """
        _require_pyserial()
        if not 0 < len(devices) <= MAX_PORTS:
            raise CaptureError("a serial tap has one port, or two: for what is sent and what is received")
        self.name = "+".join(devices)
        self._follower = BaudRateFollower() if mode_e else None
        directions = (OUTBOUND, INBOUND) if len(devices) == MAX_PORTS else (UNKNOWN,)
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._spool = new_spool(self.name)
        self._source = FileSource(self._spool, PcapngReader(ProblemLog(self.name)), Tail(self._over))
        name = "+".join(PurePath(device).name for device in devices)
        self._spool.append(writer.section_header() + writer.interface_description(LINK_TYPE, name))
        self._ports: list[_Port] = []
        self._threads: list[threading.Thread] = []
        try:
            for device, direction in zip(devices, directions, strict=True):
                self._ports.append(_Port(device, direction, OPENING if mode_e else settings))
        except CaptureError:
            self.close()
            raise
        self._threads = [threading.Thread(target=self._listen, args=(port,), daemon=True) for port in self._ports]
        for thread in self._threads:
            thread.start()

    @property
    def settings(self) -> LineSettings:
        """The settings the line has now."""
        return self._ports[0].settings

    @property
    def interfaces(self) -> list[Interface]:
        """The line."""
        return self._source.interfaces

    @property
    def problems(self) -> ProblemLog:
        """What went wrong so far."""
        return self._source.problems

    @property
    def comments(self) -> dict[int, str]:
        """Changes of the baud rate, by the number of the frame behind them."""
        return self._source.comments

    @property
    def secrets(self) -> list[tuple[int, bytes]]:
        """None."""
        return []

    @property
    def bytes_done(self) -> int:
        """Octets read from the spool."""
        return self._source.bytes_done

    @property
    def bytes_total(self) -> int | None:
        """Nobody knows."""
        return None

    @property
    def ended(self) -> bool:
        """Whether `available` has given the last frame."""
        return self._source.ended

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames as they come; ends after `stop`, or when all ports are gone."""
        return iter(self._source)

    def available(self) -> Iterator[Frame]:
        """Yield the frames that have come."""
        return self._source.available()

    def octets(self, interface: int, start: int, end: int) -> bytes:
        """Octets of a frame read before."""
        return self._source.octets(interface, start, end)

    def stop(self) -> None:
        """Stop listening; iterating goes on to the last burst."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def close(self) -> None:
        """Stop listening and let go of the ports and the spool."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()
        for port in self._ports:
            port.serial.close()
        self._source.close()

    def _over(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)

    def _listen(self, port: _Port) -> None:
        """Write the bursts of one port to the spool, until stopped or the port goes away."""
        changed = ""
        try:
            while not self._stopped.is_set():
                changed = self._follow(port) or changed
                burst = port.read_burst()
                if burst is not None:
                    started, octets = burst
                    self._write(port, started, octets, changed)
                    changed = ""
        except _port_errors() as error:
            self.problems.add(self._source.bytes_done, 0, f"{port.device}: {_explain(port.device, error)}")
        except CaptureError as error:  # the disk is full
            self.problems.add(self._source.bytes_done, 0, str(error))

    def _follow(self, port: _Port) -> str:
        """Change the baud rate when it is time; what to note on the next frame."""
        if self._follower is None:
            return ""
        with self._lock:
            self._follower.tick(time.time_ns())
            settings = self._follower.settings
        if settings == port.settings:
            return ""
        port.apply(settings)
        return f"{settings.baud_rate} Bd {settings.data_bits}{settings.parity}1"

    def _write(self, port: _Port, started: int, octets: bytes, comment: str) -> None:
        with self._lock:
            if self._follower is not None:
                self._follower.feed(octets, time.time_ns())
            self._spool.append(writer.packet(0, started, octets, direction=port.direction, comment=comment))
