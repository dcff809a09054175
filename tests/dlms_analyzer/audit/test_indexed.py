"""The audit of an index finds what the audit of the capture finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlms_analyzer.audit import Auditor, Finding
from dlms_analyzer.audit.indexed import BATCH, IndexAudit
from dlms_analyzer.capture import open_capture
from dlms_analyzer.capture.key_files import load_keys_file
from dlms_analyzer.index import IndexedCapture, rereading
from dlms_analyzer.security.keyring import Keyring
from tests.support import CAPTURES, Sidecar, sidecars
from tests.test_audit_captures import audited, keyring_of
from tests.test_index_captures import indexed


def findings_of(capture: IndexedCapture) -> list[Finding]:
    audit = IndexAudit(capture)
    for _ in audit.read():
        pass
    return audit.findings()


@pytest.mark.parametrize("one", sidecars(), ids=lambda one: one.name)
def test_the_audit_of_an_index_finds_what_the_audit_of_the_capture_finds(one: Sidecar) -> None:
    capture = IndexedCapture(open_capture(one.pcap), keys=keyring_of(one))
    for _ in capture.read():
        pass
    assert findings_of(capture) == audited(one)


def test_keys_that_are_added_later_are_audited_with() -> None:
    capture = indexed(CAPTURES / "ln_wrapper_gmac_wrong_ak.pcap")
    assert "bad-tag" not in {finding.code for finding in findings_of(capture)}

    ring = Keyring()
    load_keys_file(ring, str(CAPTURES / "ln_wrapper_gmac_wrong_ak.keys.toml"))
    for _ in capture.add_keys(*ring):
        pass
    assert "bad-tag" in {finding.code for finding in findings_of(capture)}


def test_the_audit_goes_on_where_it_was_when_the_capture_has_grown(tmp_path: Path) -> None:
    octets = (CAPTURES / "ln_wrapper_low.pcap").read_bytes()
    growing = tmp_path / "growing.pcap"
    growing.write_bytes(octets[:4_000])
    source = open_capture(growing, follow=True)
    capture = IndexedCapture(source)
    capture.take(source.available())
    audit = IndexAudit(capture)
    *_, (half, total) = audit.read()
    assert half == total == len(capture.table)
    with growing.open("ab") as file:
        file.write(octets[4_000:])
    source.stop()
    capture.take(source.available())
    capture.finish()
    assert list(audit.read())[-1] == (len(capture.table), len(capture.table))
    assert half < len(capture.table)
    assert audit.findings() == findings_of(indexed(CAPTURES / "ln_wrapper_low.pcap"))


def test_the_audit_says_how_far_it_is() -> None:
    capture = indexed(CAPTURES / "ln_wrapper_low.pcap")
    total = len(capture.table)
    assert list(IndexAudit(capture).read()) == [*((done, total) for done in range(BATCH, total, BATCH)), (total, total)]


@pytest.mark.parametrize("one", sidecars("ln_wrapper", "jj_ln"), ids=lambda one: one.name)
def test_letting_closed_connections_go_changes_no_finding(one: Sidecar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rereading, "IDLE", 1)
    monkeypatch.setattr(rereading, "SWEEP", 1)
    capture = IndexedCapture(open_capture(one.pcap), keys=keyring_of(one))
    for _ in capture.read():
        pass
    again = capture.reread()
    auditor = Auditor(again.keyring)
    auditor.feed_all(again.messages())
    assert auditor.finish() == audited(one)
    open_ones = [number for number, talk in capture.table.conversations.items() if talk.talk is not None]
    last = capture.table.row(len(capture.table)).conversation.number
    assert set(again.followed) <= {*open_ones, last}
