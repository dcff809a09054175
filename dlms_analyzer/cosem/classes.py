"""Interface classes (IEC 62056-6-2, clause 4): attributes and methods with names and types, version by version."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Final, NamedTuple

from dlms_analyzer.cosem.tables import rows


class Attribute(NamedTuple):
    """An attribute of a class.

    Attributes:
        number: its index, from 1.
        name: as the Blue Book spells it.
        type: `octet-string(6)`, `double-long-unsigned`, `CHOICE` …; alternatives are separated by `|`.
    """

    number: int
    name: str
    type: str


class Method(NamedTuple):
    """A method of a class.

    Attributes:
        number: its index, from 1.
        name: as the Blue Book spells it.
        parameter: type of its parameter; `integer(0)` where it takes none.
    """

    number: int
    name: str
    parameter: str


class InterfaceClass(NamedTuple):
    """One version of an interface class.

    Attributes:
        class_id: number of the class.
        version: number of the version.
        name: as the Blue Book spells it.
        attributes: by index.
        methods: by index.
        verified: no doubt is noted in the table.
    """

    class_id: int
    version: int
    name: str
    attributes: dict[int, Attribute]
    methods: dict[int, Method]
    verified: bool


def _members(text: str) -> list[tuple[int, str, str]]:
    found = []
    for member in text.split(";") if text else ():
        index, name, kind = member.split(":", 2)
        found.append((int(index), name, kind))
    return found


@cache
def classes() -> dict[int, tuple[InterfaceClass, ...]]:
    """Every class by class_id, its versions in order."""
    found: dict[int, list[InterfaceClass]] = {}
    for row in rows("classes"):
        class_id = int(row["class_id"])
        made = InterfaceClass(
            class_id,
            int(row["version"]),
            row["name"],
            {member[0]: Attribute(*member) for member in _members(row["attributes"])},
            {member[0]: Method(*member) for member in _members(row["methods"])},
            row["confidence"] != "C",
        )
        found.setdefault(class_id, []).append(made)
    return {class_id: tuple(sorted(versions, key=_version)) for class_id, versions in found.items()}


def _version(one: InterfaceClass) -> int:
    return one.version


MAX_KEPT: Final = 4_096
"""Look-ups kept: every class in every version there is takes a tenth; class numbers out of noise shall not pile up."""


@lru_cache(MAX_KEPT)
def interface_class(class_id: int, version: int | None = None) -> InterfaceClass | None:
    """A class: the version asked for, else the nearest one that is known; None for an unknown class.

    Without a version the newest is taken, which has the most attributes: those that an older version has as well keep
    index and name in nearly every class.
    """
    versions = classes().get(class_id)
    if not versions:
        return None
    if version is None:
        return versions[-1]
    return min(versions, key=lambda one: (abs(one.version - version), -one.version))


def class_name(class_id: int, version: int | None = None) -> str:
    """Name of a class; `class 1234` for an unknown one."""
    found = interface_class(class_id, version)
    return f"class {class_id}" if found is None else found.name


def attribute_name(class_id: int, attribute: int, version: int | None = None) -> str:
    """Name of an attribute; `attribute 5` for an unknown one."""
    if attribute == 1:
        return "logical_name"
    found = _attribute(class_id, attribute, version)
    return f"attribute {attribute}" if found is None else found.name


def attribute_type(class_id: int, attribute: int, version: int | None = None) -> str | None:
    """Type of an attribute; None for an unknown one."""
    found = _attribute(class_id, attribute, version)
    if found is None:
        return "octet-string(6)" if attribute == 1 else None
    return found.type


def _attribute(class_id: int, attribute: int, version: int | None) -> Attribute | None:
    found = interface_class(class_id, version)
    return None if found is None else found.attributes.get(attribute)


def method_name(class_id: int, method: int, version: int | None = None) -> str:
    """Name of a method; `method 5` for an unknown one."""
    found = interface_class(class_id, version)
    member = None if found is None else found.methods.get(method)
    return f"method {method}" if member is None else member.name


def method_parameter(class_id: int, method: int, version: int | None = None) -> str | None:
    """Type of a method's parameter; None for an unknown method."""
    found = interface_class(class_id, version)
    member = None if found is None else found.methods.get(method)
    return None if member is None else member.parameter
