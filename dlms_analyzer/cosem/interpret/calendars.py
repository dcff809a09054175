"""Words for scripts, schedules, calendars and what calls them: what happens when."""

from __future__ import annotations

from typing import Any, Final

from dlms_analyzer.cosem.classes import attribute_name, class_name, method_name
from dlms_analyzer.cosem.interpret.shapes import ELEMENTS_SAID
from dlms_analyzer.cosem.obis import label, parse

_WEEK: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WRITE: Final = 1


def _some(said: list[str], separator: str = "; ") -> str:
    more = len(said) - ELEMENTS_SAID
    text = separator.join(said[:ELEMENTS_SAID]) or "empty"
    return f"{text}{separator}{more} more" if more > 0 else text


def named(dotted: str | None) -> str:
    """Code and name of an object; `no object` where its logical name is not set."""
    return "no object" if dotted is None else label(parse(dotted))


def script_reference(value: dict[str, Any]) -> str:
    """`script 2 of 0-0:10.0.106.255 …`."""
    return f"script {value['script_selector']} of {named(value['script_logical_name'])}"


def attribute_reference(value: dict[str, Any]) -> str:
    """`1-0:1.8.0.255 active energy import (total), value`."""
    class_id, index = value["class_id"], value["attribute_index"]
    text = f"{named(value['logical_name'])}, {attribute_name(class_id, index) if index else 'all attributes'}"
    element = value.get("data_index")
    return f"{text}, element {element}" if element else text


def _action(value: dict[str, Any]) -> str:
    class_id, index = value["class_id"], value["index"]
    where = f"{named(value['logical_name'])} ({class_name(class_id)})"
    if value["service_id"] == _WRITE:
        return f"write {value['parameter']} to {attribute_name(class_id, index)} of {where}"
    return f"{method_name(class_id, index)} of {where}"


def scripts(value: list[dict[str, Any]]) -> str:
    """Every script with its actions."""
    return _some(
        [
            f"script {one['script_identifier']}: {', '.join(map(_action, one['actions'] or ())) or 'does nothing'}"
            for one in value
        ]
    )


def schedule(value: list[dict[str, Any]]) -> str:
    """Every entry: when, on which days, which script."""
    said = []
    for one in value:
        days = one["exec_weekdays"]
        when = f"{one['switch_time']} on {', '.join(days) if isinstance(days, list) and days else 'no weekday'}"
        state = "" if one["enable"] else " (disabled)"
        said.append(
            f"{one['index']}: at {when} from {one['begin_date']} to {one['end_date']} {script_reference(one)}{state}"
        )
    return _some(said)


def special_days(value: list[dict[str, Any]]) -> str:
    """Every special day with the day profile that holds on it."""
    return _some([f"{one['specialday_date']}: day {one['day_id']}" for one in value])


def seasons(value: list[dict[str, Any]]) -> str:
    """Every season: from when which week."""
    return _some(
        [
            f"season {one['season_profile_name']!r} from {one['season_start']}: week {one['week_name']!r}"
            for one in value
        ]
    )


def weeks(value: list[dict[str, Any]]) -> str:
    """Every week: which day profile on which days."""
    said = []
    for one in value:
        days = [one[name] for name in _WEEK]
        parts = []
        start = 0
        for index in range(1, 8):
            if index == 7 or days[index] != days[start]:
                last = f" to {_WEEK[index - 1].title()}" if index - 1 > start else ""
                parts.append(f"{_WEEK[start].title()}{last} day {days[start]}")
                start = index
        said.append(f"week {one['week_profile_name']!r}: {', '.join(parts)}")
    return _some(said)


def days(value: list[dict[str, Any]]) -> str:
    """Every day profile: at what time which script."""
    return _some(
        [
            f"day {one['day_id']}: "
            + (", ".join(f"{at['start_time']} {script_reference(at)}" for at in one["day_schedule"] or ()) or "nothing")
            for one in value
        ]
    )


def moments(value: list[dict[str, Any]]) -> str:
    """Execution times of a single action schedule."""
    return _some([f"{one['date']} {one['time']}" for one in value])


def windows(value: list[dict[str, Any]]) -> str:
    """Windows of time."""
    return _some([f"from {one['start_time']} to {one['end_time']}" for one in value])


def objects(value: list[dict[str, Any]]) -> str:
    """Attributes that are captured, pushed or monitored."""
    return _some(list(map(attribute_reference, value)))


def destination(value: dict[str, Any]) -> str:
    """Where a push goes."""
    return f"{value['destination']!r}, transport {value['transport_service']}, message {value['message']}"
