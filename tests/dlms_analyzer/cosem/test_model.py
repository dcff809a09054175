"""What a meter's model learns, and how values read with it."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlms_analyzer.cosem.model import MeterModel
from dlms_analyzer.cosem.names import Names, NameTable
from dlms_analyzer.cosem.obis import parse
from tests.dlms_analyzer.cosem.interpret.values import DATE_TIME, Pair, data

ENERGY = parse("1-0:1.8.0")
PROFILE = parse("1-0:99.1.0")
CLOCK = parse("0-0:1.0.0")
ASSOCIATION = parse("0-0:40.0.0")
WH = (2, ((15, -3), (22, 30)))


def capture_object(class_id: int, name: bytes, attribute: int = 2, index: int = 0) -> Pair:
    return 2, ((18, class_id), (9, name), (15, attribute), (18, index))


def test_a_register_reads_raw_until_its_scaler_was_seen() -> None:
    model = MeterModel()
    before = model.interpret(3, ENERGY, 2, (6, 1234567))
    assert (before.value, before.scaled, before.unit) == (1234567, None, None)
    assert before.words == "1234567 (scaler and unit not seen)"
    revision = model.revision
    assert model.note(3, ENERGY, 3, WH)
    assert model.revision > revision
    after = model.interpret(3, ENERGY, 2, (6, 1234567))
    assert (after.value, after.scaled, after.unit) == (1234567, Decimal("1234.567"), "Wh")
    assert after.words == "1.234567 kWh"
    assert "scaler_unit of 1-0:1.8.0*255" in after.rule


def test_knowledge_seen_twice_is_not_new() -> None:
    model = MeterModel()
    assert model.note(3, ENERGY, 3, WH)
    revision = model.revision
    assert not model.note(3, ENERGY, 3, WH)
    assert model.revision == revision


def test_registers_of_two_classes_keep_their_own_scalers() -> None:
    model = MeterModel()
    model.note(5, ENERGY, 4, (2, ((15, 0), (22, 27))))
    assert model.interpret(5, ENERGY, 2, (6, 1500)).words == "1.500 kW"
    assert model.interpret(5, ENERGY, 3, (6, 15)).unit == "W"
    assert model.interpret(3, ENERGY, 2, (6, 15)).unit is None


def test_a_register_that_holds_no_number_is_shown_as_it_is() -> None:
    model = MeterModel()
    model.note(3, ENERGY, 3, WH)
    found = model.interpret(3, ENERGY, 2, (9, DATE_TIME))
    assert (found.value, found.scaled) == ("2026-11-22T12:37:23+01:00", None)
    assert model.interpret(3, ENERGY, 2, (0, None)).value is None


def test_thresholds_are_in_the_unit_of_what_is_monitored() -> None:
    model = MeterModel()
    limiter = parse("0-0:17.0.0")
    power = parse("1-0:1.7.0")
    assert model.interpret(71, limiter, 3, (6, 5000)).unit is None
    model.note(3, power, 3, (2, ((15, 0), (22, 27))))
    model.note(71, limiter, 2, (2, ((18, 3), (9, power), (15, 2))))
    assert model.interpret(71, limiter, 3, (6, 5000)).words == "5.000 kW"


def test_the_object_list_gives_versions_and_access_rights() -> None:
    access = (2, ((1, ((2, ((15, 2), (22, 3), (0, None))),)), (1, ((2, ((15, 1), (3, True))),))))
    element = (2, ((18, 40), (17, 2), (9, parse("0-0:25.9.0")), access))
    model = MeterModel()
    assert model.note(15, ASSOCIATION, 2, (1, (element,)))
    known = model.objects[40, parse("0-0:25.9.0")]
    assert (known.version, known.access) == (2, (("2", 3), ("m1", 1)))
    assert not model.note(15, ASSOCIATION, 2, (1, (element,)))
    without_rights = (2, ((18, 40), (17, 2), (9, parse("0-0:25.9.0"))))
    assert not model.note(15, ASSOCIATION, 2, (1, (without_rights,)))
    assert model.objects[40, parse("0-0:25.9.0")].access == known.access


def test_short_names_follow_the_object_list_of_an_association_sn() -> None:
    model = MeterModel()
    assert model.resolve(0x108) is None
    element = (2, ((16, 0x100), (18, 3), (17, 0), (9, ENERGY)))
    model.note(12, ASSOCIATION, 2, (1, (element, (2, ((16, -1536), (18, 12), (17, 1), (9, ASSOCIATION))))))
    found = model.resolve(0x108)
    assert found is not None
    assert (found.class_id, found.logical_name, found.attribute) == (3, ENERGY, 2)
    association = model.resolve(0xFA08)
    assert association is not None
    assert association.rule == "object list"


def test_scalers_in_a_scaler_profile_are_learnt() -> None:
    model = MeterModel()
    scalers = parse("1.0.94.91.4.255")
    model.note(7, scalers, 3, (1, (capture_object(3, ENERGY, 3),)))
    assert model.note(7, scalers, 2, (1, ((2, (WH,)),)))
    assert model.interpret(3, ENERGY, 2, (6, 5)).scaled == Decimal("0.005")


def test_compact_data_is_read_by_its_template() -> None:
    model = MeterModel()
    name = parse("0-0:66.0.1")
    buffer = (9, bytes.fromhex("0700000400"))
    unread = model.interpret(62, name, 2, buffer)
    assert "template_description" in unread.problem
    model.note(62, name, 3, (1, (capture_object(62, name, 4), capture_object(3, ENERGY))))
    model.note(62, name, 5, (9, bytes.fromhex("02021106")))
    model.note(3, ENERGY, 3, WH)
    found = model.interpret(62, name, 2, buffer)
    assert found.value == [{"0.0.66.0.1.255:4": 7, "1.0.1.8.0.255": 1024}]
    assert found.words == "1 row of 2: 7, 1.024 Wh"
    assert "do not fit" in model.interpret(62, name, 2, (9, b"\x01\x02")).problem
    assert model.interpret(62, name, 2, (9, b"")).value == []


def test_a_users_name_goes_before_every_list() -> None:
    table = NameTable()
    table.add("1-0:1.8.0", "feeder 7")
    assert MeterModel(Names(table)).object_name(3, ENERGY) == "feeder 7"
    assert MeterModel().object_name(3, ENERGY) == "active energy import (total)"


def test_attribute_0_is_all_attributes_in_their_order() -> None:
    model = MeterModel()
    whole = (2, ((9, ENERGY), (6, 1234567), WH))
    assert model.note(3, ENERGY, 0, whole)
    found = model.interpret(3, ENERGY, 0, whole)
    assert found.value == {
        "logical_name": "1.0.1.8.0.255",
        "value": 1234567,
        "scaler_unit": {"scaler": -3, "unit": "Wh"},
    }
    assert found.parts[1].words == "1.234567 kWh"
    assert model.interpret(3, ENERGY, 0, (6, 5)).value == 5


def test_methods_are_interpreted() -> None:
    assert MeterModel().interpret_method(9, parse("0-0:10.0.106"), 1, (18, 2)).value == 2


def full_model() -> MeterModel:
    model = MeterModel()
    model.note(15, ASSOCIATION, 2, (1, ((2, ((18, 3), (17, 0), (9, ENERGY), (2, ((1, ()), (1, ()))))),)))
    model.note(12, ASSOCIATION, 2, (1, ((2, ((16, -1536), (18, 12), (17, 1), (9, ASSOCIATION))),)))
    model.note(3, ENERGY, 3, WH)
    model.note(7, PROFILE, 3, (1, (capture_object(8, CLOCK), capture_object(3, ENERGY))))
    model.note(7, PROFILE, 4, (6, 900))
    model.note(40, parse("0-0:25.9.0"), 2, (1, (capture_object(3, ENERGY),)))
    model.note(62, parse("0-0:66.0.1"), 5, (9, b"\x06"))
    model.note(71, parse("0-0:17.0.0"), 2, (2, ((18, 3), (9, ENERGY), (15, 2))))
    return model


def test_a_saved_model_reads_as_before() -> None:
    model = full_model()
    saved = json.loads(json.dumps(model.to_dict()))
    loaded = MeterModel.from_dict(saved)
    assert loaded.to_dict() == model.to_dict()
    assert loaded.interpret(3, ENERGY, 2, (6, 1234567)).words == "1.234567 kWh"
    assert loaded.capture_period(PROFILE) == 900
    assert loaded.resolve(0xFA08) == model.resolve(0xFA08)
    for section in (
        "objects",
        "scaler_units",
        "capture_objects",
        "capture_periods",
        "push_objects",
        "templates",
        "monitored",
    ):
        assert saved[section], section


@pytest.mark.parametrize(
    ("section", "content"),
    [
        ("objects", [{"class_id": "3"}]),
        ("objects", [{"class_id": 70000, "logical_name": "1.0.1.8.0.255"}]),
        ("scaler_units", [{"class_id": 3, "logical_name": "no", "scaler": 0, "unit": 30}]),
        ("capture_objects", [{"class_id": 7, "logical_name": "1.0.99.1.0.255", "objects": [[1, 2]]}]),
        ("capture_periods", {"1.0.99.1.0.255": "900"}),
        ("templates", {"0.0.66.0.1.255": "xyz"}),
        ("push_objects", [5]),
        ("monitored", [{"class_id": 21, "logical_name": "0.0.16.0.0.255", "objects": []}]),
    ],
)
def test_a_damaged_model_is_refused_with_the_section(section: str, content: object) -> None:
    with pytest.raises(ValueError, match=section):
        MeterModel.from_dict({"format": 1, section: content})


@pytest.mark.parametrize("content", [{}, {"format": 99}, []])
def test_what_is_no_model_is_refused(content: object) -> None:
    with pytest.raises(ValueError, match="no meter model"):
        MeterModel.from_dict(content)


def test_a_name_that_is_none_is_shown_in_hex() -> None:
    found = MeterModel().interpret(62, b"\x01", 2, (9, b"\x00"))
    assert found.problem == "template_description of 01 was not seen"


LEARNING = st.sampled_from(
    [(15, 2), (12, 2), (7, 2), (7, 3), (7, 4), (62, 3), (62, 5), (40, 2), (21, 3), (71, 2), (3, 3), (5, 4)]
)
READING = st.sampled_from([(3, 2), (5, 3), (7, 2), (62, 2), (71, 3), (1, 2), (8, 2), (12345, 7), (3, 0), (7, 0)])
NAME = st.sampled_from(
    [ENERGY, PROFILE, CLOCK, parse("0-0:97.98.0"), parse("0-0:96.11.0"), parse("0-0:1.1.0"), b"", b"\x01"]
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(LEARNING, NAME, data), max_size=6),
    READING,
    NAME,
    data,
    st.one_of(st.none(), st.tuples(st.integers(0, 4), data)),
)
def test_nothing_that_is_learnt_breaks_what_is_read(
    learnt: list[tuple[tuple[int, int], bytes, Pair]],
    reading: tuple[int, int],
    name: bytes,
    pair: Pair,
    selection: tuple[int, Pair] | None,
) -> None:
    model = MeterModel(Names(regions=("idis",)))
    for (class_id, attribute), noted, value in learnt:
        model.note(class_id, noted, attribute, value)
    found = model.interpret(reading[0], name, reading[1], pair, selection)
    json.dumps(found.value, allow_nan=False)
    assert isinstance(found.words, str)
    assert found.parts == found.parts
    MeterModel.from_dict(json.loads(json.dumps(model.to_dict())))
    if selection is not None:
        assert model.selection_words(reading[0], reading[1], selection)
