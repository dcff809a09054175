"""The field reference: every display-filter field, made from the declarations.

`python -m scapy_layers.reference > docs/fields.md` writes the page; `fields()` gives the same to programs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from scapy_layers.apdu import UnknownApdu, all_layers
from scapy_layers.core.fields import WireField
from scapy_layers.core.layer import Pdu
from scapy_layers.gateway import GatewayRequest, GatewayResponse
from scapy_layers.hdlc import HDLC, HdlcInformation
from scapy_layers.hdlc_parameters import HdlcParameters
from scapy_layers.llc import LLC
from scapy_layers.mbus import MBus
from scapy_layers.mode_e import LINES
from scapy_layers.plc_llc import PlcLLC
from scapy_layers.wmbus import WMBus
from scapy_layers.wrapper import Wrapper

MEANINGS = " / "
"""Between what different layers mean by the same."""

VALUES_SHOWN = 12
"""Names of values on a row; a longer list is cut, as that of the interface classes."""


@dataclass(slots=True)
class FieldEntry:
    """A display-filter field.

    Attributes:
        name: as a filter writes it, `dlms.class_id`.
        kind: what its values are; several where layers differ.
        layers: services of the layers that have it, in order.
        values: numbers and their names; several for a number where layers differ.
    """

    name: str
    kind: str
    layers: list[str] = field(default_factory=list)
    values: dict[int, str] = field(default_factory=dict)


def layers() -> list[type[Pdu]]:
    """Every layer: framings, APDUs, and what they are made of."""
    found: dict[type[Pdu], None] = {}
    framings: list[type[Pdu]] = [
        Wrapper,
        GatewayRequest,
        GatewayResponse,
        HDLC,
        HdlcParameters,
        HdlcInformation,
        LLC,
        PlcLLC,
        MBus,
        WMBus,
    ]
    every: list[type[Pdu]] = [*framings, *LINES, *all_layers(), UnknownApdu]
    for layer in every:
        _collect(layer, found)
    return list(found)


def _collect(layer: type[Pdu], found: dict[type[Pdu], None]) -> None:
    if layer in found:
        return
    found[layer] = None
    for declared in layer.fields_desc:
        for inner in _nested(declared):
            _collect(inner, found)


def _nested(declared: Any) -> Iterator[type[Pdu]]:
    """The layers that the values of a field are made of."""
    if hasattr(declared, "layers"):
        yield from declared.layers.values()
    elif hasattr(declared, "layer"):
        yield declared.layer
    inner = getattr(declared, "inner", None)
    if inner is not None:
        yield from _nested(inner)


def fields() -> list[FieldEntry]:
    """All display-filter fields, by name."""
    entries: dict[str, FieldEntry] = {}
    for layer in layers():
        for declared in layer.fields_desc:
            name = f"{layer.prefix}.{declared.name}"
            names = {} if declared.constant else _names(declared)  # a tag means another thing in each layer
            _enter(entries, name, declared.kind, layer.service, names)
            for part in declared.parts:
                kind = "bits" if part.mask & (part.mask - 1) else "bit"
                _enter(entries, f"{name}.{part.name}", kind, layer.service, dict(part.names or {}))
    return [entries[name] for name in sorted(entries)]


def _enter(entries: dict[str, FieldEntry], name: str, kind: str, service: str, values: dict[int, str]) -> None:
    entry = entries.setdefault(name, FieldEntry(name, kind))
    if service not in entry.layers:
        entry.layers.append(service)
    entry.kind = _joined(entry.kind, kind)
    for number, said in values.items():
        entry.values[number] = _joined(entry.values.get(number, said), said)


def _joined(known: str, other: str) -> str:
    """What is said in different layers, each once: `success / accepted`."""
    return known if other in known.split(MEANINGS) else f"{known}{MEANINGS}{other}"


def _names(declared: WireField | Any) -> dict[int, str]:
    names = getattr(declared, "names", None)
    if names is None and (inner := getattr(declared, "inner", None)) is not None:
        return _names(inner)
    return dict(names or {})


def page() -> str:
    """The field reference as Markdown."""
    lines = [
        "# Fields",
        "",
        "Every field that the layers declare, under the name that a display filter uses. Made by",
        "`python -m scapy_layers.reference`; do not edit.",
        "",
        "| field | kind | in | values |",
        "|---|---|---|---|",
    ]
    for entry in fields():
        services = ", ".join(entry.layers) if len(entry.layers) <= 4 else f"{len(entry.layers)} layers"
        shown = [f"{number} {name}" for number, name in sorted(entry.values.items())[:VALUES_SHOWN]]
        more = [f"and {len(entry.values) - VALUES_SHOWN} more"] if len(entry.values) > VALUES_SHOWN else []
        lines.append(f"| `{entry.name}` | {entry.kind} | {services} | {', '.join(shown + more)} |")
    lines += ["", "# Layers", ""]
    for layer in layers():
        lines += [f"## {layer.service}", "", (layer.__doc__ or "").strip().splitlines()[0], ""]
        names = [f"`{layer.prefix}.{declared.name}`" for declared in layer.fields_desc]
        lines += [", ".join(names) if names else "No fields.", ""]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
