"""Options about what is known of meters: names for objects, and models that are loaded and saved."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dlms_analyzer.capture import CaptureError
from dlms_analyzer.capture.meter_files import load_meters, load_names, save_meters
from dlms_analyzer.cli.options import say
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.cosem.names import Names, NameTable
from dlms_analyzer.security.keyring import Keyring


def add_meter_options(command: Any) -> None:
    """Add the tables of names and the saved models."""
    group = command.add_argument_group("meters")
    group.add_argument(
        "--names",
        action="append",
        default=[],
        metavar="FILE",
        help="names for objects and classes, TOML or CSV; again for more files, the last goes first",
    )
    group.add_argument(
        "--region",
        action="append",
        default=[],
        dest="regions",
        metavar="LIST",
        help="use the names of a country or project before the standard's, for example idis; may be repeated",
    )
    group.add_argument(
        "--meter-model",
        metavar="FILE",
        help="what was learnt about the meters before: object lists, scalers, columns of profiles",
    )
    group.add_argument(
        "--save-meter-model", type=_file, metavar="FILE", help="keep what is known about the meters at the end"
    )


@contextmanager
def known_meters(options: argparse.Namespace, keys: Keyring) -> Iterator[Meters]:
    """What the options say about the meters; saved at the end when they ask for it.

    Args:
        options: of the command line.
        keys: which tell by what names the user calls the meters.

    Raises:
        CaptureError: a file that cannot be used.
    """
    meters = _meters(options, {one.system_title.hex(): one.name for one in keys if one.system_title and one.name})
    try:
        yield meters
    finally:
        if options.save_meter_model is not None:
            save_meters(options.save_meter_model, meters)


def _meters(options: argparse.Namespace, called: dict[str, str]) -> Meters:
    table = NameTable()
    for path in options.names:
        try:
            table.update(load_names(path))
        except ValueError as problem:
            raise CaptureError(f"{path}: {problem}") from None
    try:
        names = Names(table, tuple(dict.fromkeys(options.regions)))
    except ValueError as problem:
        raise CaptureError(f"--region: {problem}") from None
    if options.meter_model is None:
        return Meters(names, called)
    meters = load_meters(options.meter_model, names, called)
    if meters is None:
        if options.save_meter_model != options.meter_model:
            say(f"{options.meter_model} is not there; nothing is known about the meters at first")
        return Meters(names, called)
    return meters


def _file(text: str) -> str:
    """The name of a file in a folder that is there.

    Raises:
        ArgumentTypeError: there is no such folder.
    """
    if not Path(text).parent.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {str(Path(text).parent)!r}")
    return text
