"""Ciphered envelopes (IEC 62056-5-3): what is readable without a key.

`glo-` and `ded-` variants exist for every service; general-glo and general-ded carry any APDU and the sender's
system title; general-ciphering carries what both sides need to agree on a key. Opening them is not done here.
"""

from __future__ import annotations

from typing import Any

from scapy_layers.apdu import ApduBase
from scapy_layers.core.composite import ChoiceField, SequenceField
from scapy_layers.core.fields import (
    BitsField,
    ConstantField,
    EnumeratedField,
    OctetStringField,
    OptionalField,
    Part,
    RestField,
    UnsignedField,
    WireField,
    WithinOctetString,
)
from scapy_layers.core.layer import Pdu, values_of
from scapy_layers.cosem_fields import DateTimeField
from scapy_layers.enums import KekId, KeyId

TAG_SIZE = 12
"""Octets of the authentication tag, in every security suite."""

AUTHENTICATED = 0x10
ENCRYPTED = 0x20
BROADCAST = 0x40
COMPRESSED = 0x80
SUITE = 0x0F


class SecurityControlField(BitsField):
    """Security control octet."""

    def __init__(self) -> None:
        parts = (
            Part("security_suite", SUITE, {0: "suite 0", 1: "suite 1", 2: "suite 2"}),
            Part("authentication", AUTHENTICATED),
            Part("encryption", ENCRYPTED),
            Part("key_set", BROADCAST, {0: "unicast key", 1: "broadcast key"}),
            Part("compression", COMPRESSED),
        )
        super().__init__("security_control", AUTHENTICATED | ENCRYPTED, parts)


class CipheredContent(Pdu):
    """Security header, then the protected APDU with its authentication tag, if there is one, as its last 12 octets."""

    name = "Ciphered content"
    service = "ciphered-content"
    fields_desc = [
        SecurityControlField(),
        UnsignedField("invocation_counter", 0, 4),
        RestField("protected_octets"),
    ]

    def mysummary(self) -> str:
        """Protection, counter and size."""
        return content_text(self)


def content_text(content: Any) -> str:
    """Security control, invocation counter and size of a content, packet or record."""
    get = values_of(content)
    field = CipheredContent.fields_desc[0]
    return (
        f"security {field.text(get('security_control'))}, invocation counter {get('invocation_counter')},"
        f" {len(get('protected_octets'))} octets"
    )


def split_tag(content: Any) -> tuple[bytes, bytes]:
    """The protected octets of a content record in two: the text and the authentication tag (empty when not sent)."""
    octets = content.protected_octets
    if content.security_control & AUTHENTICATED:
        return octets[:-TAG_SIZE], octets[-TAG_SIZE:]
    return octets, b""


def ciphered_content() -> WireField:
    """The octet-string that holds a `CipheredContent`."""
    return WithinOctetString(SequenceField("content", CipheredContent))


class CipheredApdu(ApduBase):
    """Base of the envelopes that hold a `CipheredContent`."""

    def summary_text(self) -> str:
        """Protection, counter and size."""
        return content_text(self.content)


def _protected(tag: int, service: str) -> list[Any]:
    return [ConstantField("tag", tag, service), ciphered_content()]


class GloInitiateRequest(CipheredApdu):
    """glo-initiate-request: protected with a global key."""

    name = "glo-INITIATE.request"
    service = "glo-initiate-request"
    fields_desc = _protected(0x21, "glo-initiate-request")


class GloReadRequest(CipheredApdu):
    """glo-read-request: protected with a global key."""

    name = "glo-READ.request"
    service = "glo-read-request"
    fields_desc = _protected(0x25, "glo-read-request")


class GloWriteRequest(CipheredApdu):
    """glo-write-request: protected with a global key."""

    name = "glo-WRITE.request"
    service = "glo-write-request"
    fields_desc = _protected(0x26, "glo-write-request")


class GloInitiateResponse(CipheredApdu):
    """glo-initiate-response: protected with a global key."""

    name = "glo-INITIATE.response"
    service = "glo-initiate-response"
    answers_to = ("glo-initiate-request",)
    fields_desc = _protected(0x28, "glo-initiate-response")


class GloReadResponse(CipheredApdu):
    """glo-read-response: protected with a global key."""

    name = "glo-READ.response"
    service = "glo-read-response"
    answers_to = ("glo-read-request",)
    fields_desc = _protected(0x2C, "glo-read-response")


class GloWriteResponse(CipheredApdu):
    """glo-write-response: protected with a global key."""

    name = "glo-WRITE.response"
    service = "glo-write-response"
    answers_to = ("glo-write-request",)
    fields_desc = _protected(0x2D, "glo-write-response")


class GloConfirmedServiceError(CipheredApdu):
    """glo-confirmed-service-error: protected with a global key."""

    name = "glo-CONFIRMED-SERVICE-ERROR"
    service = "glo-confirmed-service-error"
    answers_to = ("glo-initiate-request", "glo-read-request", "glo-write-request")
    fields_desc = _protected(0x2E, "glo-confirmed-service-error")


class GloUnconfirmedWriteRequest(CipheredApdu):
    """glo-unconfirmed-write-request: protected with a global key."""

    name = "glo-UNCONFIRMED-WRITE.request"
    service = "glo-unconfirmed-write-request"
    fields_desc = _protected(0x36, "glo-unconfirmed-write-request")


class GloInformationReportRequest(CipheredApdu):
    """glo-information-report-request: protected with a global key."""

    name = "glo-INFORMATION-REPORT.request"
    service = "glo-information-report-request"
    fields_desc = _protected(0x38, "glo-information-report-request")


class GloGetRequest(CipheredApdu):
    """glo-get-request: protected with a global key."""

    name = "glo-GET.request"
    service = "glo-get-request"
    fields_desc = _protected(0xC8, "glo-get-request")


class GloSetRequest(CipheredApdu):
    """glo-set-request: protected with a global key."""

    name = "glo-SET.request"
    service = "glo-set-request"
    fields_desc = _protected(0xC9, "glo-set-request")


class GloEventNotificationRequest(CipheredApdu):
    """glo-event-notification-request: protected with a global key."""

    name = "glo-EVENT-NOTIFICATION.request"
    service = "glo-event-notification-request"
    fields_desc = _protected(0xCA, "glo-event-notification-request")


class GloActionRequest(CipheredApdu):
    """glo-action-request: protected with a global key."""

    name = "glo-ACTION.request"
    service = "glo-action-request"
    fields_desc = _protected(0xCB, "glo-action-request")


class GloGetResponse(CipheredApdu):
    """glo-get-response: protected with a global key."""

    name = "glo-GET.response"
    service = "glo-get-response"
    answers_to = ("glo-get-request",)
    fields_desc = _protected(0xCC, "glo-get-response")


class GloSetResponse(CipheredApdu):
    """glo-set-response: protected with a global key."""

    name = "glo-SET.response"
    service = "glo-set-response"
    answers_to = ("glo-set-request",)
    fields_desc = _protected(0xCD, "glo-set-response")


class GloActionResponse(CipheredApdu):
    """glo-action-response: protected with a global key."""

    name = "glo-ACTION.response"
    service = "glo-action-response"
    answers_to = ("glo-action-request",)
    fields_desc = _protected(0xCF, "glo-action-response")


class DedInitiateRequest(CipheredApdu):
    """ded-initiate-request: protected with a dedicated key."""

    name = "ded-INITIATE.request"
    service = "ded-initiate-request"
    fields_desc = _protected(0x41, "ded-initiate-request")


class DedReadRequest(CipheredApdu):
    """ded-read-request: protected with a dedicated key."""

    name = "ded-READ.request"
    service = "ded-read-request"
    fields_desc = _protected(0x45, "ded-read-request")


class DedWriteRequest(CipheredApdu):
    """ded-write-request: protected with a dedicated key."""

    name = "ded-WRITE.request"
    service = "ded-write-request"
    fields_desc = _protected(0x46, "ded-write-request")


class DedInitiateResponse(CipheredApdu):
    """ded-initiate-response: protected with a dedicated key."""

    name = "ded-INITIATE.response"
    service = "ded-initiate-response"
    answers_to = ("ded-initiate-request",)
    fields_desc = _protected(0x48, "ded-initiate-response")


class DedReadResponse(CipheredApdu):
    """ded-read-response: protected with a dedicated key."""

    name = "ded-READ.response"
    service = "ded-read-response"
    answers_to = ("ded-read-request",)
    fields_desc = _protected(0x4C, "ded-read-response")


class DedWriteResponse(CipheredApdu):
    """ded-write-response: protected with a dedicated key."""

    name = "ded-WRITE.response"
    service = "ded-write-response"
    answers_to = ("ded-write-request",)
    fields_desc = _protected(0x4D, "ded-write-response")


class DedConfirmedServiceError(CipheredApdu):
    """ded-confirmed-service-error: protected with a dedicated key."""

    name = "ded-CONFIRMED-SERVICE-ERROR"
    service = "ded-confirmed-service-error"
    answers_to = ("ded-initiate-request", "ded-read-request", "ded-write-request")
    fields_desc = _protected(0x4E, "ded-confirmed-service-error")


class DedUnconfirmedWriteRequest(CipheredApdu):
    """ded-unconfirmed-write-request: protected with a dedicated key."""

    name = "ded-UNCONFIRMED-WRITE.request"
    service = "ded-unconfirmed-write-request"
    fields_desc = _protected(0x56, "ded-unconfirmed-write-request")


class DedInformationReportRequest(CipheredApdu):
    """ded-information-report-request: protected with a dedicated key."""

    name = "ded-INFORMATION-REPORT.request"
    service = "ded-information-report-request"
    fields_desc = _protected(0x58, "ded-information-report-request")


class DedGetRequest(CipheredApdu):
    """ded-get-request: protected with a dedicated key."""

    name = "ded-GET.request"
    service = "ded-get-request"
    fields_desc = _protected(0xD0, "ded-get-request")


class DedSetRequest(CipheredApdu):
    """ded-set-request: protected with a dedicated key."""

    name = "ded-SET.request"
    service = "ded-set-request"
    fields_desc = _protected(0xD1, "ded-set-request")


class DedEventNotificationRequest(CipheredApdu):
    """ded-event-notification-request: protected with a dedicated key."""

    name = "ded-EVENT-NOTIFICATION.request"
    service = "ded-event-notification-request"
    fields_desc = _protected(0xD2, "ded-event-notification-request")


class DedActionRequest(CipheredApdu):
    """ded-action-request: protected with a dedicated key."""

    name = "ded-ACTION.request"
    service = "ded-action-request"
    fields_desc = _protected(0xD3, "ded-action-request")


class DedGetResponse(CipheredApdu):
    """ded-get-response: protected with a dedicated key."""

    name = "ded-GET.response"
    service = "ded-get-response"
    answers_to = ("ded-get-request",)
    fields_desc = _protected(0xD4, "ded-get-response")


class DedSetResponse(CipheredApdu):
    """ded-set-response: protected with a dedicated key."""

    name = "ded-SET.response"
    service = "ded-set-response"
    answers_to = ("ded-set-request",)
    fields_desc = _protected(0xD5, "ded-set-response")


class DedActionResponse(CipheredApdu):
    """ded-action-response: protected with a dedicated key."""

    name = "ded-ACTION.response"
    service = "ded-action-response"
    answers_to = ("ded-action-request",)
    fields_desc = _protected(0xD7, "ded-action-response")


class GeneralGloCiphering(CipheredApdu):
    """General-Glo-Ciphering: any APDU, protected with a global key."""

    name = "general-glo-ciphering"
    service = "general-glo-ciphering"
    answers_to = ("general-glo-ciphering",)
    fields_desc = [
        ConstantField("tag", 0xDB, "general-glo-ciphering"),
        OctetStringField("system_title"),
        ciphered_content(),
    ]


class GeneralDedCiphering(CipheredApdu):
    """General-Ded-Ciphering: any APDU, protected with the dedicated key."""

    name = "general-ded-ciphering"
    service = "general-ded-ciphering"
    answers_to = ("general-ded-ciphering",)
    fields_desc = [
        ConstantField("tag", 0xDC, "general-ded-ciphering"),
        OctetStringField("system_title"),
        ciphered_content(),
    ]


class IdentifiedKey(Pdu):
    """key-info: a key that both sides have, by number."""

    name = "identified-key"
    service = "identified-key"
    fields_desc = [ConstantField("choice", 0, "identified-key"), EnumeratedField("key_id", 0, KeyId)]


class WrappedKey(Pdu):
    """key-info: a key wrapped with another (RFC 3394)."""

    name = "wrapped-key"
    service = "wrapped-key"
    fields_desc = [
        ConstantField("choice", 1, "wrapped-key"),
        EnumeratedField("kek_id", 0, KekId),
        OctetStringField("key_ciphered_data"),
    ]


class AgreedKey(Pdu):
    """key-info: a key agreed on; parameters `01` one-pass Diffie-Hellman C(1e,1s), `02` static unified C(0e,2s)."""

    name = "agreed-key"
    service = "agreed-key"
    fields_desc = [
        ConstantField("choice", 2, "agreed-key"),
        OctetStringField("key_parameters", b"\x01"),
        OctetStringField("key_ciphered_data"),
    ]


def general_header() -> list[Any]:
    """What general-ciphering and general-signing have in front; each octet string may be empty."""
    return [
        OctetStringField("transaction_id"),
        OctetStringField("originator_system_title"),
        OctetStringField("recipient_system_title"),
        DateTimeField("date_time"),
        OctetStringField("other_information"),
    ]


class GeneralCiphering(CipheredApdu):
    """General-Ciphering: any APDU, protected with a key that the APDU itself names or carries."""

    name = "general-ciphering"
    service = "general-ciphering"
    answers_to = ("general-ciphering",)
    fields_desc = [
        ConstantField("tag", 0xDD, "general-ciphering"),
        *general_header(),
        OptionalField(ChoiceField("key_info", "key-info", [IdentifiedKey, WrappedKey, AgreedKey])),
        ciphered_content(),
    ]
