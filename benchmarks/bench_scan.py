"""Whole captures: frames a second, ratios and peak memory, beside tshark, pyshark and Scapy on the same file.

    bench_scan.py [CAPTURE] [--quick] [--stages]

Each way runs in a process of its own, three times, and its fastest run counts; what the same way takes for a capture of
few frames is taken off as its start-up. `--quick` leaves the index at 2,000,000 frames out, `--stages` adds where the
time goes.
Without a capture the generator that may lie beside the repository (`../shared/bench/gen_dlms_pcap.py`) makes one of
200,000 frames. The compiled rows need `make compiled`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from generated import generated

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
FEW = ROOT / "captures" / "push_udp_gbt.pcap"
BLOCKS = ROOT.parent / "shared" / "captures" / "pathological_gbt_stream.pcap"
SESSIONS = 4_000
"""Sessions of 50 frames each."""
RUNS = 3
SLOW_FRAMES = 5_000
"""Frames that the slowest ways read; their rate does not depend on how many."""


def imports(_: Path) -> int:
    """Nothing but the imports that the index needs."""
    import dlms_analyzer.index  # noqa: F401

    return 0


def index(path: Path) -> int:
    """What lists of messages and sessions show, of every message."""
    from dlms_analyzer.capture import open_captures
    from dlms_analyzer.index import IndexedCapture

    capture = IndexedCapture(open_captures([path]))
    for _ in capture.read():
        pass
    return len(capture.table)


def jsonl(path: Path) -> int:
    """Every message as the command line writes it."""
    from dlms_analyzer.cli import main

    return main(["read", str(path), "-T", "jsonl"])


def frames(path: Path) -> int:
    from dlms_analyzer.capture import open_capture

    return sum(1 for _ in open_capture(path))


def network(path: Path) -> int:
    from dlms_analyzer.capture import open_capture
    from dlms_analyzer.net import ConversationTable, NetworkDecoder

    decoder, table = NetworkDecoder(), ConversationTable()
    return sum(bool(table.feed(decoder.decode(frame))) for frame in open_capture(path))  # type: ignore[arg-type]


def heads(path: Path) -> int:
    from dlms_analyzer import Analyzer
    from dlms_analyzer.capture import open_capture

    analyzer = Analyzer(heads=True)
    return sum(len(analyzer.feed(frame)) for frame in open_capture(path))


def whole(path: Path) -> int:
    from dlms_analyzer import Analyzer
    from dlms_analyzer.capture import open_capture

    analyzer = Analyzer()
    return sum(len(analyzer.feed(frame)) for frame in open_capture(path))


def scapy(path: Path) -> int:
    import scapy.layers.inet  # so that frames are dissected
    import scapy.layers.l2  # noqa: F401
    from scapy.utils import PcapReader

    with PcapReader(str(path)) as reader:
        return sum(1 for _ in islice(reader, SLOW_FRAMES))


def pyshark(path: Path) -> int:
    import pyshark as shark

    capture = shark.FileCapture(str(path), keep_packets=False)
    return sum(1 for _ in islice(capture, SLOW_FRAMES))


WORK: dict[str, Callable[[Path], int]] = {
    work.__name__: work for work in (imports, index, jsonl, frames, network, heads, whole, scapy, pyshark)
}


class Way(NamedTuple):
    """One way to read a capture.

    Attributes:
        name: in the table.
        command: what runs, without the path of the capture.
        most: frames that it reads at most; 0 is all.
    """

    name: str
    command: list[str]
    most: int = 0


class Cost(NamedTuple):
    """What a run took: seconds and MiB."""

    seconds: float
    memory: float


def cost(way: Way, path: Path) -> Cost | None:
    """What one run takes; None when it fails."""
    start = time.perf_counter()
    process = subprocess.Popen([*way.command, str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        return None
    return Cost(time.perf_counter() - start, usage.ru_maxrss / 1024)


def measured(way: Way, path: Path) -> Cost | None:
    """The fastest of some runs, its start-up taken off."""
    runs = [cost(way, path) for _ in range(RUNS)]
    starts = [cost(way, FEW) for _ in range(RUNS)]
    good = [run for run in runs if run is not None]
    if not good:
        return None
    start = min((run.seconds for run in starts if run is not None), default=0.0)
    return Cost(min(run.seconds for run in good) - start, max(run.memory for run in good))


def ours(name: str, interpreter: str, work: str) -> Way:
    """A way of this file, in a process of its own."""
    return Way(name, [interpreter, str(Path(__file__).resolve()), "--work", work])


def ways(*, stages: bool) -> list[Way]:
    """What can be measured here; what cannot is said."""
    found = []
    if shutil.which("tshark"):
        version = subprocess.run(["tshark", "--version"], capture_output=True, text=True, check=False).stdout.split()
        found.append(Way(f"tshark {version[2] if len(version) > 2 else ''}, summary list", ["tshark", "-r"]))
        found.append(Way("tshark, -T json", ["tshark", "-T", "json", "-c", str(SLOW_FRAMES), "-r"], SLOW_FRAMES))
    else:
        print("tshark is not installed: it is left out")
    found += [ours("index", sys.executable, "index"), ours("jsonl of everything", sys.executable, "jsonl")]
    compiled = ROOT / ".venv-compiled" / "bin" / "python"
    if compiled.is_file():
        found += [ours("index, compiled", str(compiled), "index"), ours("jsonl, compiled", str(compiled), "jsonl")]
    else:
        print("not compiled (make compiled): those rows are left out")
    if stages:
        found += [ours(f"  {work}", sys.executable, work) for work in ("frames", "network", "heads", "whole")]
    found.append(ours("Scapy PcapReader", sys.executable, "scapy")._replace(most=SLOW_FRAMES))
    try:
        __import__("pyshark")
    except ImportError:
        print("pyshark is not installed: it is left out")
    else:
        found.append(ours("pyshark", sys.executable, "pyshark")._replace(most=SLOW_FRAMES))
    return found


def table(path: Path, *, stages: bool) -> None:
    """Measure all ways on a capture, and print them."""
    count = frames(path)
    base = None
    print(f"\n{path.name}: {count:,} frames\n{'':28}{'seconds':>9}{'frames/s':>12}{'ratio':>8}{'peak MiB':>10}")
    for way in ways(stages=stages):
        found = measured(way, path)
        if found is None:
            print(f"{way.name:28}   failed")
            continue
        rate = (min(way.most, count) if way.most else count) / max(found.seconds, 1e-3)
        base = base or rate
        print(f"{way.name:28}{found.seconds:>9.2f}{rate:>12,.0f}{rate / base:>8.2f}{found.memory:>10,.0f}")


def memory(path: Path) -> None:
    """What the index of a capture takes, beside what it may."""
    count = frames(path)
    imported = cost(ours("", sys.executable, "imports"), FEW)
    found = cost(ours("", sys.executable, "index"), path)
    if imported is None or found is None:
        print("failed")
        return
    allowed = 60 + 64 * count / (1 << 20)
    print(
        f"{count:>10,} frames: {found.memory - imported.memory:6.1f} MiB over the imports ({allowed:.1f} allowed), "
        f"{(found.seconds - imported.seconds) / count * 1e6:.2f} us a frame"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("capture", nargs="?", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--stages", action="store_true")
    parser.add_argument("--work", choices=WORK, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        WORK[options.work](options.capture)
        return 0
    path = options.capture or generated(SESSIONS)
    if path is None:
        return 0
    table(path, stages=options.stages)
    print("\nmemory of the index")
    memory(path)
    if not options.quick and (big := generated(10 * SESSIONS)) is not None:
        memory(big)
    if BLOCKS.is_file():
        found = cost(ours("", sys.executable, "index"), BLOCKS)
        print(f"\n{BLOCKS.name} (107,745 block transfer APDUs in 120 packets): {found.seconds if found else 0:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
