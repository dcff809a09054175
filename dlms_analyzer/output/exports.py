"""Values, tables and meters as texts for other programs: CSV for spreadsheets, JSON for scripts.

All are given line by line, so that a large export may be written in small steps.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import chain
from typing import Any, Final

from dlms_analyzer.cosem.profile import Table
from dlms_analyzer.object_tree import ObjectNode, meter_dict
from dlms_analyzer.objects.meter import MeterObjects
from dlms_analyzer.output.cells import csv_writer
from dlms_analyzer.output.profiles import profile_csv_heading, profile_csv_rows, profile_dicts
from dlms_analyzer.output.values import CSV_COLUMNS, csv_row
from dlms_analyzer.values import Value

CSV: Final = "csv"
JSON: Final = "json"
FORMS: Final = (CSV, JSON)
"""What an export may be, as the ending of a file says it."""


def values_export(values: Iterable[Value], form: str, *, show_secrets: bool = False) -> Iterator[str]:
    """Values, one a line."""
    if form == CSV:
        return _csv(CSV_COLUMNS, (csv_row(one, show_secrets=show_secrets) for one in values))
    return _json(one.to_dict(show_secrets=show_secrets) for one in values)


def table_export(value: Value, table: Table, form: str) -> Iterator[str]:
    """The rows of a profile, one a line."""
    if form == CSV:
        return _csv(profile_csv_heading(table), profile_csv_rows(value, table))
    return _json(profile_dicts(value, table))


def meter_export(meter: MeterObjects, form: str, *, show_secrets: bool = False) -> Iterator[str]:
    """The latest value of every attribute of a meter; as JSON with its objects, their rights and methods."""
    for one in meter.objects:
        meter.prepare(one)
    if form == CSV:
        latest = (meter.latest(ref) for one in meter.objects for ref in meter.attributes(one))
        yield from values_export((one for one in latest if one is not None), form, show_secrets=show_secrets)
        return
    nodes: list[ObjectNode] = []
    for one in meter.objects:
        nodes.append(meter.node(one, values=True))
        yield ""
    yield json.dumps(meter_dict(meter.model, nodes, show_secrets=show_secrets), ensure_ascii=False, indent=1) + "\n"


def _csv(heading: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    out = StringIO()
    write = csv_writer(out)
    for row in chain((heading,), rows):
        write(row)
        yield out.getvalue()
        out.seek(0)
        out.truncate()


def _json(objects: Iterable[dict[str, Any]]) -> Iterator[str]:
    """A list with an object a line."""
    before = "[\n"
    for one in objects:
        yield before + json.dumps(one, ensure_ascii=False)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"
