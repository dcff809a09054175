"""All fields that filters know: those of the engine and those of the layers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, NamedTuple

from dlms_analyzer.filters.domains import Domain
from dlms_analyzer.filters.engine_fields import ENGINE_FIELDS, View
from dlms_analyzer.filters.layer_fields import domain_of, layer_getter
from scapy_layers.reference import MEANINGS, fields


class FilterField(NamedTuple):
    """A field that filters know.

    Attributes:
        name: as a filter writes it.
        domain: what its values are.
        getter: gives its values of a message.
        names: what numbers are called, in lower case; one name may stand for several.
        present: gives whatever is there, whether or not it can be compared.
        choices: every text it can be; empty where there is no end of them.
        truth: its numbers are 0 and 1.
        description: what it says, or which layers have it.
    """

    name: str
    domain: Domain
    getter: Callable[[View], Iterable[Any]]
    names: Mapping[str, frozenset[int]]
    present: Callable[[View], Iterable[Any]]
    choices: tuple[str, ...] = ()
    truth: bool = False
    description: str = ""


def _by_name(values: Mapping[int, str]) -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, said in values.items():
        for name in said.split(MEANINGS):
            found.setdefault(name.lower(), set()).add(number)
    return {name: frozenset(numbers) for name, numbers in found.items()}


@cache
def catalog() -> dict[str, FilterField]:
    """Every field, by name."""
    found: dict[str, FilterField] = {}
    for entry in fields():
        domain = domain_of(entry.kind)
        truth = entry.kind in ("bit", "boolean")
        getter = layer_getter(entry.name, domain)
        present = layer_getter(entry.name, Domain.PRESENCE)
        names, layers = _by_name(entry.values), ", ".join(entry.layers)
        found[entry.name] = FilterField(entry.name, domain, getter, names, present, (), truth, layers)
    for row in ENGINE_FIELDS:
        names = _by_name(row.names)
        found[row.name] = FilterField(
            row.name, row.domain, row.getter, names, row.getter, row.choices, description=row.description
        )
    return found
