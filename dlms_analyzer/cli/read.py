"""`dlms-analyzer read`: the messages of capture files, as lines, trees or jsonl."""

from __future__ import annotations

import argparse
from typing import Any

from dlms_analyzer.cli.meters import known_meters
from dlms_analyzer.cli.options import CaptureRun, add_capture_options
from dlms_analyzer.cli.printing import add_form_options, capture_writer
from dlms_analyzer.cli.stopping import EXIT_INTERRUPTED, StopSignals


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "read",
        help="print the messages of capture files",
        description="Print the DLMS/COSEM messages of captures and logs, whatever port they use. Several files are "
        "read as one, in the order of time.",
    )
    add_capture_options(command)
    add_form_options(command)
    command.add_argument("-F", "--follow", action="store_true", help="go on when the file grows, until Ctrl-C")
    command.set_defaults(run=run, usage_error=command.error)


def run(options: argparse.Namespace) -> int:
    """Print the messages; gives the exit status."""
    if not options.follow:
        with CaptureRun(options) as captures:
            return _print(captures, options)
    if len(options.files) > 1 or options.engine != "own":
        options.usage_error("--follow takes one file, and our own engine")
    with StopSignals() as signals, CaptureRun(options, follow=signals.came) as captures:
        status = _print(captures, options)
    return EXIT_INTERRUPTED if signals.came() else status


def _print(captures: CaptureRun, options: argparse.Namespace) -> int:
    with (
        known_meters(options, captures.analyzer.security.keyring) as meters,
        capture_writer(options, meters, captures.octets) as write,
    ):
        for message in captures.messages():
            write(message)
    return captures.status
