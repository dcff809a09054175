"""Files that hold keys."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from dlms_analyzer.capture import CaptureError, key_files
from dlms_analyzer.capture.key_files import load_keys_file, read_key_material, save_keys_file
from dlms_analyzer.security.keyring import Keyring
from dlms_analyzer.security.keys import KeyProblem, KeySet

KEY = "000102030405060708090A0B0C0D0E0F"
TOML = f'[[meter]]\nname = "Zähler"\nguek = "{KEY}"\n'
CSV = f"Gerät;System Title;EK\nZähler;4142434445464748;{KEY}\n"
PRIVATE = ec.generate_private_key(ec.SECP256R1())
posix = pytest.mark.skipif(os.name != "posix", reason="permissions of group and others are a POSIX matter")


def write(path: Path, content: str | bytes, mode: int = 0o600) -> str:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    path.chmod(mode)
    return str(path)


def test_toml_and_tables_are_told_apart_by_content_whatever_the_file_is_called(tmp_path: Path) -> None:
    ring = Keyring()
    assert load_keys_file(ring, write(tmp_path / "a.csv", TOML)) == []
    path = write(tmp_path / "b.toml", CSV)
    assert load_keys_file(ring, path) == [f"{path}: columns not used: Gerät"]
    assert [keys.guek for keys in ring] == [bytes(range(16))] * 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_may_be_written_as_editors_and_spreadsheets_write_it(tmp_path: Path, encoding: str) -> None:
    ring = Keyring()
    load_keys_file(ring, write(tmp_path / "keys", TOML.encode(encoding)))
    assert [keys.name for keys in ring] == ["Zähler"]


def test_pem_files_are_found_beside_the_keys_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pem").mkdir()
    write(
        tmp_path / "pem" / "s.pem", PRIVATE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    path = write(tmp_path / "keys.toml", '[[meter]]\nserver_signing_cert = "pem/s.pem"\n')
    monkeypatch.chdir("/")
    ring = Keyring()
    load_keys_file(ring, path)
    assert [keys.server_signing_cert for keys in ring] == [PRIVATE.public_key()]


@posix
def test_a_setting_that_no_file_can_be_called_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.write_text('[[meter]]\nclient_signing_cert = "a\\u0000b"\n', encoding="utf-8")
    with pytest.raises(KeyProblem) as problem:
        load_keys_file(Keyring(), str(path))
    assert str(problem.value) == f"{path}:2: client_signing_cert: a\0b: no file can be called so"


@pytest.mark.parametrize(("mode", "exposed"), [(0o600, False), (0o640, True), (0o604, True), (0o622, False)])
def test_a_keys_file_that_others_can_read_is_warned_of(tmp_path: Path, mode: int, exposed: bool) -> None:
    path = write(tmp_path / "keys.toml", TOML, mode)
    notes = load_keys_file(Keyring(), path)
    assert notes == ([f"{path} can be read by others: chmod 600 keeps its keys to you"] if exposed else [])


@posix
def test_of_pem_files_only_private_keys_are_a_secret(tmp_path: Path) -> None:
    private = PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = PRIVATE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    secret = write(tmp_path / "private.pem", private, 0o644)
    write(tmp_path / "public.pem", public, 0o644)
    path = write(
        tmp_path / "keys.toml", '[[meter]]\nserver_agreement_key = "private.pem"\nclient_signing_cert = "public.pem"\n'
    )
    assert load_keys_file(Keyring(), path) == [f"{secret} can be read by others: chmod 600 keeps its keys to you"]


@posix
def test_a_pipe_is_read_like_a_file_and_warned_of_by_nobody() -> None:
    reading, writing = os.pipe()
    os.write(writing, TOML.encode())
    os.close(writing)
    ring = Keyring()
    assert load_keys_file(ring, f"/dev/fd/{reading}") == []
    os.close(reading)
    assert len(ring) == 1


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(KeyProblem, match=r"none\.toml: No such file or directory"):
        load_keys_file(Keyring(), str(tmp_path / "none.toml"))


def test_a_file_too_long_for_keys_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_files, "MAX_KEYS_FILE", 1 << 20)
    with pytest.raises(KeyProblem, match="more than 1 MiB, which is no file of keys"):
        load_keys_file(Keyring(), write(tmp_path / "big.pcap", bytes((1 << 20) + 1)))


def test_octets_that_are_no_text_are_refused_naming_the_file(tmp_path: Path) -> None:
    with pytest.raises(KeyProblem, match="noise:"):
        load_keys_file(Keyring(), write(tmp_path / "noise", bytes(range(256)) * 4))


def test_key_material_is_read_as_it_stands(tmp_path: Path) -> None:
    assert read_key_material(write(tmp_path / "k.der", b"\x30\x00")) == b"\x30\x00"


@posix
def test_keys_are_written_for_the_owner_alone_and_read_back_without_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.write_text("old")
    path.chmod(0o644)
    keys = KeySet(name="Zähler", guek=bytes(range(16)))
    save_keys_file(str(path), [keys])
    assert path.stat().st_mode & 0o777 == 0o600
    ring = Keyring()
    assert load_keys_file(ring, str(path)) == []
    assert [(one.name, one.guek) for one in ring] == [("Zähler", keys.guek)]


def test_keys_that_cannot_be_written_leave_what_was_there(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="cannot write"):
        save_keys_file(str(tmp_path / "none" / "keys.toml"), [KeySet(guek=bytes(16))])
