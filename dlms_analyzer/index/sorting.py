"""Messages in the order of a column, in small steps.

To sort a million rows at once would hold up everything else for a second. So each row goes into one of many buckets
first, whose bounds are taken from a sample; each bucket is small enough to be sorted in one step. What equals a bound
has a bucket of its own, which needs no sorting: columns of few different values have nothing else.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import isnan
from typing import Any, Final, NamedTuple

from dlms_analyzer.framing.units import Kind, Sender
from dlms_analyzer.index.table import KIND_BITS, KINDS, NONE, MessageTable, Verdict, sender_of
from dlms_analyzer.items import Asked
from dlms_analyzer.security.protection import BAD_TAG, ERROR, NO_KEY, NOT_VERIFIED, OK

RUN: Final = 2_048
"""Rows between two looks at the progress: about a millisecond."""
SAMPLE: Final = 4_096
"""Rows that the bounds are taken from."""
STRIDE: Final = 2_654_435_761
"""Rows between two of the sample, around and around: the golden section of 32 bits, so that no rhythm of the traffic
makes the sample one-sided; every second message may be a request."""
BOUNDS: Final = 1_024
"""Bounds at most: of a million rows, a thousand lie between two."""

ABSENT: Final = -(1 << 63)
"""Key of a row without a value."""

_STATUSES: Final = (OK, NOT_VERIFIED, NO_KEY, BAD_TAG, ERROR)
"""From what is well to what is not."""

Key = Callable[[int], int]


class Sorted(NamedTuple):
    """How far sorting is.

    Attributes:
        done: how many messages were gone through, in both passes.
        total: how many there are to go through.
        numbers: the messages in order; None until the last step.
    """

    done: int
    total: int
    numbers: array[int] | None = None


def in_order(
    table: MessageTable, column: str, *, descending: bool = False, numbers: Sequence[int] | None = None
) -> Iterator[Sorted]:
    """Put messages in the order of a column.

    Messages with the same value stay in capture order; those without a value come last, in either direction.

    Args:
        table: the messages.
        column: one of `SORTABLE`.
        descending: the largest value first.
        numbers: the messages to sort, ascending; None for all that there are now.
    """
    keys: array[Any] = array("d" if column == "response" else "q")
    count = len(table)
    wanted = range(1, count + 1) if numbers is None else numbers
    total = count + len(wanted)
    keys_of = SORTABLE[column](table)
    for first in range(1, count + 1, RUN):
        last = min(first + RUN - 1, count)
        keys.extend(keys_of(first, last))
        yield Sorted(last, total)
    absent = array("I")
    bounds = _bounds(keys, wanted)
    buckets = [array("I") for _ in range(2 * len(bounds) + 1)]
    for at in range(0, len(wanted), RUN):
        for number in wanted[at : at + RUN]:
            key = keys[number - 1]
            if key == ABSENT:
                absent.append(number)
                continue
            place = bisect_left(bounds, key)
            equal = place < len(bounds) and bounds[place] == key
            buckets[2 * place + equal].append(number)
        yield Sorted(count + at, total)
    found = array("I")
    for place in range(len(buckets))[:: -1 if descending else 1]:
        bucket: Iterable[int] = buckets[place]
        if not place % 2:
            bucket = sorted(bucket, key=lambda number: keys[number - 1], reverse=descending)
        found.extend(bucket)
        buckets[place] = array("I")
        yield Sorted(total, total)
    yield Sorted(total, total, found + absent)


def _bounds(keys: Sequence[Any], wanted: Sequence[int]) -> list[Any]:
    count = len(wanted)
    sample = sorted(keys[wanted[at * STRIDE % count] - 1] for at in range(min(count, SAMPLE)))
    step = max(len(sample) // BOUNDS, 1)
    return sorted({key for key in sample[::step] if key != ABSENT})


_KeysOf = Callable[[int, int], Iterable[Any]]
"""The keys of the messages from a first to a last one."""


def _by_code(column: str, key: Callable[[MessageTable], Key]) -> Callable[[MessageTable], _KeysOf]:
    """Of a column of numbers that stand for something, each of which is looked at once."""

    def build(table: MessageTable) -> _KeysOf:
        key_of, known = key(table), dict[int, int]()

        def keys_of(first: int, last: int) -> Iterator[int]:
            for code in table.packed(column, first, last):
                found = known.get(code)
                if found is None:
                    found = known[code] = key_of(code)
                yield found

        return keys_of

    return build


def _plain(column: str) -> Callable[[MessageTable], _KeysOf]:
    return lambda table: lambda first, last: table.packed(column, first, last)


def _names(column: str) -> Callable[[MessageTable], Key]:
    """In the order of the alphabet: the names that there are now have their places in it."""

    def build(table: MessageTable) -> Key:
        codes = range(256)
        names = sorted({str(name) for code in codes if (name := table.meaning(column, code)) is not None})
        places = {name: place for place, name in enumerate(names)}

        def key(code: int) -> int:
            name = table.meaning(column, code)
            return ABSENT if name is None else places[name]

        return key

    return build


def _asked(table: MessageTable) -> Key:
    """By logical name, then attribute or method; short names before all others."""

    def key(code: int) -> int:
        asked: tuple[Asked, ...] = table.meaning("asked", code) or ()
        if not asked:
            return ABSENT
        one = asked[0]
        if one.logical_name is None:
            return (one.base_name or 0) - (1 << 32)
        member = one.method if one.attribute is None else one.attribute
        return int.from_bytes(one.logical_name) << 8 | (member or 0) & 0xFF

    return key


def _status(table: MessageTable) -> Key:
    def key(code: int) -> int:
        verdict: Verdict | None = table.meaning("security", code)
        return ABSENT if verdict is None else _STATUSES.index(verdict.status)

    return key


def _saps(table: MessageTable) -> Key:
    def key(code: int) -> int:
        if code == NONE:
            return ABSENT
        association = table.associations[code]
        return (association.client_sap or 0) << 32 | (association.server_sap or 0)

    return key


def _sender(_: MessageTable) -> Key:
    senders = {Sender.CLIENT: 0, Sender.SERVER: 1, Sender.UNKNOWN: ABSENT}
    return lambda code: senders[sender_of(code)] if KINDS[code & KIND_BITS] is not Kind.RAW else ABSENT


def _response(table: MessageTable) -> _KeysOf:
    def keys_of(first: int, last: int) -> Iterator[float]:
        return (float(ABSENT) if isnan(one) else one for one in table.packed("response_time", first, last))

    return keys_of


SORTABLE: Final[dict[str, Callable[[MessageTable], _KeysOf]]] = {
    "number": lambda _: lambda first, last: range(first, last + 1),
    "time": _plain("time"),
    "conversation": _by_code("stream", lambda _: lambda code: code >> 1),
    "sender": _by_code("kind", _sender),
    "saps": _by_code("association", _saps),
    "profile": _by_code("profile", _names("profile")),
    "security": _by_code("security", _status),
    "expert": _by_code("expert", lambda _: lambda code: code or ABSENT),
    "outer": _by_code("outer", _names("outer")),
    "service": _by_code("service", _names("service")),
    "object": _by_code("asked", _asked),
    "result": _by_code("result", _names("result")),
    "size": lambda table: table.sizes,
    "response": _response,
}
"""What messages can be sorted by: the columns of the list that stand in the index."""
