"""The interfaces of this machine, and their counters."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from dlms_analyzer.capture import interfaces
from dlms_analyzer.capture.interfaces import interface_states
from dlms_analyzer.capture.live_tools import list_interfaces
from tests.dlms_analyzer.capture.privilege import LOOPBACK

COUNTERS = """Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:     500       5    0    0    0     0          0         0      500       5    0    0    0     0       0          0
  eth0:    1000      10    0    0    0     0          0         0      200       2    0    0    0     0       0          0
  eth1:90000000       1    0    0    0     0          0         0        0       0    0    0    0     0       0          0
"""  # noqa: E501 - the form of the file


def test_every_interface_is_listed() -> None:
    assert {state.name for state in interface_states()} == set(list_interfaces())


def test_what_was_received_and_sent_counts_on_loopback_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "dev"
    path.write_text(COUNTERS)
    monkeypatch.setattr(interfaces, "COUNTERS", path)
    monkeypatch.setattr(interfaces, "list_interfaces", lambda: ["lo", "eth0", "eth1", "tun0"])
    monkeypatch.setattr(interfaces, "_FLAGS", str(tmp_path / "{}"))
    states = {state.name: state for state in interface_states()}
    assert states["lo"][3:] == (5, 500)
    assert states["eth0"][3:] == (12, 1200)
    assert states["eth1"].octets == 90_000_000
    assert states["tun0"][1:] == (None, False, None, None)


def test_interfaces_that_are_up_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, flags in (("lo", "0x9"), ("eth0", "0x1002"), ("eth1", "0x1003")):
        (tmp_path / name).write_text(flags + "\n")
    monkeypatch.setattr(interfaces, "_FLAGS", str(tmp_path / "{}"))
    monkeypatch.setattr(interfaces, "list_interfaces", lambda: ["lo", "eth0", "eth1"])
    assert [(state.name, state.up) for state in interface_states()] == [("eth1", True), ("lo", True), ("eth0", False)]


def test_where_the_system_tells_no_counters_they_are_unknown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interfaces, "COUNTERS", tmp_path / "missing")
    assert all(state.packets is None for state in interface_states())


@pytest.mark.skipif(sys.platform != "linux", reason="reads the counters of Linux")
def test_counters_rise_with_what_is_sent() -> None:
    def packets() -> int:
        return next(state.packets for state in interface_states() if state.name == LOOPBACK) or 0

    before = packets()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(10):
            sender.sendto(b"x", ("127.0.0.1", 9))
    assert packets() >= before + 10
