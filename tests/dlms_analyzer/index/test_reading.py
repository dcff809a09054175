"""A capture read into the index: progress, stopping, growing."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from dlms_analyzer.ahead.reading import STEP
from dlms_analyzer.capture import open_capture, open_captures
from dlms_analyzer.index import IndexedCapture
from tests.support import REPOSITORY

CAPTURE = REPOSITORY / "captures" / "ln_wrapper_low.pcap"


def test_progress_ends_with_all_octets_done() -> None:
    capture = IndexedCapture(open_capture(CAPTURE))
    *_, last = capture.read()
    assert last.bytes_done == last.bytes_total == CAPTURE.stat().st_size
    assert last.messages == len(capture.table)


def test_reading_can_be_stopped_and_what_was_read_is_there(tmp_path: Path) -> None:
    octets = (REPOSITORY / "captures" / "event_udp_wrapper.pcap").read_bytes()
    repeated = tmp_path / "long.pcap"
    repeated.write_bytes(octets[:24] + octets[24:] * (2 * STEP))
    capture = IndexedCapture(open_capture(repeated))
    (first,) = islice(capture.read(), 1)
    assert first.frames == STEP
    assert first.bytes_done < first.bytes_total == repeated.stat().st_size
    assert capture.message(first.messages).number == first.messages


def test_frames_of_a_growing_file_are_taken_as_they_come(tmp_path: Path) -> None:
    octets = CAPTURE.read_bytes()
    growing = tmp_path / "growing.pcap"
    growing.write_bytes(octets[:2_000])
    source = open_capture(growing, follow=True)
    capture = IndexedCapture(source)
    capture.take(source.available())
    before = len(capture.table)
    with growing.open("ab") as file:
        file.write(octets[2_000:])
    source.stop()
    capture.take(source.available())
    capture.finish()
    assert 0 < before < len(capture.table)
    assert capture.message(before + 1).octets == capture.octets(before + 1)


def test_several_captures_are_one_in_the_order_of_time() -> None:
    paths = [CAPTURE, REPOSITORY / "captures" / "j_ln_hdlc_hls2_profile200.pcap"]
    capture = IndexedCapture(open_captures(paths))
    for _ in capture.read():
        pass
    times = list(capture.table.column("time"))
    assert times == sorted(times)
    assert {capture.table.row(number).profile for number in range(1, len(times) + 1)} >= {"wrapper", "hdlc"}
    assert all(capture.message(number).octets for number in range(1, len(times) + 1))


def test_there_is_no_message_beyond_the_last() -> None:
    capture = IndexedCapture(open_capture(CAPTURE))
    with pytest.raises(IndexError, match="there is no message 1"):
        capture.message(1)


def test_a_capture_grows_in_steps_until_its_source_has_ended(tmp_path: Path) -> None:
    octets = CAPTURE.read_bytes()
    growing = tmp_path / "growing.pcap"
    growing.write_bytes(octets[:2_000])
    source = open_capture(growing, follow=True)
    capture = IndexedCapture(source)
    kept: list[int] = []
    steps = capture.grow(lambda frame: kept.append(frame.number))
    first = next(steps)
    assert first is not None
    assert next(steps) is None, "nothing has come since"
    with growing.open("ab") as file:
        file.write(octets[2_000:])
    more = next(steps)
    assert more is not None
    assert more.messages > first.messages > 0
    source.stop()
    *_, last = steps
    assert last == capture.progress
    assert kept == list(range(1, last.frames + 1))
    whole = IndexedCapture(open_capture(CAPTURE))
    for _ in whole.read():
        pass
    assert list(capture.table.column("service")) == list(whole.table.column("service"))
