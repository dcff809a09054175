"""GET service (IEC 62056-5-3): Get-Request and Get-Response in all their choices."""

from __future__ import annotations

from scapy_layers.apdu import ApduBase
from scapy_layers.attribute import (
    AttributeDescriptorWithSelection,
    ReturnedData,
    access_selection,
    data_block_g,
    get_data_result,
    object_text,
    objects_text,
    result_text,
)
from scapy_layers.core.composite import SequenceField, SequenceOfField
from scapy_layers.core.fields import ConstantField, UnsignedField
from scapy_layers.core.layer import layer_of
from scapy_layers.cosem_fields import AttributeIdField, ClassIdField, InvokeIdAndPriorityField, LogicalNameField

SMALLEST_ATTRIBUTE = 10
"""Octets of an attribute descriptor and the usage octet of its selection."""


class GetRequestNormal(ApduBase):
    """Get-Request-Normal."""

    name = "GET.request normal"
    service = "get-request-normal"
    fields_desc = [
        ConstantField("tag", 0xC0, "get-request"),
        ConstantField("choice", 1, "normal"),
        InvokeIdAndPriorityField(),
        ClassIdField(),
        LogicalNameField(),
        AttributeIdField(),
        access_selection(),
    ]

    def summary_text(self) -> str:
        """What is asked for."""
        return object_text(self)


class GetRequestNext(ApduBase):
    """Get-Request-Next: asks for the block behind the one named."""

    name = "GET.request next"
    service = "get-request-next"
    fields_desc = [
        ConstantField("tag", 0xC0, "get-request"),
        ConstantField("choice", 2, "next"),
        InvokeIdAndPriorityField(),
        UnsignedField("block_number", 1, 4),
    ]

    def summary_text(self) -> str:
        """Which block is acknowledged."""
        return f"after block {self.block_number}"


class GetRequestWithList(ApduBase):
    """Get-Request-With-List."""

    name = "GET.request with-list"
    service = "get-request-with-list"
    fields_desc = [
        ConstantField("tag", 0xC0, "get-request"),
        ConstantField("choice", 3, "with-list"),
        InvokeIdAndPriorityField(),
        SequenceOfField(SequenceField("attributes", AttributeDescriptorWithSelection), SMALLEST_ATTRIBUTE),
    ]

    def summary_text(self) -> str:
        """What is asked for."""
        return objects_text(self.attributes)


class GetResponseNormal(ApduBase):
    """Get-Response-Normal."""

    name = "GET.response normal"
    service = "get-response-normal"
    answers_to = ("get-request-normal",)
    fields_desc = [
        ConstantField("tag", 0xC4, "get-response"),
        ConstantField("choice", 1, "normal"),
        InvokeIdAndPriorityField(),
        get_data_result(),
    ]

    def summary_text(self) -> str:
        """The data or the error."""
        return result_text(self.get_field("result"), self.result)


class GetResponseWithDataBlock(ApduBase):
    """Get-Response-With-Datablock."""

    name = "GET.response with-datablock"
    service = "get-response-with-datablock"
    answers_to = ("get-request-normal", "get-request-next", "get-request-with-list")
    fields_desc = [
        ConstantField("tag", 0xC4, "get-response"),
        ConstantField("choice", 2, "with-datablock"),
        InvokeIdAndPriorityField(),
        *data_block_g(),
    ]

    def summary_text(self) -> str:
        """Block number, whether it is the last, and its size or the error."""
        last = " last" if self.last_block else ""
        return f"block {self.block_number}{last}  {result_text(self.get_field('result'), self.result)}"


class GetResponseWithList(ApduBase):
    """Get-Response-With-List."""

    name = "GET.response with-list"
    service = "get-response-with-list"
    answers_to = ("get-request-with-list",)
    fields_desc = [
        ConstantField("tag", 0xC4, "get-response"),
        ConstantField("choice", 3, "with-list"),
        InvokeIdAndPriorityField(),
        SequenceOfField(get_data_result("results"), 2),
    ]

    def summary_text(self) -> str:
        """How many results, and how many of them have data."""
        good = sum(layer_of(result) is ReturnedData for result in self.results)
        return f"{len(self.results)} results, {good} with data"
