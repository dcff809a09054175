"""How reading ends, and what is said about what was odd."""

from __future__ import annotations

import threading

import pytest

from scapy_layers import Apdu, DecodeError, Malformed, NeedMore, Note, read_apdu, tolerant
from scapy_layers.core.outcome import Oddity, odd

ODD = bytes.fromhex("c701c104")
"""An ACTION.response without its last octet, which some senders leave out."""


def test_every_outcome_says_where_and_why() -> None:
    for kind in (NeedMore, Malformed, Oddity):
        error = kind(5, "the octets end")
        assert isinstance(error, DecodeError)
        assert (error.offset, error.reason, str(error)) == (5, "the octets end", "the octets end at offset 5")


def test_a_strict_read_stops_at_what_a_tolerant_one_notes() -> None:
    with pytest.raises(Oddity) as caught:
        read_apdu(ODD, 0, len(ODD))
    with tolerant() as notes:
        read_apdu(ODD, 0, len(ODD))
    assert notes == [Note(4, "missing-usage-octet", caught.value.reason)]


def test_tolerance_ends_with_its_block_even_when_that_raises() -> None:
    with pytest.raises(NeedMore), tolerant():
        read_apdu(ODD, 0, 2)
    with pytest.raises(Oddity):
        odd(0, "odd", "strict again")


def test_an_inner_block_keeps_its_notes_to_itself() -> None:
    with tolerant() as outer:
        odd(1, "first", "")
        with tolerant() as inner:
            odd(2, "second", "")
        odd(3, "third", "")
    assert [note.code for note in outer] == ["first", "third"]
    assert [note.code for note in inner] == ["second"]


def test_tolerance_of_one_thread_is_not_that_of_another() -> None:
    raised: list[bool] = []

    def strictly() -> None:
        try:
            read_apdu(ODD, 0, len(ODD))
        except Oddity:
            raised.append(True)

    with tolerant():
        other = threading.Thread(target=strictly)
        other.start()
        other.join()
    assert raised == [True]


def test_a_packet_is_always_read_tolerantly_and_leaves_no_note_elsewhere() -> None:
    with tolerant() as notes:
        packet = Apdu(ODD)
    assert [note.code for note in packet.notes] == ["missing-usage-octet"]
    assert notes == []
