"""Captures of the generator that may lie beside the repository, made once and kept in `benchmarks/data`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
GENERATOR = HERE.parent.parent / "shared" / "bench" / "gen_dlms_pcap.py"
FRAMES_OF_A_SESSION = 50


def generated(sessions: int) -> Path | None:
    """A capture of some sessions; None where there is no generator."""
    path = HERE / "data" / f"sessions-{sessions}.pcap"
    if not path.is_file():
        if not GENERATOR.is_file():
            print(f"no capture: name one, or put the generator at {GENERATOR}")
            return None
        path.parent.mkdir(exist_ok=True)
        subprocess.run(
            [sys.executable, str(GENERATOR), str(path), str(sessions)], check=True, stdout=subprocess.DEVNULL
        )
    return path
