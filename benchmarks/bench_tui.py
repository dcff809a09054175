"""The screens on a large capture: first messages, keys while it is read, memory at the end.

    bench_tui.py [CAPTURE] [--quick]

Opens a capture of 2,000,000 frames in a terminal of 140 by 45, presses a key now and then while it is read, and waits
for the line that the key has to paint. Without a capture the generator that may lie beside the repository makes one;
`--quick` takes one of 200,000 frames. Other work on the machine shows in every figure: the share of a processor that
the program got while it had work all the time is printed beside them.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from generated import FRAMES_OF_A_SESSION, generated
from terminal import PROGRAM, Terminal, on_cursor, percentile

FRAMES, FEW_FRAMES = 2_000_000, 200_000
RUNS = 3
"""Starts; the fastest counts."""
PAUSES = (0.08, 0.25)
"""Seconds between two keys, from and to: a person who looks for something."""
LONGEST = 600.0
FIRST, LATENCY, MEMORY = 1.0, 0.050, 40.0
"""What is allowed: seconds to the first messages, seconds from key to line (95 of 100), MiB beside the index."""
INDEX, PER_FRAME = 60.0, 64
"""What is allowed for the index: MiB, and octets for each frame."""


def first_messages(path: Path, folder: Path) -> float:
    """Seconds from the start of the program to the first messages."""
    times = []
    for _ in range(RUNS):
        terminal = Terminal([*PROGRAM, str(path)], folder)
        seen = terminal.wait_for(on_cursor(1), LONGEST)
        times.append((seen or float("inf")) - terminal.started)
        terminal.close()
    return min(times)


def imports() -> float:
    """Memory of the interpreter with everything imported that the index needs, MiB."""
    command = [sys.executable, str(Path(__file__).with_name("bench_scan.py")), "--work", "imports", "-"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return usage.ru_maxrss / 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("capture", nargs="?", type=Path)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    frames = FEW_FRAMES if options.quick else FRAMES
    path = options.capture or generated(frames // FRAMES_OF_A_SESSION)
    if path is None:
        return 0
    chance, times = random.Random(20260101), []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"first messages after {first_messages(path, folder):.2f} s ({FIRST:.2f} allowed)")
        terminal = Terminal([*PROGRAM, str(path)], folder)
        terminal.wait_for(on_cursor(1), LONGEST)
        terminal.rest(max(PAUSES))
        spent, begun, place, most = terminal.processor_time(), time.perf_counter(), 0, 0.0
        while b"reading" in terminal.painted[place:]:
            place = len(terminal.painted)
            took = terminal.latency(b"j", on_cursor(len(times) + 2))
            times.append(float("inf") if took is None else took)
            terminal.rest(chance.uniform(*PAUSES))
            most = max(most, terminal.memory())
        wall = time.perf_counter() - begun
        share = (terminal.processor_time() - spent) / wall
        terminal.rest(1.0)
        idle = [terminal.latency(b"k", on_cursor(len(times) - at)) or float("inf") for at in range(len(times) // 2)]
        memory = terminal.memory()
        terminal.close()
    allowed = INDEX + PER_FRAME * frames / (1 << 20) + MEMORY
    print(f"read in {wall:.1f} s, {len(times)} keys meanwhile, {100 * share:.0f}% of a processor")
    print(f"{'key to line, ms':24}{'median':>8}{'95%':>8}{'longest':>9}")
    for what, found in (("while it is read", times), ("afterwards", idle)):
        figures = [1000 * percentile(found, share) for share in (0.5, 0.95, 1.0)]
        print(f"{what:24}{figures[0]:>8.0f}{figures[1]:>8.0f}{figures[2]:>9.0f}")
    print(f"({1000 * LATENCY:.0f} allowed for 95%)")
    print(f"memory {memory - imports():.1f} MiB over the imports of the index ({allowed:.1f} allowed)")
    print(f"at most {most:.1f} MiB in all processes together while it was read")
    return 0


if __name__ == "__main__":
    sys.exit(main())
