"""Deciphering real captures: from the sidecar's keys alone, through the command line and through Python."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

import dlms_analyzer as dlms
from dlms_analyzer.capture import open_capture
from dlms_analyzer.cli import main
from dlms_analyzer.messages import Message
from dlms_analyzer.security.keyring import Keyring
from dlms_analyzer.security.keys import KeySet
from dlms_analyzer.security.protection import is_closed
from scapy_layers.ciphering import ENCRYPTED
from tests.support import Sidecar, sidecar, sidecars, vectors
from tests.test_vectors import FRAMINGS, NOT_FRAMES

CIPHERED = [one for one in sidecars() if one.load()["expected"].get("ciphered")]
WRONG_ON_PURPOSE = "ln_wrapper_gmac_wrong_ak"
NESTED = frozenset({"glo-write-response"})
"""The Java server puts a ciphered read-response into a ciphered write-response; the sidecar stops at the outer one."""


def keys_of(one: Sidecar, **changed: bytes) -> KeySet:
    """The keys of a sidecar; without the dedicated key, which the captures carry themselves."""
    said = one.load()["keys"]

    def octets(name: str) -> bytes | None:
        return bytes.fromhex(said[name]) if said.get(name) else None

    given: dict[str, Any] = {
        "guek": octets("encryption_key"),
        "gak": octets("authentication_key"),
        "kek": octets("master_key"),
        "client_system_title": octets("client_system_title"),
        "system_title": octets("server_system_title"),
    }
    if "ec_keys_pem" in said:
        from cryptography.hazmat.primitives.serialization import load_pem_public_key

        for side in ("client", "server"):
            given[f"{side}_signing_cert"] = load_pem_public_key(said["ec_keys_pem"][f"{side}-sign.pub"].encode())
    return KeySet(**given | changed)


def read(one: Sidecar, keys: Any, *, heads: bool = False) -> list[Message]:
    analyzer = dlms.Analyzer(heads=heads, keys=Keyring.of(keys))
    return [message for frame in open_capture(one.pcap) for message in analyzer.feed(frame)] + analyzer.flush()


def protected(one: Sidecar) -> list[dict[str, Any]]:
    """What the sidecar says of ciphered APDUs, those whose tag it found to be wrong left out."""
    messages = one.load()["messages"]
    return [said for said in messages if said.get("sc") is not None and said.get("auth_ok") is not False]


def plaintexts(messages: list[Message]) -> Counter[tuple[str, str]]:
    return Counter(
        (one.octets.hex(), one.plaintext.hex())
        for one in messages
        if one.security is not None and one.plaintext is not None
    )


@pytest.mark.parametrize("heads", [False, True], ids=["whole", "heads"])
@pytest.mark.parametrize("one", CIPHERED, ids=lambda one: one.name)
def test_every_ciphered_apdu_says_what_the_sidecar_says(one: Sidecar, heads: bool) -> None:
    wanted = Counter((said["apdu"], said["plain"]) for said in protected(one) if said["outer"] not in NESTED)
    assert wanted or one.name == WRONG_ON_PURPOSE
    assert wanted - plaintexts(read(one, keys_of(one), heads=heads)) == Counter()


@pytest.mark.parametrize("one", CIPHERED, ids=lambda one: one.name)
def test_the_verdict_is_ok_where_a_tag_was_sent_and_not_verified_where_none_was(one: Sidecar) -> None:
    wanted = {"encrypted only": "not-verified"}
    for message in read(one, keys_of(one)):
        if message.security is not None and one.name != WRONG_ON_PURPOSE:
            authenticated = bool(message.security.security_control & 0x10)
            assert message.security.status == ("ok" if authenticated else wanted["encrypted only"])
            assert (message.security.reason is None) == authenticated


@pytest.mark.parametrize("bit", [0, 77, 127])
@pytest.mark.parametrize("key", ["guek", "gak"])
@pytest.mark.parametrize("one", CIPHERED, ids=lambda one: one.name)
def test_with_one_key_bit_flipped_nothing_that_is_encrypted_shows_a_plaintext(one: Sidecar, key: str, bit: int) -> None:
    right = getattr(keys_of(one), key)
    wrong = bytearray(right)
    wrong[bit >> 3] ^= 1 << (bit & 7)
    for heads in (False, True):
        for message in read(one, keys_of(one, **{key: bytes(wrong)}), heads=heads):
            security = message.security
            if security is None or (key == "gak" and not security.security_control & 0x10):
                continue
            assert security.status in {"bad-tag", "no-key"}, security
            assert message.plaintext is None or not security.security_control & ENCRYPTED
            assert security.reason
            assert security.status != "bad-tag" or "bad-tag" in {said.code for said in message.experts}


@pytest.mark.parametrize("one", CIPHERED, ids=lambda one: one.name)
def test_without_keys_every_ciphered_apdu_says_so(one: Sidecar) -> None:
    for message in read(one, None):
        security = message.security
        if security is not None and message.outer != "general-signing" and security.security_control & ENCRYPTED:
            assert (security.status, message.plaintext) == ("no-key", None)
            assert security.reason


def test_what_is_authenticated_and_not_encrypted_is_read_without_keys() -> None:
    (one,) = (one for one in CIPHERED if one.name == "j_ln_wrapper_gmac_auth_only")
    wanted = read(one, keys_of(one))
    for message, opened in zip(read(one, None), wanted, strict=True):
        assert (message.service, message.plaintext) == (opened.service, opened.plaintext)
        if message.security is not None:
            assert (message.security.status, message.security.reason) == (
                "not-verified", "not encrypted; no keys are given"
            )  # fmt: skip


def test_with_a_wrong_key_what_is_encrypted_is_closed_and_what_is_not_is_open() -> None:
    named = {one.name: one for one in CIPHERED}
    for name, closed in (("j_ln_wrapper_gmac_auth_only", False), ("ln_wrapper_gmac_glo", True)):
        one = named[name]
        protected = [message for message in read(one, keys_of(one, gak=bytes(16))) if message.security is not None]
        assert {message.security.status for message in protected if message.security} == {"bad-tag"}
        assert {is_closed(message) for message in protected} == {closed}


def test_a_wrong_authentication_key_is_told_from_a_wrong_encryption_key() -> None:
    one = sidecar("ln_wrapper_gmac_glo")
    keys = keys_of(one)
    assert keys.guek is not None
    assert keys.gak is not None
    wrong_ak = {str(said.security.reason) for said in read(one, keys_of(one, gak=bytes(16))) if said.security}
    assert all(reason.startswith("wrong authentication key") for reason in wrong_ak)
    wrong_ek = {str(said.security.reason) for said in read(one, keys_of(one, guek=bytes(16))) if said.security}
    assert all(reason.startswith("wrong encryption key") for reason in wrong_ek)
    swapped = read(one, keys_of(one, guek=bytes(keys.gak), gak=bytes(keys.guek)))
    assert {str(said.security.reason) for said in swapped if said.security} == {
        "the encryption key and the authentication key are swapped"
    }


def test_the_client_that_has_a_wrong_authentication_key_is_found_out() -> None:
    one = sidecar(WRONG_ON_PURPOSE)
    verdicts = [said.security for said in read(one, keys_of(one)) if said.security is not None]
    assert [verdict.status for verdict in verdicts] == ["bad-tag"]
    assert str(verdicts[0].reason).startswith("wrong authentication key")


HLS = {
    "ln_wrapper_gmac_glo": {"hls-verified": 2}, "jj_sn_wrapper_gmac": {"hls-verified": 2},
    "jj_suite1_hls_ecdsa": {"hls-verified": 2}, "j_ln_wrapper_md5": {"hls-verified": 2},
    "j_ln_wrapper_sha256": {"hls-verified": 2}, "ln_wrapper_hls2": {"hls-not-verified": 2},
}  # fmt: skip


@pytest.mark.parametrize("name", HLS)
def test_both_replies_of_high_level_security_are_verified(name: str) -> None:
    one = sidecar(name)
    experts = Counter(said.code for message in read(one, keys_of(one, password=b"Gurux")) for said in message.experts)
    assert {code: count for code, count in experts.items() if code.startswith("hls-")} == HLS[name]


@pytest.mark.parametrize("name", ["j_ln_wrapper_md5", "j_ln_wrapper_sha256"])
def test_a_wrong_password_fails_both_replies(name: str) -> None:
    one = sidecar(name)
    experts = Counter(said.code for message in read(one, keys_of(one, password=b"other")) for said in message.experts)
    assert experts["hls-failed"] == 2


def test_signed_requests_verify_with_the_certificate_of_the_client() -> None:
    one = sidecar("jj_suite1_general_signing")
    signed = [said for said in read(one, keys_of(one)) if said.outer == "general-signing"]
    assert {said.service for said in signed} == {"get-request-normal"}
    assert {said.security.status for said in signed if said.security} == {"ok"}


def test_the_counters_that_a_server_never_increments_are_reported_as_reused_nonces() -> None:
    one = sidecar("jj_sn_wrapper_gmac")
    codes = Counter(said.code for message in read(one, keys_of(one)) for said in message.experts)
    assert codes["nonce-reuse"] > 200


def test_a_refused_invocation_counter_is_explained_with_both_values() -> None:
    one = sidecar("ln_wrapper_gmac_low_ic")
    texts = [said.text for message in read(one, keys_of(one)) for said in message.experts if said.code[:3] == "cou"]
    assert texts == [
        "invocation counter 0 comes after 25",
        "the server refuses the invocation counter: it wants 26 or more. The client sent 0.",
    ]


def test_the_jsonl_export_shows_plaintext_service_and_verdict(
    capsys: pytest.CaptureFixture[str], tmp_path: Any
) -> None:
    one = sidecar("ln_hdlc_gmac_general_ded_segmented")
    said = one.load()["keys"]
    path = tmp_path / "keys.toml"
    path.write_text(
        f'[[meter]]\nsystem_title = "{said["server_system_title"]}"\n'
        f'guek = "{said["encryption_key"]}"\ngak = "{said["authentication_key"]}"\n'
    )
    path.chmod(0o600)
    assert main(["read", "-T", "jsonl", "--keys", str(path), str(one.pcap)]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    dedicated = [row for row in rows if row["security"] and row["security"]["key"] == "dedicated"]
    assert dedicated
    for row in dedicated:
        assert row["security"]["status"] == "ok"
        assert row["outer"] == "general-ded-ciphering"
        assert row["service"] != row["outer"]
        assert row["plaintext"]


def test_the_dedicated_key_is_missing_when_the_aarq_is_not_in_the_capture() -> None:
    one = sidecar("jj_ln_hdlc_gmac_ded")
    analyzer = dlms.Analyzer(keys=Keyring.of(keys_of(one)))
    frames = list(open_capture(one.pcap))
    messages = [message for frame in frames[60:] for message in analyzer.feed(frame)]
    reasons = {said.security.reason for said in messages if said.security and said.security.key == "dedicated"}
    assert reasons == {"dedicated key: the AARQ that carries it is not in this capture"}


KEYED = [
    one for one in vectors()
    if (one.get("keys") or {}).get("guek") and one.get("verify", {}).get("plaintext") and "session" not in one["tags"]
    and one["framing"] not in NOT_FRAMES
]  # fmt: skip


@pytest.mark.parametrize("vector", KEYED, ids=lambda vector: str(vector["id"]))
def test_a_public_vector_opens_to_the_plaintext_that_its_source_gives(vector: dict[str, Any]) -> None:
    keys = {name: bytes.fromhex(value) for name, value in vector["keys"].items() if name in _NAMES}
    title, client = keys.get("server_system_title", keys.get("system_title")), keys.get("client_system_title")
    secrets = {name: keys.get(name) for name in ("guek", "gak", "dedicated_key")}
    ring = Keyring(
        [
            KeySet(system_title=title, client_system_title=client or title, **secrets),  # type: ignore[arg-type]
            KeySet(client_system_title=client, **secrets),  # type: ignore[arg-type]
        ]
    )
    pasted = dlms.decode(bytes.fromhex(vector["hex"]), FRAMINGS.get(vector["framing"], vector["framing"]), ring)
    opened = [one.plaintext.hex() for one in pasted.messages if one.plaintext is not None]
    assert opened == vector["verify"]["plaintext"]


_NAMES = ("guek", "gak", "dedicated_key", "system_title", "server_system_title", "client_system_title")
