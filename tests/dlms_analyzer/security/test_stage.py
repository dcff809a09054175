"""Opening envelopes: which key and title are tried, what is learnt on the way, and what is said when nothing fits.

No capture has key agreement, wrapped keys, compression or broadcast: these APDUs are built here from the primitives of
`cryptography` and sent through the whole chain.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlms_analyzer import Message
from dlms_analyzer.framing.units import Sender
from dlms_analyzer.security import stage
from dlms_analyzer.security.agreement import wrap_key
from scapy_layers import AARQ, InitiateRequest
from tests.dlms_analyzer.security.talks import (
    AK,
    ANSWER,
    CIPHERING,
    CLIENT,
    DEDICATED,
    EK,
    GET,
    KEK,
    PUSH,
    SERVER,
    Talk,
    content,
    ded,
    general_ciphering,
    general_glo,
    glo,
    keys,
    octets,
)

IDENTIFIED = b"\x01\x00\x00"


def verdict(message: Message) -> tuple[str, str | None]:
    assert message.security is not None
    return message.security.status, message.security.reason


def said(messages: list[Message]) -> tuple[str, str, str | None]:
    (message,) = messages
    status, reason = verdict(message)
    return message.service, status, reason


def test_titles_of_aarq_and_aare_open_what_follows() -> None:
    talk = Talk(keys())
    opening = talk.associate_ciphered()
    assert [verdict(message)[0] for message in opening] == ["ok", "ok"]
    (asked,) = talk.client(glo(GET, 2, CLIENT))
    assert (asked.service, asked.outer, asked.plaintext) == ("get-request-normal", "glo-get-request", GET)
    (answer,) = talk.server(glo(ANSWER, 2, SERVER))
    assert answer.security is not None
    assert (answer.security.key, answer.security.system_title) == ("guek", SERVER)
    assert answer.exchange is asked.exchange
    assert answer.items[0].asked == asked.items[0].asked


def test_a_deciphered_initiate_response_sets_the_terms() -> None:
    talk = Talk(keys())
    talk.associate_ciphered()
    assert talk.association.terms.negotiated_conformance is not None
    assert talk.association.terms.server_max_receive_pdu_size == 0xFFFF


@pytest.mark.parametrize("control", [0x10, 0x30, 0x11, 0x31], ids=lambda control: f"{control:02X}")
def test_suites_0_and_1_take_the_same_keys(control: int) -> None:
    talk = Talk(keys())
    talk.associate_ciphered()
    assert said(talk.client(glo(GET, 2, CLIENT, control=control))) == ("get-request-normal", "ok", None)


@pytest.mark.parametrize("form", [glo, general_glo], ids=["glo", "general-glo"])
def test_what_is_not_encrypted_is_read_without_keys_and_not_verified(form: Callable[..., bytes]) -> None:
    assert said(Talk().client(form(GET, 2, CLIENT, control=0x10))) == (
        "get-request-normal", "not-verified", "not encrypted; no keys are given"
    )  # fmt: skip


def test_what_says_that_it_is_not_encrypted_and_is_no_apdu_stays_closed() -> None:
    (message,) = Talk().client(glo(GET, 2, CLIENT, control=0x10).replace(GET[:1], b"\x00"))
    assert verdict(message) == ("no-key", "no keys are given")
    assert message.plaintext is None


def test_suite_2_takes_keys_of_32_octets() -> None:
    talk = Talk(keys(guek=EK + EK, gak=AK + AK, client_system_title=CLIENT))
    envelope = glo(GET, 2, CLIENT, key=EK + EK, ak=AK + AK, control=0x32)
    assert said(talk.client(envelope)) == ("get-request-normal", "ok", None)


def test_a_key_of_another_suite_is_called_a_mismatch() -> None:
    talk = Talk(keys(name="Bench", client_system_title=CLIENT))
    envelope = glo(GET, 2, CLIENT, key=EK + EK, ak=AK + AK, control=0x32)
    reason = "suite mismatch: the guek of Bench has 16 octets, suite 2 takes 32"
    assert said(talk.client(envelope)) == ("glo-get-request", "no-key", reason)


def test_an_unknown_suite_is_an_error() -> None:
    talk = Talk(keys(client_system_title=CLIENT))
    envelope = b"\xc8" + octets(b"\x35" + bytes(4) + GET + bytes(12))
    assert said(talk.client(envelope)) == ("glo-get-request", "error", "security suite 5 is not known")


def test_a_content_shorter_than_its_tag_is_truncated() -> None:
    talk = Talk(keys(client_system_title=CLIENT))
    envelope = b"\xc8" + octets(b"\x30" + bytes(4) + bytes(5))
    assert said(talk.client(envelope))[1:] == ("error", "truncated: 5 octets are fewer than the tag has")


def test_encrypted_only_is_not_verified() -> None:
    talk = Talk(keys())
    talk.associate_ciphered()
    for counter in (2, 3):
        service, status, reason = said(talk.client(glo(GET, counter, CLIENT, control=0x20)))
        assert (service, status) == ("get-request-normal", "not-verified")
        assert str(reason).startswith("encrypted only")


@given(key=st.binary(min_size=16, max_size=16).filter(lambda key: key != EK))
def test_encrypted_only_with_a_wrong_key_is_a_bad_tag_and_no_plaintext(key: bytes) -> None:
    talk = Talk(keys(guek=key, client_system_title=CLIENT))
    (message,) = talk.client(glo(GET, 2, CLIENT, control=0x20))
    assert verdict(message)[0] == "bad-tag"
    assert message.plaintext is None


def test_without_the_authentication_key_what_is_deciphered_is_not_verified() -> None:
    talk = Talk(keys(gak=None, name="Bench"))
    talk.associate_ciphered()
    reason = "the authentication key (gak) of Bench is not known"
    assert said(talk.client(glo(GET, 2, CLIENT))) == ("get-request-normal", "not-verified", reason)


def test_a_broadcast_takes_the_broadcast_key() -> None:
    talk = Talk(keys(gbek=DEDICATED, client_system_title=CLIENT))
    (message,) = talk.client(glo(GET, 2, CLIENT, key=DEDICATED, control=0x70))
    assert message.security is not None
    assert (message.service, message.security.key) == ("get-request-normal", "gbek")


def test_a_dedicated_key_is_learnt_from_the_deciphered_initiate_request() -> None:
    talk = Talk(keys())
    talk.associate_ciphered(dedicated=DEDICATED)
    (message,) = talk.client(ded(GET, 1, CLIENT))
    assert message.security is not None
    assert (message.service, message.security.status, message.security.key) == ("get-request-normal", "ok", "dedicated")


def test_a_dedicated_key_that_is_proposed_in_clear_is_learnt_too() -> None:
    talk = Talk(keys(client_system_title=CLIENT))
    talk.client(AARQ(application_context_name=CIPHERING, user_information=InitiateRequest(dedicated_key=DEDICATED)))
    assert said(talk.client(ded(GET, 1, CLIENT)))[:2] == ("get-request-normal", "ok")


def test_the_dedicated_key_is_had_once_the_aare_says_which_meter_it_is() -> None:
    others = [keys(guek=bytes((number,)) * 16, system_title=b"OTHER" + number.to_bytes(3)) for number in range(100)]
    talk = Talk(*others, keys(system_title=SERVER))
    talk.associate_ciphered(dedicated=DEDICATED)
    assert said(talk.client(ded(GET, 1, CLIENT)))[:2] == ("get-request-normal", "ok")


@pytest.mark.parametrize(
    ("sees_aarq", "guek", "reason"),
    [
        (False, EK, "dedicated key: the AARQ that carries it is not in this capture"),
        (True, bytes(16), "dedicated key: the InitiateRequest that carries it could not be opened"),
        (True, EK, "dedicated key: the InitiateRequest of this association carries none"),
    ],
)
def test_it_is_said_why_there_is_no_dedicated_key(sees_aarq: bool, guek: bytes, reason: str) -> None:
    talk = Talk(keys(guek=guek, client_system_title=CLIENT))
    if sees_aarq:
        talk.associate_ciphered()
    assert said(talk.client(ded(GET, 1, CLIENT))) == ("ded-get-request", "no-key", reason)


def test_a_pre_established_association_takes_the_titles_of_the_keys_file() -> None:
    talk = Talk(keys(system_title=SERVER, client_system_title=CLIENT))
    assert said(talk.client(glo(GET, 1, CLIENT)))[:2] == ("get-request-normal", "ok")
    assert said(talk.server(glo(ANSWER, 1, SERVER)))[:2] == ("get-response-normal", "ok")


def test_a_title_seen_before_at_the_same_address_and_sap_is_remembered() -> None:
    talk = Talk(keys())
    talk.associate_ciphered()
    talk.server(bytes.fromhex("6303800100"))
    assert said(talk.client(glo(GET, 9, CLIENT)))[:2] == ("get-request-normal", "ok")
    assert [association.number for association in talk.analyzer.associations] == [0, 1]


def test_a_title_that_was_never_seen_is_named_as_the_reason() -> None:
    talk = Talk(keys())
    reason = "the system title of the client was never seen"
    assert said(talk.client(glo(GET, 1, CLIENT))) == ("glo-get-request", "no-key", reason)


@pytest.mark.parametrize("title", [SERVER, b""], ids=["with its title", "without"])
def test_a_push_is_opened_with_the_title_in_it_or_the_one_in_the_keys_file(title: bytes) -> None:
    talk = Talk(keys(system_title=SERVER))
    assert said(talk.server(general_glo(PUSH, 1, SERVER, said=title)))[:2] == ("data-notification", "ok")


def test_of_several_meters_the_one_that_pushes_is_found_by_its_title() -> None:
    talk = Talk(*(keys(guek=bytes((number,)) * 16, system_title=b"METER00" + bytes((number,))) for number in range(9)))
    for number in (3, 5):
        title = b"METER00" + bytes((number,))
        (message,) = talk.server(general_glo(PUSH, 1, title, key=bytes((number,)) * 16))
        assert verdict(message) == ("ok", None)
        assert message.sender is Sender.SERVER


def test_the_meter_whose_keys_are_missing_is_named() -> None:
    talk = Talk(keys(system_title=CLIENT))
    talk.associate(conformance=0xFFFFFF)
    reason = f"no keys are given for the meter at 192.0.2.7 with system title {SERVER.hex().upper()}"
    assert said(talk.server(general_glo(PUSH, 1, SERVER))) == ("general-glo-ciphering", "no-key", reason)


def test_the_key_that_is_missing_is_named() -> None:
    talk = Talk(keys(name="Bench", client_system_title=CLIENT))
    envelope = glo(GET, 1, CLIENT, control=0x70)
    assert said(talk.client(envelope)) == ("glo-get-request", "no-key", "the gbek of Bench is not known")


def test_a_wrong_title_is_found_when_it_is_that_of_the_other_side() -> None:
    talk = Talk(keys())
    talk.associate_ciphered()
    _, status, reason = said(talk.client(glo(GET, 5, SERVER)))
    assert status == "bad-tag"
    assert str(reason).startswith(f"wrong system title: protected with {SERVER.hex().upper()}, that of the other")


def test_the_keys_of_another_meter_are_found() -> None:
    right = keys(guek=DEDICATED, system_title=b"OTHERMTR", name="Neighbour")
    talk = Talk(keys(system_title=SERVER), right)
    talk.associate_ciphered()
    assert said(talk.client(glo(GET, 5, CLIENT, key=DEDICATED)))[1:] == (
        "bad-tag", "wrong keys: those of Neighbour open it",
    )  # fmt: skip


def test_the_dedicated_key_under_a_glo_tag_is_found() -> None:
    talk = Talk(keys())
    talk.associate_ciphered(dedicated=DEDICATED)
    assert said(talk.client(glo(GET, 5, CLIENT, key=DEDICATED)))[1:] == (
        "bad-tag", "protected with the dedicated key, although the APDU calls for the guek key",
    )  # fmt: skip


def test_a_changed_octet_is_a_bad_tag_with_an_expert_note() -> None:
    talk = Talk(keys())
    talk.associate_ciphered()
    envelope = bytearray(glo(GET, 2, CLIENT))
    envelope[-1] ^= 1
    (message,) = talk.client(bytes(envelope))
    assert (verdict(message)[0], message.plaintext) == ("bad-tag", None)
    assert "bad-tag" in {one.code for one in message.experts}


def test_general_ciphering_with_an_identified_key() -> None:
    talk = Talk(keys())
    envelope = general_ciphering(GET, CLIENT, SERVER, IDENTIFIED, transaction=b"\x01")
    assert said(talk.client(envelope)) == ("get-request-normal", "ok", None)


def test_general_ciphering_with_a_wrapped_key() -> None:
    talk = Talk(keys(guek=None))
    info = b"\x01\x01\x00" + octets(wrap_key(KEK, DEDICATED))
    (message,) = talk.client(general_ciphering(GET, CLIENT, SERVER, info, key=DEDICATED))
    assert message.security is not None
    assert (message.service, message.security.status, message.security.key) == ("get-request-normal", "ok", "wrapped")


def test_general_ciphering_whose_tag_no_known_form_explains_is_not_verified() -> None:
    talk = Talk(keys())
    envelope = bytearray(general_ciphering(GET, CLIENT, SERVER, IDENTIFIED))
    envelope[-1] ^= 1
    service, status, reason = said(talk.client(bytes(envelope)))
    assert (service, status) == ("get-request-normal", "not-verified")
    assert "tag" in str(reason)


def test_general_ciphering_with_a_wrong_key_shows_no_plaintext() -> None:
    talk = Talk(keys(guek=bytes(16)))
    (message,) = talk.client(general_ciphering(GET, CLIENT, SERVER, IDENTIFIED))
    assert (verdict(message)[0], message.plaintext) == ("bad-tag", None)


def test_an_envelope_inside_an_envelope_is_opened() -> None:
    talk = Talk(keys())
    (message,) = talk.client(general_glo(glo(GET, 7, CLIENT), 8, CLIENT))
    assert (message.outer, message.service, message.plaintext) == ("general-glo-ciphering", "get-request-normal", GET)
    assert verdict(message) == ("ok", None)


def test_envelopes_nested_without_end_are_an_error_and_not_a_recursion() -> None:
    talk = Talk(keys())
    envelope = GET
    for counter in range(stage.MAX_DEPTH + 3):
        envelope = general_glo(envelope, counter, CLIENT)
    status, reason = verdict(talk.client(envelope)[0])
    assert (status, reason) == ("error", f"more than {stage.MAX_DEPTH} envelopes in one another")


def test_a_ciphered_apdu_that_travels_in_blocks_is_opened_when_it_is_complete() -> None:
    talk = Talk(keys())
    talk.associate_ciphered()
    talk.client(glo(GET, 2, CLIENT))
    whole = glo(ANSWER, 2, SERVER)
    first, last = whole[:10], whole[10:]
    talk.server(b"\xe0\x01\x00\x01\x00\x00" + octets(first))
    (message,) = talk.server(b"\xe0\x81\x00\x02\x00\x00" + octets(last))
    assert message.reassembled is not None
    assert (message.reassembled.service, message.reassembled.data) == ("get-response-normal", ANSWER)
    assert verdict(message) == ("ok", None)


def test_keys_that_are_added_later_open_what_comes_then() -> None:
    talk = Talk()
    talk.associate_ciphered()
    assert said(talk.client(glo(GET, 2, CLIENT))) == ("glo-get-request", "no-key", "no keys are given")
    talk.keyring.add(keys())
    assert said(talk.client(glo(GET, 3, CLIENT)))[:2] == ("get-request-normal", "ok")


def test_a_release_is_deciphered_and_stays_a_release() -> None:
    talk = Talk(keys())
    talk.associate_ciphered()
    request = bytes.fromhex("01000000065F1F0400007E1F04B0")
    user = b"\xbe" + octets(b"\x04" + octets(glo(request, 2, CLIENT)))
    (message,) = talk.client(b"\x62" + octets(b"\x80\x01\x00" + user))
    assert (message.service, message.outer, message.plaintext) == ("rlrq", "rlrq", request)


# Whatever comes: a message, a verdict, no crash, and no plaintext under a wrong tag.
DAMAGED = (
    glo(GET, 2, CLIENT), ded(GET, 2, CLIENT), general_glo(PUSH, 2, SERVER),
    general_ciphering(GET, CLIENT, SERVER, IDENTIFIED), glo(GET, 2, CLIENT, control=0xB0),
    general_ciphering(GET, CLIENT, SERVER, b"\x01\x02\x01\x01" + octets(bytes(128))),
    b"\xdf" + bytes(5) + octets(glo(GET, 3, CLIENT)) + octets(bytes(64)),
    b"\xdb\x00" + octets(content(GET, 1, SERVER)),
)  # fmt: skip


@given(
    which=st.sampled_from(DAMAGED),
    cut=st.integers(0, 200),
    flips=st.lists(st.tuples(st.integers(0, 199), st.integers(1, 255)), max_size=4),
    tail=st.binary(max_size=8),
    from_client=st.booleans(),
)
def test_damaged_envelopes_get_a_verdict_and_never_crash(
    which: bytes, cut: int, flips: list[tuple[int, int]], tail: bytes, from_client: bool
) -> None:
    talk = Talk(keys(client_system_title=CLIENT, system_title=SERVER, dedicated_key=DEDICATED, gbek=DEDICATED))
    damaged = bytearray(which[: cut or None])
    for place, mask in flips:
        if place < len(damaged):
            damaged[place] ^= mask
    envelope = bytes(damaged) + tail
    for message in talk.client(envelope) if from_client else talk.server(envelope):
        if message.security is not None:
            assert message.security.status in {"ok", "not-verified", "no-key", "bad-tag", "error"}
            assert (message.security.reason is None) == (message.security.status == "ok")
            assert message.security.status != "bad-tag" or message.plaintext is None


@given(st.binary(max_size=80), st.sampled_from([0xB0, 0xA0]))
def test_whatever_pretends_to_be_compressed_is_bounded_and_answered(packet: bytes, control: int) -> None:
    talk = Talk(keys(client_system_title=CLIENT))
    (message,) = talk.client(b"\xc8" + octets(content(packet, 1, CLIENT, control=control)))
    assert message.security is not None
    assert message.plaintext is None or len(message.plaintext) < 1 << 20
