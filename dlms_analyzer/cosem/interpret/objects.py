"""Words for lists of objects: what an association shows."""

from __future__ import annotations

from typing import Any

from dlms_analyzer.cosem.classes import class_name
from dlms_analyzer.cosem.interpret.calendars import named
from dlms_analyzer.cosem.interpret.shapes import ELEMENTS_SAID


def object_list(value: list[dict[str, Any]]) -> str:
    """How many objects there are, and the first of them."""
    said = [f"{named(one['logical_name'])} ({class_name(one['class_id'])})" for one in value[:ELEMENTS_SAID]]
    more = len(value) - len(said)
    count = "1 object" if len(value) == 1 else f"{len(value)} objects"
    text = f"{count}: {'; '.join(said)}" if said else "no objects"
    return f"{text}; {more} more" if more > 0 else text


def devices(value: list[dict[str, Any]]) -> str:
    """Logical devices by their SAP."""
    return "; ".join(f"SAP {one['SAP']}: {one['logical_device_name']}" for one in value) or "no logical device"
