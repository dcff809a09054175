"""`dlms-analyzer model`: what meters look like from their traffic."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from dlms_analyzer.cli.meters import add_meter_options, known_meters
from dlms_analyzer.cli.options import CaptureRun, add_capture_options, say
from dlms_analyzer.object_tree import meter_dict, object_tree
from dlms_analyzer.output.cells import width_of
from dlms_analyzer.output.json_lines import json_line
from dlms_analyzer.output.object_tree import meter_lines
from dlms_analyzer.output.style import Style
from dlms_analyzer.values import Latest, Value, values_of


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "model",
        help="print the objects of the meters in capture files",
        description="Print what each meter looks like from its traffic: its objects with their classes and versions, "
        "the rights of the association that read its object list, and the last values.",
    )
    add_capture_options(command)
    command.add_argument("-T", dest="form", choices=("text", "jsonl"), default="text", help="text or an object a line")
    add_meter_options(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the meters; gives the exit status."""
    out = sys.stdout
    style, width = Style.of(out), width_of(out)
    show_secrets: bool = options.show_secrets
    with CaptureRun(options) as captures, known_meters(options, captures.analyzer.security.keyring) as meters:
        latest = Latest()
        for value in values_of(captures.messages(), meters):
            latest.add(value)
        if latest.left_out:
            say(f"{latest.left_out:,} values of further attributes are left out")
        values: dict[int, list[Value]] = {}
        for value in latest:
            values.setdefault(id(value.meter), []).append(value)
        for _, meter in meters.items():  # noqa: PERF102 - no dict
            nodes = object_tree(meter, values.get(id(meter), ()))
            if not nodes:
                continue
            if options.form == "jsonl":
                out.write(json_line(meter_dict(meter, nodes, show_secrets=show_secrets)))
                continue
            for line in meter_lines(meter, nodes, style, width, show_secrets=show_secrets):
                out.write(line + "\n")
            out.write("\n")
    return captures.status
