"""What the messages of a table have for values, for whoever writes a display filter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, count
from typing import Any, Final

from dlms_analyzer.framing.options import PROFILES
from dlms_analyzer.index.table import MessageTable, Verdict
from dlms_analyzer.items import Asked
from scapy_layers.cosem_fields import logical_name_text

MAX_SEEN: Final = 2_000
"""Values of a field that are offered: nobody looks through more."""


def seen_values(table: MessageTable) -> Mapping[str, list[str]]:
    """By name of a field: texts that messages have for it, in the order in which they came."""
    asked: Iterator[Asked] = chain.from_iterable(_meanings(table, "asked"))
    names = _texts(logical_name_text(one.logical_name) for one in asked if one.logical_name is not None)
    verdicts: Iterator[Verdict] = _meanings(table, "security")
    named = [one for one in _texts(_meanings(table, "service")) if one not in PROFILES]
    return {
        "cosem.logical_name": names,
        "dlms.logical_name": names,
        "dlms.service": named,
        "dlms.outer": named,
        "cosem.result": _texts(_meanings(table, "result")),
        "security.key": _texts(one.key for one in verdicts),
    }


def _meanings(table: MessageTable, column: str) -> Iterator[Any]:
    """All that numbers of a column stand for; 0 stands for nothing."""
    for number in count(1):
        meaning = table.meaning(column, number)
        if meaning is None:
            return
        yield meaning


def _texts(values: Iterator[Any]) -> list[str]:
    found: dict[str, None] = {}
    for value in values:
        if value:
            found[str(value)] = None
            if len(found) == MAX_SEEN:
                break
    return list(found)
