"""A log opens like a capture."""

from __future__ import annotations

import io
import threading
import time
from pathlib import Path

import pytest

from dlms_analyzer.capture import logs, open_capture
from dlms_analyzer.frames import INBOUND, LINE, OUTBOUND, Segment, endpoints
from dlms_analyzer.net import NetworkDecoder

SNRM = bytes.fromhex("7ea00703210f18927e")
UA = bytes.fromhex("7ea0070321735d857e")
TRACE = f"Connecting\nTX: 10:15:30\t{SNRM.hex(' ')}\nRX: 10:15:31\t{UA.hex(' ')}\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "latin-1"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_log_is_recognised_in_any_encoding(encoding: str, newline: str, tmp_path: Path) -> None:
    path = tmp_path / "trace.txt"
    text = ("Zähler\n" + TRACE).replace("\n", newline)
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    path.write_bytes(mark + text.encode(encoding))
    source = open_capture(path)
    frames = list(source)
    assert [(frame.octets, frame.direction) for frame in frames] == [(SNRM, OUTBOUND), (UA, INBOUND)]
    assert frames[1].time - frames[0].time == 1_000_000_000
    assert [source.octets(frame.interface, frame.start, frame.end) for frame in frames] == [SNRM, UA]
    assert source.interfaces[0].name == "trace.txt"
    assert source.bytes_done == source.bytes_total == path.stat().st_size


def test_the_two_directions_of_a_log_are_a_conversation_on_a_line(tmp_path: Path) -> None:
    path = tmp_path / "trace.txt"
    path.write_text(TRACE)
    segments = [NetworkDecoder().decode(frame) for frame in open_capture(path)]
    assert all(isinstance(segment, Segment) and segment.transport == LINE for segment in segments)
    assert [endpoints(segment.flow, "x") for segment in segments] == [  # type: ignore[union-attr]
        ("x/local", "x/remote"),
        ("x/remote", "x/local"),
    ]


def test_a_log_dated_before_every_capture_is_read(tmp_path: Path) -> None:
    path = tmp_path / "trace.txt"
    path.write_text(f"0001-01-01 00:00:00 TX: {SNRM.hex(' ')}\n")
    [frame] = open_capture(path)
    assert (frame.time, frame.octets) == (0, SNRM)


def test_lines_that_could_not_be_used_are_problems(tmp_path: Path) -> None:
    path = tmp_path / "trace.txt"
    path.write_text(TRACE + "7EA\nBye\n")
    source = open_capture(path)
    assert len(list(source)) == 2
    odd, ignored = source.problems
    assert (odd.frame, odd.text) == (2, "line 4: hex digits, but not in pairs")
    assert odd.offset == len(TRACE)
    assert ignored.text == "2 lines hold no octets; the first is line 1"


def test_a_log_may_start_with_other_lines_even_on_a_pipe() -> None:
    text = "A long introduction.\n" * 200 + TRACE
    for keep in (True, False):
        assert len(list(open_capture(io.BytesIO(text.encode()), keep=keep))) == 2


def test_a_growing_log_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "trace.txt"
    path.write_text(TRACE)
    done = threading.Event()

    def write() -> None:
        for _ in range(5):
            time.sleep(0.02)
            with path.open("a") as file:
                file.write(TRACE)

    writer = threading.Thread(target=write)
    writer.start()
    count = 0
    for _ in open_capture(path, follow=True, stop=done.is_set):
        count += 1
        if count == 12:
            done.set()
    writer.join()
    assert count == 12


def test_a_log_that_ends_inside_a_line_is_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "trace.txt"
    path.write_text(TRACE + f"TX: {SNRM.hex()}")
    assert [frame.octets for frame in open_capture(path)] == [SNRM, UA, SNRM]


def test_lines_are_found_across_the_chunks_they_are_read_in() -> None:
    class Slow(io.RawIOBase):
        at = 0

        def readable(self) -> bool:
            return True

        def read1(self, _size: int) -> bytes:
            self.at += 7
            return TRACE.encode()[self.at - 7 : self.at]

    assert [frame.octets for frame in open_capture(Slow())] == [SNRM, UA]  # type: ignore[arg-type]


def test_a_line_without_end_is_passed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MAX_LINE", 100)
    path = tmp_path / "trace.txt"
    path.write_text(TRACE + "x" * 5000 + "\n" + TRACE)
    source = open_capture(path)
    assert len(list(source)) == 4
    assert any("100 characters" in problem.text for problem in source.problems)
