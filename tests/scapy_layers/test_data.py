"""COSEM Data: every type there and back, and nothing hostile costs more than its octets."""

from __future__ import annotations

import math
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scapy_layers import (
    Apdu,
    Data,
    DataType,
    DecodeError,
    Malformed,
    NeedMore,
    data_text,
    read_data,
    tolerant,
    write_data,
)
from scapy_layers.core.outcome import Oddity
from scapy_layers.data import MAX_DEPTH, MAX_TEXT, TYPE_NAMES, RandData, content_text, trace_data
from tests.scapy_layers.agreement import plain, spans_nest
from tests.scapy_layers.memory import at_most
from tests.scapy_layers.strategies import SIMPLE, data_pairs

EXAMPLES: dict[str, tuple[tuple[int, Any], str]] = {
    "00": ((0, None), "null-data"),
    "0102 1105 1106": ((1, ((17, 5), (17, 6))), "array[2] { unsigned 5, unsigned 6 }"),
    "0200": ((2, ()), "structure[0] { }"),
    "0300": ((3, False), "boolean false"),
    "0301": ((3, True), "boolean true"),
    "03ff": ((3, 255), "boolean true (FF)"),
    "040c abc0": ((4, (12, b"\xab\xc0")), "bit-string 101010111100"),
    "0400": ((4, (0, b"")), "bit-string (no bits)"),
    "05 fffffffe": ((5, -2), "double-long -2"),
    "06 fffffffe": ((6, 4294967294), "double-long-unsigned 4294967294"),
    "0902 beef": ((9, b"\xbe\xef"), "octet-string beef"),
    "0a03 410a1b": ((10, b"A\n\x1b"), r"visible-string 'A\n\x1b'"),
    "0a01 e9": ((10, b"\xe9"), "visible-string 'é'"),
    "0c02 c3a9": ((12, b"\xc3\xa9"), "utf8-string 'é'"),
    "0c01 e9": ((12, b"\xe9"), r"utf8-string '\\xe9'"),
    "0c06 e280ae616263": ((12, b"\xe2\x80\xaeabc"), r"utf8-string '\u202eabc'"),
    "0d ff": ((13, -1), "bcd -1"),
    "0f 80": ((15, -128), "integer -128"),
    "10 8000": ((16, -32768), "long -32768"),
    "11 ff": ((17, 255), "unsigned 255"),
    "12 ffff": ((18, 65535), "long-unsigned 65535"),
    "14 8000000000000000": ((20, -(1 << 63)), "long64 -9223372036854775808"),
    "15 ffffffffffffffff": ((21, (1 << 64) - 1), "long64-unsigned 18446744073709551615"),
    "16 1e": ((22, 30), "enum 30"),
    "17 3f800000": ((23, 1.0), "float32 1.0"),
    "18 4000000000000000": ((24, 2.0), "float64 2.0"),
    "19 07ea0b16070c371a00000000": (
        (25, bytes.fromhex("07ea0b16070c371a00000000")),
        "date-time 07ea0b16070c371a00000000",
    ),
    "1a 07ea0b1607": ((26, bytes.fromhex("07ea0b1607")), "date 07ea0b1607"),
    "1b 0c371a00": ((27, bytes.fromhex("0c371a00")), "time 0c371a00"),
    "1c ff": ((28, -1), "delta-integer -1"),
    "1d fffe": ((29, -2), "delta-long -2"),
    "1e fffffffd": ((30, -3), "delta-double-long -3"),
    "1f 01": ((31, 1), "delta-unsigned 1"),
    "20 0002": ((32, 2), "delta-long-unsigned 2"),
    "21 00000003": ((33, 3), "delta-double-long-unsigned 3"),
    "ff": ((255, None), "dont-care"),
}  # fmt: skip


def read_all(octets: bytes) -> tuple[int, Any]:
    pair, stop = read_data(octets, 0, len(octets))
    assert stop == len(octets)
    return pair


def attempt(octets: bytes) -> tuple[tuple[int, Any], int] | DecodeError:
    """What a tolerant read gives, or why there is nothing."""
    with tolerant():
        try:
            return read_data(octets, 0, len(octets))
        except DecodeError as error:
            return error


@pytest.mark.parametrize("octets", EXAMPLES)
def test_a_type_is_read_said_and_written(octets: str) -> None:
    pair, text = EXAMPLES[octets]
    assert plain(read_all(bytes.fromhex(octets))) == plain(pair)
    assert data_text(pair) == text
    assert repr(Data(pair)) == text
    assert write_data(pair) == bytes.fromhex(octets)
    assert type(read_all(bytes.fromhex(octets))[1]) is type(pair[1])


def test_every_type_has_an_example() -> None:
    assert {pair[0] for pair, _ in EXAMPLES.values()} == set(DataType) - {DataType.COMPACT_ARRAY}
    assert set(SIMPLE) == set(DataType) - {DataType.ARRAY, DataType.STRUCTURE, DataType.COMPACT_ARRAY}


@given(data_pairs)
def test_whatever_is_written_is_read_again(pair: tuple[int, Any]) -> None:
    octets = write_data(pair)
    assert plain(read_all(octets)) == plain(pair)
    assert write_data(Data(pair)) == octets
    assert data_text(pair)


@given(data_pairs, st.binary(max_size=3), st.binary(max_size=3))
def test_data_in_the_middle_of_a_buffer_is_read_as_if_alone(
    pair: tuple[int, Any], before: bytes, behind: bytes
) -> None:
    octets = write_data(pair)
    found, stop = read_data(before + octets + behind, len(before), len(before) + len(octets))
    assert plain(found) == plain(pair)
    assert stop == len(before) + len(octets)


@given(data_pairs)
def test_the_tree_of_data_has_its_value_and_its_octets(pair: tuple[int, Any]) -> None:
    octets = write_data(pair)
    node = trace_data("data", octets, 0, len(octets))
    assert plain(node.value) == plain(pair)
    assert (node.start, node.end, node.error) == (0, len(octets), None)
    spans_nest(node)


@given(st.binary(max_size=60))
def test_any_octets_are_data_or_say_where_they_stop_being_it(octets: bytes) -> None:
    outcome = attempt(octets)
    if isinstance(outcome, DecodeError):
        assert not isinstance(outcome, Oddity)
        assert 0 <= outcome.offset <= len(octets)
    else:
        pair, stop = outcome
        with tolerant():  # a compact array that does not fit its description stays odd
            assert plain(read_all(write_data(pair))) == plain(pair)
        assert stop <= len(octets)


@given(data_pairs, st.data())
def test_data_cut_short_asks_for_more(pair: tuple[int, Any], choice: st.DataObject) -> None:
    octets = write_data(pair)
    cut = choice.draw(st.integers(0, len(octets) - 1))
    with pytest.raises(NeedMore) as caught:
        read_data(octets[:cut], 0, cut)
    assert caught.value.offset == cut


@pytest.mark.parametrize(("code", "tag"), [("f", 23), ("d", 24)])
def test_every_nan_keeps_its_bits(code: str, tag: int) -> None:
    size = struct.calcsize(code)
    quiet = struct.pack(">" + code, math.nan)
    assert isinstance(read_all(bytes((tag,)) + quiet)[1], float)
    for payload in (quiet[:1] + b"\xff" * (size - 1), b"\xff" * size, quiet[:2] + b"\x01" * (size - 2)):
        octets = bytes((tag,)) + payload
        assert write_data(read_all(octets)) == octets


@pytest.mark.parametrize("octets", ["0981 02 beef", "098200 02 beef", "0983000002 beef", "0984 00000002 beef"])
def test_a_longer_length_than_needed_is_read_with_a_note(octets: str) -> None:
    with tolerant() as notes:
        assert read_all(bytes.fromhex(octets)) == (9, b"\xbe\xef")
    assert [(note.code, note.offset) for note in notes] == [("long-length", 1)]
    with pytest.raises(Oddity):
        read_all(bytes.fromhex(octets))


@pytest.mark.parametrize("size", [127, 128, 255, 256, 65535, 65536])
def test_lengths_of_every_size_are_as_short_as_can_be(size: int) -> None:
    octets = write_data((9, bytes(size)))
    assert len(octets) == size + 2 + (size > 127) + (size > 255) + (size > 65535)
    assert read_all(octets) == (9, bytes(size))


@pytest.mark.parametrize("octets", ["0980", "0985 0000000001 00", "09ff", "0180", "0480"])
def test_an_indefinite_or_endless_length_is_malformed(octets: str) -> None:
    with pytest.raises(Malformed) as caught:
        read_all(bytes.fromhex(octets))
    assert caught.value.offset == 1


@pytest.mark.parametrize("tag", sorted(set(range(256)) - set(TYPE_NAMES)))
def test_a_tag_that_is_no_type_is_malformed(tag: int) -> None:
    with pytest.raises(Malformed) as caught:
        read_all(bytes((2, 1, tag)))
    assert caught.value.offset == 2


@pytest.mark.parametrize(
    "octets", ["0184ffffffff", "0284ffffffff00", "0984ffffffff", "0484ffffffff", "1311 84ffffffff"]
)
def test_a_hostile_count_or_length_costs_nothing(octets: str) -> None:
    with at_most(100_000), pytest.raises(NeedMore):
        read_all(bytes.fromhex(octets))


def nested(depth: int) -> bytes:
    return b"\x02\x01" * depth + b"\x00"


def test_data_is_read_as_deep_as_it_is_written() -> None:
    deepest: tuple[int, Any] = (0, None)
    for _ in range(MAX_DEPTH):
        deepest = (2, (deepest,))
    assert read_all(nested(MAX_DEPTH)) == deepest
    assert write_data(deepest) == nested(MAX_DEPTH)
    with pytest.raises(Malformed) as caught:
        read_all(nested(MAX_DEPTH + 1))
    assert caught.value.offset == 2 * MAX_DEPTH
    with pytest.raises(ValueError, match="deeper"):
        write_data((2, (deepest,)))


def test_nesting_without_end_is_no_recursion_without_end() -> None:
    octets = bytes.fromhex("c401c100") + nested(100_000)
    packet = Apdu(octets)
    assert "deeper" in str(packet.stopped)
    assert bytes(packet) == octets


def test_a_long_value_is_cut_on_a_line() -> None:
    for pair in ((9, bytes(100_000)), (10, b"A" * 100_000), (1, ((17, 1),) * 100_000), (2, ((9, bytes(99)),) * 1000)):
        text = data_text(pair)
        assert "…" in text
        assert len(text) < 2 * MAX_TEXT
    assert len(Apdu(bytes.fromhex("c401c100") + write_data((9, bytes(60_000)))).summary()) < 2 * MAX_TEXT


@pytest.mark.parametrize(
    "pair",
    [
        (17, 256),
        (17, "5"),
        (17, None),
        (9, "text"),
        (9, 5),
        (3, 256),
        (3, None),
        (4, (3, b"ab")),
        (4, 5),
        (23, 1e300),
        (23, b"ab"),
        (25, b"short"),
        (26, b"longer"),
        (1, 5),
        (2, (5,)),
        (7, 0),
        (300, 0),
        (19, ((17, None), ((17, 1),), b"")),
        5,
    ],
    ids=repr,
)
def test_a_value_that_its_type_cannot_hold_is_a_value_error(pair: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        write_data(pair)


def test_data_is_built_by_type_name() -> None:
    made = Data.of(
        "structure", Data.of("unsigned", 5), (9, b"AB"), Data.of("visible-string", "AB"), Data.of("null-data")
    )
    assert write_data(made).hex() == "02041105090241420a02414200"
    assert made.type == "structure"
    assert [element.type for element in made.value] == ["unsigned", "octet-string", "visible-string", "null-data"]
    assert made.value[0] == Data.of("unsigned", 5) == (17, 5)
    assert len({made, Data(made.pair)}) == 1
    with pytest.raises(ValueError, match="no such data type: word"):
        Data.of("word", 5)
    with pytest.raises(ValueError, match="unsigned"):
        Data.of("unsigned", 300)


def test_random_data_is_data_of_many_types() -> None:
    seen = set()
    for _ in range(400):
        made = RandData()._fix()
        assert plain(read_all(write_data(made))) == plain(made)
        seen.add(made.type)
    assert len(seen) > 20


def test_control_characters_never_reach_the_text() -> None:
    for tag in (10, 12):
        text = content_text(tag, bytes(range(256)))
        assert text.isprintable()
