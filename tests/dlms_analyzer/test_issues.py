"""Notes and findings as one list, in whichever order it is wanted."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlms_analyzer.audit import Grade
from dlms_analyzer.audit.indexed import IndexAudit
from dlms_analyzer.expert_summary import ExpertSummary
from dlms_analyzer.issues import GRADES, Grouping, Heading, Issue, Origin, grouped, issues_of
from dlms_analyzer.notes import CODES, Severity
from tests.support import CAPTURES, sample_captures
from tests.test_index_captures import indexed


def issues_in(path: Path) -> list[Issue]:
    capture = indexed(path)
    summary, audit = ExpertSummary(capture.table), IndexAudit(capture)
    for _ in summary.read():
        pass
    for _ in audit.read():
        pass
    return issues_of(audit.findings(), summary.groups())


def test_every_grade_of_the_audit_and_every_severity_of_notes_has_its_rank() -> None:
    assert sorted(GRADES) == sorted([*(grade.value for grade in Grade), *(severity.value for severity in Severity)])
    for own in (Grade, Severity):
        order = [one.value for one in own]
        ranks = [GRADES.index(one) for one in order]
        assert ranks in (sorted(ranks), sorted(ranks, reverse=True)), own


def test_the_worst_come_first() -> None:
    issues = issues_in(CAPTURES / "hdlc_edge_cases.pcap")
    ranks = [GRADES.index(issue.grade) for issue in issues]
    assert ranks == sorted(ranks)
    assert issues[0].code == "well-known-password"
    assert {issue.origin for issue in issues} == set(Origin)


@pytest.mark.parametrize("path", sample_captures(), ids=lambda path: path.stem)
def test_grouping_keeps_every_issue_behind_the_heading_of_its_group(path: Path) -> None:
    issues = issues_in(path)
    assert grouped(issues, Grouping.WORST) == issues
    for grouping in (Grouping.CODE, Grouping.METER):
        rows = grouped(issues, grouping)
        assert sorted(map(str, (row for row in rows if isinstance(row, Issue)))) == sorted(map(str, issues))
        heading: Heading | None = None
        counted = 0
        for row in rows:
            if isinstance(row, Heading):
                assert heading is None or counted == heading.issues
                heading, counted = row, 0
                continue
            assert heading is not None
            assert (row.code if grouping is Grouping.CODE else row.place) in heading.text
            assert GRADES.index(heading.grade) <= GRADES.index(row.grade)
            counted += 1
        assert heading is None or counted == heading.issues


def test_an_issue_of_notes_says_what_the_list_of_codes_says() -> None:
    issue = next(one for one in issues_in(CAPTURES / "hdlc_edge_cases.pcap") if one.code == "bad-fcs")
    code = CODES["bad-fcs"]
    assert (issue.grade, issue.title, issue.advice) == (code.severity.value, code.meaning, code.advice)
    assert (issue.total, list(issue.messages)) == (2, [1, 5])


def test_notes_and_findings_about_a_meter_name_it_alike() -> None:
    issues = issues_in(CAPTURES / "ln_wrapper_gmac_glo.pcap")
    assert len(issues) > 1
    assert {(issue.place, issue.meter) for issue in issues} == {("127.0.0.1:4063/1", "4142434445464748")}


def test_a_meter_that_the_user_has_named_is_called_so() -> None:
    capture = indexed(CAPTURES / "ln_wrapper_gmac_glo.pcap")
    summary, audit = ExpertSummary(capture.table), IndexAudit(capture)
    for _ in (*summary.read(), *audit.read()):
        pass
    issues = issues_of(audit.findings(), summary.groups(), {"4142434445464748": "Bench"})
    assert {issue.meter for issue in issues} == {"Bench"}
    (heading,) = (row for row in grouped(issues, Grouping.METER) if isinstance(row, Heading))
    assert heading.text == "Bench at 127.0.0.1:4063/1"
