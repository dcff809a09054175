"""`dlms-analyzer keys` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dlms_analyzer.cli import main
from dlms_analyzer.cli.keys import ENVIRONMENT

EK = "000102030405060708090A0B0C0D0E0F"
AK = "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF"


@pytest.fixture(autouse=True)
def _no_keys_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)


def written(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return str(path)


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    status = main(["keys", *map(str, arguments)])
    said = capsys.readouterr()
    return status, said.out, said.err


def test_check_prints_the_meters_their_keys_and_what_is_not_used(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = written(
        tmp_path / "keys.csv", f"Serial,ST,EK,AK\n1234,4142434445464748,{EK},{AK}\n5678,4142434445464749,{EK},{AK}\n"
    )
    status, out, err = run(capsys, "check", keys, captures / "ln_wrapper_gmac_glo.pcap")
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "meter at 127.0.0.1, server SAP 1, system title 4142434445464748",
        "    verified 66, not verified 0, not opened 0",
        f"    keys: 1234 ({keys}:2): guek, gak",
        f"not used: 5678 ({keys}:3)",
    ]


def test_check_says_what_is_missing(captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keys = written(tmp_path / "keys.toml", '[[meter]]\nsystem_title = "0000000000000000"\n')
    status, out, _ = run(capsys, "check", keys, captures / "ln_wrapper_gmac_glo.pcap")
    assert status == 0
    assert "verified 0, not verified 0, not opened 66\n    keys: none\n" in out
    assert "no keys are given for the meter at 127.0.0.1" in out


def test_check_of_a_capture_in_clear_says_that_nothing_is_protected(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = written(tmp_path / "keys.toml", "")
    assert run(capsys, "check", keys, captures / "j_sn_wrapper_none.pcap")[1] == "nothing is protected\n"


@pytest.mark.parametrize("form", ["text", "jsonl"])
def test_secrets_are_printed_only_when_asked_for(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    keys = written(tmp_path / "keys.toml", f'[[meter]]\nguek = "{EK}"\ngak = "{AK}"\n')
    arguments = ("check", keys, captures / "ln_wrapper_gmac_glo.pcap", "-T", form)
    assert EK not in run(capsys, *arguments)[1]
    assert EK in run(capsys, *arguments, "--show-secrets")[1]


def test_check_as_jsonl_prints_an_object_for_each_meter(captures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = "push_udp_wrapper_general_glo"
    _, out, _ = run(capsys, "check", captures / f"{name}.keys.toml", captures / f"{name}.pcap", "-T", "jsonl")
    (meter,) = map(json.loads, out.splitlines())
    assert (meter["system_title"], meter["ok"], meter["failed"]) == ("4d45544552303031", 5, 0)
    assert [keys["label"] for keys in meter["keys"]] == ["Push sender"]


def test_try_finds_among_many_keys_the_ones_that_open_a_capture(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = written(tmp_path / "list", f"{'00' * 16}\n{AK}\n{'11' * 16}\n{EK}\n{'22' * 32}\n")
    status, out, err = run(capsys, "try", listed, captures / "ln_wrapper_gmac_glo.pcap")
    assert (status, err) == (0, "")
    assert out.splitlines()[:2] == [
        "guek of system title 4758434C49454E54, security control 30, tried on messages 7, 9, 11, 13",
        f"    fits: {listed}:4, authentication key {listed}:2",
    ]
    assert EK not in out
    _, out, _ = run(capsys, "try", listed, captures / "ln_wrapper_gmac_glo.pcap", "-T", "jsonl")
    first = json.loads(out.splitlines()[0])
    assert first["fits"] == [{"encryption": f"{listed}:4", "authentication": f"{listed}:2"}]
    assert (first["suite"], first["authenticated"], first["encrypted"]) == (0, True, True)


def test_try_says_when_no_key_fits_or_only_the_encryption_key_does(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = written(tmp_path / "wrong", "00" * 16)
    assert "    none of 1 candidates fits" in run(capsys, "try", wrong, captures / "ln_wrapper_gmac_glo.pcap")[1]
    half = written(tmp_path / "half", EK)
    out = run(capsys, "try", half, captures / "ln_wrapper_gmac_glo.pcap")[1]
    assert f"    may fit: {half}:1; no candidate is the authentication key" in out


def test_try_of_a_capture_in_clear_says_that_nothing_is_protected(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = written(tmp_path / "list", EK)
    capture = captures / "j_sn_wrapper_none.pcap"
    assert run(capsys, "try", listed, capture) == (0, "nothing is protected\n", "")
    assert run(capsys, "try", listed, capture, "-T", "jsonl") == (0, "", "")


def test_try_says_when_there_are_only_keys_that_cannot_be_tried(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dlms_analyzer.security.key_trial.TRIED_KEYS", frozenset())
    listed = written(tmp_path / "list", EK)
    _, out, _ = run(capsys, "try", listed, captures / "ln_wrapper_gmac_glo.pcap")
    assert out == "nothing is protected by keys that can be tried\n"


@pytest.mark.parametrize("action", ["check", "try"])
def test_of_a_capture_that_cannot_be_opened_nothing_is_said_but_that(
    action: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = written(tmp_path / "keys.toml", f'[[meter]]\nname = "m"\nguek = "{EK}"\n')
    missing = tmp_path / "missing.pcap"
    told = f"dlms-analyzer: {missing}: No such file or directory\n"
    assert run(capsys, action, keys, missing) == (1, "", told)


def test_try_says_what_it_could_not_try(captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = written(tmp_path / "list", EK)
    status, out, err = run(capsys, "try", listed, captures / "ln_wrapper_preestablished.pcap")
    assert (status, out) == (0, "")
    assert err == ("dlms-analyzer: 4 protected messages not tried: the system title of their sender was not seen\n")


def test_a_keys_file_that_cannot_be_used_ends_with_its_problems(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = written(tmp_path / "keys.toml", '[[meter]]\n\nguek = "00"\n')
    for action in ("check", "try"):
        status, out, err = run(capsys, action, keys, captures / "ln_wrapper_low.pcap")
        assert (status, out) == (1, "")
        assert err == f"dlms-analyzer: {keys}:3: guek has 1 octet: 16 or 32 are needed\n"
