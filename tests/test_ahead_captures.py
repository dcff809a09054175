"""A capture that two processes read gives, row for row and note for note, what one process reads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dlms_analyzer.capture.child_process import ChildProcess
from tests.dlms_analyzer.ahead.rehearsal import assert_same, indexed, rehearse, shown
from tests.support import Sidecar, sample_captures, shared_folder, sidecars, thirdparty_captures
from tests.test_index_captures import comparable
from tests.test_security_captures import CIPHERED, keys_of

PATHS = [*sample_captures(), *(one.pcap for one in sidecars()), *thirdparty_captures()]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_what_is_read_ahead_is_what_one_process_reads(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played = rehearse(monkeypatch)
    assert_same(indexed(path, ahead=True), indexed(path, ahead=False))
    assert played.sent
    assert played.started == played.closed == 1


@pytest.mark.parametrize("path", sample_captures(), ids=lambda path: path.stem)
@pytest.mark.parametrize("lag", range(1, 5))
def test_the_second_process_may_overtake_anywhere(path: Path, lag: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rehearse(monkeypatch, lag=lag, batch=7)
    assert_same(indexed(path, ahead=True), indexed(path, ahead=False))


@pytest.mark.parametrize("path", sample_captures(), ids=lambda path: path.stem)
@pytest.mark.parametrize("dies_after", [1, 2, 5])
def test_what_the_second_process_leaves_is_read_without_it(
    path: Path, dies_after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = rehearse(monkeypatch, batch=7, dies_after=dies_after)
    found, wanted = indexed(path, ahead=True), indexed(path, ahead=False)
    if played.sent == dies_after and len(found.source.problems):
        last = found.source.problems[len(found.source.problems) - 1]
        assert last.text == "the second process has ended (status -9); the rest is read without it"
        wanted.source.problems.append(last)
    one, other = shown(found), shown(wanted)
    assert {**one, "source": None} == {**other, "source": None}
    assert sorted(one["source"][1]) == sorted(other["source"][1])


@pytest.mark.parametrize("sidecar", CIPHERED, ids=lambda sidecar: sidecar.name)
def test_keys_open_what_is_read_ahead(sidecar: Sidecar, monkeypatch: pytest.MonkeyPatch) -> None:
    played = rehearse(monkeypatch)
    keys = keys_of(sidecar)
    found, wanted = indexed(sidecar.pcap, ahead=True, keys=keys), indexed(sidecar.pcap, ahead=False, keys=keys)
    assert played.sent
    assert_same(found, wanted)
    for number in range(1, min(len(wanted.table), 100) + 1):
        assert comparable(found.message(number)) == comparable(wanted.message(number))


@pytest.mark.parametrize("sidecar", CIPHERED[:3], ids=lambda sidecar: sidecar.name)
def test_keys_that_come_later_open_what_was_read_ahead(sidecar: Sidecar, monkeypatch: pytest.MonkeyPatch) -> None:
    rehearse(monkeypatch)
    found, wanted = indexed(sidecar.pcap, ahead=True), indexed(sidecar.pcap, ahead=False)
    for capture in (found, wanted):
        *_, (done, total) = capture.add_keys(keys_of(sidecar))
        assert 0 < done == total
    assert_same(found, wanted)


def test_a_real_second_process_gives_many_sessions_as_one_process_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = shared_folder("bench") / "gen_dlms_pcap.py"
    path = tmp_path / "sessions.pcap"
    subprocess.run([sys.executable, str(generator), str(path), "120"], check=True, stdout=subprocess.DEVNULL)
    monkeypatch.setattr("dlms_analyzer.ahead.reading.MIN_SIZE", 0)
    monkeypatch.setattr("dlms_analyzer.ahead.reading.cores", lambda: 2)
    monkeypatch.setattr("dlms_analyzer.ahead.reading.ChildProcess", Patient)
    assert_same(indexed(path, ahead=True), indexed(path, ahead=False))
    assert Patient.messages > 1


class Patient(ChildProcess):
    """One that is waited for, so that it does all the reading."""

    messages = 0

    def receive(self, _: float) -> bytes | None:
        Patient.messages += 1
        return super().receive(30.0)
