"""Objects whose value means more than its type says, by their logical name (IEC 62056-6-1, abstract objects)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Final

from dlms_analyzer.cosem import obis
from dlms_analyzer.cosem.interpret.registry import generic
from dlms_analyzer.cosem.interpret.result import Interpreted, Pair
from dlms_analyzer.cosem.units import INTEGER_TAGS

LAST_SECOND: Final = 0xFFFF_FFFF
"""Greatest UNIX time, a double-long-unsigned."""


def special_plan(
    class_id: int, logical_name: bytes, attribute: int, regions: tuple[str, ...]
) -> Callable[[Pair], Interpreted] | None:
    """How the value of such an object is read; None for all others."""
    if attribute != 2 or class_id not in (1, 3, 4) or len(logical_name) != 6 or logical_name[0] != 0:
        return None
    c, d, e = logical_name[2:5]
    if (c, d, e) == (1, 1, 0):
        return _unix_time
    if (c, d) == (97, 98) and obis.has_alarm_bits(logical_name):
        return partial(_alarms, logical_name)
    if (c, d) == (96, 11):
        for region in regions:
            if region in obis.event_regions():
                return partial(_event, region)
    return None


def _unix_time(pair: Pair) -> Interpreted:
    if pair[0] not in INTEGER_TAGS or not 0 <= pair[1] <= LAST_SECOND:
        return generic(pair)
    text = datetime.fromtimestamp(pair[1], UTC).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    return Interpreted(text, f"{text} ({pair[1]})", "UNIX time: seconds since 1970 in UTC")


def _alarms(logical_name: bytes, pair: Pair) -> Interpreted:
    if pair[0] not in INTEGER_TAGS or pair[1] < 0:
        return generic(pair)
    names = ", ".join(obis.alarm_names(logical_name, pair[1])) or "no alarm"
    return Interpreted(pair[1], f"{names} (0x{pair[1]:08X})", "bits of the alarm register as IDIS lists them")


def _event(region: str, pair: Pair) -> Interpreted:
    if pair[0] not in INTEGER_TAGS:
        return generic(pair)
    name = obis.event_name(pair[1], region)
    words = f"{pair[1]} (not listed)" if name is None else f"{name} ({pair[1]})"
    return Interpreted(pair[1], words, f"event codes of {region}")
