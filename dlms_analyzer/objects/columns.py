"""What the columns of a message tell of attribute values, so that the octets of most messages need not be read.

A response that is complete and a success revealed the value of the one attribute that was asked for. What the columns
do not tell: which objects a push is about, which accesses of a list were a success, what came under attribute 0 or
inside general block transfer, and what was written.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Final, NamedTuple

from dlms_analyzer.cosem.model import ALL_ATTRIBUTES, COMPACT_DATA, PROFILE_GENERIC, MeterModel
from dlms_analyzer.cosem.profile import BUFFER
from dlms_analyzer.items import Asked
from dlms_analyzer.meaning import PUSHES
from dlms_analyzer.values import Value

BLOCK: Final = "general-block-transfer"
_SUCCESS: Final = "success"
_NOTIFICATIONS: Final = frozenset({"event-notification-request", "information-report-request"})
_ONE_VALUE: Final = _NOTIFICATIONS | {"get-response-normal", "get-response-with-datablock", "read-response"}
"""Services that bring a value for each attribute that they are about, if they are a success."""


class ObjectRef(NamedTuple):
    """An object of a meter: by class and logical name, or by its short name while nothing tells more.

    Attributes:
        class_id: None with short names.
        logical_name: None with short names.
        base_name: None with logical names.
    """

    class_id: int | None
    logical_name: bytes | None
    base_name: int | None = None


class AttributeRef(NamedTuple):
    """An attribute of an object of a meter; of nothing at all for values of which nothing tells what they are.

    Attributes:
        class_id: None with short names.
        logical_name: None with short names.
        base_name: None with logical names.
        attribute: None with short names, and for an element of an attribute.
    """

    class_id: int | None
    logical_name: bytes | None
    base_name: int | None
    attribute: int | None

    @property
    def object(self) -> ObjectRef:
        """The object."""
        return ObjectRef(self.class_id, self.logical_name, self.base_name)

    @property
    def is_profile(self) -> bool:
        """It is the buffer of a profile or of compact data: a table."""
        return self.class_id in (PROFILE_GENERIC, COMPACT_DATA) and self.attribute == BUFFER


class Told(Enum):
    """What the columns tell when they do not tell which attribute had a value."""

    NOTHING = "no value"
    OCTETS = "the octets have to be looked at"
    PUSH = "the octets have to be looked at, and what they say depends on what is known of the meter"
    BLOCK = "a push if it is the last block of one"


def told(service: str, asked: Sequence[Asked], named: bool, result: str | None) -> AttributeRef | Told:
    """What the columns of a message tell.

    Args:
        service: of the message.
        asked: what it is about.
        named: it is about something, even if there were too many different things to keep them in the columns.
        result: as in `Row`.
    """
    if service in PUSHES:
        return Told.PUSH
    if service == BLOCK and result is None:
        return Told.BLOCK
    if not named or (result is None and service not in _NOTIFICATIONS):
        return Told.NOTHING
    if asked and all(one.method is not None for one in asked):
        return Told.NOTHING
    if len(asked) == 1:
        class_id, logical_name, base_name, attribute, *_ = asked[0]
        if result not in (None, _SUCCESS):
            return Told.NOTHING
        if service in _ONE_VALUE and attribute != ALL_ATTRIBUTES:
            return AttributeRef(class_id, logical_name, base_name, attribute)
    return Told.OCTETS


def placed(model: MeterModel, ref: AttributeRef) -> AttributeRef | None:
    """An attribute by its logical name, where its short name is known by now; None when that is a method's."""
    if ref.base_name is None:
        return ref
    found = model.resolve(ref.base_name)
    if found is None:
        return ref
    return None if found.method is not None else AttributeRef(found.class_id, found.logical_name, None, found.attribute)


def ref_of(value: Value) -> AttributeRef:
    """The attribute of a value, by the name with which it was accessed."""
    if value.base_name is not None:
        return AttributeRef(None, None, value.base_name, None)
    return AttributeRef(value.class_id, value.logical_name, None, value.attribute)
