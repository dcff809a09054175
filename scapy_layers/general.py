"""General-Signing and General-Block-Transfer (IEC 62056-5-3): envelopes that do not cipher."""

from __future__ import annotations

from scapy_layers.apdu import ApduBase
from scapy_layers.ciphering import general_header
from scapy_layers.core.fields import BitsField, ConstantField, OctetStringField, Part, UnsignedField
from scapy_layers.errors import REQUESTS


class GeneralSigning(ApduBase):
    """General-Signing: an APDU and an ECDSA signature (raw r and s)."""

    name = "general-signing"
    service = "general-signing"
    answers_to = ("general-signing",)
    fields_desc = [
        ConstantField("tag", 0xDF, "general-signing"),
        *general_header(),
        OctetStringField("content"),
        OctetStringField("signature"),
    ]

    def summary_text(self) -> str:
        """Who signed how much."""
        return f"by {self.originator_system_title.hex()}, {len(self.content)} octets"


class GeneralBlockTransfer(ApduBase):
    """General-Block-Transfer: a block of any APDU.

    `block_control` has the window, whether blocks stream without being asked for, and whether this is the last.
    """

    name = "general-block-transfer"
    service = "general-block-transfer"
    answers_to = REQUESTS
    fields_desc = [
        ConstantField("tag", 0xE0, "general-block-transfer"),
        BitsField("block_control", 0x80, (Part("window", 0x3F), Part("streaming", 0x40), Part("last_block", 0x80))),
        UnsignedField("block_number", 1, 2),
        UnsignedField("block_number_ack", 0, 2),
        OctetStringField("block_data"),
    ]

    def summary_text(self) -> str:
        """Number, acknowledgement, control and size."""
        control = self.said("block_control")
        return f"block {self.block_number}, ack {self.block_number_ack}, {control}, {len(self.block_data)} octets"
