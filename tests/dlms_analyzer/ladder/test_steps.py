"""The lines of a ladder: folded into request and answer, and unfolded."""

from __future__ import annotations

from pathlib import Path

from dlms_analyzer.capture import open_capture
from dlms_analyzer.index import IndexedCapture
from dlms_analyzer.ladder import Ladder, Steps
from tests.dlms_analyzer.script import BLOCKS, GET, VALUE, Script
from tests.support import CAPTURES


def steps_of(capture: IndexedCapture) -> Steps:
    steps = Steps(Ladder(capture, capture.table.associations[0]))
    for _ in steps.grow():
        pass
    return steps


def in_blocks() -> Script:
    script = Script().client(GET).server(VALUE).client(GET)
    for side, block in zip((script.server, script.client, script.server), BLOCKS, strict=True):
        side(block)
    return script.wait(60).client(GET)


def shown(steps: Steps) -> list[int | None]:
    return [steps[line].message for line in range(len(steps))]


def test_an_exchange_is_its_request_and_its_answer(tmp_path: Path) -> None:
    steps = steps_of(in_blocks().index(tmp_path))
    assert shown(steps) == [1, 2, 3, 6, None, 7]
    assert [steps[line].folded for line in range(len(steps))] == [0, 0, 2, 2, 0, 0]
    assert [(steps[line].opens, steps[line].closes) for line in (0, 1, 4)] == [
        (True, False), (False, True), (True, True)
    ]  # fmt: skip


def test_unfolding_shows_all_messages_of_an_exchange_and_folding_hides_them_again(tmp_path: Path) -> None:
    steps = steps_of(in_blocks().index(tmp_path))
    assert steps.unfold(1)
    assert steps.is_unfolded(1)
    assert shown(steps) == [1, 2, 3, 4, 5, 6, None, 7]
    assert (steps.line_of(5), steps.start(3), steps.rung_at(5)) == (4, 7, 1)
    assert not steps.unfold(1)
    assert steps.fold(1)
    assert not steps.fold(1)
    assert shown(steps) == [1, 2, 3, 6, None, 7]


def test_there_is_nothing_to_unfold_in_a_request_with_one_answer(tmp_path: Path) -> None:
    steps = steps_of(in_blocks().index(tmp_path))
    assert not steps.unfold(0)
    assert len(steps) == 6


def test_a_message_that_is_folded_away_is_found_at_its_rung(tmp_path: Path) -> None:
    steps = steps_of(in_blocks().index(tmp_path))
    assert [steps.line_of(number) for number in (1, 2, 3, 4, 5, 6, 7, 99)] == [0, 1, 2, 2, 2, 3, 5, 5]


def test_an_unfolded_exchange_grows_with_its_capture(tmp_path: Path) -> None:
    path = tmp_path / "growing.pcap"
    script = Script().client(GET).server(BLOCKS[0]).client(BLOCKS[1])
    path.write_bytes(script.octets())
    source = open_capture(path, follow=True)
    capture = IndexedCapture(source)
    capture.take(source.available())
    steps = steps_of(capture)
    steps.unfold(0)
    assert shown(steps) == [1, 2, 3]
    with path.open("ab") as file:
        file.write(script.server(BLOCKS[2]).client(GET).octets()[path.stat().st_size :])
    source.stop()
    capture.take(source.available())
    assert steps.changed_line() == 0
    assert steps.changed_line() == len(steps)
    for _ in steps.grow():
        pass
    assert shown(steps) == [1, 2, 3, 4, 5]
    assert steps.changed_line() == 0
    source.close()


def test_a_request_that_is_answered_later_becomes_two_lines(tmp_path: Path) -> None:
    path = tmp_path / "growing.pcap"
    script = Script().client(GET)
    path.write_bytes(script.octets())
    source = open_capture(path, follow=True)
    capture = IndexedCapture(source)
    capture.take(source.available())
    steps = steps_of(capture)
    assert shown(steps) == [1]
    with path.open("ab") as file:
        file.write(script.server(VALUE).octets()[path.stat().st_size :])
    source.stop()
    capture.take(source.available())
    for _ in steps.grow():
        pass
    assert shown(steps) == [1, 2]
    source.close()


def test_the_lines_of_a_sample_are_as_many_as_its_rungs_ask_for() -> None:
    capture = IndexedCapture(open_capture(CAPTURES / "hdlc_edge_cases.pcap"))
    for _ in capture.read():
        pass
    steps = steps_of(capture)
    ladder = steps.ladder
    assert len(steps) == sum(min(max(ladder.count(index), 1), 2) for index in range(len(ladder)))
