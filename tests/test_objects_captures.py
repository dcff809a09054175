"""What the index gathers about the objects of meters is what reading the whole capture finds, value by value."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import dlms_analyzer as dlms
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.index import IndexedCapture
from dlms_analyzer.objects import ObjectIndex
from dlms_analyzer.objects.columns import placed, ref_of
from dlms_analyzer.values import Value
from tests.support import sample_captures, sidecars, thirdparty_captures
from tests.test_security_captures import keys_of

GROUND_TRUTH = [(one.pcap, keys_of(one) if one.load().get("keys") else None) for one in sidecars()]
OWN = [
    (path, str(keys) if (keys := path.with_suffix(".keys.toml")).exists() else None)
    for path in (*sample_captures(), *thirdparty_captures())
]
CASES = [pytest.param(path, keys, id=f"{path.parent.name}-{path.stem}") for path, keys in GROUND_TRUTH + OWN]

Gist = tuple[int, str, Any, str, str, str]


def gist(value: Value) -> Gist | None:
    """What tells values apart, and what they say; None for the return values of methods."""
    place = placed(value.meter, ref_of(value))
    if place is None:
        return None
    return value.message, value.meter.key, place, repr(value.data), value.origin, value.shown.words


def gathered(index: ObjectIndex) -> Counter[Gist | None]:
    """Every value, looked at object by object as the screens do."""
    found: Counter[Gist | None] = Counter()
    for meter in index.meters:
        for one in meter.objects:
            meter.prepare(one)
            for ref in meter.attributes(one):
                seen: Counter[int] = Counter()
                for number in meter.numbers(ref):
                    value = meter.value(ref, number, seen[number])
                    seen[number] += 1
                    found[None if value is None else gist(value)] += 1
    return found


@pytest.mark.parametrize(("path", "keys"), CASES)
def test_every_value_of_a_capture_is_found_and_says_the_same(path: Path, keys: Any) -> None:
    capture = dlms.open(path, keys=keys)
    wanted = Counter(one for one in map(gist, list(capture.values)) if one is not None)
    indexed = capture.index()
    for _ in indexed.read():
        pass
    index = ObjectIndex(indexed, Meters())
    *_, progress = index.gather()
    assert progress.done == progress.total == len(indexed.table)
    assert progress.values >= wanted.total()
    assert gathered(index) == wanted


@pytest.mark.parametrize(("path", "keys"), [case for case in CASES if "pathological" not in str(case.id)])
def test_gathering_while_the_capture_grows_finds_the_same(path: Path, keys: Any) -> None:
    capture = dlms.open(path, keys=keys)
    wanted = Counter(one for one in map(gist, list(capture.values)) if one is not None)
    indexed = capture.index()
    index = ObjectIndex(indexed, Meters())
    grow(indexed, index)
    assert gathered(index) == wanted


def grow(indexed: IndexedCapture, index: ObjectIndex) -> None:
    """Read a capture frame by frame, and gather after some of them."""
    for number, frame in enumerate(indexed.source):
        indexed.take((frame,))
        if not number % 7:
            for _ in index.gather():
                pass
    indexed.finish()
    for _ in index.gather():
        pass
