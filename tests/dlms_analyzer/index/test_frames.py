"""The frames of a capture, what became of them, and which messages they carry."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlms_analyzer.capture import CaptureError, Source, merged, open_capture
from dlms_analyzer.index import IndexedCapture
from dlms_analyzer.index.frames import FrameSurvey, FrameTable
from dlms_analyzer.net import Fate
from tests.support import CAPTURES, sample_captures

CAPTURE = CAPTURES / "ln_wrapper_low.pcap"


def surveyed(path: Path) -> tuple[IndexedCapture, FrameSurvey]:
    """A capture read, and a survey that has read it once more."""
    capture = IndexedCapture(open_capture(path))
    for _ in capture.read():
        pass
    survey = FrameSurvey(capture.table, FrameTable(capture.source), lambda: open_capture(path))
    for _ in survey.steps():
        pass
    return capture, survey


@pytest.mark.parametrize("path", sample_captures(), ids=lambda path: path.name)
def test_every_frame_is_found_again_as_it_was(path: Path) -> None:
    _, survey = surveyed(path)
    with open_capture(path) as source:
        frames = list(source)
    assert len(survey.frames) == len(frames)
    for frame in frames:
        again = survey.frames.frame(frame.number)
        assert again[:3] == frame[:3]
        assert again[6:] == frame[6:]
        assert again.octets == frame.octets


@pytest.mark.parametrize("path", sample_captures(), ids=lambda path: path.name)
def test_a_frame_knows_the_messages_that_say_they_came_in_it(path: Path) -> None:
    capture, survey = surveyed(path)
    carried: dict[int, list[int]] = {}
    for number in range(1, len(capture.table) + 1):
        for frame in capture.message(number).frames:
            carried.setdefault(frame, []).append(number)
    found = {number: list(survey.messages_of(number)) for number in range(1, len(survey.frames) + 1)}
    assert {number: messages for number, messages in found.items() if messages} == carried


def test_frames_that_carry_no_message_have_a_reason() -> None:
    _, survey = surveyed(CAPTURE)
    fates = [survey.fate(number) for number in range(1, 5)]
    assert fates == [Fate.CONTROL, Fate.CONTROL, Fate.ACKNOWLEDGMENT, Fate.DELIVERED]
    assert survey.messages_of(1) == ()
    assert survey.messages_of(4) == (1,)
    assert survey.up_to_date


def test_a_capture_that_grows_notes_its_frames_and_is_surveyed_further(tmp_path: Path) -> None:
    octets = CAPTURE.read_bytes()
    growing = tmp_path / "growing.pcap"
    growing.write_bytes(octets[:2_000])
    source = open_capture(growing, follow=True)
    capture = IndexedCapture(source)
    steps = capture.grow()
    next(steps)
    survey = FrameSurvey(capture.table, capture.frames)
    assert not survey.up_to_date
    for _ in survey.steps():
        pass
    assert survey.up_to_date
    before = len(capture.frames)
    growing.write_bytes(octets)
    source.stop()
    for _ in steps:
        pass
    assert len(capture.frames) > before > 0
    assert not survey.up_to_date
    for _ in survey.steps():
        pass
    _, whole = surveyed(CAPTURE)
    numbers = range(1, len(capture.frames) + 1)
    assert [survey.fate(number) for number in numbers] == [whole.fate(number) for number in numbers]
    assert [survey.messages_of(number) for number in numbers] == [whole.messages_of(number) for number in numbers]
    assert [frame.octets for frame in capture.frames] == [frame.octets for frame in whole.frames]


def test_a_survey_that_was_stopped_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dlms_analyzer.index.frames.STEP", 10)
    capture = IndexedCapture(open_capture(CAPTURE))
    for _ in capture.read():
        pass
    opened: list[Source] = []

    def again() -> Source:
        opened.append(open_capture(CAPTURE))
        return opened[-1]

    survey = FrameSurvey(capture.table, FrameTable(capture.source), again)
    steps = survey.steps()
    assert next(steps).done == 10
    steps.close()  # type: ignore[attr-defined]
    assert len(survey.frames) == 10
    for _ in survey.steps():
        pass
    assert len(opened) == 2
    assert len(survey.frames) == capture.analyzer.frames
    assert survey.messages_of(4) == (1,)


def test_frames_of_merged_captures_keep_their_interfaces() -> None:
    paths = [CAPTURE, CAPTURES / "hdlc_edge_cases.pcap"]
    with open_capture(paths[0]) as one, open_capture(paths[1]) as other:
        expected = sorted([*one, *other], key=lambda frame: frame.time)
        octets = [frame.octets for frame in expected]
        links = [frame.link_type for frame in expected]
    capture = IndexedCapture(merged([open_capture(path) for path in paths]))
    for _ in capture.grow():
        pass
    assert [frame.octets for frame in capture.frames] == octets
    assert [frame.link_type for frame in capture.frames] == links


def test_frames_that_fell_out_of_the_ring_before_anybody_looked_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    capture = IndexedCapture(open_capture(CAPTURE))
    for _ in capture.grow():
        pass
    octets = capture.source.octets

    def ring(interface: int, start: int, end: int) -> bytes:
        if start < 200:
            raise CaptureError("the ring is full")
        return octets(interface, start, end)

    monkeypatch.setattr(capture.source, "octets", ring)
    survey = FrameSurvey(capture.table, capture.frames)
    for _ in survey.steps():
        pass
    assert [survey.fate(number) for number in (1, 2, 4)] == [Fate.GONE, Fate.GONE, Fate.DELIVERED]
    assert survey.messages_of(4) == (1,)


def test_a_frame_that_is_not_there_is_an_index_error() -> None:
    _, survey = surveyed(CAPTURE)
    for number in (0, len(survey.frames) + 1):
        with pytest.raises(IndexError, match=f"no frame {number}"):
            survey.frames.frame(number)


def test_a_capture_that_cannot_be_opened_again_says_so(tmp_path: Path) -> None:
    path = tmp_path / "gone.pcap"
    path.write_bytes(CAPTURE.read_bytes())
    capture = IndexedCapture(open_capture(path))
    path.unlink()
    survey = FrameSurvey(capture.table, FrameTable(capture.source), lambda: open_capture(path))
    with pytest.raises(CaptureError, match="No such file"):
        next(survey.steps())
