"""What LN services are made of, said in words for packets and records alike."""

from __future__ import annotations

import pytest

from scapy_layers import (
    ActionResponseWithOptionalData,
    AttributeDescriptor,
    GetRequestNormal,
    MethodDescriptor,
    ReturnedData,
    read_apdu,
)
from scapy_layers.attribute import object_text, objects_text
from tests.scapy_layers.samples import SAMPLES


@pytest.mark.parametrize("name", ["get-request-normal", "get-request-normal by entry", "set-request-normal"])
def test_an_object_is_said_alike_for_a_packet_and_a_record(name: str) -> None:
    octets = SAMPLES[name]
    record, _ = read_apdu(octets, 0, len(octets))
    assert object_text(record) == object_text(record.layer(octets))


def test_attributes_and_methods_are_told_apart() -> None:
    given = {"class_id": 3, "logical_name": "1-0:1.8.0"}
    assert object_text(AttributeDescriptor(attribute_id=2, **given)) == "1-0:1.8.0.255 (Register) attr 2"
    assert object_text(MethodDescriptor(method_id=1, **given)) == "1-0:1.8.0.255 (Register) method 1"
    assert object_text(AttributeDescriptor(attribute_id=-1, class_id=9999)) == "0-0:0.0.0.0 (class 9999) attr -1"


def test_a_list_says_its_first_and_how_many_more() -> None:
    one = AttributeDescriptor(class_id=3, logical_name="1-0:1.8.0", attribute_id=2)
    assert objects_text([]) == "nothing"
    assert objects_text([one]) == "1-0:1.8.0.255 (Register) attr 2"
    assert objects_text([one, one, one]) == "1-0:1.8.0.255 (Register) attr 2 and 2 more"


def test_descriptors_are_nine_octets() -> None:
    assert len(bytes(AttributeDescriptor())) == len(bytes(MethodDescriptor())) == 9
    assert bytes(GetRequestNormal())[3:12] == bytes(AttributeDescriptor())


def test_an_action_response_is_built_with_data() -> None:
    response = ActionResponseWithOptionalData(return_parameters=ReturnedData(data=(17, 5)))
    assert bytes(response).hex() == "0001001105"
    assert bytes(ActionResponseWithOptionalData(action_result="temporary-failure")).hex() == "0200"
