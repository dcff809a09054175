"""What a service name implies: who sends it, what it begins, continues or answers.

One row per service; everything about roles and pairing is read off this table (IEC 62056-5-3, service definitions).
"""

from __future__ import annotations

from enum import Enum
from typing import Final, NamedTuple

from dlms_analyzer.framing.units import Sender
from scapy_layers.cosem_fields import CONFORMANCE_PARTS


class Role(Enum):
    """Part that a message plays in an exchange."""

    REQUEST = "begins an exchange"
    NEXT = "continues the exchange of an earlier request"
    RESPONSE = "answers a request"
    ALONE = "neither asks nor answers"
    EITHER = "depends on who sends it"


class Service(NamedTuple):
    """What a service name implies.

    Attributes:
        sender: who sends it.
        role: its part in an exchange.
        family: requests and responses of one family belong together.
        needs: bits of the conformance block that allow it, all of them; 0 when none is needed.
        begins: it may begin or end an association or a link.
        protects: it may carry protected octets or system titles.
    """

    sender: Sender
    role: Role
    family: str
    needs: int = 0
    begins: bool = False
    protects: bool = False


REFUSALS: Final = frozenset({"exception-response", "confirmed-service-error"})
"""Services that refuse a request as a whole."""

_BIT: Final = {part.name: part.mask for part in CONFORMANCE_PARTS}
_TRANSFER: Final = {
    "get": _BIT["block_transfer_with_get_or_read"],
    "set": _BIT["block_transfer_with_set_or_write"],
    "action": _BIT["block_transfer_with_action"],
}


def _needs(service: str, family: str) -> int:
    """Conformance bits that a service takes (IEC 62056-5-3, 9.4.6.1); the server's answers need what was asked."""
    needs = _BIT.get("general_protection" if family == "general" else family.replace("-", "_"), 0)
    if "with-list" in service:
        needs |= _BIT["multiple_references"]
    if ("block" in service or service == "get-request-next") and family in _TRANSFER:
        needs |= _TRANSFER[family]
    return needs


def conformance_names(value: int) -> list[str]:
    """Names of the bits of a conformance block that are set."""
    return [part.name.replace("_", "-") for part in CONFORMANCE_PARTS if part.of(value)]


_C, _S, _U = Sender.CLIENT, Sender.SERVER, Sender.UNKNOWN


def _rows() -> dict[str, Service]:
    rows = {
        "aarq": Service(_C, Role.REQUEST, "acse"),
        "aare": Service(_S, Role.RESPONSE, "acse"),
        "rlrq": Service(_C, Role.REQUEST, "release"),
        "rlre": Service(_S, Role.RESPONSE, "release"),
        "initiate-request": Service(_C, Role.REQUEST, "initiate"),
        "initiate-response": Service(_S, Role.RESPONSE, "initiate"),
        "get-request-normal": Service(_C, Role.REQUEST, "get"),
        "get-request-with-list": Service(_C, Role.REQUEST, "get"),
        "get-request-next": Service(_C, Role.NEXT, "get"),
        "set-request-normal": Service(_C, Role.REQUEST, "set"),
        "set-request-with-list": Service(_C, Role.REQUEST, "set"),
        "set-request-with-first-datablock": Service(_C, Role.REQUEST, "set"),
        "set-request-with-list-and-first-datablock": Service(_C, Role.REQUEST, "set"),
        "set-request-with-datablock": Service(_C, Role.NEXT, "set"),
        "action-request-normal": Service(_C, Role.REQUEST, "action"),
        "action-request-with-list": Service(_C, Role.REQUEST, "action"),
        "action-request-with-first-pblock": Service(_C, Role.REQUEST, "action"),
        "action-request-with-list-and-first-pblock": Service(_C, Role.REQUEST, "action"),
        "action-request-next-pblock": Service(_C, Role.NEXT, "action"),
        "action-request-with-pblock": Service(_C, Role.NEXT, "action"),
        "access-request": Service(_C, Role.REQUEST, "access"),
        "access-response": Service(_S, Role.RESPONSE, "access"),
        "read-request": Service(_C, Role.REQUEST, "read"),
        "read-response": Service(_S, Role.RESPONSE, "read"),
        "write-request": Service(_C, Role.REQUEST, "write"),
        "write-response": Service(_S, Role.RESPONSE, "write"),
        "unconfirmed-write-request": Service(_C, Role.ALONE, "unconfirmed-write"),
        "information-report-request": Service(_S, Role.ALONE, "information-report"),
        "event-notification-request": Service(_S, Role.ALONE, "event-notification"),
        "data-notification": Service(_S, Role.ALONE, "data-notification"),
        "p1-telegram": Service(_S, Role.ALONE, "p1-telegram"),
        "data-notification-confirm": Service(_C, Role.ALONE, "data-notification"),
        "exception-response": Service(_S, Role.RESPONSE, ""),
        "confirmed-service-error": Service(_S, Role.RESPONSE, ""),
        "general-block-transfer": Service(_U, Role.EITHER, "general-block-transfer"),
        "general-glo-ciphering": Service(_U, Role.EITHER, "general"),
        "general-ded-ciphering": Service(_U, Role.EITHER, "general"),
        "general-ciphering": Service(_U, Role.EITHER, "general"),
        "general-signing": Service(_U, Role.EITHER, "general"),
        "unknown": Service(_U, Role.ALONE, "unknown"),
        "snrm": Service(_C, Role.REQUEST, "link"),
        "disc": Service(_C, Role.REQUEST, "link"),
        "ua": Service(_S, Role.RESPONSE, "link"),
        "dm": Service(_S, Role.RESPONSE, "link"),
        "frmr": Service(_S, Role.ALONE, "link"),
    }
    for family in ("get", "set", "action"):
        for choice in {
            "get": ("normal", "with-datablock", "with-list"),
            "set": ("normal", "datablock", "last-datablock", "last-datablock-with-list", "with-list"),
            "action": ("normal", "with-pblock", "with-list", "next-pblock"),
        }[family]:
            rows[f"{family}-response-{choice}"] = Service(_S, Role.RESPONSE, family)
    for prefix in ("glo", "ded"):
        for service, sender, role in (
            ("initiate-request", _C, Role.REQUEST),
            ("read-request", _C, Role.REQUEST),
            ("write-request", _C, Role.REQUEST),
            ("initiate-response", _S, Role.RESPONSE),
            ("read-response", _S, Role.RESPONSE),
            ("write-response", _S, Role.RESPONSE),
            ("confirmed-service-error", _S, Role.RESPONSE),
            ("unconfirmed-write-request", _C, Role.ALONE),
            ("information-report-request", _S, Role.ALONE),
            ("get-request", _C, Role.REQUEST),
            ("set-request", _C, Role.REQUEST),
            ("event-notification-request", _S, Role.ALONE),
            ("action-request", _C, Role.REQUEST),
            ("get-response", _S, Role.RESPONSE),
            ("set-response", _S, Role.RESPONSE),
            ("action-response", _S, Role.RESPONSE),
        ):
            family = service.removesuffix("-request").removesuffix("-response")
            rows[f"{prefix}-{service}"] = Service(sender, role, f"ciphered-{family}")
    return {
        name: row._replace(
            needs=_needs(name, row.family),
            begins=name in ("aarq", "snrm", "disc"),
            protects=row.family in ("acse", "release", "general") or name.startswith(("glo-", "ded-")),
        )
        for name, row in rows.items()
    }


SERVICES: Final[dict[str, Service]] = _rows()
"""Service name to what it implies."""


CONTROL_FAMILIES: Final = frozenset({"acse", "release"})
"""Families whose user-information may be ciphered while the APDU itself is in clear."""

NO_SERVICE: Final = Service(_U, Role.ALONE, "")
"""What a name that is not in the table implies: nothing."""
