"""Which shape an attribute has: registered ones, the table of structures, the type in the table of classes."""

from __future__ import annotations

from functools import cache, lru_cache, partial
from typing import Final, NamedTuple

from dlms_analyzer.cosem.classes import (
    attribute_name,
    attribute_type,
    class_name,
    interface_class,
    method_name,
    method_parameter,
)
from dlms_analyzer.cosem.interpret import calendars, objects
from dlms_analyzer.cosem.interpret.kinds import leaf
from dlms_analyzer.cosem.interpret.parsing import shape as parsed
from dlms_analyzer.cosem.interpret.result import Interpreted, Mismatch, Pair
from dlms_analyzer.cosem.interpret.shapes import Said, Say, Shape
from dlms_analyzer.cosem.tables import rows

_TYPES: Final = {
    "octet-string(6)": "ln",
    "octet-string(date-time)": "dt",
    "date-time": "dt",
    "octet-string": "str",
    "visible-string": "str",
    "boolean": "bool",
    "bit-string": "bits()",
    "scal_unit_type": "scaler_unit",
    "array": "[auto]",
    "compact-array": "[auto]",
    "compact-array|array": "[auto]",
    "CHOICE": "auto",
    "structure": "structure",
}
"""Types of the table of classes to shapes; the ones that are not here are whole numbers."""

_UNVERSIONED: Final = {(12, 3): 3, (15, 2): 2}
"""Version to read an attribute by when none is known: its access modes are told apart by their numbers."""

_SAYS: Final[dict[tuple[int, int], Say]] = {
    (7, 3): calendars.objects,
    (7, 6): calendars.attribute_reference,
    (9, 2): calendars.scripts,
    (10, 2): calendars.schedule,
    (11, 2): calendars.special_days,
    (12, 2): objects.object_list,
    (15, 2): objects.object_list,
    (17, 2): objects.devices,
    (20, 3): calendars.seasons,
    (20, 4): calendars.weeks,
    (20, 5): calendars.days,
    (20, 7): calendars.seasons,
    (20, 8): calendars.weeks,
    (20, 9): calendars.days,
    (21, 3): calendars.attribute_reference,
    (22, 2): calendars.script_reference,
    (22, 4): calendars.moments,
    (28, 3): calendars.windows,
    (29, 5): calendars.windows,
    (40, 2): calendars.objects,
    (40, 4): calendars.windows,
    (62, 3): calendars.objects,
    (65, 4): calendars.objects,
    (71, 2): calendars.attribute_reference,
    (76, 11): calendars.windows,
}
"""Attributes of which people speak in other words than their elements do."""


MAX_READERS: Final = 8_192
"""Readers kept: four times the attributes of all classes; numbers out of noise shall not pile up."""


class Reader(NamedTuple):
    """How an attribute is read.

    Attributes:
        shape: what its `Data` should look like.
        rule: what this rests on, in words.
    """

    shape: Shape
    rule: str


_registered: dict[tuple[int, str], Reader] = {}


def register(class_id: int, member: str, shape: Shape | str, rule: str) -> None:
    """Put a shape in front of the tables, for a class of a manufacturer or a project.

    Args:
        class_id: the class.
        member: attribute index, or `m` and a method index: `2`, `m1`.
        shape: the shape, or its text as in the table of structures.
        rule: what results say they rest on.

    Raises:
        ValueError: the text describes no shape.
    """
    _registered[class_id, member] = Reader(parsed(shape) if isinstance(shape, str) else shape, rule)
    reader.cache_clear()


@cache
def _table() -> dict[tuple[str, str], list[tuple[frozenset[int], str]]]:
    """Class and member to versions (none is any) and shape."""
    found: dict[tuple[str, str], list[tuple[frozenset[int], str]]] = {}
    for row in rows("shapes"):
        first, _, last = row["versions"].partition("-")
        versions = frozenset(range(int(first), int(last or first) + 1)) if first != "*" else frozenset()
        found.setdefault((row["class_id"], row["attribute"]), []).append((versions, row["shape"]))
    return found


def _tabled(class_id: int, member: str, version: int | None) -> str | None:
    known = _table().get((str(class_id), member))
    if known is None:
        return "ln" if member == "1" else None
    if version is None:
        newest = interface_class(class_id)
        version = None if newest is None else newest.version
        version = _UNVERSIONED.get((class_id, int(member.removeprefix("m"))), version)
    for versions, text in known:
        if not versions or version in versions:
            return text
    return None


def _of_type(kind: str | None) -> Shape:
    if kind is None:
        return leaf("auto")
    return parsed(_TYPES.get(kind, "int"))


@lru_cache(MAX_READERS)
def reader(class_id: int, member: str, version: int | None = None) -> Reader:
    """How an attribute (`2`) or the parameter of a method (`m1`) is read."""
    mine = _registered.get((class_id, member))
    if mine is not None:
        return mine
    number = int(member.removeprefix("m"))
    if member[0] == "m":
        kind = method_parameter(class_id, number, version)
        name = f"{class_name(class_id, version)}.{method_name(class_id, number, version)}"
        shape: Shape = leaf("auto")
    else:
        kind = attribute_type(class_id, number, version)
        name = f"{class_name(class_id, version)}.{attribute_name(class_id, number, version)}"
        shape = _of_type(kind)
    text = _tabled(class_id, member, version)
    if text is None:
        return Reader(shape, "unknown class or member" if kind is None else f"type of {name}: {kind}")
    shape = parsed(text)
    say = _SAYS.get((class_id, number)) if member[0] != "m" else None
    return Reader(shape if say is None else Said(shape, say), f"structure of {name}")


_AUTO: Final = leaf("auto")


def generic(pair: Pair, rule: str = "type of the data", problem: Mismatch | None = None) -> Interpreted:
    """The view that always works: by the types of the `Data` itself."""
    words = partial(_AUTO.words, pair)
    if problem is None:
        return Interpreted(_AUTO.value(pair), words, rule)
    return Interpreted(_AUTO.value(pair), words, rule, problem=str(problem), path=problem.path)


def interpret_with(found: Reader, pair: Pair) -> Interpreted:
    """The value by a reader, or by its own types with the reason beside it."""
    shape = found.shape
    try:
        value = shape.value(pair)
    except Mismatch as problem:
        return generic(pair, f"type of the data, as it does not fit the {found.rule}", problem)
    parts = partial(shape.parts, pair) if shape.container else None
    return Interpreted(value, partial(shape.words, pair), found.rule, parts=parts)


def interpret(class_id: int, attribute: int, pair: Pair, version: int | None = None) -> Interpreted:
    """What the value of an attribute says, without knowing anything about the meter."""
    return interpret_with(reader(class_id, str(attribute), version), pair)


def interpret_method(class_id: int, method: int, pair: Pair, version: int | None = None) -> Interpreted:
    """What the parameter of a method says."""
    return interpret_with(reader(class_id, f"m{method}", version), pair)
