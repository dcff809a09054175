"""What is known of a meter, and of one of its objects, as facts for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from dlms_analyzer.cosem.model import DATA, LOGICAL_DEVICE_NAME
from dlms_analyzer.cosem.profile import CLOCK, TIME
from dlms_analyzer.index import MessageTable
from dlms_analyzer.meaning import place_of_server
from dlms_analyzer.objects import AttributeRef, MeterObjects, ObjectRef
from dlms_analyzer.output.facts import Fact
from dlms_analyzer.output.values import value_text
from dlms_analyzer.values import Value
from dlms_analyzer.words import counted
from scapy_layers.cosem_fields import logical_name_text

_IDENTITY: Final = (
    ("logical device name", DATA, LOGICAL_DEVICE_NAME),
    ("meter number", DATA, bytes((0, 0, 96, 1, 0, 255))),
    ("firmware", DATA, bytes((1, 0, 0, 2, 0, 255))),
    ("firmware", DATA, bytes((0, 0, 0, 2, 0, 255))),
)
"""Objects that say what a meter is (IEC 62056-6-1): device identification and active firmware."""
_CLOCK: Final = AttributeRef(CLOCK, bytes((0, 0, 1, 0, 0, 255)), None, TIME)
_NANOSECONDS: Final = 1_000_000_000


def meter_facts(meter: MeterObjects, table: MessageTable) -> Iterator[Fact]:
    """What is known of a meter.

    Args:
        meter: the meter.
        table: has the associations.
    """
    model = meter.model
    yield Fact("meter", model.called)
    if model.key != model.called:
        yield Fact("system title" if "/" not in model.key else "address", model.key)
    for name, class_id, logical_name in _IDENTITY:
        value = meter.latest(AttributeRef(class_id, logical_name, None, 2))
        if value is not None:
            yield Fact(name, f"{value_text(value)}  ({logical_name_text(logical_name)})")
    objects = len(meter.objects)
    listed = sum(one.version is not None for one in model.objects.values())
    source = f", {listed} from its object list" if listed else ", object list not seen"
    yield Fact("objects", f"{objects}{source}")
    yield Fact("values", f"{meter.values:,}")
    yield from _associations(meter, table)
    clock = meter.latest(_CLOCK)
    if clock is not None:
        yield Fact("clock", value_text(clock))
        yield from _difference(meter, clock)


def _difference(meter: MeterObjects, clock: Value) -> Iterator[Fact]:
    """How far the clock of the meter is from that of the capture."""
    try:
        said = datetime.fromisoformat(str(clock.shown.value))
    except ValueError:
        return
    zone = "" if said.tzinfo is not None else "; it does not tell its zone, and is taken for UTC"
    captured = datetime.fromtimestamp(meter.time(clock.message) / _NANOSECONDS, UTC)
    ahead = ((said if said.tzinfo is not None else said.replace(tzinfo=UTC)) - captured).total_seconds()
    where = "ahead of" if ahead > 0 else "behind"
    yield Fact("clock difference", f"{abs(ahead):,.0f} s {where} the capture, in message {clock.message:,}{zone}")


def _associations(meter: MeterObjects, table: MessageTable) -> Iterator[Fact]:
    """Where the meter answered, and which clients it revealed values to."""
    found = [table.associations[number] for number in sorted(meter.associations)]
    places = dict.fromkeys(map(place_of_server, found))
    clients = Counter(one.client_sap for one in found)
    for place in places:
        if place != meter.model.key:
            yield Fact("address", place)
    for client, count in clients.items():
        name = "client unknown" if client is None else f"client {client}"
        yield Fact("associations", f"{count:,} of {name}")


def object_facts(meter: MeterObjects, ref: ObjectRef, *, show_secrets: bool = False) -> Iterator[Fact]:
    """What is known of an object: its name and class, and a line for each member.

    Args:
        meter: whose object it is.
        ref: the object.
        show_secrets: also values that are secrets.
    """
    node = meter.node(ref)
    if node.logical_name is not None:
        yield Fact("object", f"{logical_name_text(node.logical_name)}  {node.name}")
        version = "" if node.version is None else f", version {node.version}"
        yield Fact("class", f"{node.class_id} {node.class_name}{version}")
        yield Fact("medium", meter.medium(ref))
    else:
        yield Fact("object", "not known" if ref.base_name is None else f"short name {ref.base_name:04X}")
    for member in node.members:
        number = "" if member.number is None else f"{member.number} "
        rights = f"  [{member.rights}]" if member.rights else ""
        if member.is_method:
            yield Fact(f"method {number}{member.name}", rights.strip())
            continue
        one = AttributeRef(*ref, member.number)
        numbers = meter.numbers(one)
        seen = len(numbers)
        looks = seen and not one.is_profile and not meter.is_long(numbers[-1])
        value = meter.latest(one) if looks else None
        said = "" if value is None else value_text(value, show_secrets=show_secrets)
        how_many = counted(seen, "value") if seen else "no value seen"
        yield Fact(f"{number}{member.name}", f"{said}  ({how_many}){rights}".lstrip())
