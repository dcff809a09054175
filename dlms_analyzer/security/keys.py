"""The keys of one meter, and what a secret looks like when it is printed: not at all."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey

from dlms_analyzer.words import counted

KEY_SIZES: Final = (16, 32)
"""Octets of a symmetric key: 16 in security suites 0 and 1, 32 in suite 2 (IEC 62056-5-3, 9.2.3.7)."""

SYSTEM_TITLE_SIZE: Final = 8

SYMMETRIC_KEYS: Final = ("guek", "gak", "gbek", "kek", "dedicated_key")
SELECTORS: Final = ("system_title", "address", "port", "server_sap", "client_sap")


class KeyProblem(ValueError):
    """Keys that cannot be used. The text says where and why, one line for each problem, and never a key's octets."""


class Secret(bytes):
    """Octets that are never printed: `repr`, `str` and format say only how many there are; `hex()` shows them."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{len(self)} octets>"

    __str__ = __repr__

    def __format__(self, specification: str) -> str:
        return format(repr(self), specification)


def shown(secret: Secret | None, show_secrets: bool) -> str | None:
    """A secret for an output: as hex where secrets were asked for, else by its length."""
    if secret is None:
        return None
    return secret.hex().upper() if show_secrets else repr(secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySet:
    """What is known of a meter's keys, and of which meter they are.

    Symmetric keys may be given as plain octets; they become `Secret`.

    Attributes:
        name: as the user calls the meter.
        system_title: selector, of the server, 8 octets.
        address: selector, IP address (in its shortest form) or serial device of the meter.
        port: selector, TCP or UDP port of the meter.
        server_sap: selector, wrapper port or HDLC upper address of the server.
        client_sap: selector, wrapper port or HDLC address of the client.
        guek: global unicast encryption key.
        gak: global authentication key.
        gbek: global broadcast encryption key.
        kek: master key; unwraps transferred keys.
        dedicated_key: of an association whose InitiateRequest is not in the capture.
        password: LLS password or HLS secret.
        client_system_title: of the client, for pre-established associations.
        client_agreement_key: private key agreement key of the client.
        server_agreement_key: private key agreement key of the server.
        client_agreement_cert: public key agreement key of the client.
        server_agreement_cert: public key agreement key of the server.
        client_signing_cert: public digital signature key of the client.
        server_signing_cert: public digital signature key of the server.
        origin: where the keys are from: file and line, "command line" or "learnt from message 12".
        since: number of the message that carried the newest of these keys; 0 when all were given.

    Raises:
        KeyProblem: a key or a system title of a wrong length.
    """

    name: str | None = None
    system_title: bytes | None = None
    address: str | None = None
    port: int | None = None
    server_sap: int | None = None
    client_sap: int | None = None
    guek: Secret | None = None
    gak: Secret | None = None
    gbek: Secret | None = None
    kek: Secret | None = None
    dedicated_key: Secret | None = None
    password: Secret | None = None
    client_system_title: bytes | None = None
    client_agreement_key: EllipticCurvePrivateKey | None = None
    server_agreement_key: EllipticCurvePrivateKey | None = None
    client_agreement_cert: EllipticCurvePublicKey | None = None
    server_agreement_cert: EllipticCurvePublicKey | None = None
    client_signing_cert: EllipticCurvePublicKey | None = None
    server_signing_cert: EllipticCurvePublicKey | None = None
    origin: str = ""
    since: int = 0

    def __post_init__(self) -> None:
        for setting in (*SYMMETRIC_KEYS, "password"):
            octets = getattr(self, setting)
            if octets is None:
                continue
            if setting != "password" and len(octets) not in KEY_SIZES:
                raise KeyProblem(f"{setting} has {counted(len(octets), 'octet')}: 16 or 32 are needed")
            object.__setattr__(self, setting, Secret(octets))
        for setting in ("system_title", "client_system_title"):
            octets = getattr(self, setting)
            if octets is not None and len(octets) != SYSTEM_TITLE_SIZE:
                raise KeyProblem(f"{setting} has {counted(len(octets), 'octet')}: {SYSTEM_TITLE_SIZE} are needed")

    @property
    def selectors(self) -> dict[str, Any]:
        """The selectors that are given, by name."""
        return {selector: value for selector in SELECTORS if (value := getattr(self, selector)) is not None}

    @property
    def keys(self) -> tuple[str, ...]:
        """Names of the secrets and public keys that are given, in the order of the attributes."""
        return tuple(
            field.name
            for field in fields(self)
            if field.name in SYMMETRIC_KEYS or field.name.endswith(("_key", "_cert")) or field.name == "password"
            if getattr(self, field.name) is not None
        )

    @property
    def label(self) -> str:
        """What to call these keys in a sentence."""
        if self.name:
            return self.name
        if self.system_title is not None:
            return self.system_title.hex().upper()
        return ", ".join(f"{selector} {value}" for selector, value in self.selectors.items()) or "default keys"
