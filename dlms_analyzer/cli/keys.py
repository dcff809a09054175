"""Options that give keys: files, single keys, the environment."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from typing import Any, Final

from dlms_analyzer.capture import CaptureError
from dlms_analyzer.capture.key_files import load_keys_file, read_key_material
from dlms_analyzer.output.escape import escape
from dlms_analyzer.security.key_settings import SETTINGS, key_set, unknown_setting
from dlms_analyzer.security.keyring import Keyring
from dlms_analyzer.security.keys import KeyProblem, KeySet

ENVIRONMENT: Final = "DLMS_ANALYZER_KEYS"
"""Variable with the paths of keys files, parted as in PATH."""

SINGLE_KEYS_ENVIRONMENT: Final = "DLMS_ANALYZER_KEY"
"""Variable with what `--key` takes, as words of a shell; only the user and root see it, everyone sees the options."""


def single_key(text: str) -> tuple[str, Any]:
    """A `--key` option: the setting and its value.

    Raises:
        ArgumentTypeError: no such setting, or no such value; the text does not show it.
    """
    setting, equals, value = text.partition("=")
    setting = setting.strip()
    if not equals:
        raise argparse.ArgumentTypeError("a setting, = and its value are needed, for example guek=HEX")
    try:
        keys = key_set({setting: value}, origin="command line", read=read_key_material)
    except KeyProblem as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None
    return setting, getattr(keys, setting)


def csv_column(text: str) -> tuple[str, str]:
    """A `--csv-map` option: the setting and the column that holds it.

    Raises:
        ArgumentTypeError: no such setting.
    """
    setting, equals, column = (part.strip() for part in text.partition("="))
    if not equals or not column:
        raise argparse.ArgumentTypeError("a setting, = and a column are needed, for example guek=EK_HEX")
    if setting not in SETTINGS:
        raise argparse.ArgumentTypeError(unknown_setting(setting))
    return setting, column


def add_key_options(command: Any) -> None:
    """Add the options that give keys, and `--show-secrets`."""
    group = command.add_argument_group("keys")
    group.add_argument(
        "--keys",
        action="append",
        default=[],
        dest="keys_files",
        metavar="FILE",
        help=f"keys of meters, TOML or CSV; again for more files. {ENVIRONMENT} names files that are always read",
    )
    group.add_argument(
        "--key",
        action="append",
        default=[],
        type=single_key,
        dest="single_keys",
        metavar="NAME=HEX",
        help="one key for every meter, for example guek=0011…; all of these together are one set. "
        "Other users of the machine may see it in the list of processes; "
        f"what stands in {SINGLE_KEYS_ENVIRONMENT} they do not",
    )
    group.add_argument(
        "--csv-map",
        action="append",
        default=[],
        type=csv_column,
        dest="csv_columns",
        metavar="NAME=COLUMN",
        help="which column of a CSV file holds a key, for example guek=EK_HEX",
    )
    group.add_argument("--show-secrets", action="store_true", help="print keys and passwords where they are known")


def keyring_of(options: argparse.Namespace) -> Keyring:
    """The keys that the options and the environment give; warnings go to standard error.

    Raises:
        CaptureError: a file that cannot be used.
    """
    keyring = Keyring()
    columns = dict(options.csv_columns)
    named = [path for path in os.environ.get(ENVIRONMENT, "").split(os.pathsep) if path]
    for path in named + options.keys_files:
        try:
            notes = load_keys_file(keyring, path, columns)
        except KeyProblem as problem:
            raise CaptureError("\n".join(escape(line) for line in str(problem).splitlines())) from None
        for note in notes:
            print(f"dlms-analyzer: warning: {escape(note)}", file=sys.stderr)
    single = dict(_keys_in_environment() + options.single_keys)
    if single:
        keyring.add(KeySet(**single, origin="command line"))
    return keyring


def _keys_in_environment() -> list[tuple[str, Any]]:
    """The single keys of the environment.

    Raises:
        CaptureError: one cannot be used.
    """
    try:
        return [single_key(word) for word in shlex.split(os.environ.get(SINGLE_KEYS_ENVIRONMENT, ""))]
    except (ValueError, argparse.ArgumentTypeError) as problem:
        raise CaptureError(f"{SINGLE_KEYS_ENVIRONMENT}: {escape(str(problem))}") from None
