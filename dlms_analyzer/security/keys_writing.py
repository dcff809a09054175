"""Writing key sets as a keys file, in the form that `keys_file` reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from dlms_analyzer.output.escape import escape
from dlms_analyzer.security.key_settings import SETTINGS
from dlms_analyzer.security.keys import KeySet
from dlms_analyzer.security.keys_file import TABLE


def keys_text(key_sets: Iterable[KeySet]) -> str:
    """A keys file in TOML, with all secrets in it.

    Certificates become public keys, and these and private keys stand in it as PEM text.
    """
    import tomlkit  # few runs write keys

    document = tomlkit.document()
    tables = tomlkit.aot()
    for keys in key_sets:
        table = tomlkit.table()
        if keys.origin:
            table.comment(escape(keys.origin))
        for field in fields(keys):
            value = getattr(keys, field.name)
            if field.name in SETTINGS and value is not None:
                table.add(field.name, _plain(field.name, value))
        tables.append(table)
    document.add(TABLE, tables)
    return tomlkit.dumps(document)


def _plain(setting: str, value: Any) -> str | int:
    """A value as it stands in a keys file."""
    if isinstance(value, EllipticCurvePrivateKey):
        return value.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    if isinstance(value, EllipticCurvePublicKey):
        return value.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    if isinstance(value, bytes):
        digits = value.hex().upper()
        return f"hex:{digits}" if setting == "password" else digits
    number_or_text: str | int = value
    return number_or_text
