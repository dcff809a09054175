"""Settings of a key table, as texts and as values."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from dlms_analyzer.security.key_settings import SETTINGS, key_set, octets_of
from dlms_analyzer.security.keys import KeyProblem, KeySet
from tests.support import REPOSITORY

PRIVATE = ec.generate_private_key(ec.SECP256R1())
PUBLIC = PRIVATE.public_key()


def pem(key: Any, passphrase: bytes | None = None) -> bytes:
    protection = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    text: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection)
    return text


def certificate(encoding: Encoding) -> bytes:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "4142434445464748")])
    now = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    builder = x509.CertificateBuilder(name, name, PUBLIC, 1, now, now + dt.timedelta(days=1))
    return builder.sign(PRIVATE, hashes.SHA256()).public_bytes(encoding)


def one(setting: str, value: Any, files: dict[str, bytes] | None = None) -> Any:
    def read(path: str) -> bytes:
        if path not in (files or {}):
            raise FileNotFoundError(2, "No such file or directory")
        return (files or {})[path]

    return getattr(key_set({setting: value}, origin="test", read=read if files is not None else None), setting)


def test_every_attribute_of_a_key_set_but_its_origin_is_a_setting() -> None:
    assert set(SETTINGS) == set(KeySet.__dataclass_fields__) - {"origin", "since"}


def test_every_setting_is_explained_in_the_guide() -> None:
    guide = (REPOSITORY / "docs" / "keys.md").read_text(encoding="utf-8")
    assert [setting for setting in SETTINGS if f"`{setting}`" not in guide] == []


@pytest.mark.parametrize(
    "text",
    [
        "000102030405060708090A0B0C0D0E0F",
        "0x000102030405060708090a0b0c0d0e0f",
        "00 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F",
        "00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f",
        " 00010203-04050607-08090a0b-0c0d0e0f ",
    ],
)
def test_hex_may_be_written_as_exports_write_it(text: str) -> None:
    assert octets_of("guek", text) == bytes(range(16))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("00010", "guek has 5 hex digits: an even number is needed"),
        ("00G1", "guek has something at character 3 that is no hex digit"),
        ("  ", "guek is empty"),
        (17, "guek is not a text: hex digits in quotes are needed"),
        ("0011", "guek has 2 octets: 16 or 32 are needed"),
    ],
)
def test_a_key_that_is_no_hex_is_refused_without_showing_it(value: Any, text: str) -> None:
    with pytest.raises(KeyProblem, match=f"^{text}$"):
        one("guek", value)


@pytest.mark.parametrize(
    ("value", "octets"), [("Gurux", b"Gurux"), ("hex:00 ff", b"\x00\xff"), ("0011", b"0011"), (b"\x01", b"\x01")]
)
def test_a_password_is_text_unless_it_says_that_it_is_hex(value: Any, octets: bytes) -> None:
    assert one("password", value) == octets


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
        ("[::1]", "::1"),
        ("/dev/ttyUSB0", "/dev/ttyUSB0"),
        ("COM3", "COM3"),
    ],
)
def test_an_address_is_kept_in_its_shortest_form(value: str, address: str) -> None:
    assert one("address", value) == address


@pytest.mark.parametrize(
    ("setting", "value", "text"),
    [
        ("address", "192.0.2.300", "address is neither an IP address nor a serial device"),
        ("address", 7, "address is not a text"),
        ("port", "http", "port is not a number"),
        ("port", 65536, "port is not a whole number from 0 to 65535"),
        ("port", -1, "port is not a whole number"),
        ("port", True, "port is not a whole number"),
        ("port", 1.5, "port is not a whole number"),
        ("port", float("inf"), "port is not a number"),
        ("client_sap", [1], "client_sap is not a number"),
        ("name", "", "name is not a text"),
        ("password", 12345678, "password is not a text: quotes are needed"),
        ("guk", "00", "unknown setting guk: did you mean guek?"),
        ("Master", "00", "unknown setting Master: there are name, system_title"),
    ],
)
def test_a_setting_of_a_wrong_form_is_refused_by_name(setting: str, value: Any, text: str) -> None:
    with pytest.raises(KeyProblem, match=f"^{text.replace('?', '[?]')}"):
        key_set({setting: value}, origin="test")


def test_numbers_may_be_written_in_hex_and_as_text() -> None:
    assert (one("client_sap", "0x10"), one("port", "4059"), one("server_sap", 1)) == (16, 4059, 1)


def test_a_private_agreement_key_is_read_from_the_pem_file_that_is_named() -> None:
    key = one("server_agreement_key", "server.pem", {"server.pem": pem(PRIVATE)})
    assert key.private_numbers() == PRIVATE.private_numbers()


@pytest.mark.parametrize("form", ["certificate pem", "certificate der", "public pem", "public der", "private pem"])
def test_a_signing_cert_is_a_certificate_or_a_public_key_or_what_has_one(form: str) -> None:
    spki = PublicFormat.SubjectPublicKeyInfo
    material = {
        "certificate pem": certificate(Encoding.PEM),
        "certificate der": certificate(Encoding.DER),
        "public pem": PUBLIC.public_bytes(Encoding.PEM, spki),
        "public der": PUBLIC.public_bytes(Encoding.DER, spki),
        "private pem": pem(PRIVATE),
    }[form]
    assert one("client_signing_cert", "cert", {"cert": material}) == PUBLIC


def test_pem_text_may_stand_where_a_path_does() -> None:
    assert one("client_signing_cert", certificate(Encoding.PEM).decode()) == PUBLIC


@pytest.mark.parametrize(
    ("setting", "material", "text"),
    [
        ("client_agreement_key", b"-----BEGIN nothing", "client_agreement_key: k.pem is not a private key in PEM or"),
        ("client_agreement_key", b"\x30\x00", "client_agreement_key: k.pem is not a private key in PEM or DER"),
        ("client_agreement_key", pem(PRIVATE, b"x"), "client_agreement_key: k.pem is encrypted: it is needed without"),
        (
            "client_agreement_key",
            pem(ec.generate_private_key(ec.SECP521R1())),
            "client_agreement_key: k.pem is not a key on P-256 or P-384",
        ),
        ("client_signing_cert", b"", "client_signing_cert: k.pem is neither a certificate nor a public key"),
        ("client_signing_cert", b"\x30\x00", "client_signing_cert: k.pem is neither a certificate nor a public key"),
        (
            "client_signing_cert",
            rsa.generate_private_key(65537, 2048)
            .public_key()
            .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
            "client_signing_cert: k.pem is not a key on P-256 or P-384",
        ),
    ],
    ids=[  # the octets are others in each process, and processes share out tests by their names
        "no PEM",
        "no DER",
        "encrypted",
        "key on P-521",
        "empty",
        "no certificate",
        "RSA key",
    ],
)
def test_key_material_that_suites_1_and_2_cannot_use_is_refused_by_file(
    setting: str, material: bytes, text: str
) -> None:
    with pytest.raises(KeyProblem, match=f"^{text}"):
        one(setting, "k.pem", {"k.pem": material})


def test_a_named_file_that_is_not_there_is_said() -> None:
    with pytest.raises(KeyProblem, match=r"^server_signing_cert: no\.pem: No such file or directory$"):
        one("server_signing_cert", "no.pem", {})


def test_where_no_file_can_be_read_the_pem_text_is_asked_for() -> None:
    with pytest.raises(KeyProblem, match="give the PEM text itself"):
        one("server_signing_cert", "no.pem")


def test_all_problems_of_a_table_are_told_each_at_its_place() -> None:
    with pytest.raises(KeyProblem) as caught:
        key_set({"guek": "00", "port": "x"}, origin="test", where=lambda setting: f"at {setting}: ")
    assert str(caught.value).splitlines() == [
        "at guek: guek has 1 octet: 16 or 32 are needed",
        "at port: port is not a number",
    ]
