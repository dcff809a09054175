"""`dlms-analyzer live`: the messages that pass a network interface."""

from __future__ import annotations

import argparse
from contextlib import closing
from typing import Any, Final

from dlms_analyzer.capture.live import RING, LiveSource
from dlms_analyzer.capture.live_tools import list_interfaces
from dlms_analyzer.cli.listening import add_listening_options, front_of, listen, report

_MIB: Final = 1 << 20


def add_parser(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "live",
        help="show or print the messages that pass a network interface",
        description="Capture on network interfaces and show the DLMS/COSEM messages as they come: on screens, or as "
        "lines with --print and where standard output is no terminal, until Ctrl-C. The "
        "capturing is done by dumpcap, tcpdump or, where neither is installed, Scapy's sockets.",
        epilog='Example: dlms-analyzer live -i eth0 -f "tcp port 4059" --print -w meter.pcapng',
    )
    command.add_argument("-i", dest="interfaces", action="append", metavar="IFACE", help="interface; may be repeated")
    command.add_argument("-f", dest="filter", default="", metavar="BPF", help="which packets, see pcap-filter(7)")
    command.add_argument("-p", "--no-promiscuous", action="store_true", help="only packets from and to this host")
    command.add_argument(
        "--ring",
        type=_ring,
        default=RING,
        metavar="MB",
        help="disk space for packets that can be looked at again (default: %(default)s)".replace(
            "%(default)s", str(RING // _MIB)
        ),
    )
    command.add_argument("-D", "--list-interfaces", action="store_true", help="list the interfaces of this machine")
    add_listening_options(command)
    command.set_defaults(run=run, usage_error=command.error)


def run(options: argparse.Namespace) -> int:
    """Show or print what passes; gives the exit status."""
    if options.list_interfaces:
        print("\n".join(list_interfaces()))
        return 0
    if not options.interfaces:
        options.usage_error(f"which interface? -i with one of {', '.join(list_interfaces())}")
    with closing(
        LiveSource(
            tuple(dict.fromkeys(options.interfaces)),
            options.filter,
            promiscuous=not options.no_promiscuous,
            ring=options.ring,
        )
    ) as source:
        if (front := front_of(options)) is not None:
            return front.listen(source, options)
        counts = listen(source, options, f"capturing on {source.name} with {source.tool.name}, until Ctrl-C")
        return report(source, counts, source.dropped)


def _ring(text: str) -> int:
    """Octets of a number of megabytes.

    Raises:
        ArgumentTypeError: It is not a positive number.
    """
    if not text.isascii() or not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of megabytes")
    return int(text) * _MIB
