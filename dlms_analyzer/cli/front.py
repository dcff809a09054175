"""What may stand in front of the command line: screens that show captures instead of lines that tell of them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, Protocol

from dlms_analyzer.capture import ListeningSource


class Front(Protocol):
    """Shows captures on screens; the floor above gives one to `main`."""

    def add_parsers(self, commands: Any) -> None:
        """Add the subcommands that only screens have."""
        ...

    def completed(self, arguments: Sequence[str]) -> list[str]:
        """The arguments, with the subcommand where they leave it out."""
        ...

    def listen(self, source: ListeningSource, options: argparse.Namespace) -> int:
        """Show what a source brings until the user leaves; gives the exit status."""
        ...
