"""Tagged values of BER: each at most once, wrapped in one another, with lengths that may be wrong."""

from __future__ import annotations

import pytest

from scapy_layers import Malformed, NeedMore, tolerant
from scapy_layers.core.ber import TaggedField, crossing
from scapy_layers.core.fields import RestField, UnsignedField
from scapy_layers.core.outcome import Oddity

PLAIN = TaggedField(b"\x80", UnsignedField("reason"))
WRAPPED = TaggedField(b"\xa2\x04", RestField("title"))


def test_a_value_is_there_with_its_tag_and_absent_with_another() -> None:
    assert PLAIN.read(b"\x80\x01\x05\xff", 0, 4) == (5, 3)
    for octets in (b"\x81\x01\x05", b""):
        assert PLAIN.read(octets, 0, len(octets)) == (None, 0)
        node = PLAIN.trace(octets, 0, len(octets))
        assert (node.value, node.start, node.end, node.text) == (None, 0, 0, "absent")
    assert PLAIN.write(5) == b"\x80\x01\x05"
    assert PLAIN.write(None) == b""
    assert (PLAIN.text(5), PLAIN.text(None)) == ("5", "absent")


@pytest.mark.parametrize("size", [0, 1, 123, 124, 127, 128, 256, 70000])
def test_a_wrapped_value_of_any_size_goes_there_and_back(size: int) -> None:
    octets = WRAPPED.write(bytes(size))
    assert WRAPPED.read(octets, 0, len(octets)) == (bytes(size), len(octets))
    node = WRAPPED.trace(octets, 0, len(octets))
    assert (node.value, node.start, node.end) == (bytes(size), 0, len(octets))


@pytest.mark.parametrize(
    ("octets", "value", "stop"),
    [("a20204 03 616263", b"abc", 7), ("a206 0403 616263 ff", b"abc\xff", 8), ("a206 0403 616263 80", b"abc\x80", 8)],
)
def test_a_wrapping_of_another_length_than_what_is_in_it_is_odd(octets: str, value: bytes, stop: int) -> None:
    data = bytes.fromhex(octets)
    with pytest.raises(Oddity):
        WRAPPED.read(data, 0, len(data))
    with tolerant() as notes:
        assert WRAPPED.read(data, 0, len(data)) == (value, stop)
        assert WRAPPED.trace(data, 0, len(data)).end == stop
    assert [(note.code, note.offset) for note in notes] == [("length-mismatch", 2)] * 2


def test_what_is_missing_inside_says_where() -> None:
    with pytest.raises(Malformed, match="title wants tag 04, found 05 at offset 2"):
        WRAPPED.read(b"\xa2\x02\x05\x00", 0, 4)
    with pytest.raises(Malformed, match="title wants tag 04, found the end at offset 2"):
        WRAPPED.read(b"\xa2\x00", 0, 2)
    with pytest.raises(NeedMore, match="title is said to have 9 octets, 1 are there"):
        WRAPPED.read(b"\xa2\x09\x04", 0, 3)
    with pytest.raises(Malformed, match="within reason"):
        PLAIN.read(b"\x80\x00", 0, 2)


def test_octets_behind_the_value_in_its_length_are_odd() -> None:
    with tolerant() as notes:
        assert PLAIN.read(b"\x80\x02\x05\x06", 0, 4) == (5, 4)
    assert [(note.code, note.offset) for note in notes] == [("trailing-octets", 3)]


@pytest.mark.parametrize(
    ("octets", "stop", "end", "crosses"),
    [
        ("800105 810106", 6, 6, False),
        ("800105 810106", 5, 6, True),  # the second value runs on to the end
        ("800105 810206", 5, 6, False),  # and here beyond it
        ("800105 8101", 3, 5, False),
        ("", 0, 0, False),
    ],
)
def test_values_that_run_across_their_declared_end_are_found(octets: str, stop: int, end: int, crosses: bool) -> None:
    assert crossing(bytes.fromhex(octets), 0, stop, end) == crosses
