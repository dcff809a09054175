"""Series of numbers: their order, what they say as a whole, and what is left of them on a narrow plot."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dlms_analyzer.series import Series, Summary


def test_a_series_says_its_least_greatest_and_mean() -> None:
    assert Series("energy", "kWh", [1, 2, 3, 4], [1.0, 4.0, 3.0, 2.0]).summary == Summary(4, 1.0, 4.0, 2.5)
    assert Series("energy").summary is None


def test_numbers_that_come_out_of_order_are_put_right_and_keep_their_order_at_one_place() -> None:
    series = Series("energy", "kWh", left_out=2)
    for at, value in ((5, 1.0), (3, 2.0), (5, 0.5)):
        series.add(at, value)
    found = series.ordered()
    assert (list(found.at), list(found.values)) == ([3, 5, 5], [2.0, 1.0, 0.5])
    assert (found.name, found.unit, found.left_out) == ("energy", "kWh", 2)


def test_a_single_peak_among_many_numbers_is_still_there_on_a_narrow_plot() -> None:
    values = [0.0] * 100_000
    values[54_321] = 9.0
    found = Series("power", "W", range(100_000), values, left_out=7).decimated(80)
    assert len(found) <= 160
    assert (max(found.values), found.at[found.values.index(9.0)]) == (9.0, 54_321)
    assert found.left_out == 7


def test_few_numbers_are_left_as_they_are() -> None:
    series = Series("power", "W", [1, 2, 3], [3.0, 1.0, 2.0])
    assert series.decimated(2) is series
    assert Series("power").decimated(0).decimated(5).summary is None


@given(st.lists(st.tuples(st.integers(-(2**62), 2**62), st.floats(-1e9, 1e9))), st.integers(1, 20))
def test_what_is_left_out_never_hides_the_extremes(points: list[tuple[int, float]], buckets: int) -> None:
    series = Series("power", "W", [at for at, _ in points], [value for _, value in points]).ordered()
    found = series.decimated(buckets)
    assert len(found) <= max(2 * buckets, 0) or found is series
    assert list(found.at) == sorted(found.at)
    assert {(min(one.values, default=None), max(one.values, default=None)) for one in (series, found)} == {
        (min(series.values, default=None), max(series.values, default=None))
    }
