"""Units and scalers."""

from __future__ import annotations

import json
import struct
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlms_analyzer.cosem.units import ScalerUnit, exact_json, number, present, scale, scaler_unit, unit_symbol, units
from tests.dlms_analyzer.cosem.test_obis import reference_rows

LONG = st.integers(-(2**63), 2**64 - 1)


def test_every_unit_of_the_enumeration_is_there_with_its_symbol() -> None:
    said = {
        int(row["enum"]): (row["symbol"], row["quantity"])
        for row in reference_rows("units.tsv")
        if row["status"] == "A" or (not row["status"] and row["quantity"])
    }
    assert said
    found = units()
    assert {key: (found[key].symbol, found[key].quantity) for key in said if key in found} == {
        key: value for key, value in said.items() if key in found
    }
    assert {27, 30, 33, 35, 44, 255} <= set(found)
    assert 58 not in found


def test_a_reserved_unit_keeps_its_number() -> None:
    assert unit_symbol(58) == "unit 58"


@given(LONG, st.integers(-128, 127))
def test_scaling_is_exact(value: int, scaler: int) -> None:
    scaled = scale((21, value), scaler)
    assert scaled is not None
    sign, digits, exponent = scaled.as_tuple()
    assert (sign, exponent) == (int(value < 0), scaler)
    assert int("".join(map(str, digits))) == abs(value)


@given(LONG, st.sampled_from(["Wh", "W", "V", "A", "m³", ""]))
def test_presentation_loses_no_digit(value: int, symbol: str) -> None:
    text = present(Decimal(value), symbol).split(" ")[0]
    assert int(text.replace(".", "").replace("-", "")) == abs(value)


@pytest.mark.parametrize(
    ("value", "scaler", "symbol", "text"),
    [
        (1234567, 0, "Wh", "1234.567 kWh"),
        (109554016, 0, "Wh", "109554.016 kWh"),
        (560, 0, "W", "560 W"),
        (2301, -1, "V", "230.1 V"),
        (5, 3, "Wh", "5 kWh"),
        (0, -3, "m³", "0.000 m³"),
        (17, 0, "", "17"),
        (-1500, 0, "W", "-1.500 kW"),
    ],
)
def test_numbers_are_shown_as_people_write_them(value: int, scaler: int, symbol: str, text: str) -> None:
    scaled = scale((20, value), scaler)
    assert scaled is not None
    assert present(scaled, symbol) == text


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_a_float32_is_the_shortest_decimal_that_it_stands_for(value: float) -> None:
    found = number((23, value))
    assert found is not None
    assert struct.pack(">f", float(found)) == struct.pack(">f", value)
    assert len(found.as_tuple().digits) <= 9


def test_a_float32_means_what_the_meter_computed() -> None:
    assert number((23, struct.unpack(">f", struct.pack(">f", 230.1))[0])) == Decimal("230.1")


@pytest.mark.parametrize(
    "data", [(23, float("nan")), (24, float("inf")), (23, b"\x7f\xc0\x00\x01"), (9, b"1"), (0, None)]
)
def test_what_is_no_number_is_not_scaled(data: tuple[int, object]) -> None:
    assert number(data) is None
    assert scale(data, 0) is None


def test_scaler_and_unit_are_read_from_their_structure() -> None:
    found = scaler_unit((2, ((15, -2), (22, 30))))
    assert found == ScalerUnit(-2, 30)
    assert str(found) == "0.01 Wh"
    assert json.dumps(found) == "[-2, 30]"
    assert str(ScalerUnit(0, 255)) == "no unit"


@pytest.mark.parametrize("data", [(2, ((15, -2),)), (9, b""), (2, ((9, b"1"), (22, 30))), (2, ((18, 300), (22, 30)))])
def test_what_is_no_scaler_and_unit_is_refused(data: tuple[int, object]) -> None:
    assert scaler_unit(data) is None


@pytest.mark.parametrize(
    ("scaled", "expected"),
    [
        (None, None),
        (Decimal("1234.567"), 1234.567),
        (Decimal("1E+3"), 1000),
        (Decimal("0.10"), 0.1),
        (Decimal("18446744073709551.615"), "18446744073709551.615"),
    ],
)
def test_a_scaled_number_goes_into_json_without_losing_a_digit(scaled: Decimal | None, expected: object) -> None:
    assert exact_json(scaled) == expected
