"""Finding objects by what people call them."""

from __future__ import annotations

from pathlib import Path

import pytest

from dlms_analyzer.objects import ObjectIndex
from dlms_analyzer.objects.search import Hit, find
from tests.dlms_analyzer.objects.talking import CLOCK, ENERGY, gathered, get
from tests.dlms_analyzer.script import Script


def talk(tmp_path: Path) -> ObjectIndex:
    script = Script()
    get(script, 3, ENERGY, 2, (6, 5))
    get(script, 8, CLOCK, 2, (9, bytes(12)))
    script.client(b"\x05\x01\x02\x50\x08").server(b"\x0c\x01\x00\x06\x00\x00\x00\x05")
    return gathered(script, tmp_path)


def hit(index: ObjectIndex, text: str, after: Hit | None = None, *, inclusive: bool = False) -> Hit | None:
    steps = list(find(index, text, after, inclusive=inclusive))
    return steps[-1] if steps and isinstance(steps[-1], Hit) else None


@pytest.mark.parametrize("text", ["1.8.0", "1.0.1.8.0.255", "ACTIVE energy", "register", "1-0:1.8"])
def test_an_object_is_found_by_its_code_its_name_and_its_class(tmp_path: Path, text: str) -> None:
    found = hit(talk(tmp_path), text)
    assert found is not None
    assert found.object is not None
    assert found.object.logical_name == ENERGY


def test_a_meter_and_a_short_name_are_found_too(tmp_path: Path) -> None:
    index = talk(tmp_path)
    assert hit(index, "192.0.2.7") == Hit(index.meters[0], None)
    found = hit(index, "5008")
    assert found is not None
    assert found.object is not None
    assert found.object.base_name == 0x5008
    assert hit(index, "no such thing") is None
    assert hit(index, "") is None


def test_the_search_goes_on_behind_the_last_hit_and_round_the_end(tmp_path: Path) -> None:
    index = talk(tmp_path)
    first = hit(index, "0-0:1.0")
    assert first is not None
    second = hit(index, "1", first)
    third = hit(index, "1", second)
    assert len({first, second, third}) == 3
    assert hit(index, "0-0:1.0", first) == first
    assert hit(index, "0-0:1.0", first, inclusive=True) == first
    assert hit(index, "0-0:1.0", second) == first
