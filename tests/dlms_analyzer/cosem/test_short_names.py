"""Short names: the rule of eight, the tables of methods, object lists."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlms_analyzer.cosem.obis import parse
from dlms_analyzer.cosem.short_names import ShortNames, ShortObject, method_offsets, short_name_of
from tests.support import shared_folder

REGISTER = ShortObject(0x100, 3, 0, parse("1.1.21.25.0.255"))
PROFILE = ShortObject(0x1F0, 7, 1, parse("1.0.99.1.0.255"))
LIST = ShortNames([PROFILE, REGISTER])


def test_methods_stand_where_the_reference_says() -> None:
    text = (shared_folder("reference") / "sn_mapping.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) [^|]*\| (\d+) \| \d+ \| x\+0x[0-9A-F]+ \| (m[^|]*) \|", text, re.MULTILINE)
    assert len(rows) > 50
    for class_id, version, methods in rows:
        offsets = method_offsets(int(class_id), int(version))
        for method, offset in re.findall(r"m(\d+)=x\+0x([0-9A-F]+)", methods):
            assert offsets[int(method)] == int(offset, 16), class_id


@pytest.mark.parametrize(
    ("short_name", "attribute", "method"),
    [(0x100, 1, None), (0x108, 2, None), (0x110, 3, None), (0x128, None, 1), (0x1F8, 2, None), (0x250, None, 2)],
)
def test_a_short_name_is_found_in_the_object_list(short_name: int, attribute: int | None, method: int | None) -> None:
    found = LIST.resolve(short_name)
    assert found is not None
    assert (found.attribute, found.method, found.rule) == (attribute, method, "object list")
    assert found.logical_name == (REGISTER if short_name < PROFILE.base_name else PROFILE).logical_name


def test_reserved_base_names_need_no_object_list() -> None:
    found = ShortNames().resolve(0xFA08)
    assert found is not None
    assert (found.class_id, found.attribute, found.rule) == (12, 2, "reserved base name")
    device_name = ShortNames().resolve(0xFD08)
    assert device_name is not None
    assert (device_name.class_id, device_name.logical_name) == (1, parse("0.0.42.0.0.255"))


def test_the_reply_to_an_hls_challenge_is_a_method_of_the_association() -> None:
    found = ShortNames().resolve(0xFA58)
    assert found is not None
    assert (found.attribute, found.method) == (None, 8)


def test_base_names_are_signed_on_the_wire() -> None:
    assert ShortNames().resolve(0xFA08 - 0x10000) == ShortNames().resolve(0xFA08)


@pytest.mark.parametrize("short_name", [0, 0x50, 0x109, 0x188, 0xFFFF, 0xFE00])
def test_a_short_name_of_nothing_known_is_not_resolved(short_name: int) -> None:
    assert LIST.resolve(short_name) is None


def test_an_object_of_an_unknown_class_follows_the_rule_of_eight() -> None:
    found = ShortNames([ShortObject(0x40, 31000, 0, bytes(6))]).resolve(0x58)
    assert found is not None
    assert (found.attribute, found.method) == (4, None)


def test_the_reserved_slot_of_gsm_diagnostic_is_skipped() -> None:
    assert short_name_of(47, 2, 6, None) == 0x30
    assert short_name_of(47, 1, 6, None) == 0x28
    assert short_name_of(47, 1, 60, None) is None


@given(st.integers(-0x8000, 0xFFFF), st.lists(st.tuples(st.integers(0, 0xFFFF), st.integers(0, 200)), max_size=5))
def test_any_short_name_is_taken(short_name: int, objects: list[tuple[int, int]]) -> None:
    names = ShortNames(ShortObject(base, class_id, None, bytes(6)) for base, class_id in objects)
    assert names.resolve(short_name) == names.resolve(short_name)
    assert len(names) == len({base for base, _ in objects})
