"""What meters call themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlms_analyzer.capture import open_capture
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.index import IndexedCapture
from dlms_analyzer.sessions import Naming, facts_of
from dlms_analyzer.sessions import naming as naming_module
from tests.dlms_analyzer.script import Script
from tests.support import CAPTURES

READ_NAME = bytes.fromhex("c001c1000100002a0000ff0200")
NAME = bytes.fromhex("c401c1000905" + b"METER".hex())
READ_OTHER = bytes.fromhex("c001c100010000600100ff0200")
OTHER = bytes.fromhex("c401c1000905" + b"OTHER".hex())


def test_the_logical_device_name_becomes_the_name_of_the_meter() -> None:
    capture = IndexedCapture(open_capture(CAPTURES / "ln_wrapper_low.pcap"))
    for _ in capture.read():
        pass
    meters = Meters()
    naming = Naming(capture, meters)
    assert list(naming.learn()) == [(len(capture.table), len(capture.table))]
    assert facts_of(capture.table.associations[0], meters).meter == "GRX0000000123456"
    assert list(naming.learn()) == []


def test_few_messages_are_read_in_a_step_and_only_those_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(naming_module, "MAX_READ", 2)
    script = Script()
    for _ in range(3):
        script.client(READ_NAME).server(NAME).client(READ_OTHER).server(OTHER)
    capture = script.index(tmp_path)
    read: list[int] = []
    glance = capture.glance
    monkeypatch.setattr(capture, "glance", lambda number: read.append(number) or glance(number))
    meters = Meters()
    assert [done for done, _ in Naming(capture, meters).learn()] == [6, 12]
    assert read == [2, 6, 10]
    assert facts_of(capture.table.associations[0], meters).meter == "METER"
