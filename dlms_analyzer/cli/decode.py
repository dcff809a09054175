"""`dlms-analyzer decode`: one frame or APDU from pasted hex."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from dlms_analyzer.cli.keys import add_key_options, keyring_of
from dlms_analyzer.decoding import FRAMINGS, Pasted, decode, parse_hex
from dlms_analyzer.message_json import message_dict
from dlms_analyzer.output.json_lines import json_line
from dlms_analyzer.output.pasted import learnt, pasted_lines
from dlms_analyzer.output.style import Style


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "decode",
        help="decode one frame or APDU from hex",
        description="Decode pasted octets: HDLC frames, wrapper PDUs, LLC, bare APDUs or A-XDR data.",
        epilog="Example: dlms-analyzer decode c001c100030100010800ff0200",
    )
    command.add_argument("hex", nargs="+", metavar="HEX", help="hex digits, spaces and colons allowed; - reads stdin")
    command.add_argument("--as", dest="framing", choices=FRAMINGS, help="what the octets are; guessed otherwise")
    command.add_argument(
        "-T",
        dest="form",
        choices=("tree", "text", "jsonl"),
        default="tree",
        help="tree: every field with its offsets (default); text: a line each; jsonl: an object a line",
    )
    add_key_options(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Decode and print; gives the exit status."""
    text = sys.stdin.read() if options.hex == ["-"] else " ".join(options.hex)
    try:
        pasted = decode(parse_hex(text), options.framing, keyring_of(options))
    except ValueError as problem:
        print(f"dlms-analyzer: {problem}", file=sys.stderr)
        return 1
    if options.form == "jsonl":
        meters = learnt(pasted)
        for message in pasted.messages:
            sys.stdout.write(json_line(message_dict(message, meters, show_secrets=options.show_secrets)))
    else:
        if pasted.guessed:
            print(f"{len(pasted.octets)} octets, taken for {pasted.framing} (--as says otherwise)", file=sys.stderr)
        tree = options.form == "tree"
        for line in pasted_lines(pasted, Style.of(sys.stdout), tree=tree, show_secrets=options.show_secrets):
            print(line)
    return 1 if any(error for _, error in _errors(pasted)) else 0


def _errors(pasted: Pasted) -> list[tuple[str, str]]:
    return [(one.name, one.error) for node in pasted.nodes for _, one in node.walk() if one.error]
