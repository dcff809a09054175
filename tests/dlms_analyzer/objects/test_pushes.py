"""Pushes that say something else once more is known of the meter."""

from __future__ import annotations

from pathlib import Path

from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.objects import AttributeRef, ObjectIndex
from dlms_analyzer.objects.columns import AttributeRef as Ref
from tests.dlms_analyzer.objects.talking import CLOCK, ENERGY, columns, gathered, get, numbers, push
from tests.dlms_analyzer.script import Script

NOTHING = AttributeRef(None, None, None, None)
VALUE, TIME = Ref(3, ENERGY, None, 2), Ref(8, CLOCK, None, 2)
SETUP = bytes((0, 0, 25, 9, 0, 255))
NOON = (9, bytes.fromhex("07ea0b0e060c0000ff800000"))


def test_a_push_list_that_is_read_later_labels_the_pushes_before(tmp_path: Path) -> None:
    script = Script()
    for _ in range(2):
        push(script, NOON, (6, 5))
    meter = gathered(script, tmp_path).meters[0]
    assert numbers(meter, [NOTHING, VALUE]) == [[1, 1, 2, 2], []]
    get(script, 40, SETUP, 2, columns((8, CLOCK, 2), (3, ENERGY, 2)))
    push(script, NOON, (6, 6))
    meter = gathered(script, tmp_path).meters[0]
    assert numbers(meter, [NOTHING, VALUE, TIME]) == [[], [1, 2, 5], [1, 2, 5]]
    assert meter.values == 7


def test_pushes_are_labelled_again_only_when_what_their_labels_rest_on_has_changed(tmp_path: Path) -> None:
    script = Script()
    push(script, (9, ENERGY), (6, 5))
    get(script, 8, CLOCK, 2, NOON)
    index = ObjectIndex(script.index(tmp_path), Meters())
    for _ in index.gather():
        pass
    (meter,) = index.meters
    assert numbers(meter, [VALUE]) == [[1]]
    meter.model.note_object(1, CLOCK)
    assert list(meter.settle()) == []
    meter.model.note_object(5, ENERGY)
    assert list(meter.settle()) == [1]
