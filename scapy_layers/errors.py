"""How a service is refused (IEC 62056-5-3): ExceptionResponse and ConfirmedServiceError."""

from __future__ import annotations

from typing import Any

from scapy_layers.apdu import ApduBase
from scapy_layers.core.fields import ConstantField, EnumeratedField, UnsignedField, only_if
from scapy_layers.enums import CONFIRMED_SERVICE_ERRORS, ConfirmedService, ErrorClass, ServiceError, StateError

REQUESTS = (
    "get-request-normal", "get-request-next", "get-request-with-list",
    "set-request-normal", "set-request-with-first-datablock", "set-request-with-datablock",
    "set-request-with-list", "set-request-with-list-and-first-datablock",
    "action-request-normal", "action-request-next-pblock", "action-request-with-list",
    "action-request-with-first-pblock", "action-request-with-list-and-first-pblock", "action-request-with-pblock",
    "access-request", "read-request", "write-request", "general-block-transfer", "general-glo-ciphering",
    "general-ded-ciphering", "general-ciphering", "general-signing", "glo-get-request", "glo-set-request",
    "glo-action-request", "glo-read-request", "glo-write-request", "ded-get-request", "ded-set-request",
    "ded-action-request", "ded-read-request", "ded-write-request", "aarq", "rlrq", "unknown",
)  # fmt: skip
"""Services that are answered, as sent: an exception, or an answer in blocks, may answer each of them."""


class ExceptionResponse(ApduBase):
    """ExceptionResponse: the request was not understood, or not allowed."""

    name = "EXCEPTION.response"
    service = "exception-response"
    answers_to = REQUESTS
    fields_desc = [
        ConstantField("tag", 0xD8, "exception-response"),
        EnumeratedField("state_error", StateError.SERVICE_NOT_ALLOWED, StateError),
        EnumeratedField("service_error", ServiceError.OPERATION_NOT_POSSIBLE, ServiceError),
        only_if(UnsignedField("invocation_counter", 0, 4), "service_error", {ServiceError.INVOCATION_COUNTER_ERROR}),
    ]

    def summary_text(self) -> str:
        """The two errors, and the invocation counter that was expected."""
        said = f"{self.said('state_error')}, "
        said += str(self.said("service_error"))
        if self.service_error == ServiceError.INVOCATION_COUNTER_ERROR:
            said += f", invocation counter {self.invocation_counter}"
        return said


class ConfirmedServiceError(ApduBase):
    """ConfirmedServiceError: answers InitiateRequest, ReadRequest and WriteRequest."""

    name = "CONFIRMED-SERVICE-ERROR"
    service = "confirmed-service-error"
    answers_to = ("initiate-request", "read-request", "write-request", "glo-read-request", "glo-write-request")
    fields_desc = [
        ConstantField("tag", 0x0E, "confirmed-service-error"),
        EnumeratedField("confirmed_service", ConfirmedService.READ, ConfirmedService),
        EnumeratedField("error_class", ErrorClass.ACCESS, ErrorClass),
        UnsignedField("error_value"),
    ]

    def summary_text(self) -> str:
        """Service, class and error."""
        service: Any = self.said("confirmed_service")
        error_class: Any = self.said("error_class")
        return f"{service}, {error_class}, {error_name(self.error_class, self.error_value)}"


def error_name(error_class: int, value: int) -> str:
    """Name of an error of a class; the number where it has none."""
    names = CONFIRMED_SERVICE_ERRORS.get(error_class, ())
    return names[value] if value < len(names) else str(value)
