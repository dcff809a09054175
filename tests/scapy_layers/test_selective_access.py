"""Selective access: the typed view of the parameters, and the same octets back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scapy_layers import Apdu, Data, GetRequestNormal, SelectiveAccess, read_data, write_data
from scapy_layers.selective_access import (
    CaptureObject,
    EntryDescriptor,
    RangeDescriptor,
    RawParameters,
    parse,
)
from tests.support import vectors

CLOCK = CaptureObject(8, bytes.fromhex("0000010000ff"), 2)
MIDNIGHT = bytes.fromhex("07ea0b16ff000000ff800000")
NOON = bytes.fromhex("07ea0b16ff0c0000ff800000")

objects = st.builds(
    CaptureObject, st.integers(0, 0xFFFF), st.binary(min_size=6, max_size=6), st.integers(-128, 127),
    st.integers(0, 0xFFFF),
)  # fmt: skip
ranges = st.builds(
    RangeDescriptor, objects, st.just((9, MIDNIGHT)), st.just((9, NOON)), st.lists(objects, max_size=3).map(tuple)
)
entries = st.builds(
    EntryDescriptor,
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    st.integers(0, 0xFFFF),
    st.integers(0, 0xFFFF),
)


@given(st.one_of(ranges, entries))
def test_a_descriptor_is_read_back_from_the_octets_of_a_request(descriptor: Any) -> None:
    selector = 1 if isinstance(descriptor, RangeDescriptor) else 2
    selection = SelectiveAccess(access_selector=selector, access_parameters=Data(descriptor.to_data()))
    request = GetRequestNormal(class_id=7, logical_name="1-0:99.1.0", attribute_id=2, access_selection=selection)
    found = Apdu(bytes(request)).access_selection
    assert parse(7, 2, found.access_selector, found.access_parameters) == descriptor


def test_a_range_says_from_when_to_when_by_which_column() -> None:
    said = str(RangeDescriptor(CLOCK, (9, MIDNIGHT), (9, NOON), (CLOCK,)))
    assert said == "2026-11-22 00:00:00 to 2026-11-22 12:00:00 by 0-0:1.0.0.255 class 8 attr 2, 1 columns"


def test_entries_say_which_rows_and_columns() -> None:
    assert str(EntryDescriptor(1, 10)) == "entries 1 to 10, columns 1 to last"


@pytest.mark.parametrize(("class_id", "selector"), [(15, 1), (7, 3), (3, 1)])
def test_parameters_without_a_typed_view_stay_raw(class_id: int, selector: int) -> None:
    data = (2, ((17, 1), (17, 2)))
    assert parse(class_id, 2, selector, data) == RawParameters(data)


def test_parameters_of_another_structure_than_the_selector_says_stay_raw() -> None:
    assert parse(7, 2, 1, (0, None)) == RawParameters((0, None))
    assert parse(7, 2, 2, Data((2, ((6, 1), (6, 2))))) == RawParameters((2, ((6, 1), (6, 2))))


@pytest.mark.parametrize(
    "vector", [one for one in vectors() if one["framing"] == "selective-access"], ids=lambda one: one["id"]
)
def test_the_selections_of_others_are_understood(vector: dict[str, Any]) -> None:
    octets = bytes.fromhex(vector["hex"])
    expected = vector["expected"]
    selector = expected["selector"]
    start = octets.index(bytes((selector,))) + 1
    data, stop = read_data(octets, start, len(octets))
    assert stop == len(octets)
    found = parse(7, 2, selector, data)
    assert write_data(found.to_data()) == octets[start:]
    if selector == 2:
        assert isinstance(found, EntryDescriptor)
        assert (found.from_entry, found.to_entry) == (expected["from_entry"], expected["to_entry"])
    else:
        assert isinstance(found, RangeDescriptor)
