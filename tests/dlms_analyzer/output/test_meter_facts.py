"""What is known of a meter and of its objects."""

from __future__ import annotations

from pathlib import Path

from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.objects import ObjectIndex, ObjectRef
from dlms_analyzer.output.meter_facts import meter_facts, object_facts
from tests.dlms_analyzer.objects.talking import CLOCK, ENERGY, KWH, get, listed
from tests.dlms_analyzer.script import Script

NAME, FIRMWARE, ASSOCIATION = bytes((0, 0, 42, 0, 0, 255)), bytes((1, 0, 0, 2, 0, 255)), bytes((0, 0, 40, 0, 0, 255))


def talk(stamp: str = "07ea010104000002000000" + "00") -> Script:
    script = Script()
    get(script, 1, NAME, 2, (10, b"ABC12345"))
    get(script, 1, FIRMWARE, 2, (10, b"v1.2"))
    get(script, 8, CLOCK, 2, (9, bytes.fromhex(stamp)), client=1)
    get(script, 3, ENERGY, 3, KWH)
    get(script, 3, ENERGY, 2, (6, 5))
    get(script, 15, ASSOCIATION, 2, listed((3, ENERGY)))
    return script


def facts(script: Script, folder: Path) -> dict[str, str]:
    capture = script.index(folder)
    index = ObjectIndex(capture, Meters())
    for _ in index.gather():
        pass
    return {fact.name: fact.text for fact in meter_facts(index.meters[0], capture.table)}


def test_a_meter_tells_its_name_its_firmware_its_clients_and_its_clock(tmp_path: Path) -> None:
    found = facts(talk(), tmp_path)
    assert found["meter"] == "ABC12345"
    assert found["address"] == "192.0.2.7:4059/1"
    assert found["firmware"] == "'v1.2'  (1-0:0.2.0.255)"
    assert found["objects"] == "5, 1 from its object list"
    assert found["values"] == "6"
    assert found["associations"] == "1 of client 1"
    assert found["clock difference"] == "2 s ahead of the capture, in message 6"


def test_a_clock_without_a_zone_is_said_to_be_taken_for_utc(tmp_path: Path) -> None:
    found = facts(talk("07e90c1f03173b0000800000"), tmp_path)
    text = "60 s behind the capture, in message 6; it does not tell its zone, and is taken for UTC"
    assert found["clock difference"] == text


def test_an_object_tells_its_class_and_a_line_for_each_member(tmp_path: Path) -> None:
    index = ObjectIndex(talk().index(tmp_path), Meters())
    for _ in index.gather():
        pass
    found = {fact.name: fact.text for fact in object_facts(index.meters[0], ObjectRef(3, ENERGY))}
    assert found["class"] == "3 Register, version 0"
    assert found["medium"] == "electricity (AC)"
    assert found["2 value"] == "5 kWh  (1 value)  [read]"
    assert found["3 scaler_unit"] == "1000 Wh  (1 value)"
    (unknown, *_) = object_facts(index.meters[0], ObjectRef(None, None, 8))
    assert unknown.text == "short name 0008"
