"""How fast associations are."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlms_analyzer.capture import open_capture
from dlms_analyzer.index import IndexedCapture
from dlms_analyzer.sessions import Measuring
from dlms_analyzer.sessions import measuring as measuring_module
from tests.dlms_analyzer.script import GET, VALUE, Script


def a_slow_and_a_fast_one() -> Script:
    script = Script()
    for seconds in (0.1, 0.2, 0.3, 1.0):
        script.client(GET).wait(seconds).server(VALUE)
    for _ in range(3):
        script.client(GET, sap=32).server(VALUE, sap=32)
    return script


def test_response_times_and_octets_are_those_of_the_association(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring_module, "BATCH", 3)
    capture = a_slow_and_a_fast_one().index(tmp_path)
    slow, fast = capture.table.associations
    measuring = Measuring(capture.table)
    assert measuring[0] is None
    assert [done for done, _ in measuring.measure([0, 1])] == [3, 6, 9, 12, 14]
    one, other = measuring[0], measuring[1]
    assert one is not None
    assert other is not None
    assert (one.times.count, other.times.count) == (4, 3)
    assert one.times.percentile(50) == pytest.approx(0.21, rel=0.01)
    assert one.times.percentile(95) == pytest.approx(1.01, rel=0.01)
    assert one.octets == 4 * (len(GET) + len(VALUE))
    assert one.throughput(slow) == pytest.approx(one.octets / 1.67, rel=0.01)
    assert other.throughput(fast) > one.throughput(slow)


def test_only_those_that_are_asked_for_are_measured_and_none_twice(tmp_path: Path) -> None:
    capture = a_slow_and_a_fast_one().index(tmp_path)
    measuring = Measuring(capture.table)
    list(measuring.measure([1]))
    assert measuring[0] is None
    assert (measuring.lacks(0), measuring.lacks(1)) == (True, False)
    list(measuring.measure([0, 1]))
    one, other = measuring[0], measuring[1]
    assert one is not None
    assert other is not None
    assert (one.times.count, other.times.count) == (4, 3)
    assert not measuring.lacks(0)


def test_measures_go_on_with_a_growing_capture(tmp_path: Path) -> None:
    path = tmp_path / "growing.pcap"
    script = Script().client(GET).server(VALUE)
    path.write_bytes(script.octets())
    source = open_capture(path, follow=True)
    capture = IndexedCapture(source)
    capture.take(source.available())
    measuring = Measuring(capture.table)
    list(measuring.measure([0]))
    with path.open("ab") as file:
        file.write(script.client(GET).server(VALUE).octets()[path.stat().st_size :])
    capture.take(source.available())
    assert measuring.lacks(0)
    list(measuring.measure([0]))
    one = measuring[0]
    assert one is not None
    assert (one.times.count, one.octets) == (2, 2 * (len(GET) + len(VALUE)))
    source.close()


def test_an_association_that_lasts_no_time_has_no_throughput(tmp_path: Path) -> None:
    capture = Script().client(GET).index(tmp_path)
    measuring = Measuring(capture.table)
    list(measuring.measure([0]))
    one = measuring[0]
    assert one is not None
    assert one.throughput(capture.table.associations[0]) == 0.0


def test_what_nobody_looks_at_any_more_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring_module, "MAX_KEPT", 1)
    capture = a_slow_and_a_fast_one().index(tmp_path)
    measuring = Measuring(capture.table)
    list(measuring.measure([0]))
    list(measuring.measure([1]))
    assert measuring[0] is None
    assert measuring[1] is not None
