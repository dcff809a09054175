"""What protects an APDU, read from its envelope.

Nothing is deciphered yet; whatever is protected is reported with the key it would take.
"""

from __future__ import annotations

from typing import Any, Final

from dlms_analyzer.messages import Security
from scapy_layers.ciphering import BROADCAST

UNKNOWN_KEY: Final = "no-key"


def protected_content(record: Any) -> tuple[Any, Any] | None:
    """The envelope and its ciphered content, for an APDU that is protected or whose user-information is."""
    content = getattr(record, "content", None)
    if content is not None and not isinstance(content, bytes):
        return record, content
    inner = getattr(record, "user_information", None)
    if inner is not None and not isinstance(inner, bytes):
        return protected_content(inner)
    return None


def key_name(envelope: Any, security_control: int) -> str | None:
    """Which key an envelope calls for."""
    service: str = envelope.service
    if service.startswith("ded-") or service == "general-ded-ciphering":
        return "dedicated"
    if service == "general-ciphering":
        info = envelope.key_info
        if info is None:
            return None
        return {"wrapped-key": "wrapped", "agreed-key": "agreed"}.get(info.service) or ("guek", "gbek")[info.key_id & 1]
    return "gbek" if security_control & BROADCAST else "guek"


def judge(record: Any, system_title: bytes | None) -> Security | None:
    """The verdict on an APDU; None when nothing protects it.

    Args:
        record: of the APDU as sent.
        system_title: of its sender, from the association, when known.
    """
    found = protected_content(record)
    if found is None:
        return None
    envelope, content = found
    title = getattr(envelope, "system_title", b"") or getattr(envelope, "originator_system_title", b"")
    control = content.security_control
    return Security(
        UNKNOWN_KEY, control, content.invocation_counter, key_name(envelope, control), title or system_title
    )
