"""`dlms-analyzer serial`: the messages that pass a serial line."""

from __future__ import annotations

import argparse
from contextlib import closing
from typing import Any

from dlms_analyzer.capture.baud_rate import LineSettings
from dlms_analyzer.capture.serial_tap import MAX_PORTS, SerialSource, list_ports
from dlms_analyzer.cli.listening import add_listening_options, front_of, listen, report


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "serial",
        help="show or print the messages that pass a serial line",
        description="Listen on one or two serial ports and show the DLMS/COSEM messages as they come: on screens, or "
        "as lines with --print and where standard output is no terminal, until Ctrl-C. "
        "With two ports, as a tap on both wires has them, the first one carries what the client sends. Needs "
        "dlms-analyzer[serial].",
        epilog="Example: dlms-analyzer serial /dev/ttyUSB0 /dev/ttyUSB1 --mode-e --print -w meter.pcapng",
    )
    command.add_argument("devices", nargs="*", metavar="DEVICE", help="serial port")
    command.add_argument("--baud", type=_baud, default=9600, metavar="RATE", help="baud rate (default: %(default)s)")
    command.add_argument("--parity", choices=("none", "even", "odd"), default="none", help="default: %(default)s")
    command.add_argument("--data-bits", type=int, choices=(7, 8), default=8, help="default: %(default)s")
    command.add_argument(
        "--mode-e",
        action="store_true",
        help="begin as IEC 62056-21 does, at 300 Bd with 7 bits and even parity, and follow the change of baud rate",
    )
    command.add_argument("-D", "--list-ports", action="store_true", help="list the serial ports of this machine")
    add_listening_options(command)
    command.set_defaults(run=run, usage_error=command.error)


def run(options: argparse.Namespace) -> int:
    """Show or print what passes; gives the exit status."""
    if options.list_ports:
        for device in list_ports():
            print(device)
        return 0
    if not 0 < len(options.devices) <= MAX_PORTS:
        options.usage_error("one serial port, or two: for what the client sends and for what it receives")
    with closing(SerialSource(options.devices, line_settings(options), mode_e=options.mode_e)) as source:
        if (front := front_of(options)) is not None:
            return front.listen(source, options)
        start = source.settings
        line = f"{start.baud_rate} Bd {start.data_bits}{start.parity}1"
        return report(source, listen(source, options, f"listening on {source.name} at {line}, until Ctrl-C"))


def line_settings(options: argparse.Namespace) -> LineSettings:
    """The settings of the line that the options name."""
    return LineSettings(options.baud, options.data_bits, options.parity[0].upper())


def _baud(text: str) -> int:
    """A baud rate.

    Raises:
        ArgumentTypeError: It is not a positive number.
    """
    if not text.isascii() or not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no baud rate")
    return int(text)
