"""The options that give keys."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import pytest

from dlms_analyzer.capture import CaptureError
from dlms_analyzer.cli.keys import ENVIRONMENT, SINGLE_KEYS_ENVIRONMENT, add_key_options, keyring_of
from dlms_analyzer.cli.main import parser
from dlms_analyzer.cli.options import analyzer_of
from dlms_analyzer.security.keys import KeySet

KEY = "000102030405060708090A0B0C0D0E0F"
OTHER = "D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF"


@pytest.fixture(autouse=True)
def _no_keys_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    monkeypatch.delenv(SINGLE_KEYS_ENVIRONMENT, raising=False)


def options(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_key_options(parser)
    return parser.parse_args(arguments)


def key_sets(*arguments: str) -> list[KeySet]:
    return list(keyring_of(options(*arguments)))


def keys_file(path: Path, text: str, mode: int = 0o600) -> str:
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return str(path)


def test_without_options_there_are_no_keys() -> None:
    assert key_sets() == []


def test_single_keys_together_are_one_set_for_every_meter() -> None:
    (keys,) = key_sets("--key", f"guek={KEY}", "--key", f"gak={OTHER}", "--key", "password=Gurux")
    assert (keys.guek, keys.gak, keys.password) == (bytes.fromhex(KEY), bytes.fromhex(OTHER), b"Gurux")
    assert (keys.selectors, keys.origin) == ({}, "command line")


def test_single_keys_may_stand_in_the_environment_and_options_come_after_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SINGLE_KEYS_ENVIRONMENT, f"guek={OTHER} 'password=two words' gak={OTHER}")
    (keys,) = key_sets("--key", f"guek={KEY}")
    assert (keys.guek, keys.gak, keys.password) == (bytes.fromhex(KEY), bytes.fromhex(OTHER), b"two words")


@pytest.mark.parametrize("text", ["guek=zz", f"guek='{KEY}", KEY])
def test_a_key_in_the_environment_that_cannot_be_used_is_told_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv(SINGLE_KEYS_ENVIRONMENT, text)
    with pytest.raises(CaptureError, match=r"^DLMS_ANALYZER_KEY: ") as told:
        key_sets()
    assert KEY not in str(told.value)
    assert "zz" not in str(told.value)


def test_a_single_key_may_be_a_file_of_key_material() -> None:
    path = Path(__file__).parents[3] / "captures" / "jj_suite1_general_signing.server-signing.pem"
    (keys,) = key_sets("--key", f"server_signing_cert={path}")
    assert keys.server_signing_cert is not None


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--key", KEY), "a setting, = and its value are needed, for example guek=HEX"),
        (("--key", f"ek={KEY}"), "unknown setting ek: did you mean"),
        (("--key", f"guek={KEY[2:]}"), "guek has 15 octets: 16 or 32 are needed"),
        (("--csv-map", "guek"), "a setting, = and a column are needed, for example guek=EK_HEX"),
        (("--csv-map", "ek=EK"), "unknown setting ek"),
    ],
)
def test_a_wrong_option_is_wrong_usage_and_its_message_shows_no_key(
    arguments: tuple[str, ...], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        options(*arguments)
    said = capsys.readouterr().err
    assert caught.value.code == 2
    assert text in said
    assert KEY[2:10] not in said


def test_the_options_as_python_prints_them_show_no_key() -> None:
    assert KEY not in repr(options("--key", f"guek={KEY}")).upper()


def test_files_of_the_environment_come_before_those_of_the_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [keys_file(tmp_path / name, f'[[meter]]\nname = "{name}"\n') for name in ("a", "b", "c")]
    monkeypatch.setenv(ENVIRONMENT, os.pathsep.join([paths[0], "", paths[1]]))
    assert [keys.name for keys in key_sets("--keys", paths[2], "--key", f"guek={KEY}")] == ["a", "b", "c", None]


def test_a_column_of_a_table_may_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = keys_file(tmp_path / "export", f"ST,Key 1,Site\n4142434445464748,{KEY},x\n")
    (keys,) = key_sets("--keys", path, "--csv-map", "guek=Key 1")
    assert keys.guek == bytes.fromhex(KEY)
    assert capsys.readouterr().err == f"dlms-analyzer: warning: {path}: columns not used: Site\n"


@pytest.mark.skipif(os.name != "posix", reason="permissions of group and others are a POSIX matter")
def test_a_file_that_others_can_read_is_warned_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = keys_file(tmp_path / "keys.toml", f'[[meter]]\nguek = "{KEY}"\n', 0o644)
    assert len(key_sets("--keys", path)) == 1
    assert capsys.readouterr().err.startswith(f"dlms-analyzer: warning: {path} can be read by others")


def test_problems_of_a_file_are_all_told_with_their_lines_and_escaped(tmp_path: Path) -> None:
    path = keys_file(tmp_path / "keys.toml", '[[meter]]\nguek = "00"\n"\\u001b[2J" = 1\n')
    with pytest.raises(CaptureError) as caught:
        key_sets("--keys", path)
    first, second = str(caught.value).splitlines()
    assert first == f"{path}:2: guek has 1 octet: 16 or 32 are needed"
    assert second.startswith(f"{path}:")
    assert "\\x1b[2J" in second
    assert "\x1b" not in second


@pytest.mark.parametrize(
    "command",
    [
        ["read", "FILE"],
        ["live", "-i", "lo"],
        ["serial", "/dev/ttyUSB0"],
        ["sessions", "FILE"],
        ["decrypt", "IN", "OUT"],
    ],
    ids=lambda command: command[0],
)
def test_whatever_reads_messages_takes_keys(command: list[str]) -> None:
    given = parser().parse_args([*command, "--key", f"guek={KEY}"])
    (keys,) = analyzer_of(given).security.keyring
    assert keys.guek == bytes.fromhex(KEY)
