"""What Linux says of the memory of a process."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

PEAK = "VmHWM"
"""The most that it ever had, with the pages of mapped files."""
OWN = "RssAnon"
"""What it has now, without the pages of mapped files, which the system takes back when it has a use for them."""


def memory_of(process: int | str = "self") -> Counter[str]:
    """`PEAK` and `OWN` of a process, KiB; nothing when it has just ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return Counter()
    wanted = [line.split() for line in lines if line.startswith((f"{PEAK}:", f"{OWN}:"))]
    return Counter({name.rstrip(":"): int(size) for name, size, *_ in wanted})
