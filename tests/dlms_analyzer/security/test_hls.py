"""Replies to HLS challenges: the Green Book's sample, hashes as the standard says, and every way to be wrong."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from dlms_analyzer.security import hls

EK = bytes.fromhex("000102030405060708090A0B0C0D0E0F")
AK = bytes.fromhex("D0D1D2D3D4D5D6D7D8D9DADBDCDDDEDF")
CLIENT = bytes.fromhex("4D4D4D0000000001")
SERVER = bytes.fromhex("4D4D4D0000BC614E")
STOC = b"P6wRJ21F"
CTOS = b"K56iVagY"
F_STOC = bytes.fromhex("10000000011A52FE7DD3E72748973C1E28")
F_CTOS = bytes.fromhex("1001234567FE1466AFB3DBCD4F9389E2B7")
SECRETS = hls.Secrets(b"secret", EK, AK)


@pytest.mark.parametrize(
    "said",
    [hls.Pass(STOC, CTOS, CLIENT, SERVER, F_STOC), hls.Pass(CTOS, STOC, SERVER, CLIENT, F_CTOS)],
    ids=["f(StoC)", "f(CtoS)"],
)
def test_the_published_gmac_replies_are_right(said: hls.Pass) -> None:
    assert hls.check(hls.GMAC, said, SECRETS).right is True
    assert hls.check(hls.GMAC, said, SECRETS._replace(authentication_key=EK)).right is False
    assert hls.check(hls.GMAC, said._replace(title=said.other), SECRETS).right is False
    assert hls.check(hls.GMAC, said._replace(challenge=said.own), SECRETS).right is False


@pytest.mark.parametrize("lost", ["encryption_key", "authentication_key"])
def test_gmac_without_a_key_is_not_judged(lost: str) -> None:
    said = hls.Pass(STOC, CTOS, CLIENT, SERVER, F_STOC)
    verdict = hls.check(hls.GMAC, said, SECRETS._replace(**{lost: None}))
    assert (verdict.right, verdict.reason) == (
        None, f"HLS GMAC: the {lost.replace('_', ' ')} is not known",
    )  # fmt: skip


@pytest.mark.parametrize("reply", [b"", F_STOC[:-1], F_STOC + b"\x00", b"\x12" + F_STOC[1:]])
def test_a_gmac_reply_of_another_form_is_wrong(reply: bytes) -> None:
    assert hls.check(hls.GMAC, hls.Pass(STOC, CTOS, CLIENT, SERVER, reply), SECRETS).right is False


def replies() -> dict[int, bytes]:
    """What IEC 62056-5-3, table 35, tells the client to answer."""
    return {
        hls.MD5: hashlib.md5(STOC + b"secret").digest(),
        hls.SHA1: hashlib.sha1(STOC + b"secret").digest(),
        hls.SHA256: hashlib.sha256(b"secret" + CLIENT + SERVER + STOC + CTOS).digest(),
    }


@pytest.mark.parametrize("mechanism", [hls.MD5, hls.SHA1, hls.SHA256])
def test_hashes_over_challenge_and_secret_are_judged(mechanism: int) -> None:
    said = hls.Pass(STOC, CTOS, CLIENT, SERVER, replies()[mechanism])
    assert hls.check(mechanism, said, SECRETS).right is True
    assert hls.check(mechanism, said, hls.Secrets(b"other")).right is False
    assert hls.check(mechanism, said, hls.Secrets()).right is None


def test_ecdsa_signs_both_titles_and_challenges() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    r, s = decode_dss_signature(key.sign(CLIENT + SERVER + STOC + CTOS, ec.ECDSA(hashes.SHA256())))
    said = hls.Pass(STOC, CTOS, CLIENT, SERVER, r.to_bytes(32) + s.to_bytes(32))
    secrets = hls.Secrets(signing_key=key.public_key())
    assert hls.check(hls.ECDSA, said, secrets).right is True
    assert hls.check(hls.ECDSA, said._replace(own=STOC), secrets).right is False
    assert hls.check(hls.ECDSA, said, hls.Secrets()).right is None


@pytest.mark.parametrize("mechanism", [hls.SHA256, hls.ECDSA])
def test_without_both_titles_nothing_is_judged(mechanism: int) -> None:
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    said = hls.Pass(STOC, CTOS, CLIENT, None, bytes(64))
    assert hls.check(mechanism, said, SECRETS._replace(signing_key=public)).right is None


def test_what_a_manufacturer_computes_is_only_shown() -> None:
    assert hls.check(hls.MANUFACTURER, hls.Pass(STOC, CTOS, CLIENT, SERVER, bytes(16)), SECRETS).right is None
