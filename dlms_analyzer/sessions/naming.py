"""What meters call themselves, learnt from the few messages that say it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dlms_analyzer.capture import CaptureError
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.cosem.model import LOGICAL_DEVICE_NAME
from dlms_analyzer.framing.units import Sender
from dlms_analyzer.index import IndexedCapture
from dlms_analyzer.meaning import learn_name

STEP: Final = 2_048
"""Messages looked at in a step: a millisecond or two, and more for the few that are read."""
MAX_READ: Final = 16
"""Messages read in a step at most."""


class Naming:
    """Finds the answers that hold logical device names.

    Attributes:
        seen: messages of the capture that were looked at.
    """

    def __init__(self, capture: IndexedCapture, meters: Meters) -> None:
        """Begin.

        Args:
            capture: has the messages.
            meters: learn the names.
        """
        self.seen = 0
        self._capture = capture
        self._meters = meters
        self._naming: dict[int, bool] = {}
        """Number in the column `asked` to whether a name is asked for."""

    def learn(self) -> Iterator[tuple[int, int]]:
        """Look at the messages that came since.

        Yields:
            How many were looked at, and how many there are.
        """
        table = self._capture.table
        total = len(table)
        while self.seen < total:
            first, last = self.seen + 1, min(self.seen + STEP, total)
            read = 0
            for number, (asked, result) in enumerate(table.columns("asked", "result", first=first, last=last), first):
                if asked and result and self._names(asked, number):
                    self._read(number)
                    read += 1
                    if read == MAX_READ:
                        last = number
                        break
            self.seen = last
            yield self.seen, total

    def _names(self, asked: int, number: int) -> bool:
        known = self._naming.get(asked)
        if known is None:
            row = self._capture.table.row(number)
            known = self._naming[asked] = any(one.logical_name == LOGICAL_DEVICE_NAME for one in row.asked)
        return known

    def _read(self, number: int) -> None:
        try:
            message = self._capture.glance(number)
        except CaptureError:  # a live capture gives up its oldest octets
            return
        if message.sender is not Sender.CLIENT:
            learn_name(self._meters, message)
