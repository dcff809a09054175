"""Capture filters are checked before anything is captured, by whatever program there is."""

from __future__ import annotations

import pytest

from dlms_analyzer.capture import capture_filter
from dlms_analyzer.capture.capture_filter import check_capture_filter
from dlms_analyzer.capture.live_tools import find_tools
from tests.dlms_analyzer.capture.privilege import LOOPBACK, needs_privilege
from tests.dlms_analyzer.capture.test_live import HAS_LIBPCAP

TOOLS = [tool.name for tool in find_tools() if tool.name != "scapy" or HAS_LIBPCAP]


@needs_privilege
@pytest.mark.parametrize("name", TOOLS)
@pytest.mark.parametrize(
    ("text", "reason"),
    [("tcp prot 4059", "syntax error"), ("tcp and (", "syntax error"), ("-w /tmp/x", "syntax error")],
)
def test_what_is_no_filter_is_refused_in_one_sentence(
    name: str, text: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_tool(monkeypatch, name)
    assert check_capture_filter(text, [LOOPBACK]) == f"{text}: not a capture filter: {reason}; see pcap-filter(7)"


@needs_privilege
@pytest.mark.parametrize("name", TOOLS)
@pytest.mark.parametrize("text", ["", "  ", "tcp port 4059", "udp and not host 192.0.2.1"])
def test_a_filter_is_accepted(name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    only_tool(monkeypatch, name)
    assert check_capture_filter(text, [LOOPBACK]) is None


@pytest.mark.skipif("tcpdump" not in TOOLS, reason="tcpdump is not installed")
def test_a_port_that_cannot_be_is_named() -> None:
    assert "illegal port number 99999" in str(check_capture_filter("port 99999"))


def test_when_nobody_can_tell_nothing_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capture_filter, "_COMPILE", "raise SystemExit('libpcap is not available')")
    only_tool(monkeypatch, "scapy")
    assert check_capture_filter("tcp prot 4059") is None


def only_tool(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let there be no other capture program than one; Scapy's sockets are always there."""
    tools = [tool for tool in find_tools() if tool.name in {name, "scapy"}]
    monkeypatch.setattr(capture_filter, "find_tools", lambda: tools)
