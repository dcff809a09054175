"""Selective access: the typed view of the parameters, and the same octets back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scapy_layers import Apdu, Data, GetRequestNormal, SelectiveAccess, read_data, write_data
from scapy_layers.selective_access import (
    CaptureObject,
    ClassList,
    EntryDescriptor,
    ObjectId,
    ObjectIdList,
    RangeDescriptor,
    RawParameters,
    WithoutAccessRights,
    parse,
)
from tests.scapy_layers.strategies import simple_pairs
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


@pytest.mark.parametrize(("class_id", "selector"), [(15, 5), (7, 3), (3, 1), (26, 1)])
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


object_ids = st.builds(ObjectId, st.integers(0, 0xFFFF), st.binary(min_size=6, max_size=6))

ASSOCIATION_VIEWS = {
    1: st.just(WithoutAccessRights()),
    2: st.builds(ClassList, st.lists(st.integers(0, 0xFFFF), max_size=4).map(tuple)),
    3: st.builds(ObjectIdList, st.lists(object_ids, max_size=3).map(tuple)),
    4: object_ids,
}


@pytest.mark.parametrize("selector", ASSOCIATION_VIEWS)
def test_a_selection_of_objects_is_read_back_from_its_octets(selector: int) -> None:
    @given(ASSOCIATION_VIEWS[selector])
    def check(view: Any) -> None:
        selection = SelectiveAccess(access_selector=selector, access_parameters=Data(view.to_data()))
        found = SelectiveAccess(bytes(selection))
        read = parse(15, 2, found.access_selector, found.access_parameters)
        assert (type(read), read) == (type(view), view)
        assert str(read)

    check()


def test_a_selection_of_objects_is_said_in_words() -> None:
    register = ObjectId(3, bytes((1, 0, 1, 8, 0, 255)))
    assert str(register) == "1-0:1.8.0.255 (Register)"
    assert str(ObjectIdList((register, register._replace(class_id=60000)))) == (
        "1-0:1.8.0.255 (Register), 1-0:1.8.0.255 (class 60000)"
    )
    assert str(ClassList((3, 7, 60000))) == "of Register, Profile generic, class 60000"
    assert str(WithoutAccessRights()) == "without access rights"
    selection = SelectiveAccess(access_selector=2, access_parameters=Data(ClassList((3,)).to_data()))
    request = GetRequestNormal(class_id=15, logical_name="0-0:40.0.0", attribute_id=2, access_selection=selection)
    assert request.summary().endswith("(Association LN) attr 2  [of Register]")


@given(st.sampled_from([7, 15]), st.integers(0, 6), simple_pairs)
def test_a_simple_value_selects_nothing_but_all_without_access_rights(
    class_id: int, selector: int, pair: tuple[int, Any]
) -> None:
    found = parse(class_id, 2, selector, pair)
    if (class_id, selector, pair) == (15, 1, (0, None)):
        assert found == WithoutAccessRights()
    else:
        assert isinstance(found, RawParameters)
        assert repr(found.to_data()) == repr(pair)
        assert str(found)


@pytest.mark.parametrize(
    ("selector", "parameters"),
    [
        (1, (2, ((2, ((18, 8), (9, b"sixsix"), (17, 2), (18, 0))), (6, 1), (6, 2), (1, ())))),
        (1, (2, (CLOCK.to_data(), (6, 1), (6, 2), (1, ((0, None),))))),
        (1, (2, (CLOCK.to_data(), (6, 1), (6, 2), (2, ())))),
        (2, (2, ((6, 1), (6, 2), (18, 0), (17, 0)))),
        (2, (1, ((6, 1), (6, 2), (18, 0), (18, 0)))),
    ],
    ids=repr,
)
def test_descriptors_with_other_types_inside_stay_raw(selector: int, parameters: tuple[int, Any]) -> None:
    assert parse(7, 2, selector, parameters) == RawParameters(parameters)
