"""InitiateRequest and InitiateResponse (IEC 62056-5-3): what client and server agree on."""

from __future__ import annotations

from enum import IntEnum

from scapy_layers.apdu import ApduBase
from scapy_layers.core.fields import (
    BooleanField,
    ConstantField,
    EnumeratedField,
    IntegerField,
    OctetStringField,
    OptionalField,
    UnsignedField,
)
from scapy_layers.cosem_fields import ConformanceField

LN_CONFORMANCE = 0x007E1F
"""What a client with logical names classically proposes."""


class VaaName(IntEnum):
    """vaa-name: the way objects are referenced."""

    LOGICAL_NAME = 0x0007
    SHORT_NAME = 0xFA00


class InitiateRequest(ApduBase):
    """InitiateRequest; stands in the user-information of an AARQ or RLRQ."""

    name = "INITIATE.request"
    service = "initiate-request"
    fields_desc = [
        ConstantField("tag", 0x01, "initiate-request"),
        OptionalField(OctetStringField("dedicated_key")),
        OptionalField(BooleanField("response_allowed", 1)),
        OptionalField(IntegerField("proposed_quality_of_service")),
        UnsignedField("proposed_dlms_version_number", 6),
        ConformanceField("proposed_conformance", LN_CONFORMANCE),
        UnsignedField("client_max_receive_pdu_size", 0xFFFF, 2),
    ]

    def summary_text(self) -> str:
        """PDU size and conformance; a dedicated key is mentioned, not shown."""
        key = ", with a dedicated key" if self.dedicated_key is not None else ""
        return f"PDU size {self.client_max_receive_pdu_size}, conformance {self.proposed_conformance:06X}{key}"


class InitiateResponse(ApduBase):
    """InitiateResponse; stands in the user-information of an AARE or RLRE."""

    name = "INITIATE.response"
    service = "initiate-response"
    answers_to = ("initiate-request",)
    fields_desc = [
        ConstantField("tag", 0x08, "initiate-response"),
        OptionalField(IntegerField("negotiated_quality_of_service")),
        UnsignedField("negotiated_dlms_version_number", 6),
        ConformanceField("negotiated_conformance", LN_CONFORMANCE),
        UnsignedField("server_max_receive_pdu_size", 0xFFFF, 2),
        EnumeratedField("vaa_name", VaaName.LOGICAL_NAME, VaaName, 2),
    ]

    def summary_text(self) -> str:
        """PDU size and conformance."""
        return f"PDU size {self.server_max_receive_pdu_size}, conformance {self.negotiated_conformance:06X}"
