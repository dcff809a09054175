"""Options of `serve`, apart from what it needs to serve, so that every command starts fast."""

from __future__ import annotations

import argparse
from typing import Any, Final

LOOPBACK: Final = "127.0.0.1"
PORT: Final = 8000
HIGHEST_PORT: Final = 0xFFFF


def add_serve_options(command: Any) -> None:
    """Add where to serve."""
    command.add_argument(
        "--host",
        default=LOOPBACK,
        help=f"address to listen on; other machines reach any but {LOOPBACK}, the usual one, without encryption",
    )
    command.add_argument(
        "--port", type=_port, default=PORT, help=f"port to listen on, {PORT} unless given; 0 takes a free one"
    )


def _port(text: str) -> int:
    """A TCP port.

    Raises:
        ArgumentTypeError: there is no such port.
    """
    if not text.isdecimal() or int(text) > HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"a whole number from 0 to {HIGHEST_PORT} is needed")
    return int(text)
