"""The files that hold keys."""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from dlms_analyzer.capture.output_file import OutputFile
from dlms_analyzer.security.key_trial import Candidate, candidates_of, parse_candidates
from dlms_analyzer.security.keyring import Keyring
from dlms_analyzer.security.keys import KeyProblem, KeySet
from dlms_analyzer.security.keys_writing import keys_text

MAX_KEYS_FILE: Final = 64 << 20
"""Octets of a keys file: some hundred thousand meters. A capture given for it by mistake is not read whole."""

MAX_KEY_MATERIAL: Final = 1 << 20
"""Octets of a PEM file; a certificate with its chain has some thousand."""


def load_keys_file(keyring: Keyring, path: str, columns: Mapping[str, str] | None = None) -> list[str]:
    """Add the keys of a TOML or CSV file to a keyring.

    Args:
        keyring: to add to.
        path: of the file; PEM files are found beside it.
        columns: settings and the columns of a CSV file that hold them, where their names do not tell.

    Returns:
        What the user should hear of: columns that were not used, files that others can read.

    Raises:
        KeyProblem: the file cannot be read, or has problems: all of them, each with its line.
    """
    files = _Files(Path(path).parent)
    unused = keyring.add_text(_text_of(path, files), path, files.read, columns)
    columns_note = [f"{path}: columns not used: {', '.join(unused)}"] if unused else []
    return columns_note + [f"{name} can be read by others: chmod 600 keeps its keys to you" for name in files.exposed]


def load_candidates(path: str, columns: Mapping[str, str] | None = None) -> list[Candidate]:
    """The symmetric keys of a file: a list of keys in hex, or a keys file.

    Args:
        path: of the file.
        columns: as for `load_keys_file`.

    Raises:
        KeyProblem: the file cannot be read, or has problems: all of them, each with its line.
    """
    files = _Files(Path(path).parent)
    text = _text_of(path, files)
    listed = parse_candidates(text, path)
    if listed is not None:
        return listed
    keyring = Keyring()
    keyring.add_text(text, path, files.read, columns)
    return [candidate for keys in keyring for candidate in candidates_of(keys)]


def save_keys_file(path: str, key_sets: Iterable[KeySet]) -> None:
    """Write key sets with all their secrets as a keys file, for the owner alone.

    Raises:
        CaptureError: it cannot be written; what was there before stays.
    """
    with OutputFile(path) as file:
        file.write(keys_text(key_sets).encode())


def _text_of(path: str, files: _Files) -> str:
    try:
        return _decoded(files.read_at(Path(path), MAX_KEYS_FILE))
    except OSError as problem:
        raise KeyProblem(f"{path}: {problem.strerror or problem}") from None


def read_key_material(path: str) -> bytes:
    """The octets of a PEM or DER file.

    Raises:
        OSError: it cannot be read, or is too long.
    """
    return _Files(Path()).read(path)


class _Files:
    """Reads files beside a keys file, and notes which of them others can read.

    Attributes:
        exposed: paths of files that group or others can read, and that hold secrets.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.exposed: list[str] = []

    def read(self, name: str) -> bytes:
        """The octets of a PEM or DER file; certificates are no secret."""
        return self.read_at(self._folder / name, MAX_KEY_MATERIAL, secret=b"PRIVATE KEY")

    def read_at(self, path: Path, longest: int, secret: bytes = b"") -> bytes:
        """The octets of a file.

        Args:
            path: of the file.
            longest: octets it may have.
            secret: what makes it a secret to have in it.

        Raises:
            OSError: it cannot be read, or is longer.
        """
        with path.open("rb") as file:
            octets = file.read(longest + 1)
            mode = os.fstat(file.fileno()).st_mode
        if len(octets) > longest:
            raise OSError(0, f"more than {longest >> 20} MiB, which is no file of keys")
        readable = stat.S_ISREG(mode) and mode & (stat.S_IRGRP | stat.S_IROTH)
        # Where there are no such permissions, Python makes some up.
        if os.name == "posix" and readable and secret in octets:
            self.exposed.append(str(path))
        return octets


def _decoded(octets: bytes) -> str:
    """Text, as editors and spreadsheets write it: UTF-8, UTF-16 with its mark, else the Windows code page."""
    if octets.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return octets.decode("utf-16", "replace")
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError:
        return octets.decode("cp1252", "replace")
