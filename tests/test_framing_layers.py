"""The framing layers on everything at hand: frames of the captures and of the vectors, dissected and built again."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.packet import NoPayload, Packet, Raw, fuzz

from dlms_analyzer.capture import open_capture
from dlms_analyzer.frames import Segment
from dlms_analyzer.net import ConversationTable, NetworkDecoder
from scapy_layers import (
    DLMS,
    HDLC,
    LLC,
    GetRequestNormal,
    GetResponseNormal,
    HdlcFrame,
    Noise,
    ReturnedData,
    UndecodedOctets,
    Wrapper,
    find_frames,
)
from tests.support import Sidecar, usual_sidecars, vectors

REQUEST = GetRequestNormal(class_id=3, logical_name="1-0:1.8.0*255", attribute_id=2)
SNRM = bytes.fromhex("7EA02003219 37DD98180140502008006020080070400000001080400000001CE6A7E".replace(" ", ""))
SHORTER = usual_sidecars()


@functools.lru_cache(maxsize=64)
def streams(sidecar: Sidecar) -> dict[tuple[int, int], bytes]:
    """The octets of each direction of each conversation."""
    decoder, table = NetworkDecoder(), ConversationTable()
    found: dict[tuple[int, int], bytes] = {}
    for frame in open_capture(sidecar.pcap):
        segment = decoder.decode(frame)
        for stream, item in table.feed(segment) if isinstance(segment, Segment) else ():
            if isinstance(item, Segment):
                key = stream.conversation.number, stream.direction
                found[key] = found.get(key, b"") + item.octets
    return found


def layers_of(packet: Packet) -> Iterator[Packet]:
    while not isinstance(packet, NoPayload):
        yield packet
        packet = packet.payload


def is_hdlc(sidecar: Sidecar) -> bool:
    return bool(sidecar.load()["transports"][0]["mode"] == "hdlc")


def wpdus(octets: bytes) -> Iterator[bytes]:
    pos = 0
    while pos < len(octets):
        _, stop = Wrapper.read_record(octets, pos, len(octets))
        yield octets[pos:stop]
        pos = stop


@pytest.mark.parametrize("sidecar", [one for one in SHORTER if not is_hdlc(one)], ids=lambda one: one.name)
def test_every_wpdu_is_built_again_from_its_fields(sidecar: Sidecar) -> None:
    for octets in streams(sidecar).values():
        for wpdu in wpdus(octets):
            packet = Wrapper(wpdu)
            assert not any(isinstance(layer, Raw) for layer in layers_of(packet))
            assert bytes(packet) == wpdu
            if any(layer.notes or layer.stopped for layer in layers_of(packet)):
                continue  # what the sender got wrong is explained where the APDUs are tested
            packet.clear_cache()
            assert bytes(packet) == wpdu


@pytest.mark.parametrize("sidecar", [one for one in SHORTER if is_hdlc(one)], ids=lambda one: one.name)
def test_every_hdlc_frame_is_built_again_from_its_fields(sidecar: Sidecar) -> None:
    for octets in streams(sidecar).values():
        items = find_frames(octets, 0, len(octets), final=True).items
        assert b"".join(octets[item.start : item.end] for item in items) == octets
        for item in items:
            if isinstance(item, Noise):
                continue
            frame = octets[item.start : item.end]
            packet = HDLC(frame)
            assert not any(isinstance(layer, Raw) for layer in layers_of(packet))
            assert bytes(packet) == frame
            if any(layer.notes or layer.stopped for layer in layers_of(packet)):
                continue
            packet.clear_cache()
            assert bytes(packet) == frame


@pytest.mark.parametrize("sidecar", [one for one in SHORTER if is_hdlc(one)], ids=lambda one: one.name)
def test_hdlc_frames_have_the_type_addresses_and_checks_of_the_sidecar(sidecar: Sidecar) -> None:
    wanted = [
        (one["ctrl"], one["segmented"], one["fcs_ok"], one["hcs_ok"], one["info_len"])
        for one in sidecar.load()["messages"]
        if one["kind"] == "frame"
    ]
    got = []
    for octets in streams(sidecar).values():
        for item in find_frames(octets, 0, len(octets), final=True).items:
            if isinstance(item, HdlcFrame):
                control = item.control.octet
                # The sidecar leaves the header check open where the frame check is wrong without information.
                got.append((control, item.segmented, item.fcs_ok, item.hcs_ok, len(item.information)))
    assert sorted(map(repr, got)) == sorted(map(repr, wanted))


def framed(name: str) -> list[Any]:
    return [one for one in vectors() if one["framing"] == name]


@pytest.mark.parametrize("vector", framed("hdlc") + framed("hdlc-stream"), ids=lambda one: one["id"])
def test_hdlc_vectors_have_as_many_good_frames_as_their_verdict_says(vector: dict[str, Any]) -> None:
    octets = bytes.fromhex(vector["hex"])
    verdict = vector["verify"].get("framing")
    if verdict is None:
        pytest.skip("the vector has no verdict on its framing")
    items = find_frames(octets, 0, len(octets), final=True).items
    good = sum(isinstance(item, HdlcFrame) and item.fcs_ok for item in items)
    assert good == verdict["fcs_ok"]


@pytest.mark.parametrize("vector", framed("wrapper"), ids=lambda one: one["id"])
def test_wrapper_vectors_are_whole_as_their_verdict_says(vector: dict[str, Any]) -> None:
    octets = bytes.fromhex(vector["hex"])
    verdict = vector["verify"].get("framing")
    if verdict is None or verdict.get("wrapper_bad") or verdict.get("trail"):
        packet = Wrapper(octets)
        assert bytes(packet) == octets
        return
    assert b"".join(wpdus(octets)) == octets


def test_hdlc_computes_length_and_both_check_sequences_around_its_payload() -> None:
    built = bytes(HDLC(destination="1/17", source=16, control="I N(S)=0 N(R)=0 P") / LLC() / REQUEST)
    record, stop = HDLC.read_record(built, 0, len(built))
    assert stop == len(built)
    assert record.length == len(built) - 2
    assert (str(record.destination), str(record.source)) == ("1/17", "16")


def test_a_changed_field_changes_length_and_check_sequences() -> None:
    packet = HDLC(SNRM)
    packet.destination = (1, 0x1234)
    del packet.length, packet.hcs, packet.fcs
    again = HDLC(bytes(packet))
    assert str(again.destination) == "1/4660"
    assert not again.notes
    assert len(bytes(again)) == len(SNRM) + 3


def test_a_wrong_frame_check_sequence_is_noted_and_the_octets_stay() -> None:
    damaged = SNRM[:10] + b"\xff" + SNRM[11:]
    packet = HDLC(damaged)
    assert "bad-fcs" in {note.code for note in packet.notes}
    assert bytes(packet) == damaged


def test_two_frames_may_share_a_flag_and_noise_may_stand_between_them() -> None:
    octets = b"\x01\x02" + SNRM + SNRM[1:] + b"\x33" + SNRM
    items = find_frames(octets, 0, len(octets), final=True).items
    assert [isinstance(item, HdlcFrame) for item in items] == [False, True, True, False, True]
    assert b"".join(octets[item.start : item.end] for item in items) == octets


@given(st.integers(0, len(SNRM) - 1))
def test_a_frame_cut_anywhere_waits_for_more(cut: int) -> None:
    found = find_frames(SNRM[:cut], 0, cut)
    assert not any(isinstance(item, HdlcFrame) for item in found.items)
    whole = find_frames(SNRM, 0, len(SNRM))
    assert [item.end for item in whole.items] == [len(SNRM)]


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_every_octet_of_a_stream_belongs_to_a_frame_or_to_noise(noises: list[bytes]) -> None:
    octets = SNRM.join(noises)
    items = find_frames(octets, 0, len(octets), final=True).items
    assert b"".join(octets[item.start : item.end] for item in items) == octets


@given(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF), st.integers(1, 4))
def test_several_wpdus_in_one_segment_are_all_shown(source: int, destination: int, count: int) -> None:
    octets = bytes(Wrapper(source_wport=source, destination_wport=destination) / REQUEST) * count
    packet = Wrapper(octets)
    assert sum(isinstance(layer, Wrapper) for layer in layers_of(packet)) == count
    assert bytes(packet) == octets


def test_responses_answer_their_requests_in_both_framings() -> None:
    response = GetResponseNormal(result=ReturnedData())
    for request, answer in (
        (Wrapper(source_wport=16, destination_wport=1), Wrapper(source_wport=1, destination_wport=16)),
        (
            HDLC(destination=1, source=16, control="I N(S)=0 N(R)=0 P") / LLC(),
            HDLC(destination=16, source=1, control="I N(S)=0 N(R)=1 F") / LLC(source_lsap=0xE7),
        ),
    ):
        asked, good = request / REQUEST, answer / response
        assert good.answers(asked)
        assert good.hashret() == asked.hashret()
        other = answer / GetResponseNormal(invoke_id_and_priority=0xC2, result=ReturnedData())
        assert not other.answers(asked)


def test_the_first_octet_chooses_the_framing_of_a_bound_port() -> None:
    assert isinstance(DLMS(SNRM), HDLC)
    assert isinstance(DLMS(bytes(Wrapper() / REQUEST)), Wrapper)


def test_fuzzed_frames_are_built_and_dissected_again_without_raw_octets() -> None:
    for packet in (HDLC() / LLC() / REQUEST, Wrapper() / REQUEST):
        for _ in range(50):
            built = bytes(fuzz(packet.copy()))
            again = type(packet)(built)
            assert bytes(again) == built
            assert not any(isinstance(layer, Raw) for layer in layers_of(again))


@given(st.binary(max_size=120))
def test_any_octets_are_dissected_and_kept_by_both_framings(octets: bytes) -> None:
    for layer in (HDLC, Wrapper):
        if octets:
            packet = layer(octets)
            assert bytes(packet) == octets
            kinds = {type(one) for one in layers_of(packet)}
            assert Raw not in kinds
            assert kinds  # something is always shown, undecoded octets included
            assert not (UndecodedOctets in kinds and packet.stopped is None and not packet.payload)
