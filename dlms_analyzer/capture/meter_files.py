"""The files that hold names of objects, and what was learnt about meters."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from dlms_analyzer.capture.output_file import OutputFile
from dlms_analyzer.capture.problem import CaptureError
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.cosem.names import Names, NameTable, from_csv, from_toml
from dlms_analyzer.security.toml_lines import TomlProblem

MAX_NAMES_FILE: Final = 16 << 20
"""Octets of a table of names: a hundred thousand rows. A capture given for it by mistake is not read whole."""

MAX_MODEL_FILE: Final = 512 << 20
"""Octets of saved meter models: the object lists of some thousand meters."""


def load_names(path: str) -> NameTable:
    """A user's table of names, TOML when the file is called so or begins with a table, else CSV.

    Raises:
        CaptureError: it cannot be read, or holds no such table.
    """
    text = _text(path, MAX_NAMES_FILE, "table of names")
    is_toml = path.lower().endswith(".toml") or text.lstrip().startswith("[[")
    try:
        return from_toml(text, path) if is_toml else from_csv(text)
    except TomlProblem as problem:
        raise CaptureError(str(problem)) from None
    except ValueError as problem:
        raise CaptureError(f"{path}: {problem}") from None


def load_meters(path: str, names: Names, called: Mapping[str, str] | None = None) -> Meters | None:
    """What was learnt about meters and saved; None when there is no such file.

    Args:
        path: of the file.
        names: what objects are called.
        called: what the user calls meters, by system title in hex.

    Raises:
        CaptureError: it cannot be read, or was not written by `save_meters`.
    """
    if not Path(path).exists():
        return None
    try:
        return Meters.from_dict(json.loads(_text(path, MAX_MODEL_FILE, "meter model")), names, called)
    except json.JSONDecodeError as problem:
        raise CaptureError(f"{path}:{problem.lineno}: not JSON, so it is no saved meter model") from None
    except RecursionError:
        raise CaptureError(f"{path}: brackets are nested too deeply, so it is no saved meter model") from None
    except ValueError as problem:
        raise CaptureError(f"{path}: {problem}") from None


def save_meters(path: str, meters: Meters) -> None:
    """Write what was learnt about meters, for the owner alone; the file is there whole, or as it was before.

    Raises:
        CaptureError: it cannot be written.
    """
    with OutputFile(path) as file:
        file.write(json.dumps(meters.to_dict(), separators=(",", ":")).encode())


def _text(path: str, longest: int, what: str) -> str:
    try:
        with Path(path).open("rb") as file:
            octets = file.read(longest + 1)
        if len(octets) > longest:
            raise CaptureError(f"{path}: more than {longest >> 20} MiB, which is no {what}")
        return octets.decode("utf-8-sig")
    except OSError as problem:
        raise CaptureError(f"{path}: {problem.strerror or problem}") from None
    except UnicodeDecodeError as problem:
        raise CaptureError(f"{path}: no UTF-8 at offset {problem.start}, so it is no {what}") from None
