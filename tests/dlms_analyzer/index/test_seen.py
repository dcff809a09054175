"""Values that a capture shows."""

from __future__ import annotations

import pytest

from dlms_analyzer.filters.completion import check
from dlms_analyzer.index import seen
from dlms_analyzer.index.seen import seen_values
from tests.dlms_analyzer.index.test_selecting import PLAIN, looked_at
from tests.support import CAPTURES


def test_the_objects_services_and_results_of_a_capture_are_listed_once() -> None:
    capture, messages, _ = looked_at(PLAIN)
    there = seen_values(capture.table)
    assert there["dlms.service"] == list(dict.fromkeys(message.service for message in messages))
    assert "0-0:42.0.0.255" in there["cosem.logical_name"]
    assert "read-write-denied" in there["cosem.result"]
    assert there["security.key"] == []


def test_each_value_that_is_listed_makes_a_filter() -> None:
    capture, _, _ = looked_at(CAPTURES / "ln_wrapper_gmac_glo.pcap")
    there = seen_values(capture.table)
    assert there["security.key"] == ["guek"]
    for field, values in there.items():
        for value in values:
            assert check(f'{field} == "{value}"') is None


def test_no_more_values_are_listed_than_anybody_looks_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen, "MAX_SEEN", 2)
    capture, _, _ = looked_at(PLAIN)
    assert all(len(values) <= 2 for values in seen_values(capture.table).values())
