"""The table of interface classes."""

from __future__ import annotations

import re

from dlms_analyzer.cosem.classes import (
    attribute_name,
    attribute_type,
    class_name,
    classes,
    interface_class,
    method_name,
    method_parameter,
)
from scapy_layers.interface_classes import CLASS_NAMES
from tests.dlms_analyzer.cosem.test_obis import reference_rows


def test_every_class_and_version_of_the_reference_is_there_with_its_members() -> None:
    rows = reference_rows("classes.tsv")
    assert len(rows) == sum(map(len, classes().values()))
    for row in rows:
        found = interface_class(int(row["class_id"]), int(row["version"]))
        assert found is not None
        assert found.version == int(row["version"])
        columns = list(row)
        said = [f"{one.number}:{one.name}:{one.type}" for one in found.attributes.values()]
        assert ";".join(said) == row[columns[3]]
        said = [f"{one.number}:{one.name}:{one.parameter}" for one in found.methods.values()]
        assert ";".join(said) == row[columns[4]]


def test_the_names_of_classes_are_those_of_the_layers() -> None:
    assert set(classes()) == set(CLASS_NAMES)
    for class_id, name in CLASS_NAMES.items():
        assert class_name(class_id) == re.sub(r" \((Italy|proprietary).*", "", name)


def test_attributes_are_numbered_from_the_logical_name_on() -> None:
    for versions in classes().values():
        for one in versions:
            assert list(one.attributes) == list(range(1, len(one.attributes) + 1))
            assert one.attributes[1].name == "logical_name"


def test_a_version_that_is_not_listed_is_read_as_the_nearest() -> None:
    found = interface_class(7, 9)
    assert found is not None
    assert found.version == 1
    newest = interface_class(40)
    assert newest is not None
    assert newest.version == 3


def test_unknown_members_keep_their_number() -> None:
    assert class_name(12345) == "class 12345"
    assert attribute_name(12345, 2) == "attribute 2"
    assert attribute_name(12345, 1) == "logical_name"
    assert attribute_name(3, 77) == "attribute 77"
    assert attribute_type(12345, 2) is None
    assert attribute_type(12345, 1) == "octet-string(6)"
    assert method_name(3, 77) == "method 77"
    assert method_parameter(3, 77) is None


def test_members_have_names_and_types() -> None:
    assert attribute_name(3, 3) == "scaler_unit"
    assert attribute_type(8, 2) == "octet-string(date-time)"
    assert method_name(70, 1) == "remote_disconnect"
    assert method_parameter(9, 1) == "long-unsigned"
    assert attribute_type(65, 3, 0) == "octet-string(date-time)"
    assert attribute_type(40, 7, 0) == "long-unsigned"
    assert attribute_type(40, 7, 2) == "structure"
