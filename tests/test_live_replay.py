"""A replay at thousands of frames per second through a real socket: every message arrives."""

from __future__ import annotations

import subprocess
import sys
import threading
from itertools import islice

import pytest

from benchmarks.replay import new_mark, repeated
from dlms_analyzer.analyzer import Analyzer
from dlms_analyzer.capture.live import LiveSource
from dlms_analyzer.capture.live_tools import CaptureTool, find_tools
from dlms_analyzer.frames import Frame
from dlms_analyzer.messages import Message
from tests.dlms_analyzer.capture.privilege import LOOPBACK, needs_privilege
from tests.support import REPOSITORY, sample_captures

COUNT = 20_000
ASKED_RATE = 6_000
LEAST_RATE = 5_000
PATIENCE = 60
ETHERNET = 1

MARK = new_mark()
CAPTURES = [str(path) for path in sample_captures()]
TOOLS = [tool for tool in find_tools() if tool.name != "scapy"]

Fact = tuple[int, str, str, bytes, tuple[int, ...]]


def fact(message: Message) -> Fact:
    return message.number, message.service, message.sender.name, message.octets, message.frames


def expected() -> list[Fact]:
    """What the same frames say when they come from memory."""
    analyzer = Analyzer()
    facts = []
    for number, octets in enumerate(islice(repeated(CAPTURES, MARK), COUNT), start=1):
        size = len(octets)
        frame = Frame(number, number, ETHERNET, octets, 0, size, size)
        facts += [fact(message) for message in analyzer.feed(frame)]
    return facts + [fact(message) for message in analyzer.flush()]


def replay() -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.replay", LOOPBACK, MARK, str(COUNT), str(ASKED_RATE), *CAPTURES]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)


@needs_privilege
@pytest.mark.skipif(sys.platform != "linux", reason="replays with the packet sockets of Linux")
@pytest.mark.skipif(not TOOLS, reason="neither dumpcap nor tcpdump is installed")
@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_at_5000_frames_per_second_every_message_arrives_and_none_is_dropped(tool: CaptureTool) -> None:
    source = LiveSource([LOOPBACK], f"ether dst {MARK}", tool=tool)
    analyzer = Analyzer()
    facts: list[Fact] = []
    limit = threading.Timer(PATIENCE, source.stop)
    limit.start()
    sender = replay()
    try:
        for frame in source:
            facts += [fact(message) for message in analyzer.feed(frame)]
            if analyzer.frames == COUNT:
                threading.Thread(target=source.stop).start()
        facts += [fact(message) for message in analyzer.flush()]
        said, _ = sender.communicate(timeout=PATIENCE)
    finally:
        limit.cancel()
        sender.kill()
        source.close()
    assert analyzer.frames == COUNT
    assert source.dropped == 0
    assert facts == expected()
    assert len(facts) > COUNT // 2
    sent, seconds = said.split()
    assert int(sent) / float(seconds) >= LEAST_RATE
