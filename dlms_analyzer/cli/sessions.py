"""`dlms-analyzer sessions`: the associations of capture files."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from dlms_analyzer.cli.options import CaptureRun, add_capture_options
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
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the associations; gives the exit status."""
    style = Style.of(sys.stdout)
    with CaptureRun(options, heads=True) as captures:
        for _ in captures.messages():
            pass
        for association in captures.analyzer.associations:
            if options.form == "jsonl":
                print(json.dumps(session_dict(association), ensure_ascii=False))
            else:
                print("\n".join(session_lines(association, style)))
    return captures.status
