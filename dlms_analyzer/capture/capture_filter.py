"""Whether a text is a capture filter, asked of a program that knows before anything is captured."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from typing import Final

from .live_tools import find_tools

_COMPILE: Final = "import sys; from scapy.arch.common import compile_filter; compile_filter(sys.argv[1], linktype=1)"
"""Asks libpcap, in a process of its own; where that is not installed, nobody can tell."""
PATIENCE: Final = 5.0
"""Seconds that the program may take: a name in a filter may be looked up in the network."""
_ETHERNET: Final = "EN10MB"
"""Link layer for which a filter is compiled when no interface is asked."""
_REASONS: Final = {
    "tcpdump": re.compile(r"^tcpdump: (?:can't parse filter expression: )?(?!data link)(.+)$", re.MULTILINE),
    "dumpcap": re.compile(r"isn't a valid capture filter \((?:can't parse filter expression: )?(.+)\)"),
    "scapy": re.compile(
        r"Failed to compile filter expression .* \((?:can't parse filter expression: )?(.+)\)$", re.MULTILINE
    ),
}
"""How each program says what is wrong with a filter; what else it says is about something else, such as a right."""


def check_capture_filter(text: str, interfaces: Sequence[str] = ()) -> str | None:
    """What is wrong with a capture filter, in one sentence; None when nothing is, or when nobody here can tell.

    It starts a program and waits for it.

    Args:
        text: in the syntax of pcap-filter(7); empty for no filter.
        interfaces: where it is to be used.
    """
    if not text.strip():
        return None
    tools = {tool.name: tool.path for tool in find_tools()}
    name, command = "scapy", [tools["scapy"], "-c", _COMPILE, text]
    if "tcpdump" in tools:
        name, command = "tcpdump", [tools["tcpdump"], "-y", _ETHERNET, "-d", "--", text]
    elif "dumpcap" in tools and interfaces:
        name, command = "dumpcap", [tools["dumpcap"], "-d", "-i", interfaces[0], "-f", text]
    try:
        done = subprocess.run(  # noqa: S603
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=PATIENCE,
            check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = _REASONS[name].search(done.stderr)
    return None if found is None else f"{text}: not a capture filter: {found[1].strip()}; see pcap-filter(7)"
