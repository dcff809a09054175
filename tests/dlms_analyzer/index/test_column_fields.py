"""Which columns answer for which field."""

from __future__ import annotations

from dlms_analyzer.filters.engine_fields import ENGINE_FIELDS
from dlms_analyzer.index.column_fields import COLUMN_FIELDS


def test_every_field_of_the_engine_has_something_that_answers_for_it() -> None:
    assert set(COLUMN_FIELDS) == {field.name for field in ENGINE_FIELDS}
