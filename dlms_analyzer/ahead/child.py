"""The process that reads ahead. It gets its order on standard input and writes batches to standard output.

`ChildProcess` runs `main` in it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from dlms_analyzer.ahead.batches import Batch, Order
from dlms_analyzer.ahead.wire import EventWriter
from dlms_analyzer.capture import NOTHING_FOUND, CaptureError, FileSource, Reporter, open_place
from dlms_analyzer.capture.child_process import send
from dlms_analyzer.cycles import look_less_often
from dlms_analyzer.lower_stages import LowerStages

BATCH_EVENTS: Final = 1_024
"""Events in a batch: several milliseconds' work for the reader, so that both rarely wait for each other."""
BATCH_FRAMES: Final = 4_096
"""Frames after which a batch goes out even when it has few events, to tell how far reading is."""


def read(order: Order) -> Iterator[Batch]:
    """Read a file down to its units; the last batch says that it is, or why no more follow."""
    try:
        yield from _batches(open_place(order.place), LowerStages(order.options))
    except CaptureError as stopped:
        yield Batch(b"", [], 0, NOTHING_FOUND, problem=str(stopped))


def _batches(source: FileSource, lower: LowerStages) -> Iterator[Batch]:
    writer, reporter = EventWriter(), Reporter(source)
    sent = 0
    for count, frame in enumerate(source, 1):
        writer.add(lower.feed(frame))
        if writer.count >= BATCH_EVENTS or count - sent >= BATCH_FRAMES:
            sent = count
            yield Batch(*writer.take(), count, reporter.findings())
    writer.add(lower.flush())
    yield Batch(*writer.take(), lower.frames, reporter.findings(), lower.unread.packed())


def main() -> int:
    """Carry out the order on standard input; whoever gave it may go at any time."""
    look_less_often()
    order = Order.unpacked(sys.stdin.buffer.read())
    with suppress(BrokenPipeError):
        for batch in read(order):
            send(batch.packed())
    return 0
