"""All captures at hand are read completely."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dlms_analyzer.capture import open_capture
from dlms_analyzer.net import ConversationTable, NetworkDecoder, Unread
from tests.support import Sidecar, sidecars, thirdparty_captures


@pytest.mark.parametrize("capture", sidecars(), ids=lambda capture: capture.name)
def test_a_ground_truth_capture_has_the_frames_its_sidecar_says(capture: Sidecar) -> None:
    source = open_capture(capture.pcap)
    decoder, table = NetworkDecoder(), ConversationTable()
    count = 0
    for frame in source:
        count += 1
        segment = decoder.decode(frame)
        assert not isinstance(segment, Unread)
        table.feed(segment)
    expected = capture.load()["expected"]
    assert count == expected["packets"]
    assert table.count == expected["conversations"]
    assert not len(source.problems)


@pytest.mark.parametrize("path", thirdparty_captures(), ids=lambda path: path.name)
def test_a_capture_of_others_has_the_frames_its_index_says(path: Path) -> None:
    index = {entry["file"]: entry for entry in json.loads((path.parent / "index.json").read_text())}
    source = open_capture(path)
    decoder, table = NetworkDecoder(), ConversationTable()
    count = 0
    for frame in source:
        count += 1
        segment = decoder.decode(frame)
        if isinstance(segment, Unread):
            assert segment.reason.name in {"NOT_IP", "OTHER_TRANSPORT"}, segment
        else:
            table.feed(segment)
    assert count == index[path.name]["packets"]
    assert not len(source.problems)
