"""Opening what the screens show. Opening may wait for somebody: for a pipe, a capture program, a disk far away."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from dlms_analyzer.capture import CaptureError, Source, merged, open_capture
from dlms_analyzer.capture.tshark import TsharkSource
from dlms_analyzer.net import NetworkDecoder

STANDARD_INPUT: Final = "-"


def is_file(path: str) -> bool:
    """Whether a path is a file, which is there as a whole."""
    return path != STANDARD_INPUT and Path(path).is_file()


def open_source(paths: Sequence[str], *, follow: bool = False, tshark: bool = False) -> Source:
    """Open captures as one.

    Args:
        paths: of the captures.
        follow: go on when the end of a file is reached, until the source is stopped.
        tshark: let tshark read the files.

    Raises:
        CaptureError: one cannot be opened.
    """
    if tshark:
        return merged([TsharkSource(path, NetworkDecoder.knows_link) for path in paths])
    return merged([open_capture(path, follow=follow) for path in paths])


def keep_input_for_capture() -> None:
    """Keep standard input for the capture: the keys come from the terminal from now on.

    Raises:
        CaptureError: there is no terminal.
    """
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError as error:
        raise CaptureError("standard input is the capture, and there is no terminal for the keys") from error
    sys.stdin = os.fdopen(os.dup(0))
    os.dup2(terminal, 0)  # where the screens read
    os.close(terminal)
