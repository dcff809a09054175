"""`dlms-analyzer audit` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dlms_analyzer.cli import main
from dlms_analyzer.cli.keys import ENVIRONMENT

KEYS = [
    "severity", "code", "title", "text", "why", "advice", "address", "system_title", "client_sap",
    "server_sap", "server_lower", "association", "associations", "messages", "count", "secret",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _no_keys_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    status = main(["audit", *map(str, arguments)])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_findings_do_not_change_the_exit_status_and_hide_the_password(
    captures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = run(capsys, captures / "ln_wrapper_low.pcap")
    assert (status, err) == (0, "")
    assert out.startswith("critical: A password that everybody knows is in use [well-known-password]\n")
    assert "4775727578" not in out
    assert "(4775727578)" in run(capsys, "--show-secrets", captures / "ln_wrapper_low.pcap")[1]


def test_the_jsonl_form_has_an_object_a_line_with_all_its_keys(
    captures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = captures / "ln_wrapper_gmac_glo.keys.toml"
    status, out, _ = run(capsys, "-T", "jsonl", "--keys", keys, captures / "ln_wrapper_gmac_glo.pcap")
    rows = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    assert [list(row) for row in rows] == [KEYS] * len(rows)
    assert [row["code"] for row in rows] == ["well-known-key", "well-known-key", "suite-0"]
    assert {row["system_title"] for row in rows} == {"4142434445464748"}
    assert {row["secret"] for row in rows} == {"<16 octets>", None}


def test_a_capture_without_findings_says_so(tmp_path: Path, captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "clean.pcap"
    path.write_bytes((captures / "ln_wrapper_gmac_glo.pcap").read_bytes()[:24])
    assert run(capsys, path) == (0, "no findings in 0 messages\n", "")
    assert run(capsys, "-T", "jsonl", path) == (0, "", "")


def test_what_did_not_open_is_told_on_standard_error(captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, captures / "ln_wrapper_gmac_glo.pcap")
    assert status == 0
    assert "66 of 74 messages did not open: what they carry was not looked at" in err


def test_a_damaged_capture_is_audited_as_far_as_it_goes_with_exit_status_1(
    tmp_path: Path, captures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cut.pcap"
    path.write_bytes((captures / "ln_wrapper_low.pcap").read_bytes()[:-10])
    status, out, err = run(capsys, path)
    assert status == 1
    assert "password-in-clear" in out
    assert "cut.pcap" in err


def test_a_capture_that_is_not_there_is_told_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "/nowhere/trace.pcap")
    assert (status, out) == (1, "")
    assert err.count("\n") == 1
