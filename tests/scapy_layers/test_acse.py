"""AARQ, AARE, RLRQ and RLRE: every field, and what real senders get wrong."""

from __future__ import annotations

import pytest

from scapy_layers import (
    AARE,
    AARQ,
    RLRE,
    RLRQ,
    Apdu,
    ApplicationContext,
    ConfirmedServiceError,
    Diagnostic,
    GloInitiateRequest,
    InitiateRequest,
    InitiateResponse,
    Malformed,
    Mechanism,
    NeedMore,
    read_apdu,
)
from scapy_layers.acse import AUTHENTICATION_REQUIREMENT, OID_PREFIX, oid_text
from scapy_layers.core.outcome import Oddity
from tests.scapy_layers.agreement import agree
from tests.scapy_layers.samples import SAMPLES


def tlv(tag: int, *content: bytes) -> bytes:
    """A BER value with a short length."""
    inside = b"".join(content)
    return bytes((tag, len(inside))) + inside


def codes(octets: bytes) -> list[str]:
    return [note.code for note in agree(octets)[0].notes]


CONTEXT = tlv(0xA1, tlv(0x06, OID_PREFIX + b"\x01\x01"))


def test_every_field_of_an_aarq_is_read() -> None:
    packet = Apdu(SAMPLES["aarq, every field"])
    assert isinstance(packet, AARQ)
    assert packet.protocol_version == b"\x07\x80"
    assert packet.application_context_name == OID_PREFIX + b"\x01\x03"
    assert packet.called_ap_title == b"MMM\0\0\0\0\x02"
    assert packet.called_ae_qualifier == b"\x55\x66"
    assert packet.called_ap_invocation_id == 7
    assert packet.called_ae_invocation_id == -1
    assert packet.calling_ap_title == b"MMM\0\0\0\0\x01"
    assert packet.calling_ae_qualifier == b"\x11\x22\x33"
    assert packet.calling_ap_invocation_id == 128
    assert packet.calling_ae_invocation_id == 5
    assert packet.sender_acse_requirements == AUTHENTICATION_REQUIREMENT
    assert packet.mechanism_name == OID_PREFIX + b"\x02\x05"
    assert packet.calling_authentication_value == (0x80, b"\1\2\3\4\5\6\7\x08")
    assert packet.implementation_information == b"ABC"
    assert isinstance(packet.user_information, GloInitiateRequest)
    assert packet.unexpected == b""


def test_every_field_of_an_aare_is_read() -> None:
    packet = Apdu(SAMPLES["aare, every field"])
    assert isinstance(packet, AARE)
    assert packet.result == 0
    assert packet.result_source_diagnostic == (1, 14)
    assert packet.responding_ap_title == b"MMM\0\0\0\0\x02"
    assert packet.responding_ae_qualifier == b"\x55\x66"
    assert packet.responding_ap_invocation_id == 7
    assert packet.responding_ae_invocation_id == 8
    assert packet.responder_acse_requirements == AUTHENTICATION_REQUIREMENT
    assert packet.mechanism_name == OID_PREFIX + b"\x02\x05"
    assert packet.responding_authentication_value == (0x80, b"\1\2\3\4\5\6\7\x08")
    assert packet.implementation_information == b"ABC"
    assert packet.user_information.service == "glo-initiate-response"


@pytest.mark.parametrize("layer", [AARQ, AARE, RLRQ, RLRE], ids=lambda layer: layer.service)
def test_every_field_alone_and_all_of_them_build_and_read(layer: type[AARQ]) -> None:
    values = {
        "protocol_version": AUTHENTICATION_REQUIREMENT,
        "application_context_name": "logical-name",
        "called_ap_title": b"titletit",
        "called_ae_qualifier": b"q",
        "called_ap_invocation_id": 300,
        "called_ae_invocation_id": -300,
        "calling_ap_title": b"titletit",
        "calling_ae_qualifier": b"q" * 200,
        "calling_ap_invocation_id": 0,
        "calling_ae_invocation_id": 1 << 40,
        "responding_ap_title": b"titletit",
        "responding_ae_qualifier": b"",
        "responding_ap_invocation_id": 127,
        "responding_ae_invocation_id": 128,
        "sender_acse_requirements": AUTHENTICATION_REQUIREMENT,
        "responder_acse_requirements": AUTHENTICATION_REQUIREMENT,
        "mechanism_name": "high-gmac",
        "calling_authentication_value": b"password",
        "responding_authentication_value": (0x81, b"\x00bits"),
        "implementation_information": b"text",
        "result": "rejected-permanent",
        "result_source_diagnostic": (2, 2),
        "reason": "user-defined",
        "user_information": ConfirmedServiceError(confirmed_service="initiate-error"),
    }
    names = [field.name for field in layer.fields_desc if field.name in values]
    assert {field.name for field in layer.fields_desc} - set(names) == {"tag", "length", "unexpected"}
    for chosen in [*([name] for name in names), names]:
        given = {"user_information": None} | {name: values[name] for name in chosen}
        packet, record = agree(bytes(layer(**given)))
        assert packet.notes == ()
        assert record is not None
        for name in names:
            assert (getattr(packet, name) is None) == (name not in chosen)
        assert [packet.getfieldval(name) for name in chosen] == [layer(**given).getfieldval(name) for name in chosen]


@pytest.mark.parametrize("context", ApplicationContext)
def test_an_application_context_has_its_name(context: ApplicationContext) -> None:
    packet = Apdu(bytes(AARQ(application_context_name=int(context))))
    assert packet.application_context_name[-2:] == bytes((1, context))
    name = context.name.lower().replace("_", "-")
    assert f"{name} (2.16.756.5.8.1.{context})" in packet.show(dump=True)
    assert AARQ(application_context_name=name).application_context_name == packet.application_context_name


@pytest.mark.parametrize("mechanism", Mechanism)
def test_a_mechanism_has_its_name(mechanism: Mechanism) -> None:
    packet = Apdu(bytes(AARQ(mechanism_name=int(mechanism))))
    assert f"{mechanism.name.lower().replace('_', '-')} (2.16.756.5.8.2.{mechanism})" in packet.show(dump=True)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("60857405080101", "2.16.756.5.8.1.1"),
        ("2a864886f70d", "1.2.840.113549"),
        ("550406", "2.5.4.6"),
        ("00", "0.0"),
        ("883703", "2.999.3"),
        ("", ""),
        ("6085", "6085"),
        ("80", "80"),
    ],
)
def test_an_object_identifier_is_shown_dotted_or_in_hex_when_it_is_none(content: str, text: str) -> None:
    assert oid_text(bytes.fromhex(content)) == text


@pytest.mark.parametrize(
    ("pair", "text"),
    [
        ((1, 0), "acse-service-user: null (0)"),
        ((1, 11), "acse-service-user: authentication-mechanism-name-not-recognised (11)"),
        ((1, 13), "acse-service-user: authentication-failure (13)"),
        ((1, 99), "acse-service-user: 99 (99)"),
        ((2, 2), "acse-service-provider: no-common-acse-version (2)"),
    ],
)
def test_a_diagnostic_says_who_and_what(pair: tuple[int, int], text: str) -> None:
    packet = Apdu(bytes(AARE(result=1, result_source_diagnostic=pair, user_information=None)))
    assert packet.result_source_diagnostic == pair == tuple(Diagnostic(*pair))
    assert packet.result_source_diagnostic == Diagnostic(*pair)
    assert hash(packet.result_source_diagnostic) == hash(pair)
    assert text in packet.show(dump=True)
    assert text in packet.summary()


@pytest.mark.parametrize("content", ["a303020100", "a1030201", "a103020300", "a10302010000"])
def test_a_diagnostic_that_is_none_is_malformed_or_leaves_octets_over(content: str) -> None:
    octets = tlv(0x61, tlv(0xA3, bytes.fromhex(content)))
    packet, record = agree(octets)
    if content == "a10302010000":
        assert record.result_source_diagnostic == (1, 0)
        assert [note.code for note in packet.notes] == ["trailing-octets"]
    else:
        assert isinstance(packet.stopped, Malformed)
    assert bytes(packet) == octets


def test_a_refused_proposal_is_answered_with_a_confirmed_service_error() -> None:
    packet = Apdu(SAMPLES["aare, refused"])
    assert packet.result == 1
    assert packet.result_source_diagnostic == (2, 2)
    assert isinstance(packet.user_information, ConfirmedServiceError)


def test_defaults_make_an_association_with_logical_names_and_no_security() -> None:
    aarq = AARQ(application_context_name="logical-name")
    assert bytes(aarq) == SAMPLES["aarq"]
    assert isinstance(aarq.user_information, InitiateRequest)
    assert isinstance(AARE().user_information, InitiateResponse)
    assert bytes(RLRQ(reason="normal")) == SAMPLES["rlrq"]
    assert bytes(RLRE(reason=0)) == SAMPLES["rlre"]


# what real senders do


def test_an_rlre_whose_lengths_are_too_short_is_read_to_its_end() -> None:
    octets = bytes.fromhex("6324800100be220421281f100000000b0800065f1f0400001e5d04000007e20df10af138c360228fd2ab")
    packet, record = agree(octets)
    assert [note.code for note in packet.notes] == ["length-mismatch", "length-mismatch"]
    assert record.user_information.service == "glo-initiate-response"
    assert record.user_information.content.invocation_counter == 11
    assert bytes(packet) == octets
    with pytest.raises(Oddity):
        read_apdu(octets, 0, len(octets))


def test_an_rlrq_without_reason_may_say_nothing_or_carry_user_information() -> None:
    packet, record = agree(SAMPLES["rlrq, nothing"])
    assert record == (None, None, b"")
    assert packet.summary() == "RLRQ"
    carried = tlv(0x62, tlv(0xBE, tlv(0x04, SAMPLES["initiate-request"])))
    packet, record = agree(carried)
    assert packet.notes == ()
    assert record.reason is None
    assert record.user_information.service == "initiate-request"


def test_octets_that_are_no_field_are_kept_with_a_note() -> None:
    octets = bytes.fromhex(
        "623b3000000003f51a2edd51919ba7202ad428693a10b827515e17c38f362baff98054f85d296abafe6e7e44343c7c41fae31cb1f23cba788cfefa93cb"
    )
    packet, record = agree(octets)
    assert [(note.code, note.offset) for note in packet.notes] == [("unexpected", 2)]
    assert record.unexpected == octets[2:]
    assert bytes(packet) == octets


@pytest.mark.parametrize("layer", [0x60, 0x61, 0x62, 0x63])
def test_a_field_of_no_kind_known_and_what_follows_it_are_kept_with_a_note(layer: int) -> None:
    unknown = tlv(0x9F, b"\x01\x02") + tlv(0xBE, tlv(0x04, SAMPLES["initiate-request"]))
    packet, record = agree(tlv(layer, unknown))
    assert record.unexpected == unknown
    assert [note.code for note in packet.notes] == ["unexpected"]
    packet.clear_cache()
    assert bytes(packet) == tlv(layer, unknown)


def test_fields_out_of_order_are_kept_with_a_note() -> None:
    octets = tlv(0x60, tlv(0x8A, AUTHENTICATION_REQUIREMENT), CONTEXT)
    packet, record = agree(octets)
    assert record.sender_acse_requirements == AUTHENTICATION_REQUIREMENT
    assert record.unexpected == CONTEXT
    assert bytes(packet) == octets


def test_user_information_that_is_no_apdu_stays_octets_with_a_note() -> None:
    for inside in (b"\x01\x00", b"\xc0\x07", b"", b"\x21\x05\x30"):
        octets = tlv(0x60, CONTEXT, tlv(0xBE, tlv(0x04, inside)))
        packet, record = agree(octets)
        assert record.user_information == packet.user_information == inside
        assert [note.code for note in packet.notes] == ["user-information"]
        assert bytes(packet) == octets
        packet.clear_cache()
        assert bytes(packet) == octets


def test_user_information_with_a_tag_that_no_apdu_has_is_an_unknown_apdu() -> None:
    packet, record = agree(tlv(0x60, CONTEXT, tlv(0xBE, tlv(0x04, b"\x7fabc"))))
    assert record.user_information.service == "unknown"
    assert packet.user_information.first_octet == 0x7F


def test_octets_behind_the_apdu_in_user_information_are_noted() -> None:
    octets = tlv(0x60, CONTEXT, tlv(0xBE, tlv(0x04, SAMPLES["initiate-request"] + b"\x00")))
    packet, record = agree(octets)
    assert codes(octets) == ["trailing-octets"]
    assert record.user_information.client_max_receive_pdu_size == 0xFFFF
    assert bytes(packet) == octets


def test_a_value_shorter_than_its_wrapping_is_noted() -> None:
    assert codes(tlv(0x60, bytes.fromhex("a10a0607") + OID_PREFIX + b"\x01\x01" + tlv(0x8A, b"\x07\x80"))) == [
        "length-mismatch"
    ]


def test_of_two_lengths_that_differ_the_one_counts_behind_which_the_next_value_stands() -> None:
    name = OID_PREFIX + b"\x01\x01"
    information = tlv(0xBE, tlv(0x04, SAMPLES["initiate-request"]))
    for outer, inner in ((9, 9), (11, 7), (9, 8), (10, 7)):
        octets = tlv(0x60, bytes((0xA1, outer, 0x06, inner)), name, information)
        packet, record = agree(octets)
        assert [(note.code, note.offset) for note in packet.notes] == [("length-mismatch", 4)]
        assert record.application_context_name == name
        assert record.user_information.service == "initiate-request"
        assert bytes(packet) == octets


def test_a_number_in_more_octets_than_it_needs_is_noted() -> None:
    assert codes(tlv(0x60, tlv(0xA4, tlv(0x02, b"\x00\x05")))) == ["long-integer"]
    assert codes(tlv(0x60, tlv(0xA4, tlv(0x02, b"\xff\x85")))) == ["long-integer"]
    assert codes(tlv(0x60, tlv(0xA4, tlv(0x02, b"\x00\x85")))) == []
    packet, record = agree(tlv(0x60, tlv(0xA4, tlv(0x02, b""))))
    assert record is None
    assert "INTEGER without octets" in str(packet.stopped)


def test_a_wrapped_value_without_its_inner_tag_is_malformed() -> None:
    octets = tlv(0x60, tlv(0xA1, b"\x05\x07" + OID_PREFIX + b"\x01\x01"))
    packet, _ = agree(octets)
    assert str(packet.stopped) == "application_context_name wants tag 06, found 05 at offset 4"
    assert bytes(packet) == octets


def test_a_length_beyond_the_octets_asks_for_more() -> None:
    with pytest.raises(NeedMore) as caught:
        read_apdu(SAMPLES["aarq"][:-1], 0, 30)
    assert caught.value.offset == 30


def test_a_value_that_crosses_the_length_of_all_is_read_when_the_octets_are_there() -> None:
    octets = b"\x60\x09" + CONTEXT  # 11 octets follow
    packet, record = agree(octets)
    assert codes(octets) == ["length-mismatch"]
    assert record.application_context_name == OID_PREFIX + b"\x01\x01"
    assert bytes(packet) == octets
    with pytest.raises(Malformed, match="within the length given"):
        read_apdu(octets, 0, len(octets) - 1)


@pytest.mark.parametrize("length", ["810b", "82000b", "8300000b", "840000000b"])
def test_a_long_length_is_read_with_a_note(length: str) -> None:
    octets = b"\x60" + bytes.fromhex(length) + CONTEXT
    packet, record = agree(octets)
    assert codes(octets) == ["long-length"]
    assert record.application_context_name is not None
    assert bytes(packet) == octets


def test_an_indefinite_length_is_malformed() -> None:
    packet, _ = agree(b"\x60\x80" + CONTEXT + b"\x00\x00")
    assert str(packet.stopped) == "80 is no definite length at offset 1"


def test_an_aarq_carries_a_password_of_any_length() -> None:
    for size in (0, 1, 8, 127, 128, 300):
        packet = Apdu(bytes(AARQ(calling_authentication_value=bytes(size))))
        assert packet.calling_authentication_value == (0x80, bytes(size))
        assert packet.notes == ()
