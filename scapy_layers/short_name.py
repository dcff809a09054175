"""SN services (IEC 62056-5-3, short-name referencing): Read, Write, UnconfirmedWrite, InformationReport."""

from __future__ import annotations

from typing import Any

from scapy_layers.apdu import ApduBase
from scapy_layers.core.composite import ChoiceField, SequenceOfField
from scapy_layers.core.fields import (
    BooleanField,
    ConstantField,
    EnumeratedField,
    OctetStringField,
    OptionalField,
    UnsignedField,
)
from scapy_layers.core.layer import Pdu
from scapy_layers.data import DataField
from scapy_layers.enums import DataAccessResult


class ShortNameField(UnsignedField):
    """A short name; shown in hexadecimal, as base names are written."""

    def __init__(self, name: str = "variable_name") -> None:
        super().__init__(name, 0, 2)

    def text(self, value: Any) -> str:
        """Four hexadecimal digits."""
        return f"{value:04X}"


class VariableName(Pdu):
    """Variable-Access-Specification: a short name."""

    name = "variable-name"
    service = "variable-name"
    fields_desc = [ConstantField("choice", 2, "variable-name"), ShortNameField()]


class ParameterisedAccess(Pdu):
    """Variable-Access-Specification: a short name, a selector and its parameter."""

    name = "parameterized-access"
    service = "parameterized-access"
    fields_desc = [
        ConstantField("choice", 4, "parameterized-access"),
        ShortNameField(),
        UnsignedField("selector", 1),
        DataField("parameter"),
    ]


class BlockNumberAccess(Pdu):
    """Variable-Access-Specification: asks for the block behind the one named."""

    name = "block-number-access"
    service = "block-number-access"
    fields_desc = [ConstantField("choice", 5, "block-number-access"), UnsignedField("block_number", 1, 2)]


class ReadDataBlockAccess(Pdu):
    """Variable-Access-Specification: a block of a request that is itself too long."""

    name = "read-data-block-access"
    service = "read-data-block-access"
    fields_desc = [
        ConstantField("choice", 6, "read-data-block-access"),
        BooleanField("last_block", 1),
        UnsignedField("block_number", 1, 2),
        OctetStringField("raw_data"),
    ]


class WriteDataBlockAccess(Pdu):
    """Variable-Access-Specification: names the block of a long write; the data stand in the list of data."""

    name = "write-data-block-access"
    service = "write-data-block-access"
    fields_desc = [
        ConstantField("choice", 7, "write-data-block-access"),
        BooleanField("last_block", 1),
        UnsignedField("block_number", 1, 2),
    ]


def _variable_access() -> SequenceOfField:
    layers = [VariableName, ParameterisedAccess, BlockNumberAccess, ReadDataBlockAccess, WriteDataBlockAccess]
    choice = ChoiceField("variable_access_specification", "Variable-Access-Specification", layers)
    return SequenceOfField(choice, 3)


class ReadData(Pdu):
    """ReadResponse: data."""

    name = "data"
    service = "read-data"
    fields_desc = [ConstantField("choice", 0, "data"), DataField()]


class ReadError(Pdu):
    """ReadResponse: why there is no data."""

    name = "data-access-error"
    service = "read-error"
    fields_desc = [
        ConstantField("choice", 1, "data-access-error"),
        EnumeratedField("data_access_result", DataAccessResult.OTHER_REASON, DataAccessResult),
    ]


class ReadDataBlock(Pdu):
    """ReadResponse: a block of a long answer."""

    name = "data-block-result"
    service = "read-data-block"
    fields_desc = [
        ConstantField("choice", 2, "data-block-result"),
        BooleanField("last_block", 1),
        UnsignedField("block_number", 1, 2),
        OctetStringField("raw_data"),
    ]


class ReadBlockNumber(Pdu):
    """ReadResponse: acknowledges a block of a long request."""

    name = "block-number"
    service = "read-block-number"
    fields_desc = [ConstantField("choice", 3, "block-number"), UnsignedField("block_number", 1, 2)]


class WriteSuccess(Pdu):
    """WriteResponse: done."""

    name = "success"
    service = "write-success"
    fields_desc = [ConstantField("choice", 0, "success")]


class WriteError(Pdu):
    """WriteResponse: not done, and why."""

    name = "data-access-error"
    service = "write-error"
    fields_desc = [
        ConstantField("choice", 1, "data-access-error"),
        EnumeratedField("data_access_result", DataAccessResult.OTHER_REASON, DataAccessResult),
    ]


class WriteBlockNumber(Pdu):
    """WriteResponse: acknowledges a block of a long write."""

    name = "block-number"
    service = "write-block-number"
    fields_desc = [ConstantField("choice", 2, "block-number"), UnsignedField("block_number", 1, 2)]


class _VariablesApdu(ApduBase):
    """What the requests of the SN services share."""

    def summary_text(self) -> str:
        """The first variable and how many there are."""
        variables = self.variable_access_specification
        field = self.get_field("variable_access_specification").inner
        more = f" and {len(variables) - 1} more" if len(variables) > 1 else ""
        return (field.text(variables[0]) if variables else "nothing") + more


class ReadRequest(_VariablesApdu):
    """ReadRequest."""

    name = "READ.request"
    service = "read-request"
    fields_desc = [ConstantField("tag", 0x05, "read-request"), _variable_access()]


class ReadResponse(ApduBase):
    """ReadResponse."""

    name = "READ.response"
    service = "read-response"
    answers_to = ("read-request",)
    fields_desc = [
        ConstantField("tag", 0x0C, "read-response"),
        SequenceOfField(
            ChoiceField("results", "ReadResponse", [ReadData, ReadError, ReadDataBlock, ReadBlockNumber]), 2
        ),
    ]

    def summary_text(self) -> str:
        """The results."""
        return str(self.said("results"))


class WriteRequest(_VariablesApdu):
    """WriteRequest."""

    name = "WRITE.request"
    service = "write-request"
    fields_desc = [
        ConstantField("tag", 0x06, "write-request"),
        _variable_access(),
        SequenceOfField(DataField("list_of_data")),
    ]


class WriteResponse(ApduBase):
    """WriteResponse."""

    name = "WRITE.response"
    service = "write-response"
    answers_to = ("write-request",)
    fields_desc = [
        ConstantField("tag", 0x0D, "write-response"),
        SequenceOfField(ChoiceField("results", "WriteResponse", [WriteSuccess, WriteError, WriteBlockNumber])),
    ]

    def summary_text(self) -> str:
        """The results."""
        return str(self.said("results"))


class UnconfirmedWriteRequest(_VariablesApdu):
    """UnconfirmedWriteRequest; never answered."""

    name = "UNCONFIRMED-WRITE.request"
    service = "unconfirmed-write-request"
    fields_desc = [
        ConstantField("tag", 0x16, "unconfirmed-write-request"),
        _variable_access(),
        SequenceOfField(DataField("list_of_data")),
    ]


class InformationReportRequest(_VariablesApdu):
    """InformationReportRequest: an event of a server with short names; never answered."""

    name = "INFORMATION-REPORT.request"
    service = "information-report-request"
    fields_desc = [
        ConstantField("tag", 0x18, "information-report-request"),
        OptionalField(OctetStringField("current_time")),
        _variable_access(),
        SequenceOfField(DataField("list_of_data")),
    ]
