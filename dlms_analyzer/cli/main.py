"""The command `dlms-analyzer`: finds the subcommand and runs it."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence

from dlms_analyzer import __version__
from dlms_analyzer.capture import CaptureError
from dlms_analyzer.cli import decode, fields, read, sessions

EXIT_BAD_INPUT = 1
EXIT_INTERRUPTED = 128 + signal.SIGINT


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    top = argparse.ArgumentParser(
        prog="dlms-analyzer",
        description="See what smart meters and head-end systems say to each other (DLMS/COSEM, IEC 62056).",
        epilog="Try: dlms-analyzer read captures/ln_wrapper_low.pcap",
    )
    top.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    read.add_parser(commands)
    sessions.add_parser(commands)
    decode.add_parser(commands)
    fields.add_parser(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; gives the exit status."""
    options = parser().parse_args(arguments)
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read has seen enough. Point stdout elsewhere, so that closing it says nothing either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except CaptureError as problem:
        print(f"dlms-analyzer: {problem}", file=sys.stderr)
        return EXIT_BAD_INPUT
    except KeyboardInterrupt:
        print("dlms-analyzer: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    return status
