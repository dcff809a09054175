"""Captures as Python objects."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

import dlms_analyzer
from dlms_analyzer.capture import CaptureError
from dlms_analyzer.capture_file import Capture
from dlms_analyzer.filters import FilterError

SESSION = "ln_wrapper_low.pcap"
OTHER = "hdlc_edge_cases.pcap"


def test_a_capture_answers_again_and_again(captures: Path) -> None:
    capture = dlms_analyzer.open(captures / SESSION)
    assert len(list(capture.messages)) == len(list(capture.messages)) == 84
    assert len(capture.associations) == 1
    assert capture.problems == []


def test_associations_are_read_without_asking_for_messages_first(captures: Path) -> None:
    assert [one.profile for one in Capture([captures / SESSION]).associations] == ["wrapper"]


def test_associations_are_those_of_the_whole_capture_although_its_messages_were_left_midway(captures: Path) -> None:
    capture = dlms_analyzer.open(captures / SESSION)
    next(capture.messages)
    assert [one.state.value for one in capture.associations] == ["released"]


def test_several_captures_are_one_in_the_order_of_time(captures: Path) -> None:
    capture = dlms_analyzer.open(captures / SESSION, captures / OTHER)
    messages = list(capture.messages)
    assert [message.number for message in messages] == list(range(1, len(messages) + 1))
    assert [message.time for message in messages] == sorted(message.time for message in messages)
    assert {one.profile for one in capture.associations} == {"wrapper", "hdlc"}


def test_a_file_object_is_a_capture_from_where_it_stands(captures: Path) -> None:
    octets = (captures / SESSION).read_bytes()
    stream = io.BytesIO(b"something else" + octets)
    stream.seek(14)
    capture = dlms_analyzer.open(stream, captures / OTHER)
    first = [message.octets for message in capture.messages]
    assert len(first) > 84
    assert [message.octets for message in capture.messages] == first


def test_a_pipe_is_read_once(captures: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, (captures / SESSION).read_bytes()[:20_000])
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        capture = dlms_analyzer.open(stream)
        assert len(list(capture.messages)) > 20
        with pytest.raises(CaptureError, match="cannot seek is read only once"):
            list(capture.messages)


def test_text_is_no_capture(captures: Path) -> None:
    with (captures / "README.md").open(encoding="utf-8") as text, pytest.raises(TypeError, match="binary mode"):
        dlms_analyzer.open(text)  # type: ignore[arg-type]


def test_damage_carries_the_name_of_its_file(captures: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.pcap"
    cut.write_bytes((captures / OTHER).read_bytes()[:-5])
    capture = dlms_analyzer.open(captures / SESSION, cut)
    assert len(capture.associations) > 1
    assert [problem.path for problem in capture.problems] == [str(cut)]


def test_a_capture_that_is_not_there_is_told_when_it_is_asked(tmp_path: Path) -> None:
    capture = dlms_analyzer.open(tmp_path / "missing.pcap")
    with pytest.raises(CaptureError, match="No such file"):
        list(capture.messages)


def test_a_capture_gives_the_messages_that_a_display_filter_describes(captures: Path) -> None:
    capture = dlms_analyzer.open(captures / "ln_wrapper_low.pcap")
    assert {message.service for message in capture.filter("dlms.sender == client && cosem.method")} == {
        "action-request-normal"
    }
    with pytest.raises(FilterError, match="no field is called"):
        capture.filter("nothing == 5")
