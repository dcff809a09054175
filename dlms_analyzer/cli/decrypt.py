"""`dlms-analyzer decrypt`: a capture with its messages deciphered, for other programs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

from dlms_analyzer.capture import CaptureError
from dlms_analyzer.capture import pcapng_writer as writer
from dlms_analyzer.capture.output_file import OutputFile
from dlms_analyzer.clear.rewriting import Rewriter
from dlms_analyzer.cli.options import CaptureRun, add_capture_options, say
from dlms_analyzer.cli.stopping import tidy_end
from dlms_analyzer.words import counted

INTERFACE = "decrypt"
"""Name of the interface in the output; it says that no wire carried these frames."""
_SECRETS = (
    "the output is in clear: dedicated keys, and passwords and keys that were sent ciphered, can be read in it. "
    "Keep it as you keep the keys"
)


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "decrypt",
        help="write a capture with its messages deciphered, for Wireshark",
        description="Write a pcapng file in which the deciphered messages stand in clear, one frame each, for "
        "Wireshark 4.6 and other programs that know no keys. Packets are built anew; what was sent is kept as a "
        "comment.",
        epilog="Example: dlms-analyzer decrypt trace.pcap clear.pcapng --keys meters.toml",
    )
    add_capture_options(command, files=1, metavar="IN")
    command.add_argument("output", metavar="OUT", help="pcapng file to write; - is standard output")
    command.add_argument(
        "--upper-pdu",
        action="store_true",
        help="write exported PDUs, which name the dissector, instead of Ethernet, IP, TCP and UDP",
    )
    command.add_argument(
        "--wrapper",
        action="store_true",
        help="give the APDUs of HDLC the wrapper and leave out the rest of HDLC, of which Wireshark knows few forms",
    )
    command.add_argument(
        "--keep-ports",
        action="store_true",
        help="keep the ports of the capture; otherwise the one of the service becomes 4059, by which Wireshark knows "
        "DLMS/COSEM",
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the capture; gives the exit status."""
    if options.output == "-" and sys.stdout.isatty():
        raise CaptureError("the output is binary and standard output is a terminal; name a file")
    with tidy_end(), CaptureRun(options, heads=True) as captures:
        if captures.status:
            return captures.status
        rewriter = Rewriter(upper_pdu=options.upper_pdu, keep_ports=options.keep_ports, wrapper=options.wrapper)
        if options.output == "-":
            _write(captures, rewriter, sys.stdout.buffer.write)
            sys.stdout.buffer.flush()
        else:
            with OutputFile(options.output, options.files) as file:
                _write(captures, rewriter, file.write)
    opened, closed = counted(rewriter.opened, "message"), counted(rewriter.closed, "protected message")
    say(f"{opened} deciphered, {closed} written as sent")
    if rewriter.opened:
        say(_SECRETS)
    return captures.status


def _write(captures: CaptureRun, rewriter: Rewriter, write: Callable[[bytes], object]) -> None:
    """Write the blocks of a pcapng file."""
    write(writer.section_header())
    write(writer.interface_description(rewriter.link_type, INTERFACE, "rebuilt from deciphered messages"))
    rewrite = rewriter.rewrite
    for message in captures.messages():
        for frame in rewrite(message):
            write(writer.packet(0, frame.time, frame.octets, comment=frame.comment))
