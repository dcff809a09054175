"""What is kept of a source is read back as it came."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlms_analyzer.capture import CaptureError, merged, open_capture
from dlms_analyzer.capture import pcapng_writer as writer
from dlms_analyzer.capture.recording import Recording
from dlms_analyzer.frames import INBOUND, Frame

Facts = tuple[int, int, bytes, int, int, int]


def facts(frame: Frame) -> Facts:
    return frame.time, frame.link_type, frame.octets, frame.original_length, frame.interface, frame.direction


def kept(path: Path, out: Path) -> tuple[list[Facts], list[Facts]]:
    """The frames of a capture, and those of its recording."""
    with open_capture(path) as source:
        recording = Recording(out, source)
        came = []
        for frame in source:
            recording.add(frame)
            came.append(facts(frame))
        recording.close()
    with open_capture(out) as again:
        return came, [facts(frame) for frame in again]


def test_frames_are_read_back_with_time_link_layer_and_length(captures: Path, tmp_path: Path) -> None:
    came, again = kept(captures / "ln_wrapper_low.pcap", tmp_path / "out.pcapng")
    assert again == came


def test_interfaces_directions_comments_and_drops_are_kept(tmp_path: Path) -> None:
    path, out = tmp_path / "in.pcapng", tmp_path / "out.pcapng"
    path.write_bytes(
        writer.section_header()
        + writer.interface_description(147, "ttyUSB0", "the left one")
        + writer.interface_description(1, "eth0")
        + writer.packet(1, 1_000_000_001, b"ethernet", 100)
        + writer.packet(0, 2_000_000_002, b"serial", direction=INBOUND, comment="9600 Bd 8N1")
        + writer.interface_statistics(1, 3_000_000_000, 7)
    )
    came, again = kept(path, out)
    assert again == came
    with open_capture(out) as source:
        assert len(list(source)) == 2
        described = [(one.name, one.description, one.link_type, one.dropped) for one in source.interfaces]
        assert described == [("ttyUSB0", "the left one", 147, 0), ("eth0", "", 1, 7)]
        assert source.comments == {2: "9600 Bd 8N1"}


def test_captures_with_different_link_layers_are_kept_in_one_file(captures: Path, tmp_path: Path) -> None:
    other = tmp_path / "line.pcapng"
    other.write_bytes(
        writer.section_header() + writer.interface_description(147, "line") + writer.packet(0, 1, b"serial")
    )
    source = merged([open_capture(captures / "ln_wrapper_low.pcap"), open_capture(other)])
    recording = Recording(tmp_path / "out.pcapng", source)
    came = []
    for frame in source:
        recording.add(frame)
        came.append(facts(frame))
    recording.close()
    source.close()
    with open_capture(tmp_path / "out.pcapng") as again:
        assert [facts(frame) for frame in again] == came
    assert {link_type for _, link_type, *_ in came} == {1, 147}


def test_every_frame_is_in_the_file_at_once(captures: Path, tmp_path: Path) -> None:
    with open_capture(captures / "ln_wrapper_low.pcap") as source:
        recording = Recording(tmp_path / "out.pcapng", source)
        for frame in source:
            recording.add(frame)
            with open_capture(tmp_path / "out.pcapng") as reading:
                assert sum(1 for _ in reading) == frame.number
            if frame.number == 10:
                break
        recording.close()


def test_a_file_that_cannot_be_written_is_named(captures: Path, tmp_path: Path) -> None:
    with open_capture(captures / "ln_wrapper_low.pcap") as source:
        with pytest.raises(CaptureError, match=r"nowhere/out\.pcapng: cannot write: No such file"):
            Recording(tmp_path / "nowhere" / "out.pcapng", source)
        if Path("/dev/full").exists():
            with pytest.raises(CaptureError, match="/dev/full: cannot write: No space left"):
                Recording("/dev/full", source)
