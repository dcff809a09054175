"""What the values of a push are (IEC 62056-6-2, class Push setup; DataNotification of IEC 62056-5-3).

The body of a DataNotification is one `Data` without names. What its values are is found out by the first rule that
holds, and the result says which it was:

1. the body carries its own push_object_list;
2. the push_object_list of a push setup that was read before has as many entries, of types that fit;
3. logical names stand inside the body, each before its value, as consumer interfaces do (Aidon, Kamstrup,
   Landis+Gyr, Sagemcom and other Austrian meters);
4. the body has the form of a list that its maker describes (Kaifa, Iskraemeco);
5. nothing: the values are shown by their types.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from dlms_analyzer.cosem import obis
from dlms_analyzer.cosem.interpret import registry
from dlms_analyzer.cosem.interpret.kinds import looks_like_logical_name, printable
from dlms_analyzer.cosem.interpret.result import Interpreted, Mismatch, Pair
from dlms_analyzer.cosem.lists import capture_list
from dlms_analyzer.cosem.model import PUSH_SETUP, REGISTER, MeterModel, scaled_plan
from dlms_analyzer.cosem.tables import rows
from dlms_analyzer.cosem.units import ScalerUnit, scaler_unit
from scapy_layers.cosem_fields import logical_name_text
from scapy_layers.selective_access import CaptureObject

_NULL: Final = frozenset({0, 255})
_STRUCTURE, _OCTETS, _ENUM = 2, 9, 22
_TEXTS: Final = frozenset({9, 10, 12})
_CLOCK: Final = CaptureObject(8, bytes((0, 0, 1, 0, 0, 255)), 2)
_LIST_ID: Final = CaptureObject(1, bytes((1, 1, 0, 2, 129, 255)), 2)
_METER_NUMBER: Final = CaptureObject(1, bytes((0, 0, 96, 1, 0, 255)), 2)

OWN_LIST: Final = "push_object_list in the body"
NAMES_INSIDE: Final = "logical names in the body"
UNKNOWN: Final = "position only"


class PushItem(NamedTuple):
    """One value of a push.

    Attributes:
        path: where it stands in the body, element numbers from the outside in.
        captured: which attribute it is; None when nothing says so.
        named: class and attribute were sent or configured, not concluded from the logical name.
        data: as sent.
        shown: what it says.
    """

    path: tuple[int, ...]
    captured: CaptureObject | None
    named: bool
    data: Pair
    shown: Interpreted


class Push(NamedTuple):
    """A labelled body.

    Attributes:
        items: its values, in the order sent.
        rule: what the labels rest on.
        verified: the rule is a standard's or its labels were compared with real meters; else a doubt is noted.
    """

    items: tuple[PushItem, ...]
    rule: str
    verified: bool = True


def label(model: MeterModel, body: Pair) -> Push:
    """Say what the values of a push are, and teach the model what the body reveals."""
    found = _own_list(model, body) or _configured(model, body) or _names_inside(model, body) or _layout(model, body)
    if found is not None:
        return found
    elements = body[1] if body[0] in (1, _STRUCTURE) else (body,)
    items = tuple(PushItem((index,), None, False, pair, registry.generic(pair)) for index, pair in enumerate(elements))
    return Push(items, UNKNOWN)


def _item(model: MeterModel, path: tuple[int, ...], captured: CaptureObject, data: Pair, named: bool) -> PushItem:
    plan, _ = model.column_plan(captured)
    return PushItem(path, captured, named, data, plan(data))


def _own_list(model: MeterModel, body: Pair) -> Push | None:
    tag, elements = body
    if tag != _STRUCTURE or len(elements) < 2 or not elements[0][1]:
        return None
    objects = capture_list(elements[0])
    if not objects or any(len(one[1]) < 4 for one in elements[0][1]):
        return None
    first = 0 if len(objects) == len(elements) else 1
    if len(objects) != len(elements) - first:
        return None
    setups = [one.logical_name for one in objects if one.class_id == PUSH_SETUP and one.attribute_index in (1, 2)]
    if setups:
        model.note_push_list(setups[0], objects)
    return Push(tuple(_by_list(model, objects, elements[first:], first)), OWN_LIST)


def _by_list(
    model: MeterModel, objects: tuple[CaptureObject, ...], elements: tuple[Pair, ...], first: int = 0
) -> Iterator[PushItem]:
    for index, (captured, data) in enumerate(zip(objects, elements, strict=True), first):
        yield _item(model, (index,), captured, data, True)


def _misfits(model: MeterModel, objects: tuple[CaptureObject, ...], elements: tuple[Pair, ...]) -> int:
    """Values that are not of the type of the attribute they would be."""
    count = 0
    for captured, data in zip(objects, elements, strict=True):
        class_id, name, attribute, element = captured
        if element:
            continue
        if class_id == PUSH_SETUP and attribute == 1 and data != (_OCTETS, name):
            return len(elements)
        try:
            registry.reader(class_id, str(attribute), model.version(class_id, name)).shape.value(data)
        except (Mismatch, ValueError):
            count += 1
    return count


def _configured(model: MeterModel, body: Pair) -> Push | None:
    elements = body[1] if body[0] == _STRUCTURE else (body,)
    best: tuple[int, bytes] | None = None
    for setup, objects in model.push_objects.items():
        if len(objects) == len(elements):
            misfits = _misfits(model, objects, elements)
            if misfits <= len(elements) // 4 and (best is None or misfits < best[0]):
                best = (misfits, setup)
    if best is None:
        return None
    items = tuple(_by_list(model, model.push_objects[best[1]], elements))
    return Push(items, f"push_object_list of {logical_name_text(best[1])}")


class _Found(NamedTuple):
    path: tuple[int, ...]
    name: bytes | None
    data: Pair
    unit: ScalerUnit | None


def _is_name(pair: Pair) -> bool:
    return pair[0] == _OCTETS and looks_like_logical_name(pair[1])


def _unit_of(pair: Pair) -> ScalerUnit | None:
    """A scal_unit_type, told from any other pair of numbers by its enum."""
    return scaler_unit(pair) if pair[0] == _STRUCTURE and len(pair[1]) == 2 and pair[1][1][0] == _ENUM else None


def _scan(elements: tuple[Pair, ...], path: tuple[int, ...]) -> Iterator[_Found]:
    """Names with their values, and the values that stand alone."""
    index = 0
    count = len(elements)
    while index < count:
        pair = elements[index]
        here = (*path, index)
        index += 1
        if pair[0] in (1, _STRUCTURE) and pair[1]:
            yield from _inside(pair, here)
        elif _is_name(pair) and index < count and not _is_name(elements[index]):
            data = elements[index]
            index += 1
            unit = _unit_of(elements[index]) if index < count else None
            yield _Found((*path, index - 1), pair[1], data, unit)
            index += unit is not None
        elif pair[0] not in _NULL:
            yield _Found(here, None, pair, None)


def _inside(pair: Pair, path: tuple[int, ...]) -> Iterator[_Found]:
    parts = pair[1]
    if pair[0] == _STRUCTURE and _is_name(parts[0]) and len(parts) in (2, 3):
        unit = _unit_of(parts[2]) if len(parts) == 3 else None
        yield _Found((*path, 1), parts[0][1], parts[1], unit)
        if len(parts) == 3 and unit is None:
            yield _Found((*path, 2), None, parts[2], None)
    else:
        yield from _scan(parts, path)


class _Maker(NamedTuple):
    begins: str
    name: str
    units: tuple[tuple[obis.Pattern, ScalerUnit], ...]


@cache
def _makers() -> tuple[_Maker, ...]:
    found: dict[str, _Maker] = {}
    for row in rows("push_lists"):
        maker = found.get(row["begins"], _Maker(row["begins"], row["list"], ()))
        if row["pattern"]:
            unit = (obis.Pattern(row["pattern"]), ScalerUnit(int(row["scaler"]), int(row["unit"])))
            maker = maker._replace(units=(*maker.units, unit))
        found[row["begins"]] = maker
    return tuple(found.values())


def _maker(found: list[_Found]) -> _Maker | None:
    for one in found[:2]:
        text = printable(one.data[1]) if one.data[0] in _TEXTS else None
        if text is not None:
            for maker in _makers():
                if text.startswith(maker.begins):
                    return maker
    return None


def _names_inside(model: MeterModel, body: Pair) -> Push | None:
    tag, elements = body
    if tag not in (1, _STRUCTURE):
        return None
    found = list(_scan(elements, ()))
    named = sum(one.name is not None for one in found)
    if not named:
        return None
    maker = _maker(found)
    items = tuple(_named_item(model, one, maker, index == len(found) - 1) for index, one in enumerate(found))
    if sum(item.captured is None for item in items) > named:
        return None
    return Push(items, NAMES_INSIDE if maker is None else f"{NAMES_INSIDE}, list of {maker.name}")


def _named_item(model: MeterModel, one: _Found, maker: _Maker | None, last: bool) -> PushItem:
    path, name, data, unit = one
    if name is None:
        captured = _standing_alone(data, maker, last)
        if captured is None:
            return PushItem(path, None, False, data, registry.generic(data))
        return _item(model, path, captured, data, False)
    if unit is None and maker is not None:
        unit = next((given for pattern, given in maker.units if pattern.matches(name)), None)
        rule = f"scaler and unit that {maker.name} describes"
    else:
        rule = "scaler and unit in the message"
    captured = CaptureObject(class_of(model, name, unit), name, 2)
    if unit is None:
        return _item(model, path, captured, data, False)
    return PushItem(path, captured, False, data, scaled_plan(unit, registry.generic, rule)(data))


def class_of(model: MeterModel, name: bytes, unit: ScalerUnit | None) -> int:
    """Class of an object of which only the logical name was sent: the meter's own, the listed one, by the unit."""
    listed = obis.describe(name, model.names.regions).class_ids
    for class_id in (*listed, REGISTER, 4, 5, 1, 8):
        if (class_id, name) in model.objects:
            return class_id
    if unit is not None:
        return REGISTER
    return listed[0] if listed else 1


def _standing_alone(data: Pair, maker: _Maker | None, last: bool) -> CaptureObject | None:
    """What a value without a name is in lists that have names: their time stamp, their own id, the meter's number."""
    tag, value = data
    if tag == 25 or (tag == _OCTETS and len(value) == 12 and printable(value) is None):
        return _CLOCK
    if tag in _TEXTS and maker is not None and (printable(value) or "").startswith(maker.begins):
        return _LIST_ID
    return _METER_NUMBER if last and tag in _TEXTS and printable(value) is not None else None


class _Place(NamedTuple):
    types: frozenset[int]
    begins: bytes
    captured: CaptureObject | None
    unit: ScalerUnit | None
    verified: bool


@cache
def _layouts() -> dict[str, tuple[_Place, ...]]:
    found: dict[str, list[_Place]] = {}
    for row in rows("push_layouts"):
        places = found.setdefault(row["layout"], [])
        if row["element"] == "+":
            places.extend(found[row["types"]])
            continue
        captured = unit = None
        if row["logical_name"]:
            captured = CaptureObject(int(row["class_id"]), obis.parse(row["logical_name"]), 2)
        if row["unit"]:
            unit = ScalerUnit(int(row["scaler"]), int(row["unit"]))
        types = frozenset(map(int, row["types"].split(",")))
        places.append(_Place(types, row["begins"].encode(), captured, unit, row["verified"] != "C"))
    return {name: tuple(places) for name, places in found.items()}


def _fits(places: tuple[_Place, ...], elements: tuple[Pair, ...]) -> bool:
    return len(places) == len(elements) and all(
        pair[0] in place.types and (not place.begins or pair[1].startswith(place.begins))
        for place, pair in zip(places, elements, strict=True)
    )


def _layout(model: MeterModel, body: Pair) -> Push | None:
    tag, elements = body
    if tag != _STRUCTURE:
        return None
    for name, places in _layouts().items():
        if _fits(places, elements):
            items = tuple(
                _placed(model, index, place, pair, name)
                for index, (place, pair) in enumerate(zip(places, elements, strict=True))
            )
            return Push(items, f"form of {name}", all(place.verified for place in places))
    return None


def _placed(model: MeterModel, index: int, place: _Place, pair: Pair, layout: str) -> PushItem:
    if place.captured is None:
        return PushItem((index,), None, False, pair, registry.generic(pair))
    if place.unit is None:
        return _item(model, (index,), place.captured, pair, False)
    plan = scaled_plan(place.unit, registry.generic, f"scaler and unit of {layout}")
    return PushItem((index,), place.captured, False, pair, plan(pair))
