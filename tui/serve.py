"""`dlms-analyzer serve`: the screens in a browser, on this machine, for the one who has the link."""

from __future__ import annotations

import argparse
import ipaddress
import os
import shlex
import socket
import sys
from collections.abc import Sequence
from typing import Final, NamedTuple

from dlms_analyzer.cli.keys import SINGLE_KEYS_ENVIRONMENT
from dlms_analyzer.cli.options import say
from tui.web.guard import Guard, names_of
from tui.web.options import add_serve_options

EXIT_FAILED: Final = 1

_MISSING: Final = "serve needs textual-serve: install dlms-analyzer with its extra `web`, or the package textual-serve"

_PROGRAM: Final = (
    sys.executable,
    "-P",  # modules come from where they are installed, not from the folder with the captures
    "-c",
    "import sys; from tui.command import main; sys.exit(main())",
)


class Passed(NamedTuple):
    """What the program behind the page is started with."""

    arguments: list[str]
    environment: dict[str, str]
    """Keys, which the list of processes would show to others."""


def passed(arguments: Sequence[str]) -> Passed:
    """What to start the program with.

    Args:
        arguments: of the command line after `serve`; they have been parsed once, so each is in its place.
    """
    own = argparse.ArgumentParser(add_help=False)
    add_serve_options(own)
    own.add_argument("--key", action="append", default=[])
    found, rest = own.parse_known_args(arguments)
    inherited = os.environ.get(SINGLE_KEYS_ENVIRONMENT, "")
    keys = " ".join([inherited, *(shlex.quote(key) for key in found.key)]).strip()
    return Passed([*_PROGRAM, "open", *rest], {SINGLE_KEYS_ENVIRONMENT: keys} if keys else {})


def run(options: argparse.Namespace, arguments: Sequence[str]) -> int:
    """Serve until Ctrl-C; gives the exit status.

    Args:
        options: of the command line.
        arguments: what they were parsed from, after `serve`.
    """
    try:
        from tui.web.server import GuardedServer
    except ModuleNotFoundError as missing:
        if (missing.name or "").split(".")[0] in {"tui", "dlms_analyzer", "scapy_layers"}:
            raise
        say(_MISSING)
        return EXIT_FAILED
    if "-" in options.files:
        say("standard input can be read once only, and every browser tab reads what it shows: name files")
        return EXIT_FAILED
    try:
        listening = _listening(options.host, options.port)
    except OSError as problem:
        say(f"cannot listen on {options.host} port {options.port}: {problem.strerror or problem}")
        return EXIT_FAILED
    names = () if _is_loopback(options.host) else names_of(options.host)
    if names:
        say(f"warning: other machines can reach {options.host}, and what they read on the way is not encrypted")
    guard = Guard(names)
    what = passed(arguments)
    title = ", ".join(options.files) or "dlms-analyzer"
    GuardedServer(what.arguments, what.environment, guard, title).serve_on(listening, lambda: _tell(listening, guard))
    return 0


def _tell(listening: socket.socket, guard: Guard) -> None:
    host, port = listening.getsockname()[:2]
    address = ipaddress.ip_address(host)
    if address.is_unspecified:
        host = socket.gethostname()
    elif address.version == 6:
        host = f"[{host}]"
    print(f"http://{host}:{port}/?token={guard.token}", flush=True)  # noqa: T201 - what the command is there for
    say("open this link in a browser; it works once. Ctrl-C ends all")


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Raises:
        OSError: no such address, or the port is taken.
    """
    family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    return socket.create_server(address[:2], family=family)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
