"""The fields of the engine, and the page that explains filters."""

from __future__ import annotations

import re

import pytest

from dlms_analyzer.filters import compile_filter
from dlms_analyzer.filters.engine_fields import ENGINE_FIELDS, leaves
from scapy_layers.reference import fields
from tests.support import REPOSITORY

PAGE = (REPOSITORY / "docs" / "filters.md").read_text(encoding="utf-8")
EXAMPLES = [line for block in re.findall(r"```filter\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]


def test_the_page_lists_every_field_of_the_engine() -> None:
    rows = [f"| `{field.name}` | {field.domain.value} | {field.description} |" for field in ENGINE_FIELDS]
    assert "\n".join(rows) in PAGE


def test_the_fields_stand_in_order_and_none_has_the_name_of_a_field_of_the_layers() -> None:
    names = [field.name for field in ENGINE_FIELDS]
    assert names == sorted(names)
    assert not set(names) & {entry.name for entry in fields()}


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_of_the_page_is_a_filter(text: str) -> None:
    assert compile_filter(text).fields


def test_lists_and_named_elements_are_taken_apart_in_order() -> None:
    assert list(leaves({"a": [1, {"b": 2}], "c": "3"})) == [1, 2, "3"]
