"""A keys file that is written is read as the same keys."""

from __future__ import annotations

from dataclasses import fields

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dlms_analyzer.security.keys import KeySet
from dlms_analyzer.security.keys_file import parse_keys_file
from dlms_analyzer.security.keys_writing import keys_text

HOSTILE = 'a"b\\c\x1b[31m\nd\x7f]\u202e'


def test_a_keys_file_that_is_written_is_read_as_the_same_keys() -> None:
    keys = KeySet(
        name=HOSTILE, system_title=b"ABCDEFGH", address="2001:db8::1", port=4059, server_sap=1, client_sap=16,
        guek=bytes(range(16)), gak=bytes(range(16, 32)), gbek=bytes(16), kek=bytes(32), dedicated_key=bytes(16),
        password=b"hex:\xff\x00", client_system_title=b"GXCLIENT", origin="keys.toml:12",
    )  # fmt: skip
    other = KeySet(name="second", origin=HOSTILE)
    read = parse_keys_file(keys_text([keys, other]), "written.toml")
    for wrote, found in zip([keys, other], read, strict=True):
        for field in fields(KeySet):
            if field.name != "origin":
                assert getattr(found, field.name) == getattr(wrote, field.name), field.name


def test_keys_on_curves_are_written_as_pem() -> None:
    private = generate_private_key(SECP256R1())
    keys = KeySet(client_agreement_key=private, server_signing_cert=private.public_key())
    (read,) = parse_keys_file(keys_text([keys]), "written.toml")
    assert read.client_agreement_key is not None
    assert read.client_agreement_key.private_numbers() == private.private_numbers()
    assert read.server_signing_cert is not None
    encoded = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert read.server_signing_cert.public_bytes(*encoded) == private.public_key().public_bytes(*encoded)


def test_where_keys_are_from_is_a_comment() -> None:
    text = keys_text([KeySet(guek=bytes(16), origin="learnt from message 12")])
    assert "# learnt from message 12" in text
    assert keys_text([]).strip() == "meter = []"
