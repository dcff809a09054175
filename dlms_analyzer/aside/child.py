"""The process that writes aside. It gets its order and batches of messages on standard input.

`Aside` runs `main` in it.
"""

from __future__ import annotations

import io
import os
import sys
from typing import BinaryIO, TextIO

from dlms_analyzer.aside.telling import Batch, Order, heard
from dlms_analyzer.capture.child_process import received
from dlms_analyzer.cycles import look_less_often
from dlms_analyzer.meaning import learn
from dlms_analyzer.message_json import message_dict
from dlms_analyzer.output.json_lines import json_line


def write(stream: BinaryIO, out: TextIO) -> None:
    """Carry out an order.

    Args:
        stream: the order, and the batches.
        out: takes the lines.

    Raises:
        OSError: it does not take them.
    """
    messages = received(stream)
    order = next(messages, None)
    if order is None:
        return
    meters, show_secrets = Order.unpacked(order)
    for octets in messages:
        written, batch = Batch.unpacked(octets)
        for told in batch:
            message = heard(told)
            learn(meters, message)
            if not written:
                out.write(json_line(message_dict(message, meters, show_secrets=show_secrets)))
    out.flush()


def main() -> int:
    """Write lines on standard output; gives 0, or the number of the system's error that ended it."""
    look_less_often()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        write(sys.stdin.buffer, sys.stdout)
    except OSError as stopped:
        os._exit(stopped.errno or 1)  # what is left in the buffer cannot be written either
    return 0
