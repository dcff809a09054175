"""Finding among a million messages: filters on columns, sorting, searching; each with its longest step.

What matters beside the whole time is the longest step: so long does a key wait for its effect. Figures are of the
processor, so that other work on the machine does not count. Without a capture the generator that may lie beside the
repository makes one.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from time import process_time
from typing import Any

from generated import generated

from dlms_analyzer.capture import open_captures
from dlms_analyzer.filters import compile_filter
from dlms_analyzer.index import IndexedCapture
from dlms_analyzer.index.searching import search, sought
from dlms_analyzer.index.sorting import SORTABLE, in_order

SESSIONS = 22_728
"""A million messages: 44 in a session."""
LIMIT = 10.0
"""Seconds after which a measurement is ended; what has to read octets again takes a minute for all of them."""

FILTERS = [
    'dlms.service == "get-response-normal"',
    "cosem.logical_name == 1.0.1.8.0.255",
    'dlms.service == "get-response-normal" && cosem.logical_name == 1.0.1.8.0.255 && dlms.response_time > 0.5',
    "conversation == 3",
    'frame.time > "2026-01-01" && ip.addr == 10.0.0.0/8',
    "!(cosem.result == success)",
    'security.status == "no-key" || dlms.kind == link',
    "dlms.calling_authentication_value",
    "cosem.value > 1000",
    "expert.severity == error",
]


def measured(name: str, steps: Iterator[Any]) -> None:
    """Print how long some work takes, and its longest step."""
    begin = last = process_time()
    longest, done, total = 0.0, 0, 1
    for step in steps:
        now = process_time()
        longest, last = max(longest, now - last), now
        done, total = step.done, step.total
        if now - begin > LIMIT:
            break
    seconds = last - begin
    share = "" if done >= total else f"  (ended at {100 * done // total} %)"
    print(f"| {name[:96]:96} | {seconds:6.2f} s | {longest * 1000:5.1f} ms |{share}")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("capture", nargs="?", type=Path, help="a capture; else one is made")
    path = parser.parse_args().capture or generated(SESSIONS)
    if path is None:
        return
    capture = IndexedCapture(open_captures([path]))
    for _ in capture.read():
        pass
    count = len(capture.table)
    print(f"{count:,} messages\n\n| what | all | longest step |\n|---|---|---|")
    for text in FILTERS:
        measured(text, capture.select(compile_filter(text)))
    for column in SORTABLE:
        measured(f"sort by {column}", in_order(capture.table, column))
    for text in ("9-9:9.9.9", "c0 01 c1 ff ff ff ff", "no such text"):
        measured(f"search {text}", search(capture, sought(text), range(1, count + 1)))


if __name__ == "__main__":
    main()
