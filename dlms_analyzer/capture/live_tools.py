"""The programs that capture: which there are, how to start them, what they say.

Each writes a capture to its standard output, which is the spool file. Only they need the privilege to capture.
"""

from __future__ import annotations

import re
import shutil
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

KERNEL_BUFFER: Final = 32
"""MiB that the system may keep while the capture program is busy: seconds of a full 100 Mbit/s line."""


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """What to capture."""

    interfaces: tuple[str, ...]
    capture_filter: str = ""
    """In the syntax of pcap-filter(7)."""
    promiscuous: bool = True


@dataclass(frozen=True, slots=True)
class Command:
    """One program to start."""

    arguments: tuple[str, ...]
    is_pcapng: bool
    interfaces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaptureTool:
    """A capture program."""

    name: str
    path: str
    ready: str
    """What it says when it has opened its interfaces."""
    dropped: re.Pattern[str]
    """How it says what the system dropped."""
    reports_on_signal: bool = False
    """Whether it tells its counters on SIGUSR1."""

    def commands(self, options: LiveOptions) -> list[Command]:
        """The programs to start; several when one can capture on one interface only."""
        if self.name == "dumpcap":
            return [_dumpcap(self.path, options)]
        if self.name == "tcpdump":
            return [_tcpdump(self.path, options, interface) for interface in options.interfaces]
        return [_scapy(self.path, options)]


def _dumpcap(path: str, options: LiveOptions) -> Command:
    arguments = [path, "-q", "-B", str(KERNEL_BUFFER)]
    if not options.promiscuous:
        arguments.append("-p")
    if options.capture_filter:
        # In front of the interfaces it is for all of them.
        arguments += ["-f", options.capture_filter]
    for interface in options.interfaces:
        arguments += ["-i", interface]
    return Command((*arguments, "-w", "-"), is_pcapng=True, interfaces=options.interfaces)


def _tcpdump(path: str, options: LiveOptions, interface: str) -> Command:
    arguments = [path, "-i", interface, "-U", "-n", "-B", str(KERNEL_BUFFER << 10), "-w", "-"]
    if not options.promiscuous:
        arguments.append("-p")
    # "--" so that a filter is never taken for an option.
    return Command((*arguments, "--", options.capture_filter), is_pcapng=False, interfaces=(interface,))


def _scapy(path: str, options: LiveOptions) -> Command:
    arguments = [path, "-m", "dlms_analyzer.capture.live_child", f"--filter={options.capture_filter}"]
    if not options.promiscuous:
        arguments.append("--no-promiscuous")
    return Command((*arguments, "--", *options.interfaces), is_pcapng=True, interfaces=options.interfaces)


_TOOLS: Final = {
    "dumpcap": ("File: ", re.compile(r"Packets received/dropped on interface .*: \d+/(\d+) "), False),
    "tcpdump": ("listening on", re.compile(r"(\d+) packets? dropped by (?:kernel|interface)"), True),
    "scapy": ("listening on", re.compile(r"(\d+) packets? dropped by kernel"), False),
}


def find_tools() -> list[CaptureTool]:
    """The capture programs at hand, the best one first; Scapy's sockets are always there."""
    found = []
    for name, (ready, dropped, reports) in _TOOLS.items():
        path = sys.executable if name == "scapy" else shutil.which(name)
        if path:
            found.append(CaptureTool(name, path, ready, dropped, reports))
    return found


def list_interfaces() -> list[str]:
    """Names of the network interfaces of this machine."""
    return [name for _, name in socket.if_nameindex()]


_NO_PERMISSION: Final = re.compile(r"permission|not permitted|must be root|Access is denied", re.IGNORECASE)
_NO_DEVICE: Final = re.compile(r"no such device|no device named|doesn't exist|not found", re.IGNORECASE)
_NO_LIBPCAP: Final = re.compile(r"libpcap is not available", re.IGNORECASE)
_BAD_FILTER: Final = re.compile(r"syntax error|invalid capture filter|can't parse filter|set filter", re.IGNORECASE)
_HELP: Final = {
    "dumpcap": "give the right once: sudo setcap cap_net_raw,cap_net_admin=ep {path}; "
    "with Wireshark from Debian or Ubuntu: sudo dpkg-reconfigure wireshark-common and join the group wireshark",
    "tcpdump": "give the right once: sudo setcap cap_net_raw,cap_net_admin=ep {path}",
    "scapy": "install dumpcap or tcpdump, and give the right to that",
}


def explain_failure(tool: CaptureTool, options: LiveOptions, said: Sequence[str]) -> str:
    """One sentence on why a capture program did not start, with what to do about it."""
    text = "\n".join(said)
    names = ", ".join(options.interfaces)
    if _NO_PERMISSION.search(text):
        how = _HELP[tool.name].format(path=tool.path)
        return f"{names}: no permission to capture with {tool.name}: run as root, or {how}"
    if _NO_DEVICE.search(text):
        return f"{names}: no such interface; there are {', '.join(list_interfaces())}"
    if _NO_LIBPCAP.search(text):
        return "a capture filter needs libpcap, which is not installed: install dumpcap or tcpdump, or use no filter"
    if options.capture_filter and _BAD_FILTER.search(text):
        return f"{options.capture_filter}: not a capture filter; see pcap-filter(7)"
    reason = next(
        (line.strip() for line in said if line.strip() and not line.startswith("Capturing on")), "no reason given"
    )
    return f"{names}: {tool.name} cannot capture: {reason}"
