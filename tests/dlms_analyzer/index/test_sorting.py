"""Messages in the order of a column."""

from __future__ import annotations

import pytest

from dlms_analyzer.index import Row, sorting
from dlms_analyzer.index.sorting import SORTABLE, in_order
from tests.dlms_analyzer.index.test_selecting import PLAIN, looked_at
from tests.support import CAPTURES

CIPHERED = CAPTURES / "ln_wrapper_gmac_glo.pcap"
HDLC = CAPTURES / "hdlc_edge_cases.pcap"


def ordered(name: str, path: object = PLAIN, *, descending: bool = False) -> list[int]:
    capture, _, _ = looked_at(path)
    *_, last = in_order(capture.table, name, descending=descending)
    assert last.numbers is not None
    assert last.done == last.total
    return last.numbers.tolist()


VALUES = {
    "number": lambda row, _: row.number,
    "time": lambda row, _: row.time,
    "conversation": lambda row, _: row.conversation.number,
    "sender": lambda row, _: {"client": 0, "server": 1}.get(row.sender.value),
    "saps": lambda row, _: (row.association.client_sap, row.association.server_sap) if row.association else None,
    "profile": lambda row, _: row.profile,
    "expert": lambda row, _: ["chat", "note", "warning", "error"].index(row.severity.value) if row.severity else None,
    "security": lambda row, _: row.security and ["ok", "no-key", "bad-tag", "error"].index(row.security.status),
    "outer": lambda row, _: row.outer,
    "service": lambda row, _: row.service,
    "object": lambda row, _: (
        (row.asked[0].logical_name, row.asked[0].attribute or row.asked[0].method) if row.asked else None
    ),
    "result": lambda row, _: row.result,
    "size": lambda _, size: size,
    "response": lambda row, _: row.response_time,
}


def expected(name: str, path: object, *, descending: bool) -> list[int]:
    """By Python's own sorting of all rows."""
    capture, messages, _ = looked_at(path)
    rows: list[tuple[Row, int]] = [(capture.table.row(one.number), len(one.octets)) for one in messages]
    value = VALUES[name]
    there = [(value(row, size), row.number) for row, size in rows if value(row, size) is not None]
    there.sort(key=lambda one: one[0], reverse=descending)
    absent = [row.number for row, size in rows if value(row, size) is None]
    return [number for _, number in there] + absent


@pytest.mark.parametrize("descending", [False, True], ids=["ascending", "descending"])
@pytest.mark.parametrize("path", [PLAIN, CIPHERED, HDLC], ids=lambda path: path.stem)
@pytest.mark.parametrize("name", sorted(SORTABLE))
def test_a_column_puts_messages_in_its_order_and_absent_values_last(name: str, path: object, descending: bool) -> None:
    assert ordered(name, path, descending=descending) == expected(name, path, descending=descending)


@pytest.mark.parametrize("name", ["response", "size", "service", "expert"])
def test_small_buckets_and_few_bounds_give_the_same_order(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = ordered(name)
    monkeypatch.setattr(sorting, "RUN", 7)
    monkeypatch.setattr(sorting, "SAMPLE", 11)
    monkeypatch.setattr(sorting, "BOUNDS", 3)
    assert ordered(name) == whole


def test_some_of_the_messages_are_sorted_among_themselves() -> None:
    capture, _, _ = looked_at(PLAIN)
    some = [3, 4, 9, 10, 40, 41, 77]
    *_, last = in_order(capture.table, "size", numbers=some)
    assert last.numbers is not None
    assert last.numbers.tolist() == [number for number in ordered("size") if number in some]


def test_an_empty_table_has_an_order_of_nothing() -> None:
    capture, _, _ = looked_at(PLAIN)
    *_, last = in_order(capture.table, "time", numbers=[])
    assert last.numbers is not None
    assert last.numbers.tolist() == []
