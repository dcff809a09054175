"""The command `dlms-analyzer`: finds the subcommand and runs it."""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from dlms_analyzer import __version__
from dlms_analyzer.capture import CaptureError
from dlms_analyzer.capture.child_process import ChildError
from dlms_analyzer.cli import audit, decode, decrypt, fields, key_commands, live, model, read, serial, sessions, values
from dlms_analyzer.cli.front import Front
from dlms_analyzer.cli.options import say
from dlms_analyzer.cli.stopping import EXIT_INTERRUPTED
from dlms_analyzer.cycles import look_less_often

EXIT_BAD_INPUT = 1


def parser(front: Front | None = None) -> argparse.ArgumentParser:
    """The parser of the whole command line.

    Args:
        front: shows captures on screens; without it, commands print.
    """
    top = argparse.ArgumentParser(
        prog="dlms-analyzer",
        description="See what smart meters and head-end systems say to each other (DLMS/COSEM, IEC 62056).",
        epilog="Try: dlms-analyzer read captures/ln_wrapper_low.pcap",
    )
    top.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    top.set_defaults(front=front)
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    if front is not None:
        front.add_parsers(commands)
    read.add_parser(commands)
    live.add_parser(commands)
    serial.add_parser(commands)
    sessions.add_parser(commands)
    values.add_parser(commands)
    model.add_parser(commands)
    audit.add_parser(commands)
    decode.add_parser(commands)
    decrypt.add_parser(commands)
    key_commands.add_parser(commands)
    fields.add_parser(commands)
    return top


def main(arguments: Sequence[str] | None = None, front: Front | None = None) -> int:
    """Run the command line; gives the exit status.

    Args:
        arguments: of the command line; None for those of the program.
        front: shows captures on screens; without it, commands print.
    """
    if front is not None:
        arguments = front.completed(sys.argv[1:] if arguments is None else arguments)
    options = parser(front).parse_args(arguments)
    look_less_often()
    if sys.stdout is None:  # closed by whoever started us
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - until the end of the program
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # for terminals that know few characters
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read has seen enough
        _abandon_output()
        return 0
    except (CaptureError, ChildError) as problem:
        say(problem)
        return EXIT_BAD_INPUT
    except KeyboardInterrupt:
        return _end_interrupted()
    except OSError as problem:  # the disk behind standard output is full
        say(problem.strerror or problem)
        _abandon_output()
        return EXIT_BAD_INPUT
    return status


def _end_interrupted() -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C, while the program ends already
    try:
        sys.stdout.flush()
    except OSError:
        _abandon_output()
    return EXIT_INTERRUPTED


def _abandon_output() -> None:
    """Point standard output elsewhere, so that closing it at the end of the program says nothing either."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
