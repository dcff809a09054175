"""What APDUs teach: transferred and agreed keys, and replies to challenges.

No capture transfers or agrees on keys: the requests are built here, with RFC 3394 key wrap and published samples.
"""

from __future__ import annotations

import pytest

from dlms_analyzer import Message
from dlms_analyzer.security import learning
from dlms_analyzer.security.agreement import wrap_key
from tests.dlms_analyzer.security.samples import (
    C_EPHEMERAL,
    EPHEMERAL_SIGNATURE,
    S_EPHEMERAL,
    private_key,
)
from tests.dlms_analyzer.security.samples import CLIENT as SAMPLE_CLIENT
from tests.dlms_analyzer.security.samples import SERVER as SAMPLE_SERVER
from tests.dlms_analyzer.security.talks import (
    AK,
    CLIENT,
    DEDICATED,
    EK,
    GET,
    KEK,
    SERVER,
    Talk,
    glo,
    keys,
    octets,
)

SECURITY_SETUP = bytes.fromhex("00400000 2B0000FF".replace(" ", ""))
SUCCESS = bytes.fromhex("C701C10000")
REFUSED = bytes.fromhex("C701C10300")
NEW = bytes.fromhex("A0A1A2A3A4A5A6A7A8A9AAABACADAEAF")


def method(number: int, *values: tuple[int, bytes]) -> bytes:
    """ACTION.request on Security setup: an array of structures of key-id and octet-string."""
    array = bytes((1, len(values))) + b"".join(
        b"\x02\x02\x16" + bytes((key_id,)) + b"\x09" + octets(value) for key_id, value in values
    )
    return bytes.fromhex("C301C10040") + bytes.fromhex("00002B0000FF") + bytes((number, 1)) + array


def codes(messages: list[Message]) -> set[str]:
    return {said.code for message in messages for said in message.experts}


def associated(**changed: object) -> Talk:
    talk = Talk(keys(**changed))
    talk.associate_ciphered()
    return talk


def test_a_key_that_is_transferred_is_used_from_the_success_response_on() -> None:
    talk = associated()
    request = method(learning.KEY_TRANSFER, (0, wrap_key(KEK, NEW)))
    talk.client(glo(request, 2, CLIENT))
    assert "key-learnt" in codes(talk.server(glo(SUCCESS, 2, SERVER)))
    (message,) = talk.client(glo(GET, 1, CLIENT, key=NEW))
    assert message.security is not None
    assert (message.service, message.security.status) == ("get-request-normal", "ok")
    (learnt,) = talk.keyring.learnt
    assert (learnt.guek, learnt.gak, learnt.system_title, learnt.since) == (NEW, AK, SERVER, 4)


def test_several_keys_are_replaced_at_once() -> None:
    talk = associated()
    talk.client(glo(method(2, (0, wrap_key(KEK, NEW)), (2, wrap_key(KEK, DEDICATED))), 2, CLIENT))
    talk.server(glo(SUCCESS, 2, SERVER))
    (message,) = talk.client(glo(GET, 1, CLIENT, key=NEW, ak=DEDICATED))
    assert message.plaintext == GET


def test_a_refused_transfer_changes_nothing() -> None:
    talk = associated()
    talk.client(glo(method(2, (0, wrap_key(KEK, NEW))), 2, CLIENT))
    assert "key-learnt" not in codes(talk.server(glo(REFUSED, 2, SERVER)))
    assert talk.keyring.learnt == ()
    (message,) = talk.client(glo(GET, 3, CLIENT))
    assert message.plaintext == GET


@pytest.mark.parametrize("kek", [None, EK], ids=["without a master key", "with another master key"])
def test_a_transferred_key_that_cannot_be_unwrapped_is_reported(kek: bytes | None) -> None:
    talk = associated(kek=kek)
    talk.client(glo(method(2, (0, wrap_key(KEK, NEW))), 2, CLIENT))
    assert "key-not-learnt" in codes(talk.server(glo(SUCCESS, 2, SERVER)))
    assert talk.keyring.learnt == ()


def test_keys_agreed_on_are_known_to_who_has_an_ephemeral_private_key() -> None:
    # The Green Book's sample; it does not give the client's private key, so the server's is the one at hand.
    server = private_key(S_EPHEMERAL)
    numbers = server.public_key().public_numbers()
    public = numbers.x.to_bytes(32) + numbers.y.to_bytes(32)
    talk = Talk(keys(server_agreement_key=server))
    talk.associate_ciphered(client=SAMPLE_CLIENT, server=SAMPLE_SERVER)
    asked = bytes.fromhex(C_EPHEMERAL + EPHEMERAL_SIGNATURE)
    talk.client(glo(method(learning.KEY_AGREEMENT, (0, asked)), 2, SAMPLE_CLIENT))
    answer = SUCCESS[:-1] + b"\x01\x00\x01\x01\x02\x02\x16\x00\x09" + octets(public + bytes(64))
    assert "key-learnt" in codes(talk.server(glo(answer, 2, SAMPLE_SERVER)))
    assert [one.guek for one in talk.keyring.learnt] == [bytes.fromhex("C5F4512846EDE51CFB8CCF59F08A694E")]


def test_keys_agreed_on_cannot_be_known_from_the_public_keys() -> None:
    talk = associated()
    talk.client(glo(method(3, (0, bytes.fromhex(C_EPHEMERAL) + bytes(64))), 2, CLIENT))
    answer = SUCCESS[:-1] + b"\x01\x00\x01\x01\x02\x02\x16\x00\x09" + octets(bytes(128))
    assert "key-not-learnt" in codes(talk.server(glo(answer, 2, SERVER)))


@pytest.mark.parametrize(
    ("request_", "key"),
    [
        ("01011000112233445566778899AABBCCDDEEFF0000065F1F0400007E1F04B0", DEDICATED),
        ("01000000065F1F0400007E1F04B0", None),
        ("0101030011220000065F1F0400007E1F04B0", None),
        ("0101", None),
    ],
    ids=["with a key", "without", "with three octets", "cut"],
)
def test_the_dedicated_key_is_read_from_the_initiate_request(request_: str, key: bytes | None) -> None:
    assert learning.dedicated_key(bytes.fromhex(request_)) == key


@pytest.mark.parametrize(
    ("name", "number"), [(None, None), ("60857405080205", 5), ("60857405080200", 0), ("6085", None)]
)
def test_the_mechanism_is_the_last_arc_of_its_name(name: str | None, number: int | None) -> None:
    assert learning.mechanism_of(None if name is None else bytes.fromhex(name)) == number
