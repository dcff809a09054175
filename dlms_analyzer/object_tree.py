"""What a meter looks like from its traffic: its objects, their classes and rights, and the last values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from dlms_analyzer.cosem.access import access_words
from dlms_analyzer.cosem.classes import method_name
from dlms_analyzer.cosem.model import ASSOCIATION_LN, MeterModel
from dlms_analyzer.cosem.obis import dotted
from dlms_analyzer.values import Value

_METHOD: Final = "m"


class Member(NamedTuple):
    """An attribute or a method of an object.

    Attributes:
        number: its index; None when only a short name is known.
        is_method: it is a method.
        name: its name.
        access: access mode as the object list gives it; None when no list was seen.
        rights: the same in words.
        value: the last value; None when none was seen, and for methods.
    """

    number: int | None
    is_method: bool
    name: str
    access: int | None
    rights: str | None
    value: Value | None


class ObjectNode(NamedTuple):
    """An object of a meter.

    Attributes:
        class_id: None when only a short name is known.
        class_name: None when only a short name is known.
        version: of its class; None when no object list was seen.
        logical_name: None when only a short name is known.
        base_name: its short name; None with logical names.
        name: its name.
        members: attributes and methods of which something is known, in their order.
    """

    class_id: int | None
    class_name: str | None
    version: int | None
    logical_name: bytes | None
    base_name: int | None
    name: str | None
    members: tuple[Member, ...]

    def to_dict(self, *, show_secrets: bool = False) -> dict[str, Any]:
        """The object of the jsonl export. Absent things are None, never missing."""
        return {
            "class_id": self.class_id,
            "class": self.class_name,
            "version": self.version,
            "logical_name": None if self.logical_name is None else dotted(self.logical_name),
            "base_name": self.base_name,
            "name": self.name,
            "attributes": [_member_dict(one, show_secrets) for one in self.members if not one.is_method],
            "methods": [
                {"method": one.number, "name": one.name, "access": one.access, "rights": one.rights}
                for one in self.members
                if one.is_method
            ],
        }


def _member_dict(member: Member, show_secrets: bool) -> dict[str, Any]:
    said = None if member.value is None else member.value.to_dict(show_secrets=show_secrets)
    return {
        "attribute": member.number,
        "name": member.name,
        "access": member.access,
        "rights": member.rights,
        "last": None
        if said is None
        else {key: said[key] for key in ("time", "message", "origin", "value", "scaled", "unit", "text")},
    }


def object_tree(meter: MeterModel, values: Iterable[Value]) -> list[ObjectNode]:
    """The objects of a meter, by logical name; those of which only a short name is known stand at the end.

    Args:
        meter: what is known about it.
        values: the last value of each of its attributes.
    """
    found: dict[tuple[int, bytes], dict[int | None, Value]] = {key: {} for key in meter.objects}
    strangers: list[Value] = []
    for value in (_placed(meter, value) for value in values):
        if value.class_id is None or value.logical_name is None:
            strangers.append(value)
        else:
            found.setdefault((value.class_id, value.logical_name), {})[value.attribute] = value
    association = association_version(meter)
    nodes = [
        object_node(meter, class_id, logical_name, seen, association)
        for (class_id, logical_name), seen in sorted(found.items(), key=lambda one: (one[0][1], one[0][0]))
    ]
    return nodes + [
        ObjectNode(
            value.class_id, value.class_name, None, value.logical_name, value.base_name, value.name,
            (Member(value.attribute, False, "value", None, None, value),),
        )
        for value in strangers
    ]  # fmt: skip


def _placed(meter: MeterModel, value: Value) -> Value:
    """The value, by logical name when what its short name stands for was learnt later."""
    if value.logical_name is not None or value.base_name is None:
        return value
    found = meter.resolve(value.base_name)
    if found is None or found.attribute is None:
        return value
    return value._replace(class_id=found.class_id, logical_name=found.logical_name, attribute=found.attribute)


def object_node(
    meter: MeterModel,
    class_id: int,
    logical_name: bytes,
    seen: Mapping[int | None, Value | None],
    association: int | None,
) -> ObjectNode:
    """An object with the members of which something is known.

    Args:
        meter: what is known about it.
        class_id: class of the object.
        logical_name: its logical name.
        seen: attributes that had values, with the last one where it was looked at.
        association: version of the association class, see `association_version`.
    """
    known = meter.objects.get((class_id, logical_name))
    version = None if known is None else known.version
    rights = dict(() if known is None else known.access)
    members = []
    attributes = {int(member) for member in rights if not member.startswith(_METHOD)}
    for number in sorted(attributes | {one for one in seen if one is not None}):
        mode = rights.get(str(number))
        words = None if mode is None else access_words(str(number), mode, association)
        name = meter.names.attribute_name(class_id, number, version)
        members.append(Member(number, False, name, mode, words, seen.get(number)))
    if None in seen:
        members.append(Member(None, False, "element", None, None, seen[None]))
    for member in (one for one in rights if one.startswith(_METHOD)):
        number, mode = int(member[1:]), rights[member]
        words = access_words(member, mode, association)
        members.append(Member(number, True, method_name(class_id, number, version), mode, words, None))
    return ObjectNode(
        class_id, meter.names.class_name(class_id, version), version, logical_name,
        None if known is None else known.base_name, meter.object_name(class_id, logical_name), tuple(members),
    )  # fmt: skip


def association_version(meter: MeterModel) -> int | None:
    """Version of the associations of a meter, which says what access modes mean; None when it is not known."""
    versions = [one.version for one in meter.objects.values() if one.class_id == ASSOCIATION_LN and one.version]
    return max(versions, default=None)


def meter_dict(meter: MeterModel, nodes: Iterable[ObjectNode], *, show_secrets: bool = False) -> dict[str, Any]:
    """The jsonl object of a meter."""
    return {
        "meter": meter.key,
        "meter_name": meter.called,
        "logical_device_name": meter.logical_device_name or None,
        "objects": [node.to_dict(show_secrets=show_secrets) for node in nodes],
    }
