"""From a field of a message, as its tree shows it, to the display filter that finds the messages with the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.filters.catalog import catalog
from dlms_analyzer.filters.compiled import compile_filter
from dlms_analyzer.filters.completion import quoted
from dlms_analyzer.filters.domains import Domain
from dlms_analyzer.filters.errors import FilterError
from dlms_analyzer.messages import Message
from dlms_analyzer.output.masking import is_masked
from scapy_layers import Node
from scapy_layers.cosem_fields import logical_name_text

_PREFIXES: Final = ("dlms", "hdlc", "mode_e")
MAX_VALUE: Final = 512
"""Characters of a value in a condition: a profile is no value that anybody looks for again."""


def condition_of(message: Message, meters: Meters | None, node: Node, parents: Sequence[str] = ()) -> str | None:
    """A condition that a message fulfils by one of its fields; None when there is none.

    Args:
        message: the message.
        meters: what is known about the meters.
        node: the field in its tree.
        parents: names of the nodes that it is in, from the outermost to the innermost.
    """
    if node.name in (message.service, message.outer) and not parents:
        return f"dlms.{'service' if node.name == message.service else 'outer'} == {node.name}"
    for text in _candidates(node, parents):
        try:
            if compile_filter(text).matches(message, meters):
                return text
        except FilterError:
            continue
    return None


def _candidates(node: Node, parents: Sequence[str]) -> Iterator[str]:
    """Conditions that may hold, the closest first."""
    named = [one for one in parents if not one.isdigit()]
    names = [f"{named[-1]}.{node.name}"] if named else []
    names += [node.name] if not node.name.isdigit() else named[-1:]
    fields = [f"{prefix}.{name}" for name in names for prefix in _PREFIXES if f"{prefix}.{name}" in catalog()]
    for field in fields:
        for value in () if is_masked(node) else _values(catalog()[field].domain, node):
            if len(value) <= MAX_VALUE:
                yield f"{field} == {value}"
    yield from fields


def _values(domain: Domain, node: Node) -> Iterator[str]:
    """What a field may be compared with."""
    value: Any = node.value
    if type(value) is tuple and len(value) == 2:  # a Data: its type, and what it holds
        value = value[1]
    if isinstance(value, int | float):
        yield str(value)
    elif isinstance(value, bytes) and value:
        if domain is Domain.OBIS:
            yield logical_name_text(value)
        elif domain is Domain.OCTETS:
            yield value.hex(":")
        yield quoted(value.hex())
        if domain is Domain.NUMBER:
            yield str(int.from_bytes(value))
    elif isinstance(value, str):
        yield quoted(value)
    if domain in (Domain.TEXT, Domain.ANY):
        yield quoted(node.text)
        yield quoted(node.text.partition(" (")[0])  # of an object identifier, filters see the name
