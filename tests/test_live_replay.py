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
from dlms_analyzer.index import IndexedCapture
from dlms_analyzer.messages import Message
from tests.dlms_analyzer.capture.privilege import LOOPBACK, needs_privilege
from tests.support import REPOSITORY, sample_captures

COUNT = 20_000
ASKED_RATE = 6_000
LEAST_RATE = 5_000
PATIENCE = 60
LOOKED_AT = 50
"""Every so many messages its octets are read again from the spool."""
ETHERNET = 1

MARK = new_mark()
CAPTURES = [str(path) for path in sample_captures()]
TOOLS = [tool for tool in find_tools() if tool.name != "scapy"]


def expected() -> list[Message]:
    """What the same frames say when they come from memory."""
    analyzer = Analyzer()
    messages = []
    for number, octets in enumerate(islice(repeated(CAPTURES, MARK), COUNT), start=1):
        size = len(octets)
        frame = Frame(number, number, ETHERNET, octets, 0, size, size)
        messages += analyzer.feed(frame)
    return messages + analyzer.flush()


def replay() -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.replay", LOOPBACK, MARK, str(COUNT), str(ASKED_RATE), *CAPTURES]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY)


@needs_privilege
@pytest.mark.skipif(sys.platform != "linux", reason="replays with the packet sockets of Linux")
@pytest.mark.skipif(not TOOLS, reason="neither dumpcap nor tcpdump is installed")
@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_at_5000_frames_per_second_every_message_arrives_and_none_is_dropped(tool: CaptureTool) -> None:
    source = LiveSource([LOOPBACK], f"ether dst {MARK}", tool=tool)
    capture = IndexedCapture(source)
    limit = threading.Timer(PATIENCE, source.stop)
    limit.start()
    sender = replay()
    try:
        capture.take(islice(source, COUNT))
        source.stop()
        capture.take(source)  # there should be no more
        capture.finish()
        octets = [capture.octets(number) for number in range(1, len(capture.table) + 1, LOOKED_AT)]
        said, _ = sender.communicate(timeout=PATIENCE)
    finally:
        limit.cancel()
        sender.kill()
        source.close()
    assert capture.progress.frames == COUNT
    assert source.dropped == 0
    messages = expected()
    assert len(messages) > COUNT // 2
    rows = [capture.table.row(number) for number in range(1, len(capture.table) + 1)]
    assert [(row.number, row.service, row.sender, row.frame) for row in rows] == [
        (message.number, message.service, message.sender, message.frame.number) for message in messages
    ]
    assert octets == [message.octets for message in messages[::LOOKED_AT]]
    sent, seconds = said.split()
    assert int(sent) / float(seconds) >= LEAST_RATE
