"""From a layer's `fields_desc` to a reader without loops.

The source of a straight-line function is generated, as `dataclasses` does for `__init__`: neighbouring fields
of fixed size become one `struct` call, constants become pad octets, the rest are calls of the fields' own
`read`. When the octets are too few for a run of fixed fields, the field-by-field reader is called instead: it
raises with the right field and offset.
"""

from __future__ import annotations

import struct
from collections import namedtuple
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from scapy_layers.core.fields import LengthField, WireField
from scapy_layers.core.framing_fields import ChecksumField, FrameLengthField
from scapy_layers.core.outcome import Malformed, NeedMore, Octets, odd

if TYPE_CHECKING:
    from scapy_layers.core.layer import Pdu

RecordReader = Callable[[Octets, int, int], tuple[Any, int]]


def make_record_type(layer: type[Pdu]) -> Any:
    """The `NamedTuple` class of a layer's records; it knows its `layer` and `service`."""
    names = [field.name for field in layer.fields_desc if field.in_record]
    base: Any = namedtuple(layer.__name__, names)  # type: ignore[misc]  # noqa: PYI024 - made at run time
    return type(layer.__name__, (base,), {"__slots__": (), "layer": layer, "service": layer.service})


def compile_reader(layer: type[Pdu]) -> RecordReader:
    """The reader of a layer's records."""
    return _Compiler(layer).reader()


def compile_head_reader(layer: type[Pdu]) -> RecordReader:
    """The reader of the fields before those that are bulk to the end; these are None."""
    return _Compiler(layer, head=True).reader()


class _Compiler:
    """Collects the lines of a reader and the names they use."""

    def __init__(self, layer: type[Pdu], *, head: bool = False) -> None:
        from scapy_layers.core.layer import read_fields, unexpected  # layer.py compiles on first use, long after import

        self.layer = layer
        self.head = head
        self.lines: list[str] = []
        self.names: dict[str, Any] = {
            "new": tuple.__new__,
            "Record": layer.record_type,
            "layer": layer,
            "read_fields": read_fields,
            "NeedMore": NeedMore,
            "Malformed": Malformed,
            "odd": odd,
            "unexpected": unexpected,
        }
        self.run: list[WireField] = []
        self.variables: dict[str, str] = {}

    def reader(self) -> RecordReader:
        """Generate, compile and give the function."""
        fields = list(self.layer.fields_desc)
        self.variables = {field.name: f"v{index}" for index, field in enumerate(fields)}
        bounded = any(isinstance(field, LengthField) for field in fields)
        covers = {field.covers_from for field in fields if isinstance(field, ChecksumField)}
        stopped = False
        for field in fields:
            if stopped:
                self.lines.append(f"{self.variables[field.name]} = None")
                continue
            if self.head and all(later.bulk for later in fields[fields.index(field) :]):
                self.end_run()
                self.bulk(field)
                stopped = True
                continue
            if field.outside:
                self.close_bound()
            if field.name in covers:
                self.end_run()
                self.lines.append(f"from_{field.name} = pos")
            if field.code is not None and field.condition is None:
                self.run.append(field)
                if isinstance(field, LengthField):
                    self.end_run()
                    self.bound(field)
                continue
            self.end_run()
            self.single(field)
        self.end_run()
        if bounded and not any(field.outside for field in fields):
            self.trailing()
        values = "".join(f"{self.variables[field.name]}, " for field in fields if field.in_record)
        self.lines.append(f"return new(Record, ({values})), {'behind' if stopped else 'pos'}")
        body = [f"    {line}" for line in self.lines]
        if bounded:
            body = [
                "    whole = end",
                "    bounded = False",
                "    try:",
                *(f"    {line}" for line in body),
                "    except NeedMore as short:",
                "        if not bounded: raise",
                "        raise Malformed(short.offset, f'{short.reason}, within the length given') from None",
            ]
        source = "\n".join(["def read_record(buf, pos, end):", "    start = pos", *body])
        scope: dict[str, Any] = {}
        exec(compile(source, f"<reader of {self.layer.__name__}>", "exec"), self.names, scope)  # noqa: S102 - own source
        function: RecordReader = scope["read_record"]
        function.__doc__ = source
        return function

    def bulk(self, field: WireField) -> None:
        """The last field of a head: a CHOICE still tells which alternative it is. The head ends where bulk begins."""
        variable = self.variables[field.name]
        reader = getattr(field, "read_head", None)
        if reader is None:
            self.lines.append(f"{variable}, behind = None, pos")
        else:
            self.lines.append(f"{variable}, behind = {self.name('read', reader)}(buf, pos, end)")
        self.lines.append("pos = end")

    def end_run(self) -> None:
        """One `struct` call for the fixed fields gathered."""
        if not self.run:
            return
        items = [field for field in self.run if field.part is None or field.part.closes]
        codes = "".join(
            f"{struct.calcsize('>' + str(field.code))}x" if field.constant else str(field.code) for field in items
        )
        packer = struct.Struct(">" + codes)
        kept = "".join(f"{self.variables[field.name]}, " for field in items if not field.constant)
        unpack = self.name("unpack", packer.unpack_from)
        self.lines.append(f"if end - pos < {packer.size}: return read_fields(layer, buf, start, {self.outer_end()})")
        if kept:
            self.lines.append(f"{kept}= {unpack}(buf, pos)")
        self.split_shared()
        for field in self.run:
            if field.expected is not None:
                variable, declared = self.variables[field.name], self.name("field", field)
                offset = struct.calcsize(">" + "".join(str(f.code) for f in items[: items.index(self.item_of(field))]))
                code = f"{self.layer.service}-{field.name}".replace("_", "-")
                self.lines += [
                    f"if {variable} != {field.expected}:",
                    f"    odd(pos + {offset}, {code!r}, unexpected({declared}, {variable}))",
                ]
        self.lines.append(f"pos += {packer.size}")
        self.run = []

    def item_of(self, field: WireField) -> WireField:
        """The field of a run that reads the octets of `field`: the last of those that share them."""
        rest = self.run[self.run.index(field) :]
        return next(each for each in rest if each.part is None or each.part.closes)

    def split_shared(self) -> None:
        """Give each of the fields that share a number its bits; the last one has the lowest bits."""
        for field in self.run:
            if field.part is not None and not field.part.closes:
                whole = self.variables[self.item_of(field).name]
                self.lines.append(f"{self.variables[field.name]} = ({whole} & {field.part.mask}) >> {field.part.shift}")
        for field in self.run:
            if field.part is not None and field.part.closes:
                variable = self.variables[field.name]
                self.lines.append(f"{variable} &= {field.part.mask}")

    def bound(self, field: LengthField) -> None:
        """Let what follows end where a length says; `bound` of the field is called where it would raise."""
        variable, bound = self.variables[field.name], self.name("bound", field.bound)
        if type(field).bound in (LengthField.bound, FrameLengthField.bound):
            surplus = field.surplus if isinstance(field, FrameLengthField) else 0
            self.lines += [
                f"stop = pos + {variable}" + (f" - {surplus}" if surplus else ""),
                f"if stop > end: {bound}(buf, pos, end, {variable})",
                "end = stop",
            ]
        else:
            self.lines.append(f"end = {bound}(buf, pos, end, {variable})")
        self.lines.append("bounded = True")

    def trailing(self) -> None:
        """Octets within a length that no field takes are odd."""
        self.lines += [
            "if pos < end:",
            "    odd(pos, 'trailing-octets', f'{end - pos} octets inside the length, behind the last field')",
            "    pos = end",
        ]

    def close_bound(self) -> None:
        """Leave what a length bounds."""
        self.end_run()
        self.trailing()
        self.lines += ["end = whole", "bounded = False"]

    def outer_end(self) -> str:
        """Name of the end that the reader was called with."""
        return "whole" if any(isinstance(field, LengthField) for field in self.layer.fields_desc) else "end"

    def single(self, field: WireField) -> None:
        """The lines of one field that is not part of a run."""
        variable = self.variables[field.name]
        read = self.name("read", field.read)
        call = f"{variable}, pos = {read}(buf, pos, end)"
        if field.condition is not None:
            on = self.variables[field.condition.on]
            values = self.name("values", field.condition.values)
            test = f"{on} & {field.condition.mask}" if field.condition.mask else f"{on} in {values}"
            self.lines += [f"if {test}:", f"    {call}", "else:", f"    {variable} = None"]
        elif isinstance(field, LengthField):
            self.lines.append(call)
            self.bound(field)
        elif isinstance(field, ChecksumField):
            declared = self.name("field", field)
            holds = self.name("holds", field.holds)
            covered = f"buf[from_{field.covers_from}:pos]"
            self.lines += [
                call,
                f"if {variable} is not None and not {holds}({covered}):",
                f"    odd(pos - {field.size}, {field.oddity!r}, {declared}.complaint({covered}))",
            ]
        elif field.skip_octet is not None:
            self.lines += [
                f"if pos < end and buf[pos] == {field.skip_octet}:",
                f"    {variable} = None",
                "    pos += 1",
                "else:",
                f"    {call}",
            ]
        else:
            self.lines.append(call)

    def name(self, stem: str, thing: Any) -> str:
        """A name for `thing` in the generated source."""
        name = f"{stem}{len(self.names)}"
        self.names[name] = thing
        return name
