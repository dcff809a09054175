"""Values that a capture shows."""

from __future__ import annotations

from dlms_analyzer.filters.completion import check
from dlms_analyzer.index.seen import seen_values
from tests.dlms_analyzer.index.test_selecting import PLAIN, looked_at
from tests.support import CAPTURES


def test_the_objects_services_and_results_of_a_capture_are_listed_once() -> None:
    capture, messages, _ = looked_at(PLAIN)
    seen = seen_values(capture.table)
    assert seen["dlms.service"] == list(dict.fromkeys(message.service for message in messages))
    assert "0-0:42.0.0.255" in seen["cosem.logical_name"]
    assert "read-write-denied" in seen["cosem.result"]
    assert seen["security.key"] == []


def test_each_value_that_is_listed_makes_a_filter() -> None:
    capture, _, _ = looked_at(CAPTURES / "ln_wrapper_gmac_glo.pcap")
    seen = seen_values(capture.table)
    assert seen["security.key"] == ["guek"]
    for field, values in seen.items():
        for value in values:
            assert check(f'{field} == "{value}"') is None
