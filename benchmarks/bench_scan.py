"""How fast captures are read: frames a second through each stage, beside tshark on the same file in the same run.

Reads the capture named on the command line. Without one it makes a capture with the generator that may lie beside the
repository (`../shared/bench/gen_dlms_pcap.py`), and says so where there is none.
"""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from dlms_analyzer import Analyzer
from dlms_analyzer.capture import open_capture
from dlms_analyzer.net import ConversationTable, NetworkDecoder

HERE = Path(__file__).resolve().parent
GENERATOR = HERE.parent.parent / "shared" / "bench" / "gen_dlms_pcap.py"
CAPTURE = HERE / "data" / "sessions.pcap"
SESSIONS = 2_000
"""Sessions of 50 frames each."""


def frames(path: Path) -> int:
    return sum(1 for _ in open_capture(path))


def network(path: Path) -> int:
    decoder, table = NetworkDecoder(), ConversationTable()
    return sum(bool(table.feed(decoder.decode(frame))) for frame in open_capture(path))


def heads(path: Path) -> int:
    analyzer = Analyzer(heads=True)
    return sum(len(analyzer.feed(frame)) for frame in open_capture(path))


def whole(path: Path) -> int:
    analyzer = Analyzer()
    return sum(len(analyzer.feed(frame)) for frame in open_capture(path))


def jsonl(path: Path) -> int:
    analyzer = Analyzer()
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
    return sum(len(encode(one.to_dict())) for frame in open_capture(path) for one in analyzer.feed(frame))


def tshark(path: Path) -> int:
    command = ["tshark", "-r", str(path)]
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True).returncode


WAYS: dict[str, Callable[[Path], int]] = {
    "frames only": frames,
    "and link, IP, TCP": network,
    "and messages, heads of APDUs": heads,
    "and messages, APDUs whole": whole,
    "and jsonl of everything": jsonl,
}


def main() -> int:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else CAPTURE
    if not path.is_file():
        if not GENERATOR.is_file():
            print(f"no capture: name one, or put the generator at {GENERATOR}")
            return 0
        path.parent.mkdir(exist_ok=True)
        subprocess.run([sys.executable, str(GENERATOR), str(path), str(SESSIONS)], check=True)
    ways = dict(WAYS)
    if shutil.which("tshark"):
        ways["tshark, summary list"] = tshark
    else:
        print("tshark is not installed; it is left out")
    count = frames(path)
    print(f"{count:,} frames\n{'':32}{'frames/s':>12}{'us/frame':>12}")
    for name, run in ways.items():
        start = time.perf_counter()
        run(path)
        spent = time.perf_counter() - start
        print(f"{name:32}{count / spent:>12,.0f}{spent / count * 1e6:>12.2f}")
    print(f"\npeak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
