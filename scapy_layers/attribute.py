"""What LN services are made of: attribute and method descriptors, selective access, results, data blocks."""

from __future__ import annotations

from typing import Any

from scapy_layers.core.composite import ChoiceField, SequenceField
from scapy_layers.core.fields import (
    BooleanField,
    ConstantField,
    EnumeratedField,
    OctetStringField,
    OptionalField,
    UnsignedField,
    WireField,
)
from scapy_layers.core.layer import Pdu, layer_of, values_of
from scapy_layers.cosem_fields import AttributeIdField, ClassIdField, LogicalNameField, MethodIdField, logical_name_text
from scapy_layers.data import DataField
from scapy_layers.enums import ActionResult, DataAccessResult
from scapy_layers.interface_classes import CLASS_NAMES
from scapy_layers.selective_access import parse


class SelectiveAccess(Pdu):
    """Selective-Access-Descriptor."""

    name = "Selective access"
    service = "selective-access"
    fields_desc = [UnsignedField("access_selector", 1), DataField("access_parameters")]


def access_selection() -> WireField:
    """The optional selective access of a request."""
    return OptionalField(SequenceField("access_selection", SelectiveAccess))


class AttributeDescriptor(Pdu):
    """Cosem-Attribute-Descriptor."""

    name = "Attribute"
    service = "attribute-descriptor"
    fields_desc = [ClassIdField(), LogicalNameField(), AttributeIdField()]


class AttributeDescriptorWithSelection(Pdu):
    """Cosem-Attribute-Descriptor-With-Selection."""

    name = "Attribute with selection"
    service = "attribute-descriptor-with-selection"
    fields_desc = [ClassIdField(), LogicalNameField(), AttributeIdField(), access_selection()]


class MethodDescriptor(Pdu):
    """Cosem-Method-Descriptor."""

    name = "Method"
    service = "method-descriptor"
    fields_desc = [ClassIdField(), LogicalNameField(), MethodIdField()]


class ReturnedData(Pdu):
    """Get-Data-Result: data."""

    name = "Data"
    service = "get-data-result-data"
    fields_desc = [ConstantField("choice", 0, "data"), DataField()]


class ReturnedError(Pdu):
    """Get-Data-Result: why there is no data."""

    name = "Data access result"
    service = "get-data-result-error"
    fields_desc = [
        ConstantField("choice", 1, "data-access-result"),
        EnumeratedField("data_access_result", DataAccessResult.OTHER_REASON, DataAccessResult),
    ]


def get_data_result(name: str = "result") -> WireField:
    """Get-Data-Result: data or an error."""
    return ChoiceField(name, "Get-Data-Result", [ReturnedData, ReturnedError])


class RawDataBlock(Pdu):
    """Content of a DataBlock-G: octets."""

    name = "Raw data"
    service = "datablock-raw-data"
    fields_desc = [ConstantField("choice", 0, "raw-data"), OctetStringField("raw_data")]


class DataBlockError(Pdu):
    """Content of a DataBlock-G: an error that ends the transfer."""

    name = "Data access result"
    service = "datablock-error"
    fields_desc = [
        ConstantField("choice", 1, "data-access-result"),
        EnumeratedField("data_access_result", DataAccessResult.OTHER_REASON, DataAccessResult),
    ]


def data_block_g() -> list[Any]:
    """DataBlock-G: the block of a GET.response."""
    return [
        BooleanField("last_block", 1),
        UnsignedField("block_number", 1, 4),
        ChoiceField("result", "DataBlock-G", [RawDataBlock, DataBlockError]),
    ]


def data_block_sa() -> list[Any]:
    """DataBlock-SA: the block of SET.request, ACTION.request and ACTION.response."""
    return [BooleanField("last_block", 1), UnsignedField("block_number", 1, 4), OctetStringField("raw_data")]


class ActionResponseWithOptionalData(Pdu):
    """Action-Response-With-Optional-Data."""

    name = "Action response"
    service = "action-response-with-optional-data"
    fields_desc = [
        EnumeratedField("action_result", ActionResult.SUCCESS, ActionResult),
        OptionalField(get_data_result("return_parameters")),
    ]


def object_text(source: Any) -> str:
    """`1-0:1.8.0.255 (Register) attr 2` for anything with a descriptor's fields, packet or record."""
    get = values_of(source)
    class_id = get("class_id")
    names = [field.name for field in layer_of(source).fields_desc]
    member = f"method {get('method_id')}" if "method_id" in names else f"attr {get('attribute_id')}"
    selected = get("access_selection") if "access_selection" in names else None
    selection = ""
    if selected is not None:
        how = values_of(selected)
        view = parse(class_id, get("attribute_id"), how("access_selector"), how("access_parameters"))
        selection = f"  [{view}]"
    class_name = CLASS_NAMES.get(class_id, f"class {class_id}")
    return f"{logical_name_text(get('logical_name'))} ({class_name}) {member}{selection}"


def objects_text(sources: list[Any]) -> str:
    """The first descriptor of a list and how many there are."""
    if not sources:
        return "nothing"
    more = f" and {len(sources) - 1} more" if len(sources) > 1 else ""
    return object_text(sources[0]) + more


def result_text(field: WireField, result: Any) -> str:
    """A result's gist: the data, or the error's name."""
    layer = layer_of(result)
    if layer is ReturnedData:
        return repr(result.data)
    if layer is RawDataBlock:
        return f"{len(result.raw_data)} octets"
    for inner in layer.fields_desc:
        if inner.in_record:
            return str(inner.text(values_of(result)(inner.name)))
    return str(field.text(result))
