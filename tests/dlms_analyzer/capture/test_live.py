"""Live capture over the loopback interface with every capture program at hand."""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from ctypes.util import find_library
from itertools import islice
from pathlib import Path

import pytest

from dlms_analyzer.capture import CaptureError
from dlms_analyzer.capture.live import LiveSource
from dlms_analyzer.capture.live_tools import CaptureTool, LiveOptions, explain_failure, find_tools, list_interfaces
from dlms_analyzer.frames import Frame, Segment, ports
from dlms_analyzer.net import NetworkDecoder
from tests.dlms_analyzer.capture.privilege import LOOPBACK, needs_privilege

TOOLS = find_tools()


def has_libpcap() -> bool:
    name = find_library("pcap")
    try:
        return name is not None and bool(ctypes.CDLL(name))
    except OSError:
        return False


HAS_LIBPCAP = has_libpcap()
needs_libpcap = pytest.mark.skipif(not HAS_LIBPCAP, reason="no libpcap, which makes filters for Scapy's sockets")
FILTERING = [tool for tool in TOOLS if tool.name != "scapy"] + [
    pytest.param(tool, marks=needs_libpcap) for tool in TOOLS if tool.name == "scapy"
]


def tool_name(tool: CaptureTool) -> str:
    return tool.name


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound


def is_up(name: str) -> bool:
    flags = Path(f"/sys/class/net/{name}/flags")
    return flags.exists() and bool(int(flags.read_text(), 16) & 1)


def send(receiver: socket.socket, payloads: list[bytes]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for payload in payloads:
            sender.sendto(payload, receiver.getsockname())


def payloads_of(frames: list[Frame], port: int) -> list[bytes]:
    decoder = NetworkDecoder()
    segments = [decoder.decode(frame) for frame in frames]
    return [
        segment.octets
        for segment in segments
        if isinstance(segment, Segment) and (ports(segment.flow) or (0, 0))[1] == port
    ]


@needs_privilege
@pytest.mark.parametrize("tool", FILTERING, ids=tool_name)
def test_what_is_sent_is_captured_once_and_in_order(tool: CaptureTool, receiver: socket.socket) -> None:
    port = receiver.getsockname()[1]
    sent = [b"datagram %d" % index for index in range(200)]
    source = LiveSource([LOOPBACK], f"udp port {port}", tool=tool)
    try:
        send(receiver, sent)
        frames = list(islice(source, len(sent)))
        assert payloads_of(frames, port) == sent
        assert [frame.number for frame in frames] == list(range(1, len(sent) + 1))
        assert abs(frames[0].time - time.time_ns()) < 60e9
        assert [interface.name for interface in source.interfaces] == [LOOPBACK]
        assert [source.octets(f.interface, f.start, f.end) for f in frames] == [f.octets for f in frames]
        assert source.dropped == 0
        assert source.backlog < 1000
    finally:
        source.close()


@needs_privilege
@pytest.mark.parametrize("tool", FILTERING, ids=tool_name)
def test_after_the_stop_everything_captured_is_still_read(tool: CaptureTool, receiver: socket.socket) -> None:
    port = receiver.getsockname()[1]
    source = LiveSource([LOOPBACK], f"udp port {port}", tool=tool)
    send(receiver, [b"x"] * 50)
    time.sleep(1.2)  # the programs write what they have within a second
    threading.Timer(0.1, source.stop).start()
    assert payloads_of(list(source), port) == [b"x"] * 50
    assert [str(problem) for problem in source.problems] == []
    source.refresh_dropped()
    assert source.dropped == 0
    source.close()


@needs_privilege
@pytest.mark.parametrize("tool", FILTERING, ids=tool_name)
def test_several_interfaces_are_captured_at_once(tool: CaptureTool, receiver: socket.socket) -> None:
    others = [name for name in list_interfaces() if name != LOOPBACK and is_up(name)]
    if not others:
        pytest.skip("one interface only")
    port = receiver.getsockname()[1]
    source = LiveSource([LOOPBACK, others[0]], f"udp port {port}", tool=tool)
    try:
        send(receiver, [b"y"] * 20)
        frames = list(islice(source, 20))
        assert payloads_of(frames, port) == [b"y"] * 20
        assert {source.interfaces[frame.interface].name for frame in frames} == {LOOPBACK}
        assert [source.octets(f.interface, f.start, f.end) for f in frames] == [f.octets for f in frames]
    finally:
        source.close()


@needs_privilege
@pytest.mark.skipif(not HAS_LIBPCAP and TOOLS[0].name == "scapy", reason="no libpcap, and no program that brings it")
@pytest.mark.skipif(sys.platform != "linux", reason="gives disk space back as Linux can")
def test_no_more_than_the_ring_is_kept(receiver: socket.socket) -> None:
    port = receiver.getsockname()[1]
    source = LiveSource([LOOPBACK], f"udp port {port}", ring=1 << 20)
    try:
        total = 0
        first: Frame | None = None
        while total < 4 << 20:
            send(receiver, [bytes(30_000)] * 20)
            for frame in islice(source, 20):
                first = first or frame
                last = frame
                total += frame.end - frame.start
        assert first is not None
        time.sleep(0.1)
        assert source.octets(last.interface, last.start, last.end) == last.octets
        with pytest.raises(CaptureError, match="no longer kept"):
            source.octets(first.interface, first.start, first.end)
    finally:
        source.close()


@needs_privilege
@pytest.mark.parametrize("tool", TOOLS, ids=tool_name)
def test_an_interface_that_is_not_there_is_named_with_those_that_are(tool: CaptureTool) -> None:
    with pytest.raises(CaptureError, match=rf"nowhere9: no such interface; there are .*{LOOPBACK}"):
        LiveSource(["nowhere9"], tool=tool)


@needs_privilege
@pytest.mark.parametrize("tool", FILTERING, ids=tool_name)
def test_a_filter_that_is_none_is_refused(tool: CaptureTool) -> None:
    with pytest.raises(CaptureError, match="tcp prot 4059: not a capture filter"):
        LiveSource([LOOPBACK], "tcp prot 4059", tool=tool)


@needs_privilege
@pytest.mark.parametrize("tool", TOOLS, ids=tool_name)
def test_without_a_filter_everything_is_captured(tool: CaptureTool, receiver: socket.socket) -> None:
    port = receiver.getsockname()[1]
    sent = [b"datagram %d" % index for index in range(50)]
    source = LiveSource([LOOPBACK], tool=tool)
    try:
        send(receiver, sent)
        received: list[bytes] = []
        for frame in source:
            received += payloads_of([frame], port)
            if len(received) >= len(sent):
                break
        assert received == sent
    finally:
        source.close()


@needs_privilege
def test_a_filter_without_libpcap_is_refused_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hidden = tmp_path / "sitecustomize.py"
    hidden.write_text("import ctypes.util\nctypes.util.find_library = lambda name: None\n")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *sys.path]))
    with pytest.raises(CaptureError, match="needs libpcap, which is not installed: install dumpcap or tcpdump"):
        LiveSource([LOOPBACK], "tcp port 4059", tool=TOOLS[-1])


@needs_privilege
def test_a_capture_program_that_dies_ends_the_capture_with_a_problem(tmp_path: Path) -> None:
    fake = tmp_path / "tcpdump"
    fake.write_text("#!/bin/sh\necho listening on x >&2\nsleep 0.3\necho the interface went down >&2\nexit 1\n")
    fake.chmod(0o755)
    real = next(tool for tool in TOOLS if tool.name == "scapy")
    tool = CaptureTool("tcpdump", str(fake), "listening on", real.dropped)
    source = LiveSource(["x"], tool=tool)
    assert list(source) == []
    assert "went down" in source.problems[0].text
    source.close()


SAID = {
    "dumpcap": "Capturing on 'lo'\ndumpcap: You do not have permission to capture on device \"lo\".",
    "tcpdump": "tcpdump: lo: You don't have permission to perform this capture on that device",
    "scapy": "[Errno 1] Operation not permitted",
}


@pytest.mark.parametrize("name", SAID)
def test_without_permission_it_says_what_to_do(name: str) -> None:
    tool = CaptureTool(name, f"/usr/bin/{name}", "", find_tools()[-1].dropped)
    text = explain_failure(tool, LiveOptions(("lo",)), SAID[name].splitlines())
    assert "no permission" in text
    assert "run as root" in text
    assert "\n" not in text
    if name != "scapy":
        assert f"setcap cap_net_raw,cap_net_admin=ep /usr/bin/{name}" in text


@pytest.mark.skipif(
    shutil.which("dumpcap") is None or os.name != "posix" or os.getuid() != 0, reason="needs root and dumpcap"
)
def test_a_user_without_the_right_gets_that_sentence() -> None:
    command = ["dumpcap", "-q", "-i", LOOPBACK, "-w", "-"]
    said = subprocess.run(
        command, check=False, capture_output=True, text=True, user=65_534, group=65_534, extra_groups=[]
    ).stderr
    tool = next(tool for tool in TOOLS if tool.name == "dumpcap")
    if "permission" not in said:
        pytest.skip("everybody may capture here")
    assert "no permission" in explain_failure(tool, LiveOptions((LOOPBACK,)), said.splitlines())


def test_an_unknown_failure_is_passed_on() -> None:
    text = explain_failure(TOOLS[-1], LiveOptions(("lo",)), ["Capturing on 'lo'", "the moon is full"])
    assert text.endswith("the moon is full")


def test_a_filter_is_never_taken_for_an_option() -> None:
    for tool in TOOLS:
        for command in tool.commands(LiveOptions(("lo",), "-w /etc/passwd")):
            arguments = command.arguments
            if tool.name == "tcpdump":
                assert arguments[-2:] == ("--", "-w /etc/passwd")
            elif tool.name == "dumpcap":
                assert arguments[arguments.index("-f") + 1] == "-w /etc/passwd"
            else:
                assert "--filter=-w /etc/passwd" in arguments
