"""Frames and messages of a capture are written to files, all of them or those of some messages."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from dlms_analyzer.capture import CaptureError, open_capture
from dlms_analyzer.capture import pcapng_writer as writer
from dlms_analyzer.capture_file import Capture
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.index import IndexedCapture
from dlms_analyzer.index.saving import export_messages, save_capture
from dlms_analyzer.output.message_exports import CSV, JSONL, TEXT
from tests.support import CAPTURES

CAPTURE = CAPTURES / "ln_wrapper_low.pcap"


def read(path: Path = CAPTURE) -> IndexedCapture:
    capture = IndexedCapture(open_capture(path))
    for _ in capture.read():
        pass
    return capture


def grown(path: Path = CAPTURE) -> IndexedCapture:
    capture = IndexedCapture(open_capture(path))
    for _ in capture.grow():
        pass
    return capture


def saved(path: Path) -> list[tuple[int, bytes]]:
    with open_capture(path) as source:
        return [(frame.time, frame.octets) for frame in source]


@pytest.mark.parametrize("grows", [False, True])
def test_all_frames_are_saved_as_they_were(tmp_path: Path, grows: bool) -> None:
    out = tmp_path / "out.pcapng"
    capture = grown() if grows else read()
    *_, last = save_capture(capture, out, again=None if grows else lambda: open_capture(CAPTURE))
    assert saved(out) == saved(CAPTURE)
    assert last.written == capture.analyzer.frames


@pytest.mark.parametrize("grows", [False, True])
def test_only_frames_that_carry_chosen_messages_are_saved(tmp_path: Path, grows: bool) -> None:
    out = tmp_path / "out.pcapng"
    capture = grown() if grows else read()
    numbers = [2, 15, 16]
    for _ in save_capture(capture, out, numbers, None if grows else lambda: open_capture(CAPTURE)):
        pass
    frames = saved(CAPTURE)
    wanted = sorted({frame for number in numbers for frame in capture.message(number).frames})
    assert saved(out) == [frames[number - 1] for number in wanted]


def test_comments_are_saved_with_their_frames(tmp_path: Path) -> None:
    path, out = tmp_path / "in.pcapng", tmp_path / "out.pcapng"
    path.write_bytes(
        writer.section_header()
        + writer.interface_description(1, "eth0")
        + writer.packet(0, 1_000_000_000, b"first")
        + writer.packet(0, 2_000_000_000, b"second", comment="look here")
    )
    for _ in save_capture(grown(path), out):
        pass
    with open_capture(out) as again:
        assert len(list(again)) == 2
        assert again.comments == {2: "look here"}


def test_the_file_that_is_read_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "in.pcap"
    path.write_bytes(CAPTURE.read_bytes())
    with pytest.raises(CaptureError, match="this is the input"):
        list(save_capture(read(path), path, again=lambda: open_capture(path), inputs=[path]))
    assert path.read_bytes() == CAPTURE.read_bytes()


def test_saving_that_is_stopped_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dlms_analyzer.capture.recording.STEP", 10)
    steps = save_capture(grown(), tmp_path / "out.pcapng")
    assert next(steps).written == 10
    steps.close()  # type: ignore[attr-defined]
    assert list(tmp_path.iterdir()) == []


def test_frames_that_are_no_longer_kept_are_passed_over_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture = grown()
    octets = capture.source.octets

    def ring(interface: int, start: int, end: int) -> bytes:
        if start < 2_000:
            raise CaptureError("the ring is full")
        return octets(interface, start, end)

    monkeypatch.setattr(capture.source, "octets", ring)
    for _ in save_capture(capture, tmp_path / "out.pcapng"):
        pass
    kept = saved(tmp_path / "out.pcapng")
    assert kept == saved(CAPTURE)[-len(kept) :]
    assert capture.frames.lost == len(capture.frames) - len(kept) > 0


def test_messages_are_exported_as_the_jsonl_of_the_command_line(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    for _ in export_messages(grown(), out, JSONL, Meters()):
        pass
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    expected = [json.loads(json.dumps(message.to_dict())) for message in Capture([str(CAPTURE)]).messages]
    assert [line["number"] for line in lines] == [line["number"] for line in expected]
    assert [line["apdu"] for line in lines] == [line["apdu"] for line in expected]
    assert any(line["reassembled"] for line in lines)


def test_chosen_messages_are_exported_as_rows_for_a_spreadsheet(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    for _ in export_messages(read(), out, CSV, Meters(), [1, 15, 32], lambda: open_capture(CAPTURE)):
        pass
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["number"] for row in rows] == ["1", "15", "32"]
    assert [row["service"] for row in rows] == ["aarq", "get-request-normal", "get-response-with-datablock"]
    assert rows[1]["objects"].startswith("0-0:40.0.0.255")
    assert rows[2]["result"] == "success"


def test_messages_are_exported_as_lines(tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    for _ in export_messages(grown(), out, TEXT, Meters(), [1]):
        pass
    (line,) = out.read_text().splitlines()
    assert "AARQ" in line
    assert "\x1b" not in line
