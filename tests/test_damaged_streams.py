"""Damage in a stream is passed as in a file, with work that grows with its length only."""

from __future__ import annotations

import random
from typing import Any

import pytest

from dlms_analyzer.capture.pcap import BLIND_SEARCH, PcapReader
from dlms_analyzer.capture.pcapng import PcapngReader
from dlms_analyzer.capture.problem import Problem, ProblemLog
from tests.dlms_analyzer.capture_samples import SECOND, START, pcap, pcapng

READERS = [PcapReader, PcapngReader]
NAMES = ["pcap", "pcapng"]

Result = tuple[list[tuple[int, int, bytes]], list[Problem]]


def read(reader: type[PcapReader | PcapngReader], octets: bytes, step: int) -> Result:
    """Frames and problems of octets that come some at a time; those that came stay in the buffer."""
    one = reader(ProblemLog("sample"))
    frames = []
    for end in [*range(step, len(octets), step), len(octets)]:
        final = end == len(octets)
        found = one.read(octets[:end], one.position, end, pause=end, final=final)
        frames += [(frame.number, frame.time, frame.octets) for frame in found]
    assert one.position == len(octets)
    return frames, list(one.problems)


def damaged(choice: random.Random, octets: bytes) -> bytes:
    """Octets with bits flipped in them, and some taken out or put in."""
    changed = bytearray(octets)
    for _ in range(choice.randrange(1, 6)):
        at = choice.randrange(28, len(changed))
        match choice.randrange(4):
            case 0:
                changed[at : at + choice.randrange(40)] = b""
            case 1:
                changed[at:at] = choice.randbytes(choice.randrange(300))
            case _:
                changed[at] ^= 1 << choice.randrange(8)
    return bytes(changed)


@pytest.mark.parametrize("reader", READERS, ids=NAMES)
@pytest.mark.parametrize("step", [1, 13, 100, 3000])
def test_a_damaged_stream_gives_the_frames_and_problems_of_the_same_file(
    reader: type[PcapReader | PcapngReader], step: int
) -> None:
    choice = random.Random(step)
    frames = [(START + index * SECOND // 20, choice.randbytes(20 + index % 60)) for index in range(60)]
    for order in "<>" * (2 if step == 1 else 15):
        octets = damaged(choice, pcap(frames, order) if reader is PcapReader else pcapng(frames, order))
        assert read(reader, octets, step) == read(reader, octets, len(octets))


TIMES = bytes.fromhex("0000556900000000")
"""A time of the samples, and no length."""
FAKE = bytes.fromhex("0600000004000100")
"""The start of a block of 65,540 octets that does not end as one."""


@pytest.mark.parametrize(
    ("reader", "start", "filler"),
    [
        (PcapReader, pcap([]), bytes(8)),
        (PcapReader, pcap([]), TIMES),
        (PcapReader, pcap(), bytes(8)),
        (PcapReader, pcap(), TIMES),
        (PcapngReader, pcapng([]), bytes(8)),
        (PcapngReader, pcapng([]), FAKE),
    ],
    ids=["zeros, blindly", "times, blindly", "zeros, by the time", "times, by the time", "zeros, pcapng", "blocks"],
)
def test_the_search_behind_damage_in_a_stream_looks_at_each_octet_once(
    reader: type[PcapReader | PcapngReader], start: bytes, filler: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = 0
    search: Any = vars(reader)["_search"]

    def counting(self: Any, buf: bytes, position: int, end: int, *, final: bool) -> tuple[int, bool]:
        nonlocal looked_at
        found = search(self, buf, position, end, final=final)
        looked_at += found[0] - position
        return tuple(found)

    monkeypatch.setattr(reader, "_search", counting)
    octets = start + b"\xff" * 32 + filler * (BLIND_SEARCH // 16)
    _, problems = read(reader, octets, 4096)
    assert len(octets) - len(start) - 100 < looked_at < len(octets)
    assert [problem.offset for problem in problems] == [len(start)]
