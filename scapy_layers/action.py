"""ACTION service (IEC 62056-5-3): Action-Request and Action-Response in all their choices."""

from __future__ import annotations

from scapy_layers.apdu import ApduBase
from scapy_layers.attribute import (
    ActionResponseWithOptionalData,
    MethodDescriptor,
    data_block_sa,
    get_data_result,
    object_text,
    objects_text,
    result_text,
)
from scapy_layers.core.composite import SequenceField, SequenceOfField
from scapy_layers.core.fields import ConstantField, EnumeratedField, OptionalField, UnsignedField
from scapy_layers.cosem_fields import ClassIdField, InvokeIdAndPriorityField, LogicalNameField, MethodIdField
from scapy_layers.data import DataField
from scapy_layers.enums import ActionResult

SMALLEST_METHOD = 9
"""Octets of a method descriptor."""


class ActionRequestNormal(ApduBase):
    """Action-Request-Normal."""

    name = "ACTION.request normal"
    service = "action-request-normal"
    fields_desc = [
        ConstantField("tag", 0xC3, "action-request"),
        ConstantField("choice", 1, "normal"),
        InvokeIdAndPriorityField(),
        ClassIdField(),
        LogicalNameField(),
        MethodIdField(),
        OptionalField(DataField("method_invocation_parameters")),
    ]

    def summary_text(self) -> str:
        """Which method, with what."""
        given = self.method_invocation_parameters
        return object_text(self) + ("" if given is None else f" ( {given!r} )")


class ActionRequestNextPBlock(ApduBase):
    """Action-Request-Next-Pblock: asks for the block behind the one named."""

    name = "ACTION.request next-pblock"
    service = "action-request-next-pblock"
    fields_desc = [
        ConstantField("tag", 0xC3, "action-request"),
        ConstantField("choice", 2, "next-pblock"),
        InvokeIdAndPriorityField(),
        UnsignedField("block_number", 1, 4),
    ]

    def summary_text(self) -> str:
        """Which block is acknowledged."""
        return f"after block {self.block_number}"


class ActionRequestWithList(ApduBase):
    """Action-Request-With-List."""

    name = "ACTION.request with-list"
    service = "action-request-with-list"
    fields_desc = [
        ConstantField("tag", 0xC3, "action-request"),
        ConstantField("choice", 3, "with-list"),
        InvokeIdAndPriorityField(),
        SequenceOfField(SequenceField("methods", MethodDescriptor), SMALLEST_METHOD),
        SequenceOfField(DataField("method_invocation_parameters")),
    ]

    def summary_text(self) -> str:
        """Which methods."""
        return objects_text(self.methods)


class ActionRequestWithFirstPBlock(ApduBase):
    """Action-Request-With-First-Pblock."""

    name = "ACTION.request with-first-pblock"
    service = "action-request-with-first-pblock"
    fields_desc = [
        ConstantField("tag", 0xC3, "action-request"),
        ConstantField("choice", 4, "with-first-pblock"),
        InvokeIdAndPriorityField(),
        ClassIdField(),
        LogicalNameField(),
        MethodIdField(),
        *data_block_sa(),
    ]

    def summary_text(self) -> str:
        """Which method, and the size of the first block."""
        return f"{object_text(self)} block {self.block_number}, {len(self.raw_data)} octets"


class ActionRequestWithListAndFirstPBlock(ApduBase):
    """Action-Request-With-List-And-First-Pblock."""

    name = "ACTION.request with-list-and-first-pblock"
    service = "action-request-with-list-and-first-pblock"
    fields_desc = [
        ConstantField("tag", 0xC3, "action-request"),
        ConstantField("choice", 5, "with-list-and-first-pblock"),
        InvokeIdAndPriorityField(),
        SequenceOfField(SequenceField("methods", MethodDescriptor), SMALLEST_METHOD),
        *data_block_sa(),
    ]

    def summary_text(self) -> str:
        """Which methods, and the size of the first block."""
        return f"{objects_text(self.methods)} block {self.block_number}, {len(self.raw_data)} octets"


class ActionRequestWithPBlock(ApduBase):
    """Action-Request-With-Pblock."""

    name = "ACTION.request with-pblock"
    service = "action-request-with-pblock"
    fields_desc = [
        ConstantField("tag", 0xC3, "action-request"),
        ConstantField("choice", 6, "with-pblock"),
        InvokeIdAndPriorityField(),
        *data_block_sa(),
    ]

    def summary_text(self) -> str:
        """Block number and size."""
        return f"block {self.block_number}{' last' if self.last_block else ''}, {len(self.raw_data)} octets"


class ActionResponseNormal(ApduBase):
    """Action-Response-Normal, with or without return parameters."""

    name = "ACTION.response normal"
    service = "action-response-normal"
    answers_to = ("action-request-normal", "action-request-with-first-pblock", "action-request-with-pblock")
    fields_desc = [
        ConstantField("tag", 0xC7, "action-response"),
        ConstantField("choice", 1, "normal"),
        InvokeIdAndPriorityField(),
        EnumeratedField("action_result", ActionResult.SUCCESS, ActionResult),
        OptionalField(get_data_result("return_parameters"), may_be_missing=True),
    ]

    def summary_text(self) -> str:
        """The result, and what was returned."""
        said = str(self.said("action_result"))
        if self.return_parameters is not None:
            said += f"  {result_text(self.get_field('return_parameters'), self.return_parameters)}"
        return said


class ActionResponseWithPBlock(ApduBase):
    """Action-Response-With-Pblock."""

    name = "ACTION.response with-pblock"
    service = "action-response-with-pblock"
    answers_to = (
        "action-request-normal",
        "action-request-with-list",
        "action-request-next-pblock",
        "action-request-with-first-pblock",
        "action-request-with-list-and-first-pblock",
        "action-request-with-pblock",
    )
    fields_desc = [
        ConstantField("tag", 0xC7, "action-response"),
        ConstantField("choice", 2, "with-pblock"),
        InvokeIdAndPriorityField(),
        *data_block_sa(),
    ]

    def summary_text(self) -> str:
        """Block number and size."""
        return f"block {self.block_number}{' last' if self.last_block else ''}, {len(self.raw_data)} octets"


class ActionResponseWithList(ApduBase):
    """Action-Response-With-List."""

    name = "ACTION.response with-list"
    service = "action-response-with-list"
    answers_to = ("action-request-with-list", "action-request-with-pblock", "action-request-with-list-and-first-pblock")
    fields_desc = [
        ConstantField("tag", 0xC7, "action-response"),
        ConstantField("choice", 3, "with-list"),
        InvokeIdAndPriorityField(),
        SequenceOfField(SequenceField("responses", ActionResponseWithOptionalData), 2),
    ]

    def summary_text(self) -> str:
        """How many results."""
        good = sum(response.action_result == ActionResult.SUCCESS for response in self.responses)
        return f"{len(self.responses)} results, {good} success"


class ActionResponseNextPBlock(ApduBase):
    """Action-Response-Next-Pblock: acknowledges a block."""

    name = "ACTION.response next-pblock"
    service = "action-response-next-pblock"
    answers_to = (
        "action-request-with-first-pblock",
        "action-request-with-list-and-first-pblock",
        "action-request-with-pblock",
    )
    fields_desc = [
        ConstantField("tag", 0xC7, "action-response"),
        ConstantField("choice", 4, "next-pblock"),
        InvokeIdAndPriorityField(),
        UnsignedField("block_number", 1, 4),
    ]

    def summary_text(self) -> str:
        """Which block is acknowledged."""
        return f"block {self.block_number} received"
