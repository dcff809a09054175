"""Ladders: what two sides said to each other, one rung for each exchange, with what happened between."""

from dlms_analyzer.ladder.heights import Heights
from dlms_analyzer.ladder.ladder import Ladder, Progress
from dlms_analyzer.ladder.rungs import Protection, Reply, Rung, RungKind
from dlms_analyzer.ladder.steps import Step, Steps

__all__ = ["Heights", "Ladder", "Progress", "Protection", "Reply", "Rung", "RungKind", "Step", "Steps"]
