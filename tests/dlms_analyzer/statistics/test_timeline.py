"""Buckets over time, however long the capture gets."""

from __future__ import annotations

from itertools import pairwise

from dlms_analyzer.frames import NANOSECONDS
from dlms_analyzer.statistics import Timeline
from dlms_analyzer.statistics.timeline import MAX_BUCKETS, WIDTHS


def test_a_short_capture_is_told_by_the_millisecond() -> None:
    timeline = Timeline()
    timeline.add([5_000_000, 5_900_000, 8_100_000], [10, 20, 30], [False, True, False])
    assert timeline.width == 1_000_000
    assert [tuple(bucket) for bucket in timeline.buckets()] == [
        (5_000_000, 2, 30, 1), (6_000_000, 0, 0, 0), (7_000_000, 0, 0, 0), (8_000_000, 1, 30, 0)
    ]  # fmt: skip


def test_buckets_are_joined_when_the_capture_gets_longer_and_nothing_is_lost() -> None:
    timeline = Timeline()
    for second in range(0, 40_000, 7):
        timeline.add([second * NANOSECONDS], [100], [second % 2 == 0])
        assert len(timeline.buckets()) <= MAX_BUCKETS
    messages = len(range(0, 40_000, 7))
    buckets = timeline.buckets()
    assert timeline.width == 30 * NANOSECONDS
    assert sum(bucket.messages for bucket in buckets) == messages
    assert sum(bucket.octets for bucket in buckets) == 100 * messages
    assert sum(bucket.troubles for bucket in buckets) == len(range(0, 40_000, 14))
    assert all(bucket.start % timeline.width == 0 for bucket in buckets)


def test_frames_out_of_order_and_clocks_centuries_off_have_a_bucket_too() -> None:
    timeline = Timeline()
    timeline.add([NANOSECONDS], [1], [False])
    timeline.add([-(2**63), 2**63 - 1, 0], [1, 1, 1], [False, False, False])
    buckets = timeline.buckets()
    assert timeline.width == WIDTHS[-1]
    assert len(buckets) <= MAX_BUCKETS
    assert sum(bucket.messages for bucket in buckets) == 4


def test_each_width_is_a_multiple_of_the_one_before() -> None:
    assert all(wide % narrow == 0 for narrow, wide in pairwise(WIDTHS))
