"""What traffic reveals about a meter, kept: objects, versions, scalers, columns of profiles, push lists, templates.

One `MeterModel` stands for one logical device; the caller keeps one per system title, or per address and SAP. `note`
is told every attribute value that passes; `interpret` says what a value means with all that is known by then. What is
learnt late improves what was read early on the next look: `revision` moves whenever something is learnt.

How a value is read is decided once for each attribute and kept, so that a register costs a look-up and a scaling.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from dlms_analyzer.cosem import obis, profile
from dlms_analyzer.cosem.interpret import registry
from dlms_analyzer.cosem.interpret.kinds import printable
from dlms_analyzer.cosem.interpret.result import Interpreted, Mismatch, Pair, Part
from dlms_analyzer.cosem.interpret.shapes import type_name
from dlms_analyzer.cosem.lists import Known, capture_list, listed_object
from dlms_analyzer.cosem.names import Names
from dlms_analyzer.cosem.short_names import Resolved, ShortNames, ShortObject
from dlms_analyzer.cosem.special import special_plan
from dlms_analyzer.cosem.units import INTEGER_TAGS, ScalerUnit, present, scale, scaler_unit
from scapy_layers.compact_array import read_description, read_rows
from scapy_layers.core.outcome import DecodeError
from scapy_layers.selective_access import CaptureObject

MAX_OBJECTS: Final = 20_000
"""Objects of one meter; the largest concentrators show a few thousand, and noise shall not fill the memory."""

MAX_PERIOD: Final = 0xFFFF_FFFF
"""Seconds of a capture_period, a double-long-unsigned."""

MAX_TEMPLATE: Final = 4_096
"""Octets of a template_description: one for each captured value, and a few more."""

LOGICAL_DEVICE_NAME: Final = bytes((0, 0, 42, 0, 0, 255))
TEXT_TAGS: Final = frozenset({9, 10, 12})
"""octet-string, visible-string and utf8-string."""

STRUCTURE: Final = 2
ALL_ATTRIBUTES: Final = 0
"""Attribute index that stands for all attributes of an object, in a structure (IEC 62056-5-3, GET and SET)."""

LAST: Final = 127
"""Greatest attribute index, an integer of one octet."""

DATA, REGISTER, EXTENDED_REGISTER, DEMAND_REGISTER = 1, 3, 4, 5
PROFILE_GENERIC, ASSOCIATION_SN, ASSOCIATION_LN, PUSH_SETUP, COMPACT_DATA = 7, 12, 15, 40, 62
REGISTER_MONITOR, REGISTER_TABLE, LIMITER = 21, 61, 71

SCALER_ATTRIBUTES: Final = {REGISTER: 3, EXTENDED_REGISTER: 3, DEMAND_REGISTER: 4, REGISTER_TABLE: 4, 66: 9, 67: 8}
"""Which attribute of a class is its scaler_unit."""

SCALED_ATTRIBUTES: Final = frozenset({
    (REGISTER, 2), (EXTENDED_REGISTER, 2), (DEMAND_REGISTER, 2), (DEMAND_REGISTER, 3), (67, 7),
})  # fmt: skip
"""Attributes that are in the unit of their object."""

MONITORED_ATTRIBUTE: Final = {REGISTER_MONITOR: 3, LIMITER: 2}
THRESHOLDS: Final = frozenset({(REGISTER_MONITOR, 2), (LIMITER, 3), (LIMITER, 4), (LIMITER, 5)})
"""Attributes that are in the unit of the attribute that their object monitors."""

Key = tuple[int, bytes]
Plan = Callable[[Pair], Interpreted]


class MeterModel:
    """Memory of a meter.

    Attributes:
        names: what objects are called.
        objects: by class and logical name.
        scaler_units: by class and logical name.
        capture_objects: columns of profiles and compact data, by class and logical name.
        capture_periods: seconds, by logical name of the profile.
        push_objects: what is pushed, by logical name of the push setup.
        templates: template_description of compact data, by logical name.
        monitored: what a register monitor or limiter watches, by class and logical name.
        logical_device_name: what the meter calls itself; empty while that was not seen.
        key: what a collection of meters knows it by: the system title in hex, or its place.
        given_name: what the user calls it; empty when nobody said.
        revision: moves whenever something is learnt.
    """

    def __init__(self, names: Names | None = None) -> None:
        self.names = Names() if names is None else names
        self.objects: dict[Key, Known] = {}
        self.scaler_units: dict[Key, ScalerUnit] = {}
        self.capture_objects: dict[Key, tuple[CaptureObject, ...]] = {}
        self.capture_periods: dict[bytes, int] = {}
        self.push_objects: dict[bytes, tuple[CaptureObject, ...]] = {}
        self.templates: dict[bytes, bytes] = {}
        self.monitored: dict[Key, CaptureObject] = {}
        self.logical_device_name = ""
        self.key = ""
        self.given_name = ""
        self.revision = 0
        self._plans: dict[tuple[int, bytes, int], Plan] = {}
        self._short: ShortNames | None = None

    # What is known

    @property
    def called(self) -> str:
        """The best name of the meter: the user's, its own, else the key."""
        return self.given_name or self.logical_device_name or self.key

    def version(self, class_id: int, logical_name: bytes) -> int | None:
        """Version of an object's class; None when no object list was seen."""
        known = self.objects.get((class_id, logical_name))
        return None if known is None else known.version

    def object_name(self, class_id: int | None, logical_name: bytes) -> str:
        """Name of an object."""
        return self.names.name(class_id, logical_name)

    def attribute_name(self, class_id: int, attribute: int) -> str:
        """Name of an attribute."""
        return self.names.attribute_name(class_id, attribute)

    def captured(self, class_id: int, logical_name: bytes) -> tuple[CaptureObject, ...] | None:
        """Columns of a profile or compact data."""
        return self.capture_objects.get((class_id, logical_name))

    def capture_period(self, logical_name: bytes) -> int | None:
        """Seconds between the rows of a profile."""
        return self.capture_periods.get(logical_name)

    def resolve(self, short_name: int) -> Resolved | None:
        """What a short name stands for, by the object list or the base names that the standard reserves."""
        if self._short is None:
            self._short = ShortNames(
                ShortObject(one.base_name, one.class_id, one.version, one.logical_name)
                for one in self.objects.values()
                if one.base_name is not None
            )
        return self._short.resolve(short_name)

    # Learning

    def note(self, class_id: int, logical_name: bytes, attribute: int, data: Pair) -> bool:
        """Learn from the value of an attribute; True when something new was learnt."""
        if len(logical_name) != 6:
            return False
        if attribute == ALL_ATTRIBUTES:
            elements = data[1] if data[0] == STRUCTURE else ()
            before = self.revision
            for index, one in enumerate(elements[:LAST], 1):
                self.note(class_id, logical_name, index, one)
            return self.revision != before
        key = (class_id, logical_name)
        learnt = key not in self.objects and self._add(Known(class_id, logical_name))
        teacher = _TEACHERS.get((class_id, attribute))
        if teacher is not None:
            learnt = teacher(self, logical_name, data) or learnt
        elif SCALER_ATTRIBUTES.get(class_id) == attribute:
            learnt = self._scaler(key, data) or learnt
        return learnt

    def note_object(self, class_id: int, logical_name: bytes) -> bool:
        """Learn that there is an object, of which no value was looked at; True when that was not known."""
        key = (class_id, logical_name)
        return len(logical_name) == 6 and key not in self.objects and self._add(Known(*key))

    @staticmethod
    def learns_from(class_id: int, logical_name: bytes, attribute: int) -> bool:
        """Whether the value of an attribute teaches more than that its object is there."""
        if class_id == DATA:
            return logical_name == LOGICAL_DEVICE_NAME and (class_id, attribute) in _TEACHERS
        return (class_id, attribute) in _TEACHERS or SCALER_ATTRIBUTES.get(class_id) == attribute

    def note_scaler(self, class_id: int, logical_name: bytes, data: Pair) -> bool:
        """Learn the scaler and unit of an object that were sent beside its value."""
        return self._scaler((class_id, logical_name), data)

    def _changed(self) -> bool:
        self.revision += 1
        self._plans.clear()
        return True

    def _add(self, one: Known) -> bool:
        key = (one.class_id, one.logical_name)
        old = self.objects.get(key)
        if old is not None:
            one = Known(
                *key,
                old.version if one.version is None else one.version,
                old.base_name if one.base_name is None else one.base_name,
                one.access or old.access,
            )
            if one == old:
                return False
        elif len(self.objects) >= MAX_OBJECTS:
            return False
        self.objects[key] = one
        if one.base_name is not None:
            self._short = None
        if old is None and one.version is None and not one.access:
            self.revision += 1  # a name that was only seen changes no reading
            return True
        return self._changed()

    def _scaler(self, key: Key, data: Pair) -> bool:
        found = scaler_unit(data)
        if found is None or self.scaler_units.get(key) == found or len(self.scaler_units) >= MAX_OBJECTS:
            return False
        self.scaler_units[key] = found
        return self._changed()

    def _captures(self, class_id: int, logical_name: bytes, data: Pair) -> bool:
        found = capture_list(data)
        key = (class_id, logical_name)
        if found is None or self.capture_objects.get(key) == found or len(self.capture_objects) >= MAX_OBJECTS:
            return False
        self.capture_objects[key] = found
        return self._changed()

    def _period(self, logical_name: bytes, data: Pair) -> bool:
        tag, seconds = data
        if tag not in INTEGER_TAGS or not 0 <= seconds <= MAX_PERIOD or len(self.capture_periods) >= MAX_OBJECTS:
            return False
        if self.capture_periods.get(logical_name) == seconds:
            return False
        self.capture_periods[logical_name] = seconds
        return self._changed()

    def note_push_list(self, logical_name: bytes, objects: tuple[CaptureObject, ...]) -> bool:
        """Learn what a push setup sends."""
        if self.push_objects.get(logical_name) == objects or len(self.push_objects) >= MAX_OBJECTS:
            return False
        self.push_objects[logical_name] = objects
        return self._changed()

    def _pushes(self, logical_name: bytes, data: Pair) -> bool:
        found = capture_list(data)
        return found is not None and self.note_push_list(logical_name, found)

    def _template(self, logical_name: bytes, data: Pair) -> bool:
        tag, octets = data
        if tag != 9 or not 0 < len(octets) <= MAX_TEMPLATE or self.templates.get(logical_name) == octets:
            return False
        if len(self.templates) >= MAX_OBJECTS:
            return False
        self.templates[logical_name] = octets
        return self._changed()

    def _monitors(self, class_id: int, logical_name: bytes, data: Pair) -> bool:
        found = capture_list((1, (data,)))
        key = (class_id, logical_name)
        if not found or self.monitored.get(key) == found[0] or len(self.monitored) >= MAX_OBJECTS:
            return False
        self.monitored[key] = found[0]
        return self._changed()

    def _object_list(self, _logical_name: bytes, data: Pair) -> bool:
        learnt = False
        for element in data[1] if data[0] == 1 else ():
            one = listed_object(element)
            learnt = (one is not None and self._add(one)) or learnt
        return learnt

    def _data(self, logical_name: bytes, data: Pair) -> bool:
        if logical_name != LOGICAL_DEVICE_NAME or data[0] not in TEXT_TAGS:
            return False
        text = printable(data[1])
        if not text or text == self.logical_device_name:
            return False
        self.logical_device_name = text
        self.revision += 1
        return True

    def _buffer(self, logical_name: bytes, data: Pair) -> bool:
        """Scalers that stand in the rows: some projects keep them in a profile of their own."""
        columns = self.capture_objects.get((PROFILE_GENERIC, logical_name))
        if not columns or not any(SCALER_ATTRIBUTES.get(one.class_id) == one.attribute_index for one in columns):
            return False
        learnt = False
        for row in data[1] if data[0] == 1 else ():
            if row[0] != 2 or len(row[1]) != len(columns):
                continue
            for one, cell in zip(columns, row[1], strict=True):
                if SCALER_ATTRIBUTES.get(one.class_id) == one.attribute_index:
                    learnt = self._scaler((one.class_id, one.logical_name), cell) or learnt
        return learnt

    # Interpreting

    def interpret(
        self,
        class_id: int,
        logical_name: bytes,
        attribute: int,
        data: Pair,
        access_selection: profile.Selection | None = None,
    ) -> Interpreted:
        """What the value of an attribute says, with all that is known about the meter."""
        if access_selection is not None and class_id == PROFILE_GENERIC and attribute == profile.BUFFER:
            return self._table(class_id, logical_name, data, access_selection)
        key = (class_id, logical_name, attribute)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plan(*key)
            if len(self._plans) >= MAX_OBJECTS:
                self._plans.clear()
            self._plans[key] = plan
        return plan(data)

    def interpret_method(self, class_id: int, logical_name: bytes, method: int, data: Pair) -> Interpreted:
        """What the parameter of a method says."""
        return registry.interpret_method(class_id, method, data, self.version(class_id, logical_name))

    def table(
        self, class_id: int, logical_name: bytes, data: Pair, access_selection: profile.Selection | None = None
    ) -> profile.Table:
        """A profile buffer as a table.

        Raises:
            Mismatch: the `Data` is no buffer.
        """
        if class_id == COMPACT_DATA:
            data = self._compact_rows(logical_name, data)
        return profile.table(self, class_id, logical_name, data, access_selection)

    def selection_words(self, class_id: int, attribute: int, selection: profile.Selection) -> str:
        """A selective access in words."""
        return profile.selection_words(self, class_id, attribute, selection)

    def column_plan(self, captured: CaptureObject) -> tuple[Plan, str | None]:
        """How a captured value is read, and the symbol of its unit."""
        class_id, logical_name, attribute, element = captured
        if element:
            return registry.generic, None
        found = None
        if (class_id, attribute) in SCALED_ATTRIBUTES:
            found = self.scaler_units.get((class_id, logical_name))
        return self._plan(class_id, logical_name, attribute), None if found is None else found.symbol

    def _all(self, class_id: int, logical_name: bytes, data: Pair) -> Interpreted:
        """The value of attribute 0: a structure of all attributes in their order."""
        if data[0] != STRUCTURE or len(data[1]) > LAST:
            return registry.generic(data)
        found = [self.interpret(class_id, logical_name, index, one) for index, one in enumerate(data[1], 1)]
        version = self.version(class_id, logical_name)
        names = [self.names.attribute_name(class_id, index, version) for index in range(1, len(found) + 1)]
        return Interpreted(
            {name: one.value for name, one in zip(names, found, strict=True)},
            lambda: ", ".join(f"{name} {one.words}" for name, one in zip(names, found, strict=True)),
            "attribute 0: all attributes in their order",
            parts=lambda: tuple(Part(name, one.words, one.parts) for name, one in zip(names, found, strict=True)),
        )

    def _plan(self, class_id: int, logical_name: bytes, attribute: int) -> Plan:
        if attribute == ALL_ATTRIBUTES:
            return partial(self._all, class_id, logical_name)
        member = (class_id, attribute)
        if member in SCALED_ATTRIBUTES or member in THRESHOLDS:
            special = special_plan(class_id, logical_name, attribute, self.names.regions)
            if special is not None:
                return special
            return self._scaled_plan(class_id, logical_name, attribute)
        if attribute == profile.BUFFER and class_id in (PROFILE_GENERIC, COMPACT_DATA):
            return partial(self._table, class_id, logical_name)
        special = special_plan(class_id, logical_name, attribute, self.names.regions)
        if special is not None:
            return special
        version = self.version(class_id, logical_name)
        return partial(registry.interpret_with, registry.reader(class_id, str(attribute), version))

    def _scaled_plan(self, class_id: int, logical_name: bytes, attribute: int) -> Plan:
        source: Key | None = (class_id, logical_name)
        if (class_id, attribute) in THRESHOLDS:
            watched = self.monitored.get((class_id, logical_name))
            source = None if watched is None else (watched.class_id, watched.logical_name)
        found = None if source is None else self.scaler_units.get(source)
        plain = partial(
            registry.interpret_with, registry.reader(class_id, str(attribute), self.version(class_id, logical_name))
        )
        if found is None:
            return partial(_unscaled, plain)
        return scaled_plan(found, plain, f"scaler_unit of {obis.starred(source[1]) if source else ''}")

    def _table(
        self, class_id: int, logical_name: bytes, data: Pair, selection: profile.Selection | None = None
    ) -> Interpreted:
        try:
            return profile.interpreted(self.table(class_id, logical_name, data, selection))
        except Mismatch as problem:
            return registry.generic(data, "type of the data, as it is no buffer of a profile", problem)

    def _compact_rows(self, logical_name: bytes, data: Pair) -> Pair:
        """The rows of a compact_buffer, by the template that was read before."""
        template = self.templates.get(logical_name)
        if data[0] != 9:
            raise Mismatch(f"octet-string expected, {type_name(data[0])} found")
        if not data[1]:
            return 1, ()
        if template is None:
            raise Mismatch(f"template_description of {obis.starred(logical_name)} was not seen")
        try:
            description, end = read_description(template, 0, len(template))
        except DecodeError as problem:
            raise Mismatch(f"template_description of {obis.starred(logical_name)} is none: {problem}") from None
        rows = read_rows(description, data[1])
        if rows is None or end != len(template):
            raise Mismatch(f"the octets do not fit the template_description of {obis.starred(logical_name)}")
        return 1, rows

    # Saving

    def to_dict(self) -> dict[str, Any]:
        """Everything that was learnt, JSON-able."""
        from dlms_analyzer.cosem.saving import to_dict

        return to_dict(self)

    @classmethod
    def from_dict(cls, content: dict[str, Any], names: Names | None = None) -> MeterModel:
        """The model that `to_dict` wrote.

        Raises:
            ValueError: the content is none; says where.
        """
        from dlms_analyzer.cosem.saving import fill

        model = cls(names)
        fill(model, content)
        return model


def scaled_plan(found: ScalerUnit, plain: Plan, rule: str) -> Plan:
    """Read numbers with a scaler and unit; what is no number is read by `plain`."""
    scaler, unit = found.scaler, found.symbol
    text = f"{rule}: {found}"

    def plan(pair: Pair) -> Interpreted:
        scaled = scale(pair, scaler)
        if scaled is None:
            return plain(pair)
        return Interpreted(_json_number(pair), partial(present, scaled, unit), text, scaled, unit)

    return plan


def _json_number(pair: Pair) -> int | float:
    value: int | float = pair[1]
    return value


def _unscaled(plain: Plan, pair: Pair) -> Interpreted:
    found = plain(pair)
    if pair[0] in INTEGER_TAGS:
        return Interpreted(found.value, f"{found.value} (scaler and unit not seen)", found.rule)
    return found


_TEACHERS: Final[dict[tuple[int, int], Callable[[MeterModel, bytes, Pair], bool]]] = {
    (DATA, 2): MeterModel._data,
    (ASSOCIATION_LN, 2): MeterModel._object_list,
    (ASSOCIATION_SN, 2): MeterModel._object_list,
    (PROFILE_GENERIC, 2): MeterModel._buffer,
    (PROFILE_GENERIC, 3): lambda model, name, data: model._captures(PROFILE_GENERIC, name, data),
    (PROFILE_GENERIC, 4): MeterModel._period,
    (COMPACT_DATA, 3): lambda model, name, data: model._captures(COMPACT_DATA, name, data),
    (COMPACT_DATA, 5): MeterModel._template,
    (PUSH_SETUP, 2): MeterModel._pushes,
    (REGISTER_MONITOR, 3): lambda model, name, data: model._monitors(REGISTER_MONITOR, name, data),
    (LIMITER, 2): lambda model, name, data: model._monitors(LIMITER, name, data),
}
"""Attributes that teach the model something."""
