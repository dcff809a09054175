"""Places among the messages, as people write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dlms_analyzer.index import places
from dlms_analyzer.index.places import place_of
from tests.dlms_analyzer.index.test_selecting import PLAIN, looked_at


def test_a_number_is_that_of_a_message() -> None:
    table = looked_at(PLAIN)[0].table
    assert place_of(table, " 40 ") == place_of(table, "#40") == 40


@pytest.mark.parametrize("text", ["f20", "F 20", "frame 20", "frame #20"])
def test_a_frame_leads_to_the_first_message_that_is_complete_there_or_behind(text: str) -> None:
    capture, messages, _ = looked_at(PLAIN)
    assert place_of(capture.table, text) == next(one.number for one in messages if one.frame.number >= 20)


def test_times_are_counted_from_the_first_message_or_are_those_of_its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "RUN", 8)
    capture, messages, _ = looked_at(PLAIN)
    begin, end = messages[0].time, messages[-1].time
    assert place_of(capture.table, "+0") == 1
    half = (end - begin) / 2e9
    wanted = begin + round(round(half, 6) * 1e9)
    expected = next(one.number for one in messages if one.time >= wanted)
    assert place_of(capture.table, f"+{half:.6f}") == expected
    moment = datetime.fromtimestamp(end // 1000 / 1e6, UTC)
    last = place_of(capture.table, f"{moment:%H:%M:%S}")
    assert last == place_of(capture.table, f"{moment:%Y-%m-%d %H:%M:%S}") <= len(messages)
    assert place_of(capture.table, f"{moment:%Y-%m-%d}") == 1


@pytest.mark.parametrize(
    ("text", "problem"),
    [("0", "messages 1 to 84"), ("85", "messages 1 to 84"), ("f9999", "no message is complete"), ("+ 1 h", "write 120"),
     ("+999999", "as late"), ("", "write 120"), ("yesterday", "write 120"), ("25:00", "write 120")],
)  # fmt: skip
def test_a_place_that_is_none_is_told(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        place_of(looked_at(PLAIN)[0].table, text)
