"""Which APDU stands for a message, and what is said beside it."""

from __future__ import annotations

import pytest

from dlms_analyzer.clear.apdus import MAX_SHOWN, clear_apdu
from scapy_layers import InitiateRequest, read_apdu
from tests.dlms_analyzer.security.talks import (
    AK,
    ANSWER,
    CLIENT,
    DEDICATED,
    GET,
    SERVER,
    Talk,
    ded,
    general_glo,
    glo,
    keys,
)


def test_a_deciphered_apdu_takes_the_place_of_its_envelope_which_stays_in_the_comment() -> None:
    talk = Talk(keys())
    talk.associate_ciphered()
    sent = glo(GET, 2, CLIENT)
    (message,) = talk.client(sent)
    octets, comment = clear_apdu(message)
    assert octets == GET
    assert comment.splitlines() == [
        f"message {message.number}: glo-get-request, ok, key guek, invocation counter 2",
        f"as sent: {sent.hex().upper()}",
    ]


def test_an_apdu_in_clear_stays_as_it_is_and_needs_no_comment() -> None:
    talk = Talk()
    talk.associate()
    (message,) = talk.client(GET)
    assert clear_apdu(message) == (GET, "")


@pytest.mark.parametrize(
    ("guek", "said"),
    [(AK, "bad-tag, key guek, invocation counter 2"), (None, "no-key, key guek, invocation counter 2")],
)
def test_what_does_not_open_stays_as_sent_and_the_comment_says_why(guek: bytes | None, said: str) -> None:
    talk = Talk(keys(guek=guek))
    talk.associate_ciphered()
    sent = glo(GET, 2, CLIENT)
    (message,) = talk.client(sent)
    octets, comment = clear_apdu(message)
    assert octets == sent
    verdict, reason, _ = comment.splitlines()
    assert verdict.endswith(said)
    assert message.security is not None
    assert reason == message.security.reason


def test_an_aarq_gets_its_initiate_request_in_clear_with_the_dedicated_key() -> None:
    talk = Talk(keys())
    aarq, aare = talk.associate_ciphered(dedicated=DEDICATED)
    octets, _ = clear_apdu(aarq)
    record, stop = read_apdu(octets, 0, len(octets))
    assert stop == len(octets)
    assert (record.service, record.calling_ap_title) == ("aarq", CLIENT)
    assert record.user_information.dedicated_key == DEDICATED
    octets, _ = clear_apdu(aare)
    record, _ = read_apdu(octets, 0, len(octets))
    assert (record.responding_ap_title, record.user_information.service) == (SERVER, "initiate-response")


def test_what_a_block_transfer_carried_in_an_envelope_takes_the_place_of_the_last_block() -> None:
    talk = Talk(keys())
    talk.associate_ciphered()
    talk.client(general_glo(GET, 2, CLIENT))
    sent = general_glo(ANSWER, 2, SERVER)
    half = len(sent) // 2
    first, last = (
        bytes((0xE0, control, 0, number, 0, 0, len(block))) + block
        for control, number, block in ((0x00, 1, sent[:half]), (0x80, 2, sent[half:]))
    )
    (begun,) = talk.server(first)
    assert clear_apdu(begun) == (first, "")
    (ended,) = talk.server(last)
    octets, comment = clear_apdu(ended)
    assert octets == ANSWER
    assert f"what the block transfer of messages {begun.number}, {ended.number} carried" in comment


def test_a_plaintext_that_there_is_no_room_for_is_written_as_sent() -> None:
    talk = Talk(keys())
    talk.associate_ciphered()
    sent = glo(GET, 2, CLIENT)
    (message,) = talk.client(sent)
    octets, comment = clear_apdu(message, len(GET) - 1)
    assert octets == sent
    assert f"written as sent: the plaintext has {len(GET)} octets, and there is room for {len(GET) - 1}" in comment


def test_a_long_apdu_is_cut_in_the_comment_which_says_so() -> None:
    talk = Talk(keys())
    talk.associate_ciphered()
    talk.client(glo(GET, 2, CLIENT))
    sent = glo(bytes.fromhex("C401C10009821400") + bytes(0x1400), 2, SERVER)
    (message,) = talk.server(sent)
    shown = clear_apdu(message).comment.rsplit("as sent: ", 1)[1]
    assert shown == f"{sent[:MAX_SHOWN].hex().upper()}… {len(sent):,} octets in all"


def test_an_envelope_inside_one_that_opens_is_written_as_sent_when_it_does_not_open_itself() -> None:
    talk = Talk(keys())
    talk.associate_ciphered()
    inner = ded(GET, 1, CLIENT)
    sent = general_glo(inner, 2, CLIENT)
    (message,) = talk.client(sent)
    assert message.security is not None
    assert message.security.status == "no-key"
    assert clear_apdu(message).octets == sent


def test_a_dedicated_key_is_in_no_comment() -> None:
    talk = Talk(keys())
    aarq, _ = talk.associate_ciphered(dedicated=DEDICATED)
    assert DEDICATED in bytes(InitiateRequest(dedicated_key=DEDICATED))
    assert DEDICATED.hex().upper() not in clear_apdu(aarq).comment
