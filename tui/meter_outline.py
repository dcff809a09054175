"""The lines of the tree of meters: which are open, and what stands on them.

Only what is open is made into lines; what a value says is looked at when its line is painted.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from enum import Enum
from typing import Final, NamedTuple

from dlms_analyzer.object_tree import Member
from dlms_analyzer.objects import AttributeRef, MeterObjects, ObjectIndex, ObjectRef
from dlms_analyzer.output.values import value_text
from dlms_analyzer.words import counted
from scapy_layers.cosem_fields import logical_name_text

MAX_SAID: Final = 4_096
"""Values remembered as they were painted: some screens full."""


class Grouping(Enum):
    """What the objects of a meter stand under."""

    MEDIUM = "medium"
    CLASS = "class"


class Line(NamedTuple):
    """A line of the tree.

    Attributes:
        key: tells it from the others, also when there are more of them.
        depth: how far it is moved to the right.
        meter: the meter that it is about.
        group: name of a group of objects; empty on other lines.
        object: the object that it is about; None above.
        member: the attribute or method that it is about; None above.
        opens: it has something below it.
    """

    key: Hashable
    depth: int
    meter: MeterObjects
    group: str = ""
    object: ObjectRef | None = None
    member: Member | None = None
    opens: bool = True

    @property
    def attribute(self) -> AttributeRef | None:
        """The attribute that it is about; None for everything else."""
        if self.object is None or self.member is None or self.member.is_method:
            return None
        return AttributeRef(*self.object, self.member.number)


class Outline:
    """The tree of meters, as lines.

    Attributes:
        lines: what is visible when everything fits.
        grouping: what objects stand under.
        only_seen: objects of which no value was seen are left out.
    """

    def __init__(self, index: ObjectIndex | None = None) -> None:
        self.index = index
        self.lines: list[Line] = []
        self.grouping = Grouping.MEDIUM
        self.only_seen = False
        self._open: set[Hashable] = set()
        self._said: dict[Hashable, tuple[Hashable, str]] = {}
        self._state: Hashable = None

    def use(self, index: ObjectIndex | None) -> None:
        """Show the meters of another index; what was open stays open where the meters are the same."""
        self.index = index
        self._said.clear()
        self.update(always=True)

    def update(self, *, always: bool = False) -> bool:
        """Make the lines again if there are other ones; whether there are."""
        meters = [] if self.index is None else self.index.meters
        if self._state is None and len(meters) == 1:
            self._open.add(id(meters[0].model))
        state = tuple((id(one), one.revision if id(one.model) in self._open else 0) for one in meters)
        if not always and state == self._state:
            return False
        self._state = state if meters else None
        self.lines = [line for meter in meters for line in self._of_meter(meter)]
        return True

    def is_open(self, line: Line) -> bool:
        """Whether what is below a line is shown."""
        return line.key in self._open

    def set_open(self, line: Line, open_: bool) -> bool:
        """Show what is below a line, or hide it; whether that changed anything."""
        if not line.opens or open_ == (line.key in self._open):
            return False
        (self._open.add if open_ else self._open.discard)(line.key)
        if open_ and line.object is not None:
            line.meter.prepare(line.object)
        self.update(always=True)
        return True

    def reveal(self, meter: MeterObjects, ref: ObjectRef | None) -> int:
        """Open what has to be open for an object to be seen; the index of its line, or of its meter's."""
        if ref is not None:
            self.only_seen = self.only_seen and bool(meter.attributes(ref))
            self._open.add(id(meter.model))
            self._open.add((id(meter.model), self._group(meter, ref)))
            self.update(always=True)
        found = (at for at, line in enumerate(self.lines) if line.meter is meter and line.object == ref)
        return next(found, 0)

    def position(self, key: Hashable) -> int | None:
        """Where the line with a key stands now; None when there is none."""
        return next((at for at, line in enumerate(self.lines) if line.key == key), None)

    def group_by(self, grouping: Grouping) -> None:
        """Let objects stand under something else."""
        self.grouping = grouping
        self.update(always=True)

    def show_only_seen(self, only: bool) -> None:
        """Leave out the objects of which no value was seen, or show them too."""
        self.only_seen = only
        self.update(always=True)

    def _of_meter(self, meter: MeterObjects) -> Iterator[Line]:
        top = id(meter.model)
        yield Line(top, 0, meter)
        if top not in self._open:
            return
        groups: dict[str, list[ObjectRef]] = {}
        for ref in meter.objects:
            if self.only_seen and not meter.attributes(ref):
                continue
            groups.setdefault(self._group(meter, ref), []).append(ref)
        for group, refs in groups.items():
            yield Line((top, group), 1, meter, f"{group}  ({len(refs)})")
            if (top, group) in self._open:
                for ref in refs:
                    yield from self._of_object(meter, ref)

    def _of_object(self, meter: MeterObjects, ref: ObjectRef) -> Iterator[Line]:
        key = (id(meter.model), ref)
        yield Line(key, 2, meter, "", ref)
        if key in self._open:
            for member in meter.node(ref).members:
                place = (*key, member.number, member.is_method)
                yield Line(place, 3, meter, "", ref, member, opens=False)

    def _group(self, meter: MeterObjects, ref: ObjectRef) -> str:
        if self.grouping is Grouping.MEDIUM:
            return meter.medium(ref)
        return "not known" if ref.class_id is None else f"{meter.model.names.class_name(ref.class_id)} {ref.class_id}"

    # Words

    def pieces(self, line: Line, *, show_secrets: bool) -> list[tuple[str, str]]:
        """What stands on a line, as texts and their roles; the texts are not escaped."""
        if line.member is not None:
            return self._member(line, line.member, show_secrets)
        if line.object is not None:
            return self._object(line, line.object)
        if line.group:
            return [(line.group, "accent")]
        model = line.meter.model
        place = "" if model.called == model.key else f"  {model.key}"
        return [(model.called, "bold"), (f"{place}  {counted(line.meter.values, 'value')}", "dim")]

    def _object(self, line: Line, ref: ObjectRef) -> list[tuple[str, str]]:
        model = line.meter.model
        if ref.logical_name is None:
            return [("values of unknown objects" if ref.base_name is None else f"short name {ref.base_name:04X}", "")]
        known = model.names.class_name(ref.class_id or 0, model.version(ref.class_id or 0, ref.logical_name))
        seen = sum(len(line.meter.numbers(one)) for one in line.meter.attributes(ref))
        return [
            (f"{logical_name_text(ref.logical_name)} ", "dim"),
            (model.object_name(ref.class_id, ref.logical_name), "" if seen else "dim"),
            (f"  {counted(seen, 'value')}" if seen else "", "accent"),
            (f"  {known}" if self.grouping is Grouping.MEDIUM else "", "dim"),
        ]

    def _member(self, line: Line, member: Member, show_secrets: bool) -> list[tuple[str, str]]:
        number = "?" if member.number is None else str(member.number)
        rights = f"  [{member.rights}]" if member.rights else ""
        if member.is_method:
            return [(f"method {number} {member.name}{rights}", "dim")]
        ref = line.attribute
        numbers = () if ref is None else line.meter.numbers(ref)
        if ref is None or not numbers:
            return [(f"{number} {member.name}", ""), (f"  no value seen{rights}", "dim")]
        count = f"  {counted(len(numbers), 'value')}{rights}"
        if ref.is_profile:
            return [(f"{number} {member.name}", ""), (f"  {counted(len(numbers), 'reading')}{rights}", "dim")]
        said = self._words(line, ref, numbers[-1], show_secrets)
        return [(f"{number} {member.name}", ""), (" = ", "dim"), (said, "value"), (count, "dim")]

    def _words(self, line: Line, ref: AttributeRef, number: int, show_secrets: bool) -> str:
        """What the latest value says, remembered until there is another one or more is known of the meter."""
        meter = line.meter
        state = (number, meter.model.revision, show_secrets)
        known = self._said.get(line.key)
        if known is not None and known[0] == state:
            return known[1]
        if meter.is_long(number):
            said = "(a long transfer: Enter shows it)"
        else:
            value = meter.latest(ref)
            said = "(cannot be read)" if value is None else value_text(value, show_secrets=show_secrets)
        if len(self._said) >= MAX_SAID:
            self._said.clear()
        self._said[line.key] = (state, said)
        return said
