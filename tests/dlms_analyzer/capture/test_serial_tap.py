"""A serial tap over pseudo-terminals."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from dlms_analyzer.capture import CaptureError
from dlms_analyzer.capture.baud_rate import OPENING, LineSettings
from dlms_analyzer.capture.serial_tap import MAX_BURST, SerialSource, list_ports
from dlms_analyzer.frames import INBOUND, OUTBOUND, UNKNOWN

pytest.importorskip("serial")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs pseudo-terminals")

SNRM = bytes.fromhex("7ea00703210f18927e")
UA = bytes.fromhex("7ea0070321735d857e")


class Line:
    """The far end of a pseudo-terminal."""

    def __init__(self) -> None:
        import tty

        self.master, self.slave = os.openpty()
        tty.setraw(self.slave)
        self.device = os.ttyname(self.slave)

    def say(self, octets: bytes) -> None:
        os.write(self.master, octets)

    def close(self) -> None:
        for handle in (self.master, self.slave):
            try:
                os.close(handle)
            except OSError:
                continue


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.close()


@pytest.fixture
def other() -> Iterator[Line]:
    line = Line()
    yield line
    line.close()


def test_a_burst_is_a_frame_with_its_time(line: Line) -> None:
    source = SerialSource([line.device])
    before = time.time_ns()
    line.say(SNRM)
    first = next(iter(source))
    line.say(UA[:4])
    line.say(UA[4:])
    second = next(iter(source))
    assert (first.octets, first.direction, first.number) == (SNRM, UNKNOWN, 1)
    assert (second.octets, second.number) == (UA, 2)
    assert before - 10_000_000 <= first.time < second.time <= time.time_ns()
    assert source.octets(first.interface, first.start, first.end) == SNRM
    assert source.interfaces[0].name == Path(line.device).name
    source.close()


def test_two_ports_know_who_speaks(line: Line, other: Line) -> None:
    source = SerialSource([line.device, other.device])
    frames = iter(source)
    for _ in range(5):
        line.say(SNRM)
        request = next(frames)
        other.say(UA)
        answer = next(frames)
        assert (request.octets, request.direction) == (SNRM, OUTBOUND)
        assert (answer.octets, answer.direction) == (UA, INBOUND)
        assert request.interface == answer.interface
    source.close()


def test_bursts_are_told_apart_by_the_pause_between_them(line: Line) -> None:
    source = SerialSource([line.device], LineSettings(115_200, 8, "N"))
    for _ in range(3):
        line.say(SNRM)
        time.sleep(0.1)
    assert [frame.octets for frame in islice(source, 3)] == [SNRM] * 3
    source.close()


def test_a_burst_without_end_becomes_several_frames(line: Line) -> None:
    source = SerialSource([line.device])
    octets = bytes(range(256)) * 40
    writer = threading.Thread(target=lambda: [line.say(octets[at : at + 256]) for at in range(0, len(octets), 256)])
    writer.start()
    received = b""
    sizes = []
    for frame in source:
        received += frame.octets
        sizes.append(frame.end - frame.start)
        if len(received) == len(octets):
            break
    writer.join()
    assert received == octets
    assert max(sizes) <= MAX_BURST
    source.close()


@pytest.mark.parametrize("echo", [True, False])
def test_the_baud_rate_changes_with_the_mode_e_handshake(line: Line, other: Line, echo: bool) -> None:
    source = SerialSource([line.device, other.device], mode_e=True)
    assert source.settings == OPENING
    frames = iter(source)
    line.say(b"/?!\r\n")
    assert next(frames).octets == b"/?!\r\n"
    other.say(b"/LGZ5\\2ZMD3102.L25\r\n")
    assert next(frames).direction == INBOUND
    line.say(b"\x06252\r\n")
    assert next(frames).octets == b"\x06252\r\n"
    if echo:
        other.say(b"\x06252\r\n")
        assert next(frames).direction == INBOUND
    deadline = time.monotonic() + 5
    while source.settings == OPENING and time.monotonic() < deadline:
        time.sleep(0.02)
    assert source.settings == LineSettings(9600, 8, "N")
    time.sleep(0.3)  # the other port as well
    line.say(SNRM)
    snrm = next(frames)
    assert snrm.octets == SNRM
    assert source.comments[snrm.number] == "9600 Bd 8N1"
    source.close()


def test_after_the_stop_what_came_before_is_still_read(line: Line) -> None:
    source = SerialSource([line.device])
    line.say(SNRM)
    time.sleep(0.3)
    source.stop()
    assert [frame.octets for frame in source] == [SNRM]
    source.close()


def test_a_port_that_goes_away_ends_the_capture_with_a_problem(line: Line) -> None:
    source = SerialSource([line.device])
    line.say(SNRM)
    assert next(iter(source)).octets == SNRM
    line.close()
    assert list(source) == []
    assert line.device in source.problems[0].text
    source.close()


def test_a_port_that_is_not_there_is_named() -> None:
    with pytest.raises(CaptureError, match="/dev/nowhere9: no such serial port"):
        SerialSource(["/dev/nowhere9"])


def test_more_than_two_ports_are_refused(line: Line) -> None:
    with pytest.raises(CaptureError, match="one port, or two"):
        SerialSource([line.device] * 3)
    with pytest.raises(CaptureError, match="one port, or two"):
        SerialSource([])


def test_without_pyserial_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "serial", None)
    with pytest.raises(CaptureError, match=r"dlms-analyzer\[serial\]"):
        SerialSource(["/dev/ttyUSB0"])
    with pytest.raises(CaptureError, match="pyserial"):
        list_ports()


def test_the_ports_of_this_machine_are_listed() -> None:
    assert all(isinstance(name, str) for name in list_ports())
