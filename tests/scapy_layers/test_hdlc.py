"""HDLC frames as Scapy users and the engine meet them."""

from __future__ import annotations

import pytest
from scapy.packet import Raw

from scapy_layers import (
    HDLC,
    LLC,
    ApduSegment,
    GetRequestNormal,
    GetResponseNormal,
    HdlcInformation,
    HdlcNoise,
    HdlcParameters,
    Malformed,
    NeedMore,
    ReturnedData,
    SignOn,
    read_frame,
    tolerant,
    trace_layer,
)
from scapy_layers.hdlc_control import FrameType
from tests.scapy_layers.frames import FRAMES, layers_of

SNRM = FRAMES["snrm"][1]
UA = FRAMES["ua"][1]
RR = FRAMES["rr"][1]
AARQ = FRAMES["aarq"][1]
GET = GetRequestNormal(class_id=3, logical_name="1-0:1.8.0.255", attribute_id=2)
RESPONSE = GetResponseNormal(result=ReturnedData())


def hdlc(source: object, destination: object, control: str, **fields: object) -> HDLC:
    return HDLC(source=source, destination=destination, control=control, **fields)


def test_a_frame_is_composed_with_its_length_and_check_sequences() -> None:
    assert bytes(HDLC(control="SNRM P")) == bytes.fromhex("7EA00703219 30F017E".replace(" ", ""))
    assert bytes(HDLC(control="SNRM P") / SNRM[8:-3]) == SNRM
    assert bytes(HDLC(destination=16, source=1, control="UA F") / UA[8:-3]) == UA


def test_a_frame_without_information_has_no_hcs() -> None:
    assert HDLC(RR).hcs is None
    assert HDLC(AARQ).hcs == bytes.fromhex("fbaf")


@pytest.mark.parametrize(
    ("frame", "layer"),
    [
        (SNRM, HdlcParameters),
        (UA, HdlcParameters),
        (AARQ, LLC),
        (bytes(HDLC(control="UI P") / LLC(source_lsap=0xE7) / RESPONSE), LLC),
        (bytes(HDLC(control="FRMR F") / b"\x10\x00\x01"), HdlcInformation),
        (bytes(HDLC(control=0xEF) / b"\x10"), HdlcInformation),
        (bytes(HDLC(control="I N(S)=1 N(R)=0") / b"\x12\x34"), ApduSegment),
        (bytes(HDLC(control="SNRM P") / b"\x55"), HdlcInformation),
    ],
)
def test_the_information_field_is_what_the_frame_type_says(frame: bytes, layer: type) -> None:
    packet = HDLC(frame)
    assert type(packet.payload) is layer
    assert not packet.haslayer(Raw)
    packet.clear_cache()
    assert bytes(packet) == frame


def test_a_first_segment_has_the_llc_header_and_names_the_apdu() -> None:
    first = HDLC(bytes(HDLC(segmented=1) / LLC() / bytes(GET)[:5]))
    assert [type(layer) for layer in layers_of(first)] == [HDLC, LLC, ApduSegment]
    assert first[ApduSegment].mysummary() == "APDU segment, 5 octets of GET.request normal"
    tree = trace_layer(HDLC, bytes(first), 0, len(bytes(first)))
    assert [node.name for _, node in tree.walk() if node.name in {"llc", "apdu-segment"}] == ["llc", "apdu-segment"]


def test_the_tree_says_whether_check_sequences_are_right() -> None:
    wrong = AARQ[:-2] + b"\x00" + AARQ[-1:]
    with tolerant():
        said = {node.name: node.text for node in trace_layer(HDLC, wrong, 0, len(wrong)).children}
    assert said["hcs"] == "FBAF (correct)"
    assert said["fcs"] == "9900 (wrong, should be 99C8)"


def test_fields_that_share_octets_span_them_in_the_tree() -> None:
    spans = {node.name: (node.start, node.end) for node in trace_layer(HDLC, RR, 0, len(RR)).children}
    assert spans["format_type"] == spans["segmented"] == spans["length"] == (1, 3)


def test_the_engine_reads_a_frame_into_one_record() -> None:
    frame, stop = read_frame(b"\xff" + AARQ + b"\xff", 1, len(AARQ) + 1)
    assert (frame.start, frame.end, stop) == (1, len(AARQ) + 1, len(AARQ) + 1)
    assert frame.type is FrameType.I
    assert (str(frame.destination), str(frame.source), frame.segmented) == ("1", "16", False)
    assert (frame.hcs_ok, frame.fcs_ok, frame.notes) == (True, True, ())
    assert frame.information == AARQ[8:-3]
    assert frame.information_start == 9


def test_check_sequences_are_part_of_the_record_and_never_stop_the_engine() -> None:
    frame, _ = read_frame(AARQ[:7] + b"\x00" + AARQ[8:], 0, len(AARQ))
    assert (frame.hcs_ok, frame.fcs_ok) == (False, False)
    assert read_frame(RR, 0, len(RR))[0].hcs_ok is None


@pytest.mark.parametrize("wire", ["7ea006032193017e", "7ea0080321937e01027e", "7ea00a00000000930f017e"])
def test_a_length_that_its_own_fields_do_not_fit_in_is_malformed(wire: str) -> None:
    octets = bytes.fromhex(wire)
    with pytest.raises(Malformed):
        read_frame(octets, 0, len(octets))


def test_every_beginning_of_a_frame_needs_more() -> None:
    for size in range(len(AARQ)):
        with pytest.raises(NeedMore):
            read_frame(AARQ, 0, size)


def test_a_frame_that_is_cut_shows_its_header_all_the_same() -> None:
    packet = HDLC(AARQ[:20])
    assert isinstance(packet.stopped, NeedMore)
    assert (str(packet.destination), packet.control, packet.length) == ("1", 0x10, 43)
    assert packet.payload.octets == AARQ[6:20]
    assert bytes(packet) == AARQ[:20]
    with tolerant():
        tree = trace_layer(HDLC, AARQ[:20], 0, 20)
    assert [node.name for node in tree.children][-2:] == ["control", "undecoded"]
    assert "length says" in str(tree.error)


def test_noise_and_opening_lines_before_and_between_frames_are_layers() -> None:
    octets = SNRM + b"\x01\x02/?!\r\n\x03" + UA[1:] + RR
    assert [type(layer) for layer in layers_of(HDLC(octets))] == [
        HDLC, HdlcParameters, HdlcNoise, SignOn, HdlcNoise, HDLC,
    ]  # fmt: skip
    assert bytes(HDLC(octets)) == octets


def test_responses_answer_requests() -> None:
    snrm = hdlc(16, 1, "SNRM P")
    assert hdlc(1, 16, "UA F").answers(snrm)
    assert hdlc(1, 16, "DM F").answers(snrm)
    assert not hdlc(1, 16, "RR N(R)=0 F").answers(snrm)
    assert not hdlc(1, 17, "UA F").answers(snrm)
    assert not hdlc(2, 16, "UA F").answers(snrm)
    segment = hdlc(16, 1, "I N(S)=0 N(R)=0 P", segmented=1) / LLC() / b"\xc0"
    assert hdlc(1, 16, "RR N(R)=1 F").answers(segment)
    assert snrm.hashret() == hdlc(1, 16, "UA F").hashret()


def test_an_apdu_answers_only_the_apdu_that_it_fits() -> None:
    asked = hdlc(16, "1/17", "I N(S)=0 N(R)=0 P") / LLC() / GET
    answer = hdlc("1/17", 16, "I N(S)=0 N(R)=1 F") / LLC(source_lsap=0xE7)
    assert (answer / RESPONSE).answers(asked)
    assert not (answer / GET).answers(asked)


def test_a_calling_or_broadcast_address_is_answered_by_any_station() -> None:
    assert hdlc((1, 0x1234), 16, "UA F").answers(hdlc(16, (1, 0x3FFE), "SNRM P"))
    assert not hdlc((2, 0x1234), 16, "UA F").answers(hdlc(16, (1, 0x3FFE), "SNRM P"))
    assert hdlc((2, 0x1234), 16, "UA F").answers(hdlc(16, (0x3FFF, 0x3FFF), "SNRM P"))


def test_the_summary_says_who_sends_what_to_whom() -> None:
    assert hdlc(16, "1/17", "SNRM P").mysummary() == "HDLC 16 > 1/17  SNRM P/F"
    assert hdlc(16, 1, "I N(S)=1 N(R)=2", segmented=1).mysummary() == "HDLC 16 > 1  I N(S)=1 N(R)=2, more follows"
