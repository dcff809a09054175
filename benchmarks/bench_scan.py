"""Whole captures: frames a second, ratios and peak memory, beside tshark, pyshark and Scapy on the same file.

    bench_scan.py [CAPTURE] [--quick] [--stages] [--tshark COMMAND]...

Each way runs in a process of its own, and all of them take turns, three times: the speed of a machine that others use
as well changes in between. The fastest run of each counts; what the same way takes for a capture of few frames is taken
off as its start-up. `--quick` leaves the index at 2,000,000 frames out, `--stages` adds where the
time goes, `--tshark` names another tshark than the one on PATH, or several; ratios are to the first.

Memory is the peak of our process, plus the peak of the one that reads ahead or writes, reached at once or not;
libraries that the two share count twice. Each has its imports; the memory of the index is what each has over them,
added up: first without the pages of mapped files, which the system takes back when it has a use for them, then with
them.

Without a capture the generator that may lie beside the repository (`../shared/bench/gen_dlms_pcap.py`) makes one of
200,000 frames. The compiled rows need `make compiled`.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from threading import Event
from typing import NamedTuple

from generated import generated
from memory import OWN, PEAK, memory_of

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
FEW = ROOT / "captures" / "push_udp_gbt.pcap"
BLOCKS = ROOT.parent / "shared" / "captures" / "pathological_gbt_stream.pcap"
SESSIONS = 4_000
"""Sessions of 50 frames each."""
RUNS = 3
PEAKS = "peaks: "
"""Said on standard error: those of `Peaks`, in KiB."""
LOOK = 100
"""Steps of reading between two looks at the memory."""
PAUSE = 0.1
"""Seconds between two looks at the memory while nobody tells of steps."""
SLOW_FRAMES = 5_000
"""Frames that the slowest ways read; their rate does not depend on how many."""


class Peaks:
    """The most memory that this process and those that it has started were seen to have, KiB.

    What wait4(2) says of the others will not do: it is at least what this process had when it started them.

    Attributes:
        own: of this process, without the pages of mapped files.
        beside: of the others, as the system keeps it.
        beside_own: of the others, without the pages of mapped files.
    """

    def __init__(self) -> None:
        self.own = self.beside = self.beside_own = 0
        self.look()

    def look(self) -> None:
        """Look at all; does nothing where the system does not tell."""
        me = os.getpid()
        children = Path(f"/proc/self/task/{me}/children")
        if not children.is_file():
            return
        others = [memory_of(int(process)) for process in children.read_text().split()]
        self.own = max(self.own, memory_of(me)[OWN])
        self.beside = max(self.beside, sum(said[PEAK] for said in others))
        self.beside_own = max(self.beside_own, sum(said[OWN] for said in others))

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look now and then while something is done that does not do so itself."""
        done = Event()

        def watch() -> None:
            while not done.wait(PAUSE):
                self.look()

        with ThreadPoolExecutor(1) as watching:
            watching.submit(watch)
            yield
            done.set()

    def say(self) -> None:
        """Tell whoever measures."""
        print(f"{PEAKS}{self.own} {self.beside} {self.beside_own}", file=sys.stderr)


def imports(_: Path) -> int:
    """Nothing but the imports of whoever opens a capture."""
    import dlms_analyzer as dlms

    found = int(dlms.open is None)
    Peaks().say()
    return found


def imports_ahead(_: Path) -> int:
    """Nothing but the imports that reading ahead needs."""
    import dlms_analyzer.ahead.child  # noqa: F401

    Peaks().say()
    return 0


def index(path: Path, *, ahead: bool = True) -> int:
    """What lists of messages and sessions show, of every message."""
    import dlms_analyzer as dlms

    capture = dlms.open(path).index(ahead=ahead)
    peaks = Peaks()
    for step, _ in enumerate(capture.read()):
        if not step % LOOK:
            peaks.look()
    peaks.look()
    peaks.say()
    return len(capture.table)


def index_alone(path: Path) -> int:
    """The same, without a process that reads ahead."""
    return index(path, ahead=False)


def jsonl(path: Path) -> int:
    """Every message as the command line writes it."""
    from dlms_analyzer.cli import main

    peaks = Peaks()
    with peaks.watched():
        status = main(["read", str(path), "-T", "jsonl"])
    peaks.say()
    return status


def jsonl_alone(path: Path) -> int:
    """The same on one core, where there is no process that writes."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    return jsonl(path)


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


def units(path: Path) -> int:
    """What the process that reads ahead does."""
    from dlms_analyzer.ahead.batches import Order
    from dlms_analyzer.ahead.child import read
    from dlms_analyzer.capture import open_capture
    from dlms_analyzer.framing.options import FramingOptions

    place = open_capture(path).place
    return 0 if place is None else sum(len(batch.packed()) for batch in read(Order(place, FramingOptions())))


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
    work.__name__: work
    for work in (
        imports, imports_ahead, index, index_alone, jsonl, jsonl_alone, frames, network, units, heads, whole, scapy,
        pyshark,
    )
}  # fmt: skip


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
    """What a run took: seconds, and MiB at most; see `Peaks` for all but `memory`, which is all of its process."""

    seconds: float
    memory: float
    own: float = 0.0
    beside: float = 0.0
    beside_own: float = 0.0

    @property
    def processes(self) -> str:
        """Memory, as the table shows it."""
        return f"{self.memory:,.0f}" + (f" + {self.beside:,.0f}" if self.beside else "")


def cost(way: Way, path: Path) -> Cost | None:
    """What one run takes; None when it fails."""
    with tempfile.TemporaryFile("w+") as said:
        start = time.perf_counter()
        process = subprocess.Popen([*way.command, str(path)], stdout=subprocess.DEVNULL, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            return None
        said.seek(0)
        told = next((line.removeprefix(PEAKS).split() for line in said if line.startswith(PEAKS)), ())
    return Cost(seconds, usage.ru_maxrss / 1024, *(int(peak) / 1024 for peak in told))


def measured(ways: list[Way], path: Path) -> list[Cost | None]:
    """The fastest of some runs of each way, its start-up taken off; None for those that fail."""
    runs: list[list[Cost]] = [[] for _ in ways]
    starts: list[list[Cost]] = [[] for _ in ways]
    for _ in range(RUNS):
        for kept, read in ((starts, FEW), (runs, path)):
            for way, found in zip(ways, kept, strict=True):
                found += [one for one in [cost(way, read)] if one is not None]
    return [
        max(good, key=lambda run: run.memory + run.beside)._replace(
            seconds=min(run.seconds for run in good) - min((run.seconds for run in start), default=0.0)
        )
        if good
        else None
        for good, start in zip(runs, starts, strict=True)
    ]


def ours(name: str, interpreter: str, work: str) -> Way:
    """A way of this file, in a process of its own."""
    return Way(name, [interpreter, str(Path(__file__).resolve()), "--work", work])


def tsharks(commands: list[str]) -> list[Way]:
    """The ways of some versions of tshark."""
    found = []
    for words in map(shlex.split, commands):
        if not shutil.which(words[0]):
            print(f"{words[0]} is not installed: it is left out")
            continue
        said = subprocess.run([*words, "--version"], capture_output=True, text=True, check=False).stdout.split()
        version = said[2].rstrip(".") if len(said) > 2 else "?"
        json = [*words, "-T", "json", "-c", str(SLOW_FRAMES), "-r"]
        found.append(Way(f"tshark {version}, summary list", [*words, "-r"]))
        found.append(Way(f"tshark {version}, -T json", json, SLOW_FRAMES))
    return found


def ways(commands: list[str], *, stages: bool) -> list[Way]:
    """What can be measured here; what cannot is said."""
    found = tsharks(commands)
    interpreters = {"": sys.executable}
    compiled = ROOT / ".venv-compiled" / "bin" / "python"
    if compiled.is_file():
        interpreters["compiled "] = str(compiled)
    else:
        print("not compiled (make compiled): those rows are left out")
    works = ("frames", "network", "units", "heads", "whole") if stages else ()
    for name, interpreter in interpreters.items():
        found.append(ours(f"{name}index, one process", interpreter, "index_alone"))
        found.append(ours(f"{name}index, two processes", interpreter, "index"))
        found.append(ours(f"{name}jsonl, one process", interpreter, "jsonl_alone"))
        found.append(ours(f"{name}jsonl, two processes", interpreter, "jsonl"))
        found += [ours(f"  {name}{work}", interpreter, work) for work in works]
    found.append(ours("Scapy PcapReader", sys.executable, "scapy")._replace(most=SLOW_FRAMES))
    try:
        __import__("pyshark")
    except ImportError:
        print("pyshark is not installed: it is left out")
    else:
        found.append(ours("pyshark", sys.executable, "pyshark")._replace(most=SLOW_FRAMES))
    return found


def table(path: Path, commands: list[str], *, stages: bool) -> None:
    """Measure all ways on a capture, and print them."""
    count = frames(path)
    base = None
    compared = ways(commands, stages=stages)
    print(f"\n{path.name}: {count:,} frames\n{'':32}{'seconds':>9}{'frames/s':>12}{'ratio':>8}{'peak MiB':>12}")
    for way, found in zip(compared, measured(compared, path), strict=True):
        if found is None:
            print(f"{way.name:32}   failed")
            continue
        rate = (min(way.most, count) if way.most else count) / max(found.seconds, 1e-3)
        base = base or rate
        print(f"{way.name:32}{found.seconds:>9.2f}{rate:>12,.0f}{rate / base:>8.2f}{found.processes:>12}")


def memory(path: Path) -> None:
    """What the index of a capture takes, in one process and in two, beside what it may."""
    count = frames(path)
    allowed = 60 + 64 * count / (1 << 20)
    imported, imported_ahead = (cost(ours("", sys.executable, work), FEW) for work in ("imports", "imports_ahead"))
    for name, work in (("one process", "index_alone"), ("two processes", "index")):
        found = cost(ours("", sys.executable, work), path)
        if imported is None or imported_ahead is None or found is None:
            print("failed")
            continue
        over = Taken(found.own - imported.own, found.beside_own - imported_ahead.own if found.beside else 0.0)
        mapped = Taken(found.memory - imported.memory, found.beside - imported_ahead.memory if found.beside else 0.0)
        print(
            f"{count:>10,} frames, {name}: {over} MiB over the imports ({allowed:.1f} allowed), "
            f"with mapped files {mapped}, {(found.seconds - imported.seconds) / count * 1e6:.2f} us a frame"
        )


class Taken(NamedTuple):
    """Memory over the imports, of our process and of the one that reads ahead."""

    here: float
    beside: float

    def __str__(self) -> str:
        if not self.beside:
            return f"{self.here:.1f}"
        return f"{self.here:.1f} + {self.beside:.1f} = {self.here + self.beside:.1f}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("capture", nargs="?", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--stages", action="store_true")
    parser.add_argument("--tshark", action="append", metavar="COMMAND", default=[])
    parser.add_argument("--work", choices=WORK, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        WORK[options.work](options.capture)
        return 0
    path = options.capture or generated(SESSIONS)
    if path is None:
        return 0
    table(path, options.tshark or ["tshark"], stages=options.stages)
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
