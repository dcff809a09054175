"""Attribute values: what messages reveal about the objects of meters, one by one.

A value is one that was read, one that was written with success, or one that the meter sent by itself. What it means is
worked out when somebody looks, with all that is known about its meter by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from dlms_analyzer.cosem.interpret import Interpreted, generic
from dlms_analyzer.cosem.interpret.result import Mismatch
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.cosem.model import ALL_ATTRIBUTES, COMPACT_DATA, PROFILE_GENERIC, STRUCTURE, MeterModel
from dlms_analyzer.cosem.obis import dotted
from dlms_analyzer.cosem.profile import BUFFER, Selection, Table
from dlms_analyzer.cosem.units import exact_json
from dlms_analyzer.items import Answer, Asked
from dlms_analyzer.meaning import learn, push_of, resolved
from dlms_analyzer.message_json import data_object, time_text
from dlms_analyzer.security.secret_places import secret_of
from scapy_layers.data import DataPair

if TYPE_CHECKING:
    from dlms_analyzer.messages import Message

READ: Final = "read"
WRITTEN: Final = "written"
NOTIFIED: Final = "notified"
CAPTURED: Final = "captured"

MAX_LATEST: Final = 1_000_000
"""Attributes of which the latest value is kept: some thousand meters with some hundred values each."""

_SUCCESS: Final = "success"


class Value(NamedTuple):
    """One value of one attribute.

    Attributes:
        time: nanoseconds since 1970 UTC, of the message that revealed it; of the row, when it is a cell of a profile.
        message: its number.
        meter: what is known about the meter.
        class_id: None when it is not known which object it is.
        logical_name: None when it is not known.
        base_name: the short name by which it was accessed; None with logical names.
        attribute: None when it is not known.
        data: as sent.
        origin: `read`, `written` or `notified`; `captured` for a cell of a profile.
        selection: selector and parameters of a selective access.
        pushed: what it says by the rule that labelled the push it came in.
        remark: what was worked out of it; empty when nothing was.
    """

    time: int
    message: int
    meter: MeterModel
    class_id: int | None
    logical_name: bytes | None
    base_name: int | None
    attribute: int | None
    data: DataPair
    origin: str
    selection: Selection | None = None
    pushed: Interpreted | None = None
    remark: str = ""

    @property
    def shown(self) -> Interpreted:
        """What it says, with all that is known about the meter by now."""
        if self.class_id is None or self.logical_name is None or self.attribute is None:
            return generic(self.data) if self.pushed is None else self.pushed
        if self.pushed is not None and self.pushed.unit is not None:
            return self.pushed
        return self.meter.interpret(self.class_id, self.logical_name, self.attribute, self.data, self.selection)

    @property
    def problem(self) -> str:
        """Why it is shown by its types only, and what was worked out of it; empty when there is nothing to say."""
        return "; ".join(one for one in (self.shown.problem, self.remark) if one)

    @property
    def name(self) -> str | None:
        """Name of the object; None when it is not known which it is."""
        return None if self.logical_name is None else self.meter.object_name(self.class_id, self.logical_name)

    @property
    def class_name(self) -> str | None:
        """Name of its class; None when it is not known."""
        if self.class_id is None:
            return None
        return self.meter.names.class_name(self.class_id, self._version)

    @property
    def attribute_name(self) -> str | None:
        """Name of the attribute; None when it is not known which it is."""
        if self.class_id is None or self.attribute is None:
            return None
        return self.meter.names.attribute_name(self.class_id, self.attribute, self._version)

    @property
    def _version(self) -> int | None:
        if self.class_id is None or self.logical_name is None:
            return None
        return self.meter.version(self.class_id, self.logical_name)

    @property
    def secret(self) -> str | None:
        """What secret it is, a password for example; None when it is none."""
        return secret_of(Asked(self.class_id, self.logical_name, self.base_name, self.attribute))

    @property
    def table(self) -> Table | None:
        """The rows, when it is the buffer of a profile or of compact data; None when it is something else."""
        if self.class_id not in (PROFILE_GENERIC, COMPACT_DATA) or self.attribute != BUFFER or not self.logical_name:
            return None
        try:
            return self.meter.table(self.class_id, self.logical_name, self.data, self.selection)
        except Mismatch:
            return None

    def to_dict(self, *, show_secrets: bool = False) -> dict[str, Any]:
        """The object of the jsonl export. Absent things are None, never missing.

        Args:
            show_secrets: give passwords as well; None stands in their place otherwise.
        """
        hidden = not show_secrets and self.secret is not None
        shown = self.shown
        return {
            "time": time_text(self.time),
            "message": self.message,
            "meter": self.meter.key,
            "meter_name": self.meter.called,
            "class_id": self.class_id,
            "class": self.class_name,
            "logical_name": None if self.logical_name is None else dotted(self.logical_name),
            "base_name": self.base_name,
            "name": self.name,
            "attribute": self.attribute,
            "attribute_name": self.attribute_name,
            "origin": self.origin,
            "data": None if hidden else data_object(self.data),
            "value": None if hidden else shown.value,
            "scaled": None if hidden else exact_json(shown.scaled),
            "unit": None if hidden else shown.unit or None,
            "text": "not shown" if hidden else shown.words,
            "rule": shown.rule,
            "problem": self.problem or None,
        }


def values_in(model: MeterModel, message: Message) -> Iterator[Value]:
    """The attribute values that a message reveals about its meter.

    Args:
        model: of the meter; it has learnt from the message already.
        message: any message.
    """
    time, number = message.time, message.number
    for asked, answer in message.items:
        if asked is None or answer is None or answer.result not in (None, _SUCCESS) or asked.method is not None:
            continue
        data, origin = _revealed(asked, answer)
        if data is None:
            continue
        found = resolved(model, asked)
        if found.method is not None:
            continue
        yield from _each(
            Value(
                time, number, model, found.class_id, found.logical_name, found.base_name, found.attribute, data, origin,
                asked.selection,
            )
        )  # fmt: skip
    push = None if message.items else push_of(model, message)
    for item in () if push is None else push.items:
        captured = item.captured
        if captured is None:
            yield Value(time, number, model, None, None, None, None, item.data, NOTIFIED, None, item.shown)
            continue
        attribute = None if captured.data_index else captured.attribute_index
        yield Value(
            time, number, model, captured.class_id, captured.logical_name, None, attribute, item.data, NOTIFIED, None,
            item.shown,
        )  # fmt: skip


def _revealed(asked: Asked, answer: Answer) -> tuple[DataPair | None, str]:
    if answer.data is not None:
        return answer.data, READ if answer.result is not None else NOTIFIED
    return asked.data, WRITTEN


def _each(value: Value) -> Iterator[Value]:
    """The value, or those of all attributes when they came as one structure under the attribute 0."""
    if value.attribute != ALL_ATTRIBUTES or value.data[0] != STRUCTURE:
        yield value
        return
    for index, data in enumerate(value.data[1], 1):
        yield value._replace(attribute=index, data=data)


def values_of(messages: Iterable[Message], meters: Meters) -> Iterator[Value]:
    """Every attribute value that messages reveal, in their order; the meters learn from each message."""
    for message in messages:
        model = learn(meters, message)
        if model is not None:
            yield from values_in(model, message)


class Latest:
    """The latest value of every attribute.

    Attributes:
        left_out: values of attributes beyond `MAX_LATEST`.
    """

    def __init__(self) -> None:
        self._values: dict[tuple[int, int | None, bytes | int | None, int | None], Value] = {}
        self.left_out = 0

    def add(self, value: Value) -> None:
        """Take a value, unless there is one of a later time."""
        key = (
            id(value.meter), value.class_id, value.base_name if value.logical_name is None else value.logical_name,
            value.attribute,
        )  # fmt: skip
        known = self._values.get(key)
        if known is None and len(self._values) >= MAX_LATEST:
            self.left_out += 1
        elif known is None or value.time >= known.time:
            self._values[key] = value

    def __iter__(self) -> Iterator[Value]:
        """The values, by meter and in the order in which their attributes were seen first."""
        meters: dict[int, list[Value]] = {}
        for value in self._values.values():
            meters.setdefault(id(value.meter), []).append(value)
        for found in meters.values():
            yield from found
