"""Every setting of a key table: its name and what its value looks like as text.

The same for the TOML file, the CSV import, `--key` on the command line and a dictionary in Python.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

from dlms_analyzer.security.keys import SYMMETRIC_KEYS, KeyProblem, KeySet, Secret

Read = Callable[[str], bytes]
"""Gives the octets of a file that a key table names, relative to where the table stands; raises OSError."""

CURVES: Final = ("secp256r1", "secp384r1")
"""P-256 of suite 1 and P-384 of suite 2, as the cryptography package names them."""

HIGHEST_PORT: Final = 0xFFFF

_SEPARATORS: Final = re.compile(r"[\s:_.-]+")
_NO_HEX: Final = re.compile("[^0-9A-Fa-f]")
_SERIAL_DEVICE: Final = re.compile(r"/\S+|COM\d+", re.IGNORECASE)
_OCTETS_PREFIX: Final = "hex:"


def octets_of(setting: str, value: Any) -> bytes:
    """Octets from hex digits: a leading 0x, spaces, colons, dots, dashes and underscores between them do no harm.

    Raises:
        KeyProblem: not hex; says where, not what.
    """
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        raise KeyProblem(f"{setting} is not a text: hex digits in quotes are needed")
    digits = value.strip()
    if digits[:2] in {"0x", "0X"}:
        digits = digits[2:]
    digits = _SEPARATORS.sub("", digits)
    stranger = _NO_HEX.search(digits)
    if stranger:
        raise KeyProblem(f"{setting} has something at character {stranger.start() + 1} that is no hex digit")
    if len(digits) % 2:
        raise KeyProblem(f"{setting} has {len(digits)} hex digits: an even number is needed")
    if not digits:
        raise KeyProblem(f"{setting} is empty")
    return bytes.fromhex(digits)


def _text(setting: str, value: Any, _read: Read | None) -> str:
    if not isinstance(value, str) or not value.strip():
        raise KeyProblem(f"{setting} is not a text")
    return value.strip()


def _octets(setting: str, value: Any, _read: Read | None) -> bytes:
    return octets_of(setting, value)


def _password(setting: str, value: Any, _read: Read | None) -> Secret:
    if isinstance(value, bytes):
        return Secret(value)
    if not isinstance(value, str):
        raise KeyProblem(f"{setting} is not a text: quotes are needed around it")
    if value.startswith(_OCTETS_PREFIX):
        return Secret(octets_of(setting, value[len(_OCTETS_PREFIX) :]))
    return Secret(value.encode())


def _address(setting: str, value: Any, read: Read | None) -> str:
    text = _text(setting, value, read)
    if _SERIAL_DEVICE.fullmatch(text):
        return text
    try:
        return str(ipaddress.ip_address(text.strip("[]")))
    except ValueError:
        raise KeyProblem(f"{setting} is neither an IP address nor a serial device") from None


def _number(setting: str, value: Any, _read: Read | None) -> int:
    try:
        number = int(value, 0) if isinstance(value, str) else int(value)
    except (ValueError, TypeError, OverflowError):
        raise KeyProblem(f"{setting} is not a number") from None
    if isinstance(value, bool | float) or not 0 <= number <= HIGHEST_PORT:
        raise KeyProblem(f"{setting} is not a whole number from 0 to {HIGHEST_PORT}")
    return number


def _material(setting: str, value: Any, read: Read | None) -> tuple[bytes, str]:
    """The octets of a key or certificate, and what to call them in a sentence."""
    if isinstance(value, bytes):
        return value, setting
    text = _text(setting, value, read)
    if "-----BEGIN" in text:
        return text.encode(), setting
    if read is None:
        raise KeyProblem(f"{setting} names a file, and none can be read here: give the PEM text itself")
    try:
        return read(text), f"{setting}: {text}"
    except OSError as problem:
        raise KeyProblem(f"{setting}: {text}: {problem.strerror or 'cannot be read'}") from None
    except ValueError:  # no path has such characters
        raise KeyProblem(f"{setting}: {text}: no file can be called so") from None


def _private_key(setting: str, value: Any, read: Read | None) -> EllipticCurvePrivateKey:
    if isinstance(value, EllipticCurvePrivateKey):
        return value
    material, what = _material(setting, value, read)
    try:
        load = load_pem_private_key if b"-----BEGIN" in material else load_der_private_key
        key = load(material, None)
    except TypeError:
        raise KeyProblem(f"{what} is encrypted: it is needed without a passphrase") from None
    except (ValueError, UnsupportedAlgorithm):
        raise KeyProblem(f"{what} is not a private key in PEM or DER") from None
    if not isinstance(key, EllipticCurvePrivateKey) or key.curve.name not in CURVES:
        raise KeyProblem(f"{what} is not a key on P-256 or P-384")
    return key


def _public_key(setting: str, value: Any, read: Read | None) -> EllipticCurvePublicKey:
    """The public key of a certificate, a public key or a private key."""
    if isinstance(value, EllipticCurvePublicKey):
        return value
    from cryptography.x509 import load_der_x509_certificate, load_pem_x509_certificate  # few keys are certificates

    material, what = _material(setting, value, read)
    if b"PRIVATE KEY-----" in material:
        return _private_key(setting, material, read).public_key()
    key: Any = None
    if b"-----BEGIN" in material:
        loaders = (load_pem_public_key, lambda octets: load_pem_x509_certificate(octets).public_key())
    else:
        loaders = (load_der_public_key, lambda octets: load_der_x509_certificate(octets).public_key())
    for load in loaders:
        try:
            key = load(material)
            break
        except (ValueError, UnsupportedAlgorithm):
            continue
    if key is None:
        raise KeyProblem(f"{what} is neither a certificate nor a public key in PEM or DER")
    if not isinstance(key, EllipticCurvePublicKey) or key.curve.name not in CURVES:
        raise KeyProblem(f"{what} is not a key on P-256 or P-384")
    return key


SETTINGS: Final[dict[str, Callable[[str, Any, Read | None], Any]]] = {
    "name": _text,
    "system_title": _octets,
    "address": _address,
    "port": _number,
    "server_sap": _number,
    "client_sap": _number,
    **dict.fromkeys(SYMMETRIC_KEYS, _octets),
    "password": _password,
    "client_system_title": _octets,
    "client_agreement_key": _private_key,
    "server_agreement_key": _private_key,
    "client_agreement_cert": _public_key,
    "server_agreement_cert": _public_key,
    "client_signing_cert": _public_key,
    "server_signing_cert": _public_key,
}
"""Every setting of a key table, with what makes its value of what stands there."""


def unknown_setting(name: str) -> str:
    """A sentence about a name that is no setting, with the one that may be meant."""
    close = get_close_matches(name.lower(), SETTINGS, 1)
    hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(SETTINGS)}"
    return f"unknown setting {name}: {hint}"


def key_set(
    values: Mapping[str, Any],
    *,
    origin: str,
    read: Read | None = None,
    where: Callable[[str], str] = lambda _setting: "",
) -> KeySet:
    """The key set that a table of settings describes.

    Args:
        values: settings and their values, as text, octets or parsed keys.
        origin: where they are from.
        read: reads the files that the table names.
        where: gives for a setting what to put before a sentence about it, "keys.toml:12: " for example.

    Raises:
        KeyProblem: every problem of the table, one line each.
    """
    parsed: dict[str, Any] = {}
    problems = []
    for setting, value in values.items():
        parse = SETTINGS.get(setting)
        if parse is None:
            problems.append(f"{where(setting)}{unknown_setting(setting)}")
            continue
        try:
            made = parse(setting, value, read)
            # Each on its own, so that the sentence about a wrong length stands where that setting does.
            KeySet(**{setting: made})
            parsed[setting] = made
        except KeyProblem as problem:
            problems.append(f"{where(setting)}{problem}")
    if problems:
        raise KeyProblem("\n".join(problems))
    return KeySet(**parsed, origin=origin)
