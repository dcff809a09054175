"""Statistics: what is much, what is slow and what goes wrong in a capture, counted from the columns of its index.

`Statistics` is fed in small steps and can be asked at any time, also while a capture still grows.
"""

from dlms_analyzer.statistics.counting import Share, Slow, Statistics
from dlms_analyzer.statistics.parties import MeterParty, Party
from dlms_analyzer.statistics.timeline import Bucket, Timeline
from dlms_analyzer.statistics.times import PERCENTILE_ERROR, Band, Times

__all__ = [
    "PERCENTILE_ERROR",
    "Band",
    "Bucket",
    "MeterParty",
    "Party",
    "Share",
    "Slow",
    "Statistics",
    "Timeline",
    "Times",
]
