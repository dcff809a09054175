"""Looking for objects by what people call them: OBIS codes, names, classes, meters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from dlms_analyzer.cosem.obis import dotted
from dlms_analyzer.objects.columns import ObjectRef
from dlms_analyzer.objects.index import ObjectIndex
from dlms_analyzer.objects.meter import MeterObjects
from scapy_layers.cosem_fields import logical_name_text

BATCH: Final = 64
"""Objects compared in one step."""


class Hit(NamedTuple):
    """Something that is called so.

    Attributes:
        meter: the meter.
        object: one of its objects; None for the meter itself.
    """

    meter: MeterObjects
    object: ObjectRef | None


def find(index: ObjectIndex, text: str, after: Hit | None = None, *, inclusive: bool = False) -> Iterator[Hit | int]:
    """The next meter or object that is called so, round the end to the beginning.

    Args:
        index: the meters.
        text: part of a name, an OBIS code, a class or the name of a meter; upper and lower case are the same.
        after: where to begin; None at the first meter.
        inclusive: it may be that one itself, as while somebody goes on typing.

    Yields:
        How many were compared so far; at the end the hit, if there is any.
    """
    wanted = text.casefold()
    if not wanted:
        return
    begun = after is None
    passed: list[Hit] = []
    for count, one in enumerate(_all(index), 1):
        if one == after:
            begun = True
            if not inclusive:
                passed.append(one)
                continue
        if not begun:
            passed.append(one)
        elif wanted in _called(one):
            yield one
            return
        if not count % BATCH:
            yield count
    for count, one in enumerate(passed, 1):
        if wanted in _called(one):
            yield one
            return
        if not count % BATCH:
            yield count


def _all(index: ObjectIndex) -> Iterator[Hit]:
    for meter in index.meters:
        yield Hit(meter, None)
        for one in meter.objects:
            yield Hit(meter, one)


def _called(one: Hit) -> str:
    """Everything that a meter or an object is called."""
    model, ref = one.meter.model, one.object
    if ref is None:
        return f"{model.called} {model.key}".casefold()
    if ref.logical_name is None:
        return "" if ref.base_name is None else f"short name {ref.base_name:04x}"
    class_name = "" if ref.class_id is None else model.names.class_name(ref.class_id)
    name = model.object_name(ref.class_id, ref.logical_name)
    return f"{logical_name_text(ref.logical_name)} {dotted(ref.logical_name)} {name} {class_name}".casefold()
