"""`dlms-analyzer sessions`: the associations of capture files."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from dlms_analyzer.cli.meters import add_meter_options, known_meters
from dlms_analyzer.cli.options import CaptureRun, add_capture_options
from dlms_analyzer.meaning import learn_name, place_of_server
from dlms_analyzer.output.json_lines import json_line
from dlms_analyzer.output.sessions import session_dict, session_lines
from dlms_analyzer.output.style import Style


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "sessions",
        help="print the associations of capture files",
        description="Print who talked to whom: context, mechanism, conformance, counts, errors, times.",
    )
    add_capture_options(command)
    command.add_argument("-T", dest="form", choices=("text", "jsonl"), default="text", help="text or an object a line")
    add_meter_options(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the associations; gives the exit status."""
    style = Style.of(sys.stdout)
    with (
        CaptureRun(options, heads=True) as captures,
        known_meters(options, captures.analyzer.security.keyring) as meters,
    ):
        for message in captures.messages():
            learn_name(meters, message)
        for association in captures.analyzer.associations:
            meter = meters.find(place_of_server(association), association.server_title)
            name = meter.given_name or meter.logical_device_name or None
            if options.form == "jsonl":
                sys.stdout.write(json_line(session_dict(association, name)))
            else:
                print("\n".join(session_lines(association, style, name)))
    return captures.status
