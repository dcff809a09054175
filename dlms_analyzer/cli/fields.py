"""`dlms-analyzer fields`: every display-filter field."""

from __future__ import annotations

import argparse
from typing import Any

from scapy_layers.reference import fields


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "fields", help="list every display-filter field", description="List the fields that the layers declare."
    )
    command.add_argument("pattern", nargs="?", default="", help="only names with this in them")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print name, kind and layers of each field; 1 when none has the pattern."""
    found = [entry for entry in fields() if options.pattern in entry.name]
    width = max((len(entry.name) for entry in found), default=0)
    for entry in found:
        print(f"{entry.name:{width}}  {entry.kind:18}  {', '.join(entry.layers)}")
    return 0 if found else 1
