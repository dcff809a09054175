"""Dialogues between a client and a meter, and what the audit finds in each."""

from __future__ import annotations

import hashlib
import os
from typing import Any

import pytest

from dlms_analyzer import Message
from dlms_analyzer.audit import Auditor, Finding
from dlms_analyzer.audit.case import MAX_MESSAGES
from dlms_analyzer.security.agreement import wrap_key
from scapy_layers import AARE, AARQ, InitiateRequest, InitiateResponse
from tests.dlms_analyzer.security.talks import (
    ANSWER,
    CIPHERING,
    CLIENT,
    EK,
    GET,
    KEK,
    PUSH,
    SERVER,
    Talk,
    ded,
    glo,
    keys,
)

GUEK = bytes.fromhex("8F1C3A77D20E94B65B0C6EA1F3297D48")
GAK = bytes.fromhex("A47B0D93E16C2F58B9127E40CD8635FA")
MASTER = bytes.fromhex("3D81F06BA9274CE5127FB8D4906E53CA")
PASSWORD = b"tR4!kk9x"
GET_CLOCK = bytes.fromhex("C001C100080000010000FF0200")
CLOCK = bytes.fromhex("C401C100090C07EA0B160C0A000000000000")
SET = bytes.fromhex("C101C100030100010800FF0200 0600000001")
SET_DONE = bytes.fromhex("C501C100")
ACTION_DONE = bytes.fromhex("C701C10000")
SECRET = {"key": GUEK, "ak": GAK}


def mechanism(number: int) -> bytes:
    return bytes.fromhex("608574050802") + bytes((number,))


class Audited(Talk):
    """A talk that an auditor listens to; keys and counters are good unless a test says otherwise."""

    def __init__(self, client_sap: int = 1, **changed: Any) -> None:
        super().__init__(keys(**{"guek": GUEK, "gak": GAK, "kek": MASTER} | changed))
        self.auditor = Auditor(self.keyring)
        self.client_sap = client_sap

    def _send(self, apdu: bytes, *, client: bool) -> list[Message]:
        ports = (self.client_sap, 1) if client else (1, self.client_sap)
        header = b"\x00\x01" + ports[0].to_bytes(2) + ports[1].to_bytes(2) + len(apdu).to_bytes(2)
        messages = self._segment(header + apdu, client=client)
        self.auditor.feed_all(messages)
        return messages

    def log_in(self, number: int | None = None, value: bytes | None = None, challenge: bytes | None = None) -> None:
        """Open an association in clear."""
        name = None if number is None else mechanism(number)
        self.client(AARQ(mechanism_name=name, calling_authentication_value=value, user_information=InitiateRequest()))
        self.server(
            AARE(
                result=0, result_source_diagnostic=(1, 14 if challenge else 0), mechanism_name=name,
                responding_authentication_value=challenge, user_information=InitiateResponse(),
            )
        )  # fmt: skip

    def log_in_ciphered(self, *, control: int = 0x31, dedicated: bytes | None = None) -> None:
        """Open an association whose InitiateRequest and InitiateResponse are ciphered."""
        how = SECRET | {"control": control}
        initiate = bytes(InitiateRequest(dedicated_key=dedicated))
        self.client(
            AARQ(
                application_context_name=CIPHERING, mechanism_name=mechanism(5), calling_ap_title=CLIENT,
                calling_authentication_value=os.urandom(16), user_information=glo(initiate, 1, CLIENT, **how),
            )
        )  # fmt: skip
        self.server(
            AARE(
                application_context_name=CIPHERING, result=0, result_source_diagnostic=(1, 14),
                responding_ap_title=SERVER, responding_authentication_value=os.urandom(16),
                user_information=glo(bytes(InitiateResponse()), 1, SERVER, **how),
            )
        )  # fmt: skip

    def ask(self, request: bytes, answer: bytes, counter: int, *, control: int = 0x31, **how: Any) -> None:
        """A ciphered request and its answer."""
        how = SECRET | {"control": control} | how
        self.client(glo(request, counter, CLIENT, **how))
        self.server(glo(answer, counter, SERVER, **how))

    @property
    def found(self) -> dict[str, Finding]:
        """What was found, by code."""
        return {finding.code: finding for finding in self.auditor.finish()}


def test_a_clean_association_gives_no_findings() -> None:
    talk = Audited()
    talk.log_in_ciphered(dedicated=os.urandom(16))
    for counter in range(2, 6):
        talk.ask(GET, ANSWER, counter)
    assert talk.auditor.finish() == []
    assert (talk.auditor.messages, talk.auditor.closed, talk.auditor.left_out) == (10, 0, 0)


def test_a_public_client_that_reads_what_it_needs_gives_no_findings() -> None:
    talk = Audited(client_sap=16)
    talk.log_in()
    talk.client(GET_CLOCK)
    talk.server(CLOCK)
    for name in ("00002A0000FF", "00002B0101FF", "0000600100FF"):
        talk.client(bytes.fromhex(f"C001C10001{name}0200"))
        talk.server(ANSWER)
    assert talk.auditor.finish() == []


def test_a_public_client_that_reads_or_writes_more_is_found_and_a_refusal_is_not() -> None:
    talk = Audited(client_sap=16)
    talk.log_in()
    talk.client(SET)
    talk.server(bytes.fromhex("C501C103"))
    assert talk.auditor.finish() == []
    talk.client(GET)
    (read,) = talk.server(ANSWER)
    talk.client(SET)
    (written,) = talk.server(SET_DONE)
    assert [(one.code, one.messages) for one in talk.auditor.finish()] == [
        ("public-client-write", (written.number,)), ("public-client-read", (read.number,))
    ]  # fmt: skip


def test_another_client_without_authentication_is_found() -> None:
    talk = Audited(client_sap=32)
    talk.log_in()
    talk.client(GET)
    talk.server(ANSWER)
    assert set(talk.found) == {"no-authentication"}
    assert "client SAP 32" in talk.found["no-authentication"].text


def test_a_password_in_clear_is_found_and_never_shown_unasked() -> None:
    talk = Audited()
    talk.log_in(1, PASSWORD)
    assert set(talk.found) == {"password-in-clear"}
    other = Audited()
    other.log_in(1, b"12345678")
    known = other.found["well-known-password"]
    assert "12345678" not in repr(known)
    assert known.to_dict()["secret"] == "<8 octets>"
    assert known.to_dict(show_secrets=True)["secret"] == b"12345678".hex().upper()


def test_data_in_clear_after_a_login_is_one_finding_with_bounded_messages() -> None:
    talk = Audited()
    talk.log_in(1, PASSWORD)
    for _ in range(MAX_MESSAGES):
        talk.client(GET)
        talk.server(ANSWER)
    found = talk.found["data-in-clear"]
    assert (found.count, len(found.messages), found.messages[0]) == (2 * MAX_MESSAGES, MAX_MESSAGES, 3)


def test_a_push_in_clear_is_found() -> None:
    talk = Audited()
    talk.server(PUSH)
    assert set(talk.found) == {"data-in-clear"}


def test_plaintext_in_a_ciphered_association_is_found() -> None:
    talk = Audited()
    talk.log_in_ciphered()
    talk.ask(GET, ANSWER, 2)
    talk.client(GET)
    talk.server(ANSWER)
    assert {code: one.messages for code, one in talk.found.items()} == {"plaintext-on-ciphered": (5, 6)}


@pytest.mark.parametrize(
    ("control", "code"),
    [(0x11, "authentication-only"), (0x21, "encryption-only"), (0x01, "unprotected-envelope"), (0x30, "suite-0")],
)
def test_what_the_security_control_lacks_is_found(control: int, code: str) -> None:
    talk = Audited()
    talk.log_in_ciphered()
    talk.ask(GET, ANSWER, 2, control=control)
    assert {found: one.messages for found, one in talk.found.items()} == {code: (3, 4)}


@pytest.mark.parametrize(
    ("number", "code"), [(2, "manufacturer-mechanism"), (3, "weak-mechanism"), (4, "weak-mechanism"), (6, None)]
)
def test_mechanisms_that_are_weak_or_secret_are_found(number: int, code: str | None) -> None:
    talk = Audited()
    talk.log_in(number, os.urandom(16), os.urandom(16))
    assert set(talk.found) == ({code} if code else set())


def test_an_hls_secret_that_everybody_knows_is_found_by_the_reply_alone() -> None:
    for secret, known in ((b"12345678", True), (PASSWORD, False)):
        talk = Audited()
        talk.log_in(3, b"CLIENT-CHALLENGE", b"SERVER-CHALLENGE")
        reply = hashlib.md5(b"SERVER-CHALLENGE" + secret).digest()
        talk.client(bytes.fromhex("C301C1000F0000280000FF0101 0910") + reply)
        assert ("well-known-password" in talk.found) is known


def test_a_challenge_that_a_server_sends_again_in_another_association_is_found() -> None:
    talk = Audited()
    for _ in range(2):
        talk.log_in(6, os.urandom(16), b"ALWAYS-THE-SAME!")
        talk.client(b"\x62\x00")
        talk.server(b"\x63\x00")
    assert talk.found["challenge-repeated"].messages == (6,)
    assert talk.found["challenge-repeated"].associations == 1


def test_a_refused_login_is_found() -> None:
    talk = Audited()
    talk.client(AARQ(mechanism_name=mechanism(1), calling_authentication_value=PASSWORD, user_information=b""))
    talk.server(AARE(result=1, result_source_diagnostic=(1, 13)))
    assert talk.found["login-refused"].text == "the server says: authentication failure"


@pytest.mark.parametrize("given", [True, False], ids=["given", "not given"])
def test_a_well_known_key_that_opens_apdus_is_found_whether_or_not_it_was_given(given: bool) -> None:
    talk = Audited(**({"guek": EK} if given else {"guek": None}))
    talk.client(glo(GET, 1, CLIENT, key=EK, ak=bytes(16), control=0x31))
    assert talk.auditor.finish() == []  # its system title is not known: the key cannot be tried
    talk = Audited(system_title=SERVER, client_system_title=CLIENT, guek=EK if given else None, gak=bytes(16))
    talk.associate_ciphered()
    found = [one for one in talk.auditor.finish() if one.code == "well-known-key"]
    assert {one.text.split(":")[0] for one in found} == {"the guek", "the gak"}
    assert EK.hex() not in repr(found).lower()


def test_a_well_known_key_that_was_given_and_opens_nothing_is_no_finding() -> None:
    talk = Audited(gbek=bytes(16))
    talk.log_in_ciphered()
    talk.ask(GET, ANSWER, 2)
    assert talk.auditor.finish() == []


def test_a_well_known_dedicated_key_is_found_in_the_apdus_that_it_opens() -> None:
    talk = Audited()
    talk.log_in_ciphered(dedicated=bytes(16))
    talk.client(ded(GET, 1, CLIENT, key=bytes(16), ak=GAK, control=0x31))
    assert talk.found["well-known-key"].text == "the dedicated key: all octets are 00"


def test_a_dedicated_key_in_clear_is_found() -> None:
    talk = Audited()
    talk.client(AARQ(user_information=InitiateRequest(dedicated_key=GUEK)))
    assert set(talk.found) == {"key-in-clear"}


def test_two_texts_with_one_counter_are_found() -> None:
    talk = Audited()
    talk.log_in_ciphered()
    talk.client(glo(GET, 2, CLIENT, **SECRET, control=0x31), glo(GET_CLOCK, 2, CLIENT, **SECRET, control=0x31))
    assert talk.found["nonce-reuse"].messages == (4,)


def test_a_replayed_request_is_found_when_it_is_answered_again() -> None:
    talk = Audited()
    talk.log_in_ciphered()
    talk.ask(GET, ANSWER, 2)
    talk.client(glo(GET, 2, CLIENT, **SECRET, control=0x31))
    assert talk.auditor.finish() == []
    talk.server(glo(ANSWER, 3, SERVER, **SECRET, control=0x31))
    assert {code: one.messages for code, one in talk.found.items()} == {"replay-accepted": (5, 6)}


def test_a_replayed_request_that_is_refused_or_a_repetition_of_an_unanswered_one_is_not() -> None:
    talk = Audited()
    talk.log_in_ciphered()
    talk.ask(GET, ANSWER, 2)
    talk.client(glo(GET, 2, CLIENT, **SECRET, control=0x31))
    talk.server(bytes.fromhex("D8010600000003"))
    assert set(talk.found) == {"counter-refused"}
    talk = Audited()
    talk.log_in_ciphered()
    again = glo(GET, 2, CLIENT, **SECRET, control=0x31)
    talk.client(again, again)
    talk.server(glo(ANSWER, 2, SERVER, **SECRET, control=0x31))
    assert talk.auditor.finish() == []


def test_a_request_with_an_old_counter_that_is_answered_is_found() -> None:
    talk = Audited()
    talk.log_in_ciphered()
    talk.ask(GET, ANSWER, 50)
    talk.client(glo(GET_CLOCK, 20, CLIENT, **SECRET, control=0x31))
    talk.server(glo(CLOCK, 51, SERVER, **SECRET, control=0x31))
    assert {code: one.messages for code, one in talk.found.items()} == {"old-counter-accepted": (5, 6)}


def test_a_wrong_tag_is_found() -> None:
    talk = Audited()
    talk.log_in_ciphered()
    talk.client(glo(GET, 2, CLIENT, **SECRET, control=0x31)[:-1] + b"\x00")
    assert set(talk.found) == {"bad-tag"}
    assert talk.auditor.closed == 1


IMAGE_BLOCK = bytes.fromhex("C301C1001200002C0000FF0201 0202 0600000000 0904 DEADBEEF")


def test_a_firmware_image_is_found_in_clear_and_less_so_when_its_blocks_are_authenticated() -> None:
    talk = Audited()
    talk.log_in(6, os.urandom(16), os.urandom(16))
    talk.client(IMAGE_BLOCK)
    assert talk.found["image-transfer-unprotected"].messages == (3,)
    talk = Audited()
    talk.log_in_ciphered()
    talk.ask(IMAGE_BLOCK, ACTION_DONE, 2)
    assert set(talk.found) == {"image-transfer-unsigned"}


def test_reading_the_state_of_an_image_transfer_is_no_finding() -> None:
    talk = Audited()
    talk.log_in_ciphered()
    talk.ask(bytes.fromhex("C001C1001200002C0000FF0600"), bytes.fromhex("C401C1001600"), 2)
    assert talk.auditor.finish() == []


def key_transfer(*new: tuple[int, bytes]) -> bytes:
    rows = b"".join(bytes((2, 2, 0x16, key_id, 9, len(key))) + key for key_id, key in new)
    return bytes.fromhex("C301C1004000002B0000FF0201 01") + bytes((len(new),)) + rows


def test_a_protected_transfer_of_random_keys_under_a_random_master_key_is_no_finding() -> None:
    talk = Audited()
    talk.log_in_ciphered()
    talk.ask(key_transfer((0, wrap_key(MASTER, os.urandom(16)))), ACTION_DONE, 2)
    assert talk.auditor.finish() == []


def test_keys_transferred_in_clear_or_under_a_well_known_master_key_are_found() -> None:
    talk = Audited()
    talk.client(key_transfer((0, wrap_key(KEK, os.urandom(16))), (2, GAK)))
    found = talk.found
    assert {"key-transfer-in-clear", "well-known-master-key", "key-in-clear"} <= set(found)
    assert found["well-known-master-key"].text == "the new guek is wrapped with the master key of the Gurux samples"
    assert found["key-in-clear"].text == "the new gak is not wrapped"


def test_a_new_key_that_everybody_knows_is_found_when_the_master_key_is_at_hand() -> None:
    talk = Audited()
    talk.log_in_ciphered()
    talk.ask(key_transfer((1, wrap_key(MASTER, bytes(16)))), ACTION_DONE, 2)
    assert talk.found["well-known-key"].text == "the new gbek: all octets are 00"


def test_a_secret_that_is_changed_in_clear_is_found() -> None:
    change = bytes.fromhex("C101C1000F0000280000FF0700 0908") + PASSWORD
    talk = Audited()
    talk.client(change)
    assert "secret-in-clear" in talk.found
    talk = Audited()
    talk.log_in_ciphered()
    talk.ask(change, SET_DONE, 2)
    assert talk.auditor.finish() == []


@pytest.mark.parametrize(("secret", "found"), [(b"12345678", True), (b"", False)])
def test_a_secret_that_is_read_in_clear_with_all_attributes_is_found_and_an_empty_one_is_none(
    secret: bytes, found: bool
) -> None:
    attributes = bytes.fromhex("0207 09060000280000FF 0100 00 00 00 00 09") + bytes((len(secret),)) + secret
    talk = Audited()
    talk.client(bytes.fromhex("C001C1000F0000280000FF0000"))
    talk.server(bytes.fromhex("C401C100") + attributes)
    assert ("secret-in-clear" in talk.found) is found
    assert ("well-known-password" in talk.found) is found


def test_findings_come_worst_first_and_are_put_together_over_the_associations_of_a_meter() -> None:
    talk = Audited()
    for _ in range(3):
        talk.log_in(1, b"12345678")
        talk.client(GET)
        talk.server(ANSWER)
        talk.client(b"\x62\x00")
        talk.server(b"\x63\x00")
    found = talk.auditor.finish()
    assert [one.code for one in found] == ["well-known-password", "password-in-clear", "data-in-clear"]
    assert [(one.association, one.associations) for one in found] == [(0, 3)] * 3


def test_without_keys_the_messages_that_stay_closed_are_counted() -> None:
    talk = Audited(guek=None, gak=None)
    talk.log_in_ciphered()
    talk.ask(GET, ANSWER, 2)
    assert talk.auditor.closed == 4
    assert talk.auditor.finish() == []


def test_clients_and_meters_beyond_what_is_followed_are_counted_and_not_mixed_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dlms_analyzer.audit.auditor.MAX_CASES", 2)
    talk = Audited()
    for sap in (1, 2, 3, 1):
        talk.client_sap = sap
        talk.client(AARQ(mechanism_name=mechanism(1), calling_authentication_value=PASSWORD))
    assert talk.auditor.left_out == 1
    assert [(one.client_sap, one.count) for one in talk.auditor.finish()] == [(1, 2), (2, 1)]


def test_requests_that_are_remembered_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dlms_analyzer.audit.traffic.MAX_REMEMBERED", 3)
    talk = Audited()
    talk.log_in_ciphered()
    for counter in range(2, 8):
        talk.ask(GET, ANSWER, counter)
    for counter in (3, 7):  # the first is forgotten, the second is not
        talk.client(glo(GET, counter, CLIENT, **SECRET, control=0x31))
        talk.server(glo(ANSWER, counter + 10, SERVER, **SECRET, control=0x31))
    assert talk.found["replay-accepted"].messages == (17, 18)
