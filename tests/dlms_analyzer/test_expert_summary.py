"""The notes of a capture in groups: all of them, none twice, and where they were."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from dlms_analyzer import expert_summary
from dlms_analyzer.expert_summary import OTHERS, ExpertSummary
from dlms_analyzer.index import IndexedCapture
from dlms_analyzer.meaning import place_of_server
from tests.support import CAPTURES, sample_captures, sidecars
from tests.test_index_captures import indexed

ALL = sample_captures() + [sidecar.pcap for sidecar in sidecars()]
CAPTURE = CAPTURES / "hdlc_edge_cases.pcap"


def summary_of(capture: IndexedCapture) -> ExpertSummary:
    summary = ExpertSummary(capture.table)
    for _ in summary.read():
        pass
    return summary


@pytest.mark.parametrize("path", ALL, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_every_note_is_in_the_group_of_its_code_and_its_meter(path: Path) -> None:
    table = indexed(path).table
    wanted: dict[tuple[str, str], set[int]] = defaultdict(set)
    last: dict[int, int] = {}
    for number in range(1, len(table) + 1):
        row = table.row(number)
        if row.association is not None:
            last[row.association.number] = number
        for expert in table.experts(number):
            place = None if row.association is None else place_of_server(row.association)
            wanted[expert.code, place or ""].add(number)
    for association in table.associations:
        for expert in association.experts:
            wanted[expert.code, place_of_server(association)].add(last[association.number])
    summary = summary_of(indexed(path))
    found = {
        (group.code, "" if " - " in group.place else group.place): list(group.numbers) for group in summary.groups()
    }
    assert found == {key: sorted(numbers) for key, numbers in wanted.items()}
    for group in summary.groups():
        assert all(summary.text(group.code, number) for number in group.numbers)


def test_a_note_says_what_it_says_at_the_message() -> None:
    summary = summary_of(indexed(CAPTURE))
    groups = {group.code: group for group in summary.groups()}
    assert list(groups["bad-fcs"].numbers) == [1, 5]
    assert summary.text("bad-fcs", 5).startswith("FCS is")
    assert summary.text("bad-fcs", 6) == ""


def test_what_was_lost_when_an_association_ended_stands_at_its_last_message() -> None:
    summary = summary_of(indexed(CAPTURE))
    (group,) = (one for one in summary.groups() if one.code == "disconnect-mid-exchange" and one.place.endswith(".16"))
    assert list(group.numbers) == [31]
    assert summary.text(group.code, 31) == "the request in message 31 was not answered"


def test_notes_of_more_meters_than_are_told_apart_are_kept_together(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = summary_of(indexed(CAPTURE)).groups()
    monkeypatch.setattr(expert_summary, "MAX_GROUPS", 1)
    groups = summary_of(indexed(CAPTURE)).groups()
    assert OTHERS in {group.place for group in groups}
    for code in {group.code for group in whole}:
        numbers = {number for group in groups if group.code == code for number in group.numbers}
        assert numbers == {number for group in whole if group.code == code for number in group.numbers}


def test_the_summary_goes_on_where_it_was() -> None:
    capture = indexed(CAPTURE)
    summary = summary_of(capture)
    assert list(summary.read()) == []
    assert summary.done == len(capture.table)
