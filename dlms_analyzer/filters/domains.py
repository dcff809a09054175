"""What the values of a field are, for filters: how a literal is read, and which operators make sense."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from ipaddress import ip_address, ip_network
from typing import Any, Final

from dlms_analyzer.cosem.obis import Pattern
from dlms_analyzer.cosem.obis import parse as parse_obis
from dlms_analyzer.filters.syntax import Literal
from dlms_analyzer.frames import NANOSECONDS


class Domain(Enum):
    """What values are, for filters; the value is what people call it."""

    NUMBER = "number"
    TEXT = "text"
    OCTETS = "octets"
    OBIS = "logical name"
    ADDRESS = "IP address"
    TIME = "time"
    ANY = "any value"
    PRESENCE = "present or not"


_COMPARED: Final = frozenset({"==", "!=", "in"})
_ORDERED: Final = _COMPARED | {"<", "<=", ">", ">="}
_SEARCHED: Final = frozenset({"contains", "matches"})

OPERATORS_OF: Final[dict[Domain, frozenset[str]]] = {
    Domain.NUMBER: _ORDERED,
    Domain.TEXT: _ORDERED | _SEARCHED,
    Domain.OCTETS: _ORDERED | _SEARCHED,
    Domain.OBIS: _ORDERED | {"contains"},
    Domain.ADDRESS: _ORDERED,
    Domain.TIME: _ORDERED,
    Domain.ANY: _ORDERED | _SEARCHED,
    Domain.PRESENCE: frozenset(),
}
"""What can be asked about the values of a domain."""

SLICED: Final = {Domain.TEXT: Domain.TEXT, Domain.OCTETS: Domain.OCTETS, Domain.OBIS: Domain.OCTETS}
"""Of what slices can be taken, and what a slice is."""

_INTEGER: Final = re.compile(r"[-+]?\d+|[-+]?0[xX][0-9A-Fa-f]+", re.ASCII)
_DECIMAL: Final = re.compile(r"[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d{1,4})?", re.ASCII)
_HEX: Final = re.compile(r"(?:0[xX])?[0-9A-Fa-f]{2}(?:[:-]?[0-9A-Fa-f]{2})*", re.ASCII)
TRUTH: Final = {"true": True, "false": False}


def number(text: str) -> int | float:
    """A number: `5`, `-3`, `0x1f`, `0.5`, `1e6`.

    Raises:
        ValueError: it is none.
    """
    if _INTEGER.fullmatch(text):
        return int(text, 16) if "x" in text.lower() else int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    raise ValueError(f"{text!r} is no number; write 31, 0x1f or 0.5")


def octets(literal: Literal) -> bytes:
    """Octets: `01:02:ff`, `0102ff`, `0x0102ff`; a string stands for its characters.

    Raises:
        ValueError: they are none.
    """
    if literal.quoted:
        return literal.text.encode("utf-8", "surrogatepass")
    if not _HEX.fullmatch(literal.text):
        raise ValueError(f"{literal.text!r} is no row of octets; write 01:02:ff, or a string in quotes")
    return bytes.fromhex(re.sub("^0[xX]|[:-]", "", literal.text))


def moment(text: str) -> int:
    """Nanoseconds since 1970 UTC of an ISO 8601 time, or of a number of seconds.

    Raises:
        ValueError: it is no time.
    """
    try:
        return round(number(text) * NANOSECONDS)
    except (ValueError, OverflowError):
        pass
    try:
        found = datetime.fromisoformat(text)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found
        since = found - datetime.fromtimestamp(0, UTC)
    except (ValueError, OverflowError):
        raise ValueError(f'{text!r} is no time; write "2026-01-31 12:00:00", in UTC') from None
    return ((since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds) * 1_000


def anything(literal: Literal) -> Any:
    """What a literal stands for where values are of any type: a number or truth, in quotes always text."""
    if literal.quoted:
        return literal.text
    try:
        return number(literal.text)
    except ValueError:
        return TRUTH.get(literal.text.lower(), literal.text)


def logical_name(text: str) -> bytes:
    """Six octets of an OBIS code.

    Raises:
        ValueError: it is none, or one with wildcards.
    """
    try:
        return parse_obis(text)
    except ValueError:
        raise ValueError(f"{text!r} is no logical name; write 1-0:1.8.0.255") from None


def address(text: str) -> Any:
    """An IP address as something to put in order: version and number.

    Raises:
        ValueError: it is none.
    """
    found = ip_address(text)
    return found.version, int(found)


READ: Final[dict[Domain, Callable[[Literal], Any]]] = {
    Domain.NUMBER: lambda literal: number(literal.text),
    Domain.TEXT: lambda literal: literal.text,
    Domain.OCTETS: octets,
    Domain.OBIS: lambda literal: logical_name(literal.text),
    Domain.ADDRESS: lambda literal: address(literal.text),
    Domain.TIME: lambda literal: moment(literal.text),
    Domain.ANY: anything,
}
"""How a literal becomes a value that those of a message are compared with."""


def equality(domain: Domain, literal: Literal) -> Callable[[Any], bool]:
    """Whether a value is the one that a literal stands for; wildcards and networks stand for many.

    Raises:
        ValueError: the literal is none of that domain.
    """
    if domain is Domain.OBIS:
        try:
            return Pattern(literal.text).matches
        except OverflowError:
            raise ValueError(f"{literal.text!r} is no logical name; write 1-0:1.8.0.255") from None
    if domain is Domain.ADDRESS:
        network = ip_network(literal.text, strict=False)
        version, first, last = network.version, int(network[0]), int(network[-1])
        return lambda value: value[0] == version and first <= value[1] <= last
    wanted = READ[domain](literal)
    if domain is Domain.ANY and isinstance(wanted, str):
        return lambda value: str(value) == wanted
    return lambda value: bool(value == wanted)
