"""Samples of every service, cut at every octet and with every octet changed."""

from __future__ import annotations

import random

import pytest

from scapy_layers import Apdu, Malformed, NeedMore, all_layers, read_apdu, tolerant, trace_apdu
from scapy_layers.core.outcome import Oddity
from tests.scapy_layers.agreement import agree, spans_nest
from tests.scapy_layers.samples import SAMPLES, service_of

FLIPS = 60
"""Changes of one octet for each sample, besides all eight flips of one bit in its first octets."""

MAY_END_EARLY = {"action-response-normal"}
"""Services whose last usage octet some senders leave out; their prefix without it is a whole APDU, with a note."""


def test_there_is_a_sample_of_every_layer() -> None:
    assert {layer.service for layer in all_layers()} == {service_of(name) for name in SAMPLES}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_is_read_without_a_note_by_the_layer_it_is_named_after(name: str) -> None:
    packet, record = agree(SAMPLES[name])
    assert packet.service == record.service == service_of(name)
    assert packet.notes == ()
    assert packet.stopped is None
    assert not packet.payload


@pytest.mark.parametrize("name", SAMPLES)
def test_every_prefix_of_a_sample_needs_more_or_is_malformed_at_an_offset_within(name: str) -> None:
    octets = SAMPLES[name]
    for cut in range(len(octets)):
        prefix = octets[:cut]
        with pytest.raises((NeedMore, Malformed, Oddity)) as caught:
            read_apdu(prefix, 0, cut)
        assert 0 <= caught.value.offset <= cut
        with pytest.raises((NeedMore, Malformed, Oddity)):  # the octets behind the end are out of bounds
            read_apdu(octets, 0, cut)
        if isinstance(caught.value, Oddity):
            check_early_end(name, prefix)
        if cut:
            packet, _ = agree(prefix)
            assert bytes(packet) == prefix
        tree = trace_apdu(prefix, 0, cut)
        spans_nest(tree)
        assert tree.end == cut


def check_early_end(name: str, prefix: bytes) -> None:
    """A prefix that a tolerant read accepts: nothing is missing but the octet that says that nothing follows."""
    assert service_of(name) in MAY_END_EARLY
    assert len(prefix) == 4
    with tolerant() as notes:
        record, stop = read_apdu(prefix, 0, len(prefix))
    assert [(note.code, note.offset) for note in notes] == [("missing-usage-octet", 4)]
    assert stop == 4
    assert record.return_parameters is None


@pytest.mark.parametrize("name", SAMPLES)
def test_a_prefix_of_a_sample_in_a_longer_buffer_says_how_far_it_came(name: str) -> None:
    octets = SAMPLES[name]
    packet = Apdu(octets[:-1])
    if service_of(name) in MAY_END_EARLY and len(octets) == 5:
        assert [note.code for note in packet.notes] == ["missing-usage-octet"]
    else:
        assert packet.stopped is not None
        assert packet.stopped.reason
        assert str(packet.stopped.offset) in str(packet.stopped)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_changed_octet_gives_other_values_or_a_reason_and_nothing_is_lost(name: str) -> None:
    octets = SAMPLES[name]
    chance = random.Random(name)
    changes = [(place, 1 << bit) for place in range(min(8, len(octets))) for bit in range(8)]
    changes += [(chance.randrange(len(octets)), chance.randrange(1, 256)) for _ in range(FLIPS)]
    for place, mask in changes:
        changed = bytearray(octets)
        changed[place] ^= mask
        packet, record = agree(bytes(changed))
        assert bytes(packet) == changed
        assert packet.summary()
        whole = record is not None and not packet.notes and not packet.payload
        if whole and packet.service != "unknown":
            packet.clear_cache()
            assert bytes(packet) == changed


@pytest.mark.parametrize("name", SAMPLES)
def test_octets_behind_a_sample_are_kept_apart(name: str) -> None:
    octets = SAMPLES[name]
    packet, record = agree(octets + b"\x01\x02")
    assert bytes(packet) == octets + b"\x01\x02"
    assert record is not None
    assert bytes(packet.payload) == b"\x01\x02"
