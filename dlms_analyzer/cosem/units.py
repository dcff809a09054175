"""Physical units and scalers (IEC 62056-6-2, class Register, scal_unit_type).

A scaled value is `value x 10^scaler unit`, computed in decimal and exact: what the display of the meter shows is what
comes out, digit by digit, trailing zeros of the resolution included.
"""

from __future__ import annotations

import struct
from decimal import Context, Decimal, Inexact
from functools import cache
from typing import Any, Final, NamedTuple

from dlms_analyzer.cosem.tables import rows

DIGITS: Final = 400
"""Digits that arithmetic here keeps: a float64 has up to 309 before the point, and a scaler moves it by 128."""

_CONTEXT: Final = Context(prec=DIGITS, Emax=9_999, Emin=-9_999, traps=[Inexact])

NO_UNIT: Final = frozenset({0, 255})
"""Units of counts and ratios: 255 by the standard, 0 in meters that left it out."""

INTEGER_TAGS: Final = frozenset({5, 6, 13, 15, 16, 17, 18, 20, 21, 22, 28, 29, 30, 31, 32, 33})
"""Data types whose value is a whole number."""

FLOAT32, FLOAT64 = 23, 24


class Unit(NamedTuple):
    """One row of the unit enumeration.

    Attributes:
        number: value of the enumeration.
        symbol: as written behind a number; empty for counts.
        quantity: what is measured.
        name: the unit in words.
    """

    number: int
    symbol: str
    quantity: str
    name: str


class ScalerUnit(NamedTuple):
    """scal_unit_type.

    Attributes:
        scaler: power of ten.
        unit: number of the unit.
    """

    scaler: int
    unit: int

    @property
    def symbol(self) -> str:
        """Symbol of the unit; `unit 58` for one that is reserved."""
        return unit_symbol(self.unit)

    def __str__(self) -> str:
        if self.unit in NO_UNIT:
            return f"x 10^{self.scaler}, no unit" if self.scaler else "no unit"
        return f"{Decimal(1).scaleb(self.scaler):f} {self.symbol}"


@cache
def units() -> dict[int, Unit]:
    """Every unit that is defined, by number."""
    return {
        int(row["unit"]): Unit(int(row["unit"]), row["symbol"], row["quantity"], row["name"]) for row in rows("units")
    }


@cache
def unit_symbol(number: int) -> str:
    """What is written behind a number: `Wh`; nothing for counts; `unit 58` for one that is reserved."""
    found = units().get(number)
    if number in NO_UNIT:
        return ""
    return f"unit {number}" if found is None else found.symbol


def scaler_unit(data: tuple[int, Any]) -> ScalerUnit | None:
    """Read a scal_unit_type; None when the `Data` is something else."""
    tag, elements = data
    if tag != 2 or len(elements) != 2:
        return None
    (first, scaler), (second, unit) = elements
    if first not in INTEGER_TAGS or second not in INTEGER_TAGS or not -128 <= scaler <= 127 or not 0 <= unit <= 255:
        return None
    return ScalerUnit(scaler, unit)


def number(data: tuple[int, Any]) -> Decimal | None:
    """The number that a `Data` holds, as a decimal; None when it holds none.

    A float32 is taken as the shortest decimal that it stands for, as a meter that computes 230.1 V means 230.1.
    """
    tag, value = data
    if tag in INTEGER_TAGS:
        return Decimal(value)
    if tag not in (FLOAT32, FLOAT64) or isinstance(value, bytes) or value - value != 0:
        return None
    return Decimal(_shortest(value)) if tag == FLOAT32 else Decimal(repr(value))


def _shortest(value: float) -> str:
    octets = struct.pack(">f", value)
    for digits in range(6, 9):
        text = f"{value:.{digits}g}"
        try:
            if struct.pack(">f", float(text)) == octets:
                return text
        except OverflowError:  # fewer digits round the greatest numbers up, out of range
            continue
    return f"{value:.9g}"


def scale(data: tuple[int, Any], scaler: int) -> Decimal | None:
    """`value x 10^scaler`, exact; None when the `Data` is no number."""
    if data[0] in INTEGER_TAGS:
        return _CONTEXT.scaleb(Decimal(data[1]), scaler)
    found = number(data)
    return None if found is None else _CONTEXT.scaleb(found, scaler)


_K: Final = ((3, "k"), (9, "M"), (12, "G"))
_LADDERS: Final = {
    "W": _K, "VA": _K, "var": _K, "Wh": _K, "VAh": _K, "varh": _K, "J": _K, "J/h": _K, "V": ((4, "k"),),
    "Pa": ((5, "k"), (8, "M")), "Hz": ((4, "k"), (6, "M")), "Ω": ((3, "k"), (6, "M")), "A": ((4, "k"),),
    "m": ((4, "k"),), "N": ((4, "k"),),
}  # fmt: skip
"""From which power of ten on a symbol takes a prefix. Energy stays in kWh as far as a bill would: 109554.016 kWh."""
_PREFIX_POWER: Final = {"k": 3, "M": 6, "G": 9}


def present(value: Decimal, symbol: str) -> str:
    """A number and its unit for people, with the SI prefix they expect; no digit is lost.

    Example:
        >>> present(Decimal(1234567), "Wh")
        '1234.567 kWh'
    """
    prefix = ""
    ladder = _LADDERS.get(symbol)
    if ladder is not None and value:
        power = value.adjusted()
        for least, name in ladder:
            if power >= least:
                prefix = name
    if prefix:
        value = _CONTEXT.scaleb(value, -_PREFIX_POWER[prefix])
    text = f"{value:f}"
    return f"{text} {prefix}{symbol}" if symbol else text


def exact_json(scaled: Decimal | None) -> int | float | str | None:
    """A scaled number for JSON: a number where that says the same digits, else their text."""
    if scaled is None:
        return None
    if scaled == scaled.to_integral_value() and abs(scaled) < 1 << 63:
        return int(scaled)
    approximate = float(scaled)
    return approximate if Decimal(repr(approximate)) == scaled else str(scaled)
