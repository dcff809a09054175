"""Pushes with bare attribute descriptors."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlms_analyzer.cosem.model import MeterModel
from dlms_analyzer.cosem.obis import dotted, parse
from dlms_analyzer.cosem.untagged import RULE, label_untagged
from tests.support import vectors

BODY = bytes.fromhex("0202 1601 0102 0202 0001 00002a0000ff 02 0903414243 0202 0003 0100010800ff 02 0600000008")
HEAD = 6
"""Octets of a DataNotification without a date-time in front of its body."""

UNTAGGED = [vector for vector in vectors() if "quirk-untagged-descriptor" in vector["tags"]]


def test_bare_descriptors_name_the_values_behind_them() -> None:
    push = label_untagged(MeterModel(), BODY)
    assert push is not None
    assert push.rule == RULE
    assert [(item.path, item.shown.value) for item in push.items] == [((1, 0, 1), "ABC"), ((1, 1, 1), 8)]
    captured = push.items[1].captured
    assert captured is not None
    assert (captured.class_id, captured.logical_name, captured.attribute_index) == (3, parse("1-0:1.8.0"), 2)


@pytest.mark.parametrize("vector", UNTAGGED, ids=lambda vector: vector["id"])
def test_the_values_are_what_the_source_says(vector: dict[str, Any]) -> None:
    push = label_untagged(MeterModel(), bytes.fromhex(vector["hex"])[HEAD:])
    assert push is not None
    found = {dotted(item.captured.logical_name): item.shown.value for item in push.items if item.captured is not None}
    for code, value in vector["expected"]["values"].items():
        if value != "":  # an octet-string that is empty, or no text to the source
            assert found[code] == value, code


@pytest.mark.parametrize(
    "octets", [b"", BODY[:-1], BODY + b"\x00", bytes.fromhex("0202 0600000001 0600000002"), b"\x02" * 100]
)
def test_any_other_body_is_left_alone(octets: bytes) -> None:
    assert label_untagged(MeterModel(), octets) is None


@given(st.binary(max_size=60), st.integers(0, len(BODY)))
def test_noise_is_left_alone_or_read(octets: bytes, cut: int) -> None:
    push = label_untagged(MeterModel(), BODY[:cut] + octets)
    assert push is None or push.items
