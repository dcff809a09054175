"""The process that reads ahead: its batches tell how far it is, and how it ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlms_analyzer.ahead.batches import Batch, Order
from dlms_analyzer.ahead.child import read
from dlms_analyzer.capture import Place, open_capture
from dlms_analyzer.framing.options import DecodeAs, FramingOptions
from tests.support import CAPTURES

CAPTURE = CAPTURES / "ln_wrapper_low.pcap"


def place_of(path: Path) -> Place:
    place = open_capture(path).place
    assert place is not None
    return place


def test_batches_tell_how_far_reading_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dlms_analyzer.ahead.child.BATCH_FRAMES", 10)
    batches = [Batch.unpacked(batch.packed()) for batch in read(Order(place_of(CAPTURE), FramingOptions()))]
    frames = [batch.frames for batch in batches]
    assert frames == sorted(frames)
    assert frames[0] == 10
    assert batches[-1].findings.position == CAPTURE.stat().st_size
    assert [batch.unread is not None for batch in batches] == [False] * (len(batches) - 1) + [True]


def test_an_order_arrives_with_the_rules_for_framing() -> None:
    options = FramingOptions((DecodeAs.parse("tcp.port==4059,none"),), heuristics=False, line="hdlc")
    order = Order.unpacked(Order(place_of(CAPTURE), options).packed())
    assert order == Order(place_of(CAPTURE), options)
    (last,) = read(order)
    assert not last.rows


def test_octets_that_came_after_the_file_was_opened_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "growing.pcap"
    octets = CAPTURE.read_bytes()
    path.write_bytes(octets)
    place = place_of(path)
    path.write_bytes(octets + octets[24:])
    *_, last = read(Order(place, FramingOptions()))
    assert last.findings.position == place.size == len(octets)


def test_a_file_that_is_not_there_any_more_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "gone.pcap"
    path.write_bytes(CAPTURE.read_bytes())
    place = place_of(path)
    path.unlink()
    (only,) = read(Order(place, FramingOptions()))
    assert only.problem == f"{path}: No such file or directory"
