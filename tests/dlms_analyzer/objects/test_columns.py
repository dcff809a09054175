"""What the columns of a message tell of attribute values, and when the octets have to be looked at."""

from __future__ import annotations

import pytest

from dlms_analyzer.cosem import MeterModel, parse
from dlms_analyzer.items import Answer, Asked
from dlms_analyzer.objects.columns import AttributeRef, ObjectRef, Told, placed, ref_of, told
from dlms_analyzer.values import READ, Value

ENERGY = parse("1-0:1.8.0")
READING = Asked(3, ENERGY, attribute=2)
VALUE = AttributeRef(3, ENERGY, None, 2)


@pytest.mark.parametrize(
    "service", ["get-response-normal", "get-response-with-datablock", "read-response", "event-notification-request"]
)
def test_a_success_about_one_attribute_is_a_value_of_it(service: str) -> None:
    assert told(service, (READING,), True, "success") == VALUE
    assert VALUE.object == ObjectRef(3, ENERGY)


@pytest.mark.parametrize(
    ("service", "asked", "result"),
    [
        ("get-request-normal", (READING,), None),
        ("get-response-normal", (READING,), "read-write-denied"),
        ("get-response-normal", (), "success"),
        ("action-response-normal", (Asked(3, ENERGY, method=1),), "success"),
        ("action-response-with-list", (Asked(3, ENERGY, method=1), Asked(3, ENERGY, method=2)), "read-write-denied"),
        ("aare", (), None),
    ],
)
def test_requests_refusals_and_methods_reveal_nothing(service: str, asked: tuple[Asked, ...], result: str) -> None:
    assert told(service, asked, bool(asked), result) is Told.NOTHING


@pytest.mark.parametrize(
    ("service", "asked", "result"),
    [
        ("get-response-with-list", (READING, READING), "read-write-denied"),
        ("get-response-normal", (READING._replace(attribute=0),), "success"),
        ("set-response-normal", (READING,), "success"),
        ("access-response", (READING,), "success"),
        ("general-block-transfer", (READING,), "success"),
        ("get-response-normal", (), "success"),  # more different questions than the columns can tell apart
    ],
)
def test_lists_writes_and_attribute_0_have_to_be_looked_at(service: str, asked: tuple[Asked, ...], result: str) -> None:
    assert told(service, asked, True, result) is Told.OCTETS


def test_what_a_push_is_about_only_its_octets_tell() -> None:
    assert told("data-notification", (), False, None) is Told.PUSH
    assert told("p1-telegram", (), False, None) is Told.PUSH
    assert told("general-block-transfer", (), False, None) is Told.BLOCK


def test_a_short_name_has_its_place_once_the_object_list_is_known() -> None:
    model = MeterModel()
    ref = ref_of(Value(0, 1, model, None, None, 0x5008, None, (6, 5), READ))
    assert placed(model, ref) == ref == AttributeRef(None, None, 0x5008, None)
    model.note(12, parse("0-0:40.0.0"), 2, (1, ((2, ((16, 0x5000), (18, 3), (17, 0), (9, ENERGY))),)))
    assert placed(model, ref) == VALUE
    assert placed(model, AttributeRef(None, None, 0x5028, None)) is None
    assert ref_of(Value(0, 1, model, 3, ENERGY, None, 2, Answer("success", (6, 5)).data or (0, None), READ)) == VALUE
