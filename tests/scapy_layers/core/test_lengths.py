"""Lengths and counts, as A-XDR and BER code them alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scapy_layers import Malformed, NeedMore, tolerant
from scapy_layers.core.lengths import read_length, write_length
from scapy_layers.core.outcome import Oddity

BOUNDARIES = {
    0: "00", 1: "01", 0x7F: "7f", 0x80: "8180", 0xFF: "81ff", 0x100: "820100", 0xFFFF: "82ffff", 0x10000: "83010000",
    0xFFFFFF: "83ffffff", 0x1000000: "8401000000", 0xFFFFFFFF: "84ffffffff",
}  # fmt: skip


@pytest.mark.parametrize(("length", "octets"), BOUNDARIES.items())
def test_a_length_takes_as_few_octets_as_can_be(length: int, octets: str) -> None:
    assert write_length(length).hex() == octets
    assert read_length(bytes.fromhex(octets), 0, len(octets) // 2) == (length, len(octets) // 2)


@given(st.integers(0, 0xFFFFFFFF), st.binary(max_size=3), st.binary(max_size=3))
def test_a_length_is_read_where_it_stands(length: int, before: bytes, behind: bytes) -> None:
    octets = write_length(length)
    start, end = len(before), len(before) + len(octets)
    assert read_length(before + octets + behind, start, end) == (length, end)
    for cut in range(start, end):
        with pytest.raises(NeedMore) as caught:
            read_length(before + octets + behind, start, cut)
        assert caught.value.offset == cut


@pytest.mark.parametrize("octets", ["8100", "817f", "820080", "8200ff", "83000100", "8400000001", "8400ffffff"])
def test_a_longer_form_than_needed_is_odd(octets: str) -> None:
    data = bytes.fromhex(octets)
    with pytest.raises(Oddity):
        read_length(data, 0, len(data))
    with tolerant() as notes:
        length, stop = read_length(data, 0, len(data))
    assert (length, stop) == (int.from_bytes(data[1:], "big"), len(data))
    assert [(note.code, note.offset) for note in notes] == [("long-length", 0)]


@pytest.mark.parametrize("first", [0x80, 0x85, 0xC0, 0xFF])
def test_indefinite_and_endless_lengths_are_malformed(first: int) -> None:
    with pytest.raises(Malformed, match=f"{first:02X} is no definite length at offset 2"):
        read_length(bytes((9, 9, first, 0, 0, 0, 0, 0)), 2, 8)


@pytest.mark.parametrize("length", [-1, 1 << 32])
def test_what_no_length_can_be_is_a_value_error(length: int) -> None:
    with pytest.raises(ValueError, match="cannot be coded as a length"):
        write_length(length)
