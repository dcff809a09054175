"""`dlms-analyzer audit`: security findings over capture files."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from dlms_analyzer.audit import Auditor
from dlms_analyzer.cli.options import CaptureRun, add_capture_options, say, say_closed
from dlms_analyzer.output.findings import finding_lines
from dlms_analyzer.output.json_lines import json_line
from dlms_analyzer.output.style import Style
from dlms_analyzer.words import counted


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "audit",
        help="print security findings of capture files",
        description="Print what is wrong with the security of what captures show, worst first: each finding with the "
        "messages that show it, why it matters and what to do. Give the keys, and it looks inside as well.",
    )
    add_capture_options(command)
    command.add_argument("-T", dest="form", choices=("text", "jsonl"), default="text", help="text or an object a line")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the findings; gives the exit status, which says nothing about how many there are."""
    style = Style.of(sys.stdout)
    with CaptureRun(options) as captures:
        auditor = Auditor(captures.analyzer.security.keyring)
        auditor.feed_all(captures.messages())
    found = auditor.finish()
    if options.form == "jsonl":
        for finding in found:
            sys.stdout.write(json_line(finding.to_dict(options.show_secrets)))
    else:
        for finding in found:
            print("\n".join([*finding_lines(finding, style, options.show_secrets), ""]))
        if not found and (auditor.messages or not captures.status):
            print(f"no findings in {counted(auditor.messages, 'message')}")
    if auditor.closed:
        say_closed(auditor.closed, auditor.messages, "what they carry was not looked at")
    if auditor.left_out:
        say(f"{counted(auditor.left_out, 'message')} of further clients and meters were not looked at")
    return captures.status
