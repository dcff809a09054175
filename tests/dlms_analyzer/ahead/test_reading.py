"""Reading with a second process: when there is one, stopping, going on, and what was found out about the file."""

from __future__ import annotations

import io
from itertools import islice
from pathlib import Path

import pytest

from dlms_analyzer.capture import open_capture, open_captures
from dlms_analyzer.index import IndexedCapture
from tests.dlms_analyzer.ahead.rehearsal import assert_same, indexed, rehearse
from tests.support import CAPTURES, repeated

CAPTURE = CAPTURES / "ln_wrapper_low.pcap"


def test_a_small_file_is_read_by_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    played = rehearse(monkeypatch)
    monkeypatch.setattr("dlms_analyzer.ahead.reading.MIN_SIZE", CAPTURE.stat().st_size + 1)
    indexed(CAPTURE, ahead=True)
    assert not played.started


def test_on_one_core_one_process_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    played = rehearse(monkeypatch)
    monkeypatch.setattr("dlms_analyzer.ahead.reading.cores", lambda: 1)
    indexed(CAPTURE, ahead=True)
    assert not played.started


def test_whoever_wants_one_process_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    played = rehearse(monkeypatch)
    indexed(CAPTURE, ahead=False)
    assert not played.started


def test_what_cannot_be_opened_twice_is_read_by_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played = rehearse(monkeypatch)
    replaced = tmp_path / "replaced.pcap"
    replaced.write_bytes(CAPTURE.read_bytes())
    gone = open_capture(replaced)
    replaced.unlink()
    replaced.write_bytes(b"something else")
    sources = [
        gone,
        open_capture(io.BytesIO(CAPTURE.read_bytes())),
        open_captures([CAPTURE, CAPTURES / "event_udp_wrapper.pcap"]),
        open_capture(CAPTURE, follow=True, stop=lambda: True),
    ]
    for source in sources:
        capture = IndexedCapture(source)
        for _ in capture.read():
            pass
        assert len(capture.table)
    assert not played.started


def test_whoever_stops_reading_ends_the_second_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played = rehearse(monkeypatch)
    capture = IndexedCapture(open_capture(repeated(tmp_path / "long.pcap", 300)))
    reading = capture.read()
    next(reading)
    assert (played.started, played.closed) == (1, 0)
    reading.close()
    assert (played.started, played.closed) == (1, 1)
    number = len(capture.table)
    assert capture.message(number).number == number


@pytest.mark.parametrize("steps", [1, 3, 4, 10])
def test_reading_goes_on_where_it_was_stopped(steps: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = repeated(tmp_path / "long.pcap", 300)
    played = rehearse(monkeypatch, lag=2)
    capture = IndexedCapture(open_capture(path))
    reading = capture.read()
    for _ in islice(reading, steps):
        pass
    reading.close()
    before = len(capture.table)
    for _ in capture.read():
        pass
    assert 0 < before < len(capture.table)
    assert played.started == played.closed == 2
    assert_same(capture, indexed(path, ahead=False))
    assert [progress.messages for progress in capture.read()] == [len(capture.table)]


def test_whoever_reads_may_do_something_else_while_the_second_process_catches_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rehearse(monkeypatch, batch=10)
    capture = IndexedCapture(open_capture(repeated(tmp_path / "long.pcap", 300)))
    for _ in capture.read():
        if len(capture.table) > 400:
            break
    before = len(capture.table)
    again = [progress.messages for progress in capture.read()]
    assert again.count(before) > before // 20


def test_progress_never_goes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rehearse(monkeypatch, lag=3, dies_after=2)
    capture = IndexedCapture(open_capture(repeated(tmp_path / "long.pcap", 300)))
    progress = list(capture.read())
    frames, messages = ([getattr(one, name) for one in progress] for name in ("frames", "messages"))
    assert frames == sorted(frames)
    assert messages == sorted(messages)
    assert progress[-1].bytes_done == progress[-1].bytes_total


def test_damage_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rehearse(monkeypatch, batch=7)
    octets = bytearray(repeated(tmp_path / "long.pcap", 100).read_bytes())
    octets[2_000:2_040] = b"\xff" * 40
    damaged = tmp_path / "damaged.pcap"
    damaged.write_bytes(octets[:-5])
    found = indexed(damaged, ahead=True)
    assert len(found.source.problems) == 2
    assert_same(found, indexed(damaged, ahead=False))


def test_a_file_that_is_replaced_meanwhile_is_read_by_who_has_it_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, sent = (repeated(tmp_path / name, 100) for name in ("long.pcap", "same.pcap"))
    rehearse(monkeypatch, lag=1)
    capture = IndexedCapture(open_capture(path))
    reading = capture.read()
    next(reading)
    path.unlink()
    path.write_bytes(b"something else")
    for _ in reading:
        pass
    (problem,) = capture.source.problems
    assert problem.text == f"{path}: the file was replaced or made shorter; the rest is read without it"
    assert len(capture.table) == len(indexed(sent, ahead=False).table)
