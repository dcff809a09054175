"""SET service (IEC 62056-5-3): Set-Request and Set-Response in all their choices."""

from __future__ import annotations

from scapy_layers.apdu import ApduBase
from scapy_layers.attribute import (
    AttributeDescriptorWithSelection,
    access_selection,
    data_block_sa,
    object_text,
    objects_text,
)
from scapy_layers.core.composite import SequenceField, SequenceOfField
from scapy_layers.core.fields import ConstantField, EnumeratedField, UnsignedField
from scapy_layers.cosem_fields import AttributeIdField, ClassIdField, InvokeIdAndPriorityField, LogicalNameField
from scapy_layers.data import DataField
from scapy_layers.enums import DataAccessResult
from scapy_layers.get import SMALLEST_ATTRIBUTE


class SetRequestNormal(ApduBase):
    """Set-Request-Normal."""

    name = "SET.request normal"
    service = "set-request-normal"
    fields_desc = [
        ConstantField("tag", 0xC1, "set-request"),
        ConstantField("choice", 1, "normal"),
        InvokeIdAndPriorityField(),
        ClassIdField(),
        LogicalNameField(),
        AttributeIdField(),
        access_selection(),
        DataField("value"),
    ]

    def summary_text(self) -> str:
        """What is set to what."""
        return f"{object_text(self)} := {self.value!r}"


class SetRequestWithFirstDataBlock(ApduBase):
    """Set-Request-With-First-Datablock."""

    name = "SET.request with-first-datablock"
    service = "set-request-with-first-datablock"
    fields_desc = [
        ConstantField("tag", 0xC1, "set-request"),
        ConstantField("choice", 2, "with-first-datablock"),
        InvokeIdAndPriorityField(),
        ClassIdField(),
        LogicalNameField(),
        AttributeIdField(),
        access_selection(),
        *data_block_sa(),
    ]

    def summary_text(self) -> str:
        """What is set, and the size of the first block."""
        return f"{object_text(self)} block {self.block_number}, {len(self.raw_data)} octets"


class SetRequestWithDataBlock(ApduBase):
    """Set-Request-With-Datablock."""

    name = "SET.request with-datablock"
    service = "set-request-with-datablock"
    fields_desc = [
        ConstantField("tag", 0xC1, "set-request"),
        ConstantField("choice", 3, "with-datablock"),
        InvokeIdAndPriorityField(),
        *data_block_sa(),
    ]

    def summary_text(self) -> str:
        """Block number and size."""
        return f"block {self.block_number}{' last' if self.last_block else ''}, {len(self.raw_data)} octets"


class SetRequestWithList(ApduBase):
    """Set-Request-With-List."""

    name = "SET.request with-list"
    service = "set-request-with-list"
    fields_desc = [
        ConstantField("tag", 0xC1, "set-request"),
        ConstantField("choice", 4, "with-list"),
        InvokeIdAndPriorityField(),
        SequenceOfField(SequenceField("attributes", AttributeDescriptorWithSelection), SMALLEST_ATTRIBUTE),
        SequenceOfField(DataField("values")),
    ]

    def summary_text(self) -> str:
        """What is set."""
        return objects_text(self.attributes)


class SetRequestWithListAndFirstDataBlock(ApduBase):
    """Set-Request-With-List-And-First-Datablock."""

    name = "SET.request with-list-and-first-datablock"
    service = "set-request-with-list-and-first-datablock"
    fields_desc = [
        ConstantField("tag", 0xC1, "set-request"),
        ConstantField("choice", 5, "with-list-and-first-datablock"),
        InvokeIdAndPriorityField(),
        SequenceOfField(SequenceField("attributes", AttributeDescriptorWithSelection), SMALLEST_ATTRIBUTE),
        *data_block_sa(),
    ]

    def summary_text(self) -> str:
        """What is set, and the size of the first block."""
        return f"{objects_text(self.attributes)} block {self.block_number}, {len(self.raw_data)} octets"


class SetResponseNormal(ApduBase):
    """Set-Response-Normal."""

    name = "SET.response normal"
    service = "set-response-normal"
    answers_to = ("set-request-normal",)
    fields_desc = [
        ConstantField("tag", 0xC5, "set-response"),
        ConstantField("choice", 1, "normal"),
        InvokeIdAndPriorityField(),
        EnumeratedField("result", DataAccessResult.SUCCESS, DataAccessResult),
    ]

    def summary_text(self) -> str:
        """The result."""
        return str(self.said("result"))


class SetResponseDataBlock(ApduBase):
    """Set-Response-Datablock: acknowledges a block."""

    name = "SET.response datablock"
    service = "set-response-datablock"
    answers_to = (
        "set-request-with-first-datablock",
        "set-request-with-datablock",
        "set-request-with-list-and-first-datablock",
    )
    fields_desc = [
        ConstantField("tag", 0xC5, "set-response"),
        ConstantField("choice", 2, "datablock"),
        InvokeIdAndPriorityField(),
        UnsignedField("block_number", 1, 4),
    ]

    def summary_text(self) -> str:
        """Which block is acknowledged."""
        return f"block {self.block_number} received"


class SetResponseLastDataBlock(ApduBase):
    """Set-Response-Last-Datablock."""

    name = "SET.response last-datablock"
    service = "set-response-last-datablock"
    answers_to = ("set-request-with-first-datablock", "set-request-with-datablock")
    fields_desc = [
        ConstantField("tag", 0xC5, "set-response"),
        ConstantField("choice", 3, "last-datablock"),
        InvokeIdAndPriorityField(),
        EnumeratedField("result", DataAccessResult.SUCCESS, DataAccessResult),
        UnsignedField("block_number", 1, 4),
    ]

    def summary_text(self) -> str:
        """The result of the whole."""
        return f"block {self.block_number}  {self.said('result')}"


class SetResponseLastDataBlockWithList(ApduBase):
    """Set-Response-Last-Datablock-With-List."""

    name = "SET.response last-datablock-with-list"
    service = "set-response-last-datablock-with-list"
    answers_to = ("set-request-with-list-and-first-datablock", "set-request-with-datablock")
    fields_desc = [
        ConstantField("tag", 0xC5, "set-response"),
        ConstantField("choice", 4, "last-datablock-with-list"),
        InvokeIdAndPriorityField(),
        SequenceOfField(EnumeratedField("results", DataAccessResult.SUCCESS, DataAccessResult)),
        UnsignedField("block_number", 1, 4),
    ]

    def summary_text(self) -> str:
        """The results."""
        return f"block {self.block_number}  {self.said('results')}"


class SetResponseWithList(ApduBase):
    """Set-Response-With-List."""

    name = "SET.response with-list"
    service = "set-response-with-list"
    answers_to = ("set-request-with-list",)
    fields_desc = [
        ConstantField("tag", 0xC5, "set-response"),
        ConstantField("choice", 5, "with-list"),
        InvokeIdAndPriorityField(),
        SequenceOfField(EnumeratedField("results", DataAccessResult.SUCCESS, DataAccessResult)),
    ]

    def summary_text(self) -> str:
        """The results."""
        return str(self.said("results"))
