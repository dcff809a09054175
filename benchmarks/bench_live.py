"""Live capture over minutes: what arrives, what is dropped, and whether the memory stays flat.

    bench_live.py [SECONDS]     20 by default; 600 are ten minutes

Replays the GET exchanges of a sample capture over the loopback interface, on connections that never end, at 6,000
frames per second, and indexes what comes. The rows of the index are to grow, 52 octets for a message; everything beside
them is to stay flat. Needs the permission to capture, and Linux.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

from memory import OWN, memory_of
from replay import new_mark

from dlms_analyzer.capture import CaptureError
from dlms_analyzer.capture.live import LiveSource
from dlms_analyzer.index import IndexedCapture

RATE = 6_000
ROWS = 10
RING = 64 << 20
"""Octets kept on disk: small, so that it turns over several times."""
HERE = Path(__file__).resolve().parent
CAPTURE = HERE.parent / "captures" / "ln_wrapper_low.pcap"


def mappings() -> int:
    """How many mappings this process has: one for each size of the spool file that something still points to."""
    return Path("/proc/self/maps").read_text().count("\n")


def main() -> int:
    """Run, and print a row now and then."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    count = int(seconds * RATE)
    mark = new_mark()
    try:
        source = LiveSource(["lo"], f"ether dst {mark}", ring=RING)
    except CaptureError as problem:
        print(f"no live row: {problem}")
        return 0
    command = [sys.executable, str(HERE / "replay.py"), "--endless", "lo", mark, str(count), str(RATE), str(CAPTURE)]
    sender = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    capture = IndexedCapture(source)
    analyzer, table = capture.analyzer, capture.table
    print(f"{seconds:.0f} s at {RATE:,} frames/s with {source.tool.name}, ring of {RING >> 20} MiB")
    print("     s      frames  frames/s    messages  behind kB  dropped  rows MiB  beside   maps")
    started = last = time.monotonic()
    before = 0
    sizes = []
    try:
        for frame in source:
            capture.take((frame,))
            if analyzer.frames == count:
                threading.Thread(target=source.stop).start()
            if analyzer.frames & 255:
                continue
            now = time.monotonic()
            if now - last >= seconds / ROWS:
                rate = (analyzer.frames - before) / (now - last)
                last, before = now, analyzer.frames
                rows = table.octets / (1 << 20)
                sizes.append(memory_of()[OWN] / 1024 - rows)
                print(
                    f"{now - started:>6.0f} {analyzer.frames:>11,} {rate:>9,.0f} {len(table):>11,} "
                    f"{source.backlog / 1000:>10,.0f} {source.dropped:>8,} {rows:>9.1f} {sizes[-1]:>7.1f} "
                    f"{mappings():>6}",
                    flush=True,
                )
    except KeyboardInterrupt:
        sender.kill()
        return 130
    finally:
        source.close()
    sent, took = sender.communicate()[0].split()
    print(
        f"sent {int(sent):,} frames at {int(sent) / float(took):,.0f} frames/s; {analyzer.frames:,} arrived, ", end=""
    )
    print(f"{source.dropped:,} dropped; memory beside the rows grew by {sizes[-1] - sizes[0]:+.1f} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
