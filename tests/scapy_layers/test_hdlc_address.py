"""HDLC addresses of every size, read, written and said."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scapy_layers import HDLC, HdlcAddress, Malformed, NeedMore, tolerant
from scapy_layers.core.outcome import Oddity
from scapy_layers.hdlc_address import HdlcAddressField

FIELD = HdlcAddressField("destination", 1)

KNOWN = {
    "21": (0x10, None),
    "03": (1, None),
    "0223": (1, 0x11),
    "00024869": (1, 0x1234),
    "002254d3": (17, 5481),
    "feff": (0x7F, 0x7F),
    "fefefeff": (0x3FFF, 0x3FFF),
}


@pytest.mark.parametrize("octets", KNOWN)
def test_an_address_has_the_parts_that_its_octets_say(octets: str) -> None:
    wire = bytes.fromhex(octets)
    address, stop = FIELD.read(wire + b"\x55", 0, len(wire) + 1)
    assert stop == len(wire)
    assert (address.upper, address.lower) == KNOWN[octets]
    assert FIELD.write(address) == wire
    assert HdlcAddress.of(*KNOWN[octets]) == wire


@given(
    st.one_of(
        st.tuples(st.integers(0, 127), st.none(), st.just(1)),
        st.tuples(st.integers(0, 127), st.integers(0, 127), st.just(2)),
        st.tuples(st.integers(0, 0x3FFF), st.integers(0, 0x3FFF), st.just(4)),
    )
)
def test_every_address_is_written_and_read_back(parts: tuple[int, Any, int]) -> None:
    address = HdlcAddress.of(*parts)
    assert len(address) == parts[2]
    assert FIELD.read(address, 0, len(address)) == (address, len(address))
    assert (address.upper, address.lower) == parts[:2]


@pytest.mark.parametrize(
    ("given", "said"),
    [(1, "1"), ("1", "1"), ("1/17", "1/17"), ((1, 17), "1/17"), ((1, 17, 4), "1/17"), (b"\x02\x23", "1/17"),
     ((1, 0x1234), "1/4660"), (HdlcAddress.of(16), "16")],
)  # fmt: skip
def test_people_may_write_an_address_in_several_ways(given: Any, said: str) -> None:
    assert str(HDLC(destination=given).destination) == said


@pytest.mark.parametrize("given", ["", "1/", "1/2/3", "x", -1, 128, 0x4000, (1, 0x4000), (1, 2, 3), (1, None, 2)])
def test_what_is_no_address_is_refused(given: Any) -> None:
    if given == 128:  # one part of two times seven bits is no address
        with pytest.raises(ValueError, match="cannot be 128"):
            HDLC(destination=given)
        return
    with pytest.raises(ValueError, match=r"address|octets"):
        HDLC(destination=given)


def test_an_address_of_three_octets_is_odd_and_kept() -> None:
    wire = bytes.fromhex("020203")
    with pytest.raises(Oddity):
        FIELD.read(wire, 0, 3)
    with tolerant() as notes:
        address, stop = FIELD.read(wire, 0, 3)
    assert (address, stop) == (wire, 3)
    assert [note.code for note in notes] == ["address-size"]


def test_an_address_without_end_is_malformed_and_a_cut_one_needs_more() -> None:
    with pytest.raises(Malformed):
        FIELD.read(bytes(8), 0, 8)
    for size in range(4):
        with pytest.raises(NeedMore):
            FIELD.read(bytes(size), 0, size)


def test_broadcast_and_calling_addresses_are_known() -> None:
    assert HdlcAddress.of(1, 0x7F).is_broadcast
    assert HdlcAddress.of(1, 0x3FFF, 4).is_broadcast
    assert HdlcAddress.of(0x7F).is_broadcast
    assert not HdlcAddress.of(1, 0x7F, 4).is_broadcast
    assert HdlcAddress.of(1, 0x7E).is_calling
    assert HdlcAddress.of(1, 0x3FFE).is_calling
    assert not HdlcAddress.of(1).is_calling
    assert repr(HdlcAddress.of(1, 17)) == "HdlcAddress(1/17)"
