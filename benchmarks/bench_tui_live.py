"""The screens on live traffic: whether the list follows, keys are answered, nothing is lost and the memory stays flat.

    bench_tui_live.py [SECONDS]     60 by default

Replays the GET exchanges of a sample capture over the loopback interface at 2,000 messages per second, and presses keys
meanwhile: to the first message, down, and back to following. Needs the permission to capture, and Linux.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from replay import new_mark
from terminal import PROGRAM, Terminal, on_cursor, percentile

from dlms_analyzer.capture import CaptureError
from dlms_analyzer.capture.live import LiveSource

RATE = 2_000
SECONDS = 60.0
PAUSES = (0.1, 0.4)
"""Seconds between two keys, from and to."""
ROUNDS = 6
"""Rows of the table."""
PATIENCE = 60.0
LATENCY, ROW = 0.050, 52
"""What is allowed: seconds from key to line (95 of 100); octets that a message may add to the index."""
HERE = Path(__file__).resolve().parent
CAPTURE = HERE.parent / "captures" / "ln_wrapper_low.pcap"
KEYS = ((b"g", on_cursor(1)), (b"j", on_cursor(2)), (b"F", b"following"))


def shown(terminal: Terminal) -> int:
    """How many messages the status line said last."""
    found = re.findall(rb"([\d,]+) messages", terminal.painted[-200_000:])
    return int(found[-1].replace(b",", b"")) if found else 0


def may_capture(mark: str) -> bool:
    """Whether capturing works here; says why not."""
    try:
        LiveSource(["lo"], f"ether dst {mark}").close()
    except CaptureError as problem:
        print(f"not measured: {problem}")
        return False
    return True


def main() -> int:
    """Run, and print a row now and then."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    count, mark = int(seconds * RATE), new_mark()
    if not may_capture(mark):
        return 0
    chance, times, sizes = random.Random(20260101), [], []
    with tempfile.TemporaryDirectory() as name:
        terminal = Terminal([*PROGRAM, "live", "-i", "lo", "-f", f"ether dst {mark}"], Path(name))
        terminal.wait_for(b"live", PATIENCE)
        command = [
            sys.executable,
            str(HERE / "replay.py"),
            "--endless",
            "lo",
            mark,
            str(count),
            str(RATE),
            str(CAPTURE),
        ]
        sender = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        terminal.wait_for(rb"\d messages", PATIENCE)
        spent, begun, last = terminal.processor_time(), time.perf_counter(), 0.0
        print(f"{seconds:.0f} s at {RATE:,} messages/s\n     s    messages      keys     MiB")
        while sender.poll() is None:
            key, pattern = KEYS[len(times) % len(KEYS)]
            took = terminal.latency(key, pattern)
            times.append(float("inf") if took is None else took)
            terminal.rest(chance.uniform(*PAUSES))
            now = time.perf_counter() - begun
            if now - last >= seconds / ROUNDS:
                last = now
                sizes.append((terminal.memory(), shown(terminal)))
                print(f"{now:>6.0f} {sizes[-1][1]:>11,} {len(times):>9} {sizes[-1][0]:>7.1f}", flush=True)
        wall = time.perf_counter() - begun
        share = (terminal.processor_time() - spent) / wall
        terminal.press(b"F")
        arrived = terminal.wait_for(f"{count:,} messages".encode(), PATIENCE) is not None
        followed = terminal.wait_for(on_cursor(count), PATIENCE) is not None
        total = shown(terminal)
        terminal.close()
    rows = (sizes[-1][1] - sizes[0][1]) * ROW / (1 << 20)
    figures = [1000 * percentile(times, part) for part in (0.5, 0.95, 1.0)]
    print(f"{total:,} of {count:,} messages arrived{'' if arrived else ': SOME ARE LOST'}")
    print(f"the list {'is' if followed else 'IS NOT'} at the last one")
    print(f"key to line: median {figures[0]:.0f} ms, 95% {figures[1]:.0f} ms ({1000 * LATENCY:.0f} allowed), ", end="")
    print(f"longest {figures[2]:.0f} ms, at {100 * share:.0f}% of a processor")
    print(f"memory grew by {sizes[-1][0] - sizes[0][0]:.1f} MiB, of which {rows:.1f} are rows of the index")
    return 0


if __name__ == "__main__":
    sys.exit(main())
