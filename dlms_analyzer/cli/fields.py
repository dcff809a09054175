"""`dlms-analyzer fields`: every display-filter field."""

from __future__ import annotations

import argparse
from typing import Any

from dlms_analyzer.cli.options import say
from dlms_analyzer.filters.engine_fields import ENGINE_FIELDS
from scapy_layers.reference import fields


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "fields",
        help="list every display-filter field",
        description="List the fields of the layers, with the layers that have them, and those of the engine.",
    )
    command.add_argument("pattern", nargs="?", default="", help="only names with this in them")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print name, kind, and layers or meaning of each field; 1 when none has the pattern."""
    rows = [(entry.name, entry.kind, ", ".join(entry.layers)) for entry in fields()]
    rows += [(entry.name, entry.domain.value, entry.description) for entry in ENGINE_FIELDS]
    found = sorted(row for row in rows if options.pattern in row[0])
    width = max((len(name) for name, _, _ in found), default=0)
    for name, kind, said in found:
        print(f"{name:{width}}  {kind:18}  {said}")
    if not found:
        say(f"no field has {options.pattern!r} in its name")
        return 1
    return 0
