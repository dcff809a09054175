"""Response times in bins: percentiles near the exact ones, and histograms that lose nothing."""

from __future__ import annotations

from itertools import pairwise
from math import ceil, inf
from random import Random

import pytest

from dlms_analyzer.statistics import PERCENTILE_ERROR, Times


def times_of(seconds: list[float]) -> Times:
    times = Times()
    times.add(seconds)
    return times


@pytest.mark.parametrize("seed", range(5))
def test_a_percentile_is_as_near_to_the_exact_one_as_it_says(seed: int) -> None:
    random = Random(seed)
    seconds = [random.lognormvariate(-3, seed) for _ in range(2_000)]
    times = times_of(seconds)
    for percent in (1, 50, 90, 95, 99, 99.9, 100):
        exact = sorted(seconds)[ceil(len(seconds) * percent / 100) - 1]
        assert times.percentile(percent) == pytest.approx(exact, rel=PERCENTILE_ERROR)
    assert (times.least, times.most) == pytest.approx((min(seconds), max(seconds)))
    assert times.mean == pytest.approx(sum(seconds) / len(seconds))


def test_the_bands_of_a_histogram_hold_every_time_and_leave_no_gap() -> None:
    times = times_of([0.0015, 0.0042, 0.003, 0.03, 7.0])
    bands = times.histogram()
    assert [(band.low, band.high, band.answers) for band in bands[:3]] == [
        (0.001, 0.002, 1), (0.002, 0.005, 2), (0.005, 0.01, 0)
    ]  # fmt: skip
    assert all(before.high == after.low for before, after in pairwise(bands))
    assert (bands[-1].low, bands[-1].high) == (5.0, 10.0)
    assert sum(band.answers for band in bands) == 5


def test_times_beyond_the_bands_are_counted_in_the_outermost_ones() -> None:
    bands = times_of([1e-8, 1e7]).histogram()
    assert (bands[0].low, bands[0].answers) == (0.0, 1)
    assert (bands[-1].high, bands[-1].answers) == (inf, 1)


def test_a_clock_that_was_set_back_gives_no_negative_time() -> None:
    times = times_of([-3.0, 0.5])
    assert (times.least, times.most, times.total) == (0.0, 0.5, 0.5)
    assert times.percentile(50) == 0.0


def test_no_times_have_no_histogram_and_no_percentile() -> None:
    times = Times()
    assert (times.count, times.mean, times.percentile(95), times.histogram()) == (0, 0.0, 0.0, [])


def test_joined_times_are_those_of_all() -> None:
    first, second = times_of([0.1, 0.2]), times_of([0.4])
    first.join(second)
    assert first.count == 3
    assert (first.least, first.most) == pytest.approx((0.1, 0.4))
    assert first.histogram() == times_of([0.1, 0.2, 0.4]).histogram()
