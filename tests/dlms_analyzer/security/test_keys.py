"""A meter's keys: lengths, and that no print of them shows one."""

from __future__ import annotations

import pickle
import traceback
from dataclasses import FrozenInstanceError

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dlms_analyzer.security.keys import SYMMETRIC_KEYS, KeyProblem, KeySet, Secret, shown

GUEK = bytes(range(16))
HEX = GUEK.hex()


@pytest.mark.parametrize("setting", SYMMETRIC_KEYS)
@pytest.mark.parametrize("size", [16, 32])
def test_a_symmetric_key_has_16_octets_in_suites_0_and_1_and_32_in_suite_2(setting: str, size: int) -> None:
    assert getattr(KeySet(**{setting: bytes(size)}), setting) == bytes(size)


@pytest.mark.parametrize("setting", SYMMETRIC_KEYS)
@pytest.mark.parametrize("size", [0, 15, 17, 24, 33])
def test_a_key_of_another_length_is_refused_by_name_and_length(setting: str, size: int) -> None:
    with pytest.raises(KeyProblem, match=f"^{setting} has {size} octets: 16 or 32 are needed$"):
        KeySet(**{setting: b"\xa5" * size})


@pytest.mark.parametrize("setting", ["system_title", "client_system_title"])
def test_a_system_title_has_eight_octets(setting: str) -> None:
    with pytest.raises(KeyProblem, match=f"^{setting} has 6 octets: 8 are needed$"):
        KeySet(**{setting: b"ABC123"})


def test_no_way_of_printing_shows_a_secret() -> None:
    secret = Secret(GUEK)
    keys = KeySet(
        guek=secret, password=Secret(b"open sesame"), server_agreement_key=ec.generate_private_key(ec.SECP256R1())
    )
    prints = [repr(secret), str(secret), f"{secret}", f"{secret:>20}", f"{secret!r}", f"{secret} {secret!a}"]
    prints += [repr(keys), str(keys), str([keys]), str({"a": secret})]
    for text in prints:
        assert HEX not in text.lower()
        assert "\\x" not in text
        assert "sesame" not in text
    assert "guek=<16 octets>" in repr(keys)
    assert "password=<11 octets>" in repr(keys)


def test_a_traceback_with_a_key_set_in_it_shows_no_secret() -> None:
    with pytest.raises(FrozenInstanceError) as caught:
        KeySet(guek=Secret(GUEK)).guek = None  # type: ignore[misc]
    text = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert HEX not in text
    assert "\\x0f" not in text


def test_a_secret_is_its_octets_wherever_octets_are_asked_for() -> None:
    secret = Secret(GUEK)
    assert AESGCM(secret).encrypt(bytes(12), b"", None) == AESGCM(GUEK).encrypt(bytes(12), b"", None)
    assert pickle.loads(pickle.dumps(KeySet(guek=secret))) == KeySet(guek=secret)


def test_a_secret_is_written_out_only_when_secrets_were_asked_for() -> None:
    assert shown(Secret(GUEK), show_secrets=True) == HEX.upper()
    assert shown(Secret(GUEK), show_secrets=False) == "<16 octets>"
    assert shown(None, show_secrets=True) is None


def test_keys_given_as_plain_octets_become_secrets() -> None:
    assert repr(KeySet(gak=GUEK).gak) == "<16 octets>"


def test_a_key_set_names_its_selectors_and_the_keys_it_has() -> None:
    keys = KeySet(system_title=b"ABC12345", port=0, guek=GUEK, password=b"x", client_system_title=b"CLIENT01")
    assert keys.selectors == {"system_title": b"ABC12345", "port": 0}
    assert keys.keys == ("guek", "password")


@pytest.mark.parametrize(
    ("keys", "label"),
    [
        (KeySet(name="Bench", system_title=b"ABC12345"), "Bench"),
        (KeySet(system_title=b"ABC12345"), "4142433132333435"),
        (KeySet(address="192.0.2.7", client_sap=1), "address 192.0.2.7, client_sap 1"),
        (KeySet(), "default keys"),
    ],
)
def test_a_key_set_is_called_by_its_name_else_by_what_selects_it(keys: KeySet, label: str) -> None:
    assert keys.label == label
