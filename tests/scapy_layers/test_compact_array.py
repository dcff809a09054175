"""compact-array: every shape of description, both ways of inner arrays, and contents that fit none."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scapy_layers import CompactArray, Data, Malformed, NeedMore, data_text, read_data, read_rows, tolerant, write_data
from scapy_layers.compact_array import ELEMENTS_PER_OCTET, SPARE_ELEMENTS, describe, read_description, write_description
from scapy_layers.core.outcome import Oddity
from scapy_layers.data import MAX_DEPTH
from tests.scapy_layers.agreement import plain
from tests.scapy_layers.memory import at_most
from tests.scapy_layers.strategies import compact_arrays, descriptions

UNSIGNED = (17, None)
LONG_UNSIGNED = (18, None)


def read(octets: str) -> CompactArray:
    data = bytes.fromhex(octets)
    (tag, array), stop = read_data(data, 0, len(data))
    assert tag == 19
    assert stop == len(data)
    assert isinstance(array, CompactArray)
    return array


@given(compact_arrays())
def test_a_compact_array_is_read_as_written(array: CompactArray) -> None:
    octets = write_data((19, array))
    (_, found), stop = read_data(octets, 0, len(octets))
    assert stop == len(octets)
    assert plain(found) == plain(array)
    assert write_data((19, found)) == octets


@given(descriptions)
def test_a_description_is_read_as_written(description: tuple[int, Any]) -> None:
    octets = write_description(description)
    assert read_description(octets, 0, len(octets)) == (description, len(octets))
    assert describe(description)


def test_rows_of_a_simple_type() -> None:
    array = read("13 12 06 000100020003")
    assert array == (LONG_UNSIGNED, ((18, 1), (18, 2), (18, 3)), bytes.fromhex("000100020003"), False)
    assert str(array) == "compact-array of long-unsigned[3] { long-unsigned 1, long-unsigned 2, long-unsigned 3 }"


def test_rows_of_a_structure() -> None:
    array = read("13 02 02 12 11 06 0001 02 0003 04")
    assert array.rows == ((2, ((18, 1), (17, 2))), (2, ((18, 3), (17, 4))))
    assert describe(array.description) == "structure(long-unsigned, unsigned)"


def test_rows_with_strings_keep_their_own_lengths() -> None:
    array = read("13 02 03 09 0a 04 0c 02 abcd 01 41 04 f0 00 02 4142 00")
    assert array.rows == (
        (2, ((9, b"\xab\xcd"), (10, b"A"), (4, (4, b"\xf0")))),
        (2, ((9, b""), (10, b"AB"), (4, (0, b"")))),
    )


def test_null_data_and_dont_care_take_no_octets() -> None:
    array = read("13 02 03 00 11 ff 02 05 06")
    assert array.rows == ((2, ((0, None), (17, 5), (255, None))), (2, ((0, None), (17, 6), (255, None))))


def test_floats_and_times_take_their_natural_size() -> None:
    array = read("13 02 04 17 1a 1b 03 0e 3f800000 07ea0b1607 0c371a00 ff")
    assert array.rows == (
        (2, ((23, 1.0), (26, bytes.fromhex("07ea0b1607")), (27, bytes.fromhex("0c371a00")), (3, 255))),
    )


def test_an_inner_array_has_as_many_elements_as_described() -> None:
    array = read("13 02 02 12 01 0002 11 08 0001 05 06 0002 07 08")
    assert array.rows == ((2, ((18, 1), (1, ((17, 5), (17, 6))))), (2, ((18, 2), (1, ((17, 7), (17, 8))))))
    assert not array.counted
    assert describe(array.description) == "structure(long-unsigned, array of 2 unsigned)"


def test_an_inner_array_may_carry_its_count() -> None:
    octets = "13 02 02 12 01 0002 11 0a 0001 02 05 06 0002 02 07 08"
    array = read(octets)
    assert array.counted
    assert array.rows == ((2, ((18, 1), (1, ((17, 5), (17, 6))))), (2, ((18, 2), (1, ((17, 7), (17, 8))))))
    assert write_data((19, array)) == bytes.fromhex(octets)


def test_arrays_of_arrays_of_structures() -> None:
    array = read("13 01 0002 01 0001 02 02 11 12 06 01 0002 03 0004")
    one = (1, ((2, ((17, 1), (18, 2))),))
    two = (1, ((2, ((17, 3), (18, 4))),))
    assert array.rows == ((1, (one, two)),)


def test_no_rows() -> None:
    assert read("13 02 01 12 00").rows == ()
    assert read("13 00 00").rows == ()


@pytest.mark.parametrize(
    "octets",
    [
        "13 12 03 000100",  # half a value
        "13 02 02 12 11 05 0001 02 0003",  # half a row
        "13 00 02 0102",  # null-data takes no octets
        "13 02 00 01 05",  # nor does a structure of nothing
        "13 09 02 05 01",  # a string longer than the contents
        "13 01 0003 12 03 000102",  # inner array, neither way
    ],
)
def test_contents_that_do_not_fit_stay_octets_with_a_note(octets: str) -> None:
    with tolerant() as notes:
        array = read(octets)
    assert [note.code for note in notes] == ["compact-array"]
    assert array.rows is None
    assert array.contents.hex() in data_text((19, array))
    assert write_data((19, array)) == bytes.fromhex(octets)
    with pytest.raises(Oddity):
        read(octets)


def test_an_oddity_in_the_contents_is_noted_at_its_offset_in_the_buffer() -> None:
    with tolerant() as notes:
        array = read("13 09 07 01 41 81 02 4243 00")
    assert array.rows == ((9, b"A"), (9, b"BC"), (9, b""))
    assert [(note.code, note.offset) for note in notes] == [("long-length", 5)]


def test_an_oddity_of_the_way_that_does_not_fit_is_not_noted() -> None:
    with tolerant() as notes:
        array = read(
            "13 01 0002 09 07 02 04 41810141 00"
        )  # without counts: lengths 02, 8101 (odd), 00, and then nothing
    assert array.counted
    assert notes == []


@pytest.mark.parametrize(
    ("octets", "offset"),
    [("13 07 00", 1), ("13 13 11 00", 1), ("13 02 01 08 00", 3), ("13 01 0001 fe 00", 4), ("13 02 80", 2)],
)
def test_a_description_of_no_type_is_malformed(octets: str, offset: int) -> None:
    with pytest.raises(Malformed) as caught:
        read(octets)
    assert caught.value.offset == offset


@pytest.mark.parametrize("octets", ["13", "13 02", "13 02 02 11", "13 01 00", "13 01 0002", "13 11", "13 11 02 05"])
def test_a_compact_array_cut_short_asks_for_more(octets: str) -> None:
    with pytest.raises(NeedMore):
        read(octets)


def test_a_description_nested_without_end_is_malformed_and_not_written() -> None:
    with pytest.raises(Malformed):
        read("13" + "0201" * 1000 + "11 00")
    description: tuple[int, Any] = UNSIGNED
    for _ in range(MAX_DEPTH):
        description = (2, (description,))
    with pytest.raises(ValueError, match="deeper"):
        write_description(description)


@pytest.mark.parametrize(
    "octets",
    [
        "13 02 02 01 ffff 00 11 04 7f7f7f7f",  # 65,535 times null-data in front of every octet
        "13 02 02 01 ffff 02 00 11 04 7f7f7f7f",  # the same of empty structures
        "13 02 02 01 ffff 01 ffff 01 ffff 00 11 04 7f7f7f7f",  # and to the power of three
    ],
)
def test_elements_that_take_no_octets_cannot_fill_the_memory(octets: str) -> None:
    with tolerant(), at_most(100_000):
        assert read(octets).rows is None


@given(st.integers(0, 40), st.integers(1, 40))
def test_columns_of_null_data_fit_while_they_are_not_many_more_than_octets(nulls: int, rows: int) -> None:
    description = (2, (*((0, None),) * nulls, UNSIGNED))
    array = CompactArray(description, ((2, (*((0, None),) * nulls, (17, 1))),) * rows, b"\x01" * rows)
    with tolerant():
        (_, found), _ = read_data(octets := write_data((19, array)), 0, len(octets))
    elements = rows * (nulls + 2)
    assert (found.rows is not None) == (elements <= ELEMENTS_PER_OCTET * rows + SPARE_ELEMENTS)


def test_rows_are_read_by_a_description_from_elsewhere() -> None:
    assert read_rows((2, (LONG_UNSIGNED, UNSIGNED)), bytes.fromhex("000102 000304")) == (
        (2, ((18, 1), (17, 2))),
        (2, ((18, 3), (17, 4))),
    )
    assert read_rows(LONG_UNSIGNED, b"\x00\x01\x00") is None


@pytest.mark.parametrize(
    "array",
    [
        CompactArray(UNSIGNED, ((18, 1),), b""),
        CompactArray((2, (UNSIGNED,)), ((2, ((17, 1), (17, 2))),), b""),
        CompactArray((1, (2, UNSIGNED)), ((1, ((17, 1),)),), b""),
        CompactArray((1, (70000, UNSIGNED)), (), b""),
        CompactArray((19, None), (), b""),
        CompactArray((7, None), (), b""),
    ],
    ids=repr,
)
def test_rows_that_the_description_does_not_describe_are_a_value_error(array: CompactArray) -> None:
    with pytest.raises(ValueError, match=r"."):
        write_data((19, array))


def test_a_compact_array_is_built_by_type_name() -> None:
    made = Data.of("compact-array", CompactArray(UNSIGNED, ((17, 5),), b"\x05"))
    assert write_data(made).hex() == "13110105"
    assert repr(made) == "compact-array of unsigned[1] { unsigned 5 }"
