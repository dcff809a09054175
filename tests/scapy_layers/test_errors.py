"""ExceptionResponse and ConfirmedServiceError."""

from __future__ import annotations

import pytest

from scapy_layers import Apdu, ConfirmedServiceError, ErrorClass, ExceptionResponse, NeedMore, ServiceError, StateError
from scapy_layers.enums import CONFIRMED_SERVICE_ERRORS
from scapy_layers.errors import error_name
from tests.scapy_layers.agreement import agree
from tests.scapy_layers.samples import SAMPLES


def test_an_invocation_counter_error_carries_the_counter() -> None:
    packet, record = agree(SAMPLES["exception-response, invocation counter"])
    assert record == (1, 6, 16)
    assert packet.invocation_counter == 16


@pytest.mark.parametrize("error", [error for error in ServiceError if error != ServiceError.INVOCATION_COUNTER_ERROR])
def test_no_other_error_carries_a_counter(error: ServiceError) -> None:
    octets = bytes((0xD8, StateError.SERVICE_UNKNOWN, error))
    packet, record = agree(octets)
    assert record == (2, error, None)
    assert not packet.payload
    packet, _ = agree(octets + b"\x00\x00\x00\x10")
    assert bytes(packet.payload) == b"\x00\x00\x00\x10"


def test_an_invocation_counter_error_without_its_counter_asks_for_more() -> None:
    packet, _ = agree(bytes.fromhex("d801060000"))
    assert isinstance(packet.stopped, NeedMore)
    assert packet.service_error == ServiceError.INVOCATION_COUNTER_ERROR


def test_errors_without_a_name_stay_numbers() -> None:
    packet, record = agree(bytes.fromhex("d80909"))
    assert record == (9, 9, None)
    assert packet.summary() == "EXCEPTION.response  9, 9"


def test_the_counter_is_built_only_where_it_belongs() -> None:
    assert (
        bytes(ExceptionResponse(service_error="invocation-counter-error", invocation_counter=1)).hex()
        == "d8010600000001"
    )
    assert bytes(ExceptionResponse(service_error="deciphering-error", invocation_counter=1)).hex() == "d80105"


@pytest.mark.parametrize("error_class", ErrorClass)
def test_every_confirmed_service_error_is_said(error_class: ErrorClass) -> None:
    names = CONFIRMED_SERVICE_ERRORS.get(error_class, ())
    for value in range(len(names) + 1):
        packet, record = agree(bytes((0x0E, 5, error_class, value)))
        assert record == (5, error_class, value)
        said = names[value] if value < len(names) else str(value)
        assert packet.summary().endswith(f", {said}")
        assert error_name(error_class, value) == said


def test_a_confirmed_service_error_is_built_by_names() -> None:
    packet = ConfirmedServiceError(confirmed_service="initiate-error", error_class="initiate", error_value=1)
    assert bytes(packet) == SAMPLES["confirmed-service-error"]
    assert error_name(77, 3) == "3"
    assert Apdu(bytes(packet)) == packet
