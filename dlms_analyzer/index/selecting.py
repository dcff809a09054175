"""Finding the messages that a display filter describes: by columns first, by octets where only these tell."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from itertools import compress
from time import perf_counter
from typing import Final, NamedTuple

from dlms_analyzer.capture import DiscardedError
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.filters import Filter
from dlms_analyzer.index.judging import Judge
from dlms_analyzer.index.looking import BLOCK, Looking
from dlms_analyzer.index.table import MessageTable
from dlms_analyzer.messages import Message

RUN: Final = 2_048
"""Messages whose columns are looked at together: about a millisecond."""
STEP: Final = 0.003
"""Seconds of reading octets again between two looks at the progress."""


class Selected(NamedTuple):
    """How far a selection is.

    Attributes:
        done: number of the last message that was looked at.
        total: how many messages there are now.
        found: numbers of the messages found since the step before, ascending.
        gone: how many messages could not be looked at so far, as their octets are no longer kept.
    """

    done: int
    total: int
    found: array[int]
    gone: int = 0


def select(
    table: MessageTable, looking: Looking, wanted: Filter, meters: Meters | None, first: int
) -> Iterator[Selected]:
    """See `IndexedCapture.select`."""
    judge = Judge(table, wanted)
    at_a_glance = not any(name.startswith("cosem.") or name == "dlms.response_time" for name in wanted.fields)

    def read(number: int, service: int) -> Message:
        if at_a_glance and table.meaning("service", service) != BLOCK:
            return looking.glance(number)
        return looking.message(number)

    gone = 0
    while first <= len(table):
        last = min(first + RUN - 1, len(table))
        numbers = range(first, last + 1)
        found = array("I")
        sure, possible = judge.answers(first, last)
        if sure == possible:
            found.extend(compress(numbers, sure))
        else:
            services = table.packed("service", first, last)
            until = perf_counter() + STEP
            for number in compress(numbers, possible):
                try:
                    if sure[number - first] or wanted.matches(read(number, services[number - first]), meters):
                        found.append(number)
                except DiscardedError:
                    gone += 1
                if perf_counter() >= until:
                    yield Selected(number, len(table), found, gone)
                    found = array("I")
                    until = perf_counter() + STEP
        yield Selected(last, len(table), found, gone)
        first = last + 1
