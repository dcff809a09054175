"""Which messages teach something new."""

from __future__ import annotations

from pathlib import Path

from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.objects import ObjectIndex, ObjectRef
from tests.dlms_analyzer.objects.talking import CLOCK, ENERGY, KWH, PROFILE, columns, get
from tests.dlms_analyzer.script import Script


def test_of_scalers_that_were_read_again_and_again_only_the_latest_is_looked_at(tmp_path: Path) -> None:
    script = Script()
    for _ in range(3):
        get(script, 3, ENERGY, 3, KWH)
    index = ObjectIndex(script.index(tmp_path), Meters())
    steps = index._messages()
    for _ in steps:
        pass
    (meter,) = index.meters
    assert list(meter.learn(ObjectRef(8, CLOCK))) == []
    assert list(meter.learn(ObjectRef(3, ENERGY))) == [6]
    assert list(meter.learn()) == []


def test_the_rows_of_a_profile_are_looked_at_only_when_scalers_stand_in_them(tmp_path: Path) -> None:
    script = Script()
    get(script, 7, PROFILE, 2, (1, ((2, ((6, 1), KWH)),)))
    index = ObjectIndex(script.index(tmp_path), Meters())
    for _ in index._messages():
        pass
    (meter,) = index.meters
    assert list(meter.learn()) == []
    meter.model.note(7, PROFILE, 3, columns((3, ENERGY, 2), (3, ENERGY, 3)))
    assert list(meter.learn()) == [2]
    assert str(meter.model.scaler_units[3, ENERGY].symbol) == "Wh"
