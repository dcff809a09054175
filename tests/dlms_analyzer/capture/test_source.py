"""A source follows a growing file, knows how far it is, and does not hold the file in memory."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from dlms_analyzer.capture import CaptureError, open_capture
from dlms_analyzer.capture.source import WINDOW
from tests.dlms_analyzer.capture_samples import FRAMES, pcap, pcapng
from tests.support import REPOSITORY


@pytest.mark.parametrize("octets", [pcap(), pcapng()], ids=["pcap", "pcapng"])
def test_a_growing_file_is_followed_until_stopped(octets: bytes, tmp_path: Path) -> None:
    path = tmp_path / "growing"
    path.write_bytes(b"")
    done = threading.Event()

    def write() -> None:
        with path.open("ab", buffering=0) as file:
            for at in range(0, len(octets), 37):
                file.write(octets[at : at + 37])
                time.sleep(0.004)

    writer = threading.Thread(target=write)
    writer.start()
    source = open_capture(path, follow=True, stop=done.is_set)
    frames = []
    for frame in source:
        frames.append((frame.time, frame.octets))
        if len(frames) == len(FRAMES):
            done.set()
    writer.join()
    assert frames == FRAMES
    assert not len(source.problems)


def test_following_ends_with_what_was_written_before_the_stop(tmp_path: Path) -> None:
    path = tmp_path / "growing"
    path.write_bytes(pcap()[:-3])
    source = open_capture(path, follow=True, stop=lambda: True)
    frames = list(source)
    assert [frame.octets for frame in frames][:-1] == [octets for _, octets in FRAMES][:-1]
    assert len(source.problems) == 1


def test_progress_reaches_the_size_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    big = [(index, bytes(60_000)) for index in range(300)]
    path.write_bytes(pcap(big))
    source = open_capture(path)
    assert source.bytes_total == path.stat().st_size
    seen = {source.bytes_done for _ in source}
    assert 0 in seen
    assert len(seen) >= path.stat().st_size // WINDOW
    assert source.bytes_done == source.bytes_total


def test_octets_of_a_frame_can_be_looked_at_again(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(pcapng())
    with open_capture(path) as source:
        places = [(frame.interface, frame.start, frame.end) for frame in source]
        assert [source.octets(*place) for place in places] == [octets for _, octets in FRAMES]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_pipe_gives_what_is_there_without_waiting_and_tells_when_it_has_ended(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    written = threading.Event()

    def write() -> None:
        with fifo.open("wb", buffering=0) as file:
            file.write(pcap()[:-3])
            written.wait(10)
            file.write(pcap()[-3:])

    writer = threading.Thread(target=write)
    writer.start()
    with open_capture(fifo) as source:
        frames: list[bytes] = []
        while len(frames) < len(FRAMES) - 1:
            frames += [frame.octets for frame in source.available()]
        assert list(source.available()) == []
        assert not source.ended
        written.set()
        while not source.ended:
            frames += [frame.octets for frame in source.available()]
        writer.join()
        assert frames == [octets for _, octets in FRAMES]
        assert list(source.available()) == []


def test_a_file_that_is_followed_no_more_gives_what_is_left(tmp_path: Path) -> None:
    path = tmp_path / "growing"
    path.write_bytes(pcap()[:-3])
    source = open_capture(path, follow=True)
    assert len(list(source.available())) == len(FRAMES) - 1
    assert not source.ended
    with path.open("ab") as file:
        file.write(pcap()[-3:])
    source.stop()
    assert [frame.octets for frame in source.available()] == [FRAMES[-1][1]]
    assert source.ended
    assert not len(source.problems)


MEASURE = """
import resource, sys
from dlms_analyzer.capture import open_capture
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
count = sum(len(frame.octets) > 0 for frame in open_capture(sys.argv[1]))
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="measures in the units of Linux")
def test_reading_a_big_file_does_not_hold_it_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "big.pcap"
    path.write_bytes(pcap([(index, bytes(50_000)) for index in range(2_000)]))
    output = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], check=True, capture_output=True, text=True, cwd=REPOSITORY
    ).stdout
    count, kibibytes = map(int, output.split())
    assert count == 2_000
    assert kibibytes < 40_000  # of 100 MB
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss > 0


def test_a_file_made_shorter_while_it_is_read_is_no_crash(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(pcap([(index, bytes(60_000)) for index in range(300)]))
    source = open_capture(path)
    frames = iter(source)
    first = next(frames)
    path.write_bytes(pcap())
    with pytest.raises(CaptureError, match="made shorter"):
        source.octets(first.interface, first.start, first.end)
    with pytest.raises(CaptureError, match="made shorter"):
        list(source.available())
