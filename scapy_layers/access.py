"""ACCESS service (IEC 62056-5-3): many gets, sets and actions in one unified request."""

from __future__ import annotations

from scapy_layers.apdu import ApduBase
from scapy_layers.attribute import objects_text
from scapy_layers.core.composite import ChoiceField, SequenceOfField
from scapy_layers.core.fields import ConstantField, EnumeratedField, OptionalField, UnsignedField
from scapy_layers.core.layer import Pdu
from scapy_layers.cosem_fields import (
    AttributeIdField,
    ClassIdField,
    DateTimeField,
    LogicalNameField,
    LongInvokeIdAndPriorityField,
    MethodIdField,
)
from scapy_layers.data import DataField
from scapy_layers.enums import ActionResult, DataAccessResult

SMALLEST_SPECIFICATION = 10
"""Octets of a choice and a descriptor."""


class AccessRequestGet(Pdu):
    """Access-Request-Get."""

    name = "get"
    service = "access-request-get"
    fields_desc = [ConstantField("choice", 1, "get"), ClassIdField(), LogicalNameField(), AttributeIdField()]


class AccessRequestSet(Pdu):
    """Access-Request-Set."""

    name = "set"
    service = "access-request-set"
    fields_desc = [ConstantField("choice", 2, "set"), ClassIdField(), LogicalNameField(), AttributeIdField()]


class AccessRequestAction(Pdu):
    """Access-Request-Action."""

    name = "action"
    service = "access-request-action"
    fields_desc = [ConstantField("choice", 3, "action"), ClassIdField(), LogicalNameField(), MethodIdField()]


class AccessRequestGetWithSelection(Pdu):
    """Access-Request-Get-With-Selection; the selection has no usage octet here."""

    name = "get with selection"
    service = "access-request-get-with-selection"
    fields_desc = [
        ConstantField("choice", 4, "get-with-selection"),
        ClassIdField(),
        LogicalNameField(),
        AttributeIdField(),
        UnsignedField("access_selector", 1),
        DataField("access_parameters"),
    ]


class AccessRequestSetWithSelection(Pdu):
    """Access-Request-Set-With-Selection; the selection has no usage octet here."""

    name = "set with selection"
    service = "access-request-set-with-selection"
    fields_desc = [
        ConstantField("choice", 5, "set-with-selection"),
        ClassIdField(),
        LogicalNameField(),
        AttributeIdField(),
        UnsignedField("access_selector", 1),
        DataField("access_parameters"),
    ]


class AccessResponseGet(Pdu):
    """Access-Response-Get."""

    name = "get"
    service = "access-response-get"
    fields_desc = [ConstantField("choice", 1, "get"), EnumeratedField("result", 0, DataAccessResult)]


class AccessResponseSet(Pdu):
    """Access-Response-Set."""

    name = "set"
    service = "access-response-set"
    fields_desc = [ConstantField("choice", 2, "set"), EnumeratedField("result", 0, DataAccessResult)]


class AccessResponseAction(Pdu):
    """Access-Response-Action."""

    name = "action"
    service = "access-response-action"
    fields_desc = [ConstantField("choice", 3, "action"), EnumeratedField("result", 0, ActionResult)]


def _request_specifications() -> SequenceOfField:
    layers = [
        AccessRequestGet,
        AccessRequestSet,
        AccessRequestAction,
        AccessRequestGetWithSelection,
        AccessRequestSetWithSelection,
    ]
    specification = ChoiceField("access_request_specification", "Access-Request-Specification", layers)
    return SequenceOfField(specification, SMALLEST_SPECIFICATION)


class AccessRequest(ApduBase):
    """Access-Request: specifications, and one Data for each (null-data for a get)."""

    name = "ACCESS.request"
    service = "access-request"
    fields_desc = [
        ConstantField("tag", 0xD9, "access-request"),
        LongInvokeIdAndPriorityField(),
        DateTimeField("date_time"),
        _request_specifications(),
        SequenceOfField(DataField("access_request_list_of_data")),
    ]

    def summary_text(self) -> str:
        """What is asked for."""
        return objects_text(self.access_request_specification)


class AccessResponse(ApduBase):
    """Access-Response: one Data and one result for each specification."""

    name = "ACCESS.response"
    service = "access-response"
    answers_to = ("access-request",)
    fields_desc = [
        ConstantField("tag", 0xDA, "access-response"),
        LongInvokeIdAndPriorityField(),
        DateTimeField("date_time"),
        OptionalField(_request_specifications()),
        SequenceOfField(DataField("access_response_list_of_data")),
        SequenceOfField(
            ChoiceField(
                "access_response_specification",
                "Access-Response-Specification",
                [AccessResponseGet, AccessResponseSet, AccessResponseAction],
            ),
            2,
        ),
    ]

    def summary_text(self) -> str:
        """How many results."""
        results = self.access_response_specification
        return f"{len(results)} results, {sum(r.result == DataAccessResult.SUCCESS for r in results)} success"
