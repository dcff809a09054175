"""All meters of a capture: goes through the messages of the index once, and on from there when there are more."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Final, NamedTuple

from dlms_analyzer.associations.block_transfers import LAST_BLOCK
from dlms_analyzer.capture import CaptureError
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.cosem.model import MeterModel
from dlms_analyzer.framing.units import Sender
from dlms_analyzer.index import IndexedCapture
from dlms_analyzer.index.table import NONE
from dlms_analyzer.meaning import carries_push, model_of, place_of, place_of_row, place_of_server
from dlms_analyzer.messages import Message
from dlms_analyzer.objects.columns import BLOCK, AttributeRef, Told, told
from dlms_analyzer.objects.meter import MeterObjects

STEP: Final = 1_024
"""Messages in one step, of which the columns tell all: a millisecond."""
LOOK: Final = 64
"""So many messages by their columns take as long as one whose octets are looked at."""
MAX_AWAITED: Final = 64
"""Blocks behind the last block of a transfer among which the lost ones are looked for."""

_COLUMNS: Final = ("service", "asked", "result", "association", "stream", "kind", "security")


class Gathered(NamedTuple):
    """How far gathering is.

    Attributes:
        done: messages gone through.
        total: messages there are.
        values: values found.
    """

    done: int
    total: int
    values: int


class ObjectIndex:
    """The meters of a capture and their objects.

    Example:
        >>> from dlms_analyzer.capture import open_captures
        >>> capture = IndexedCapture(open_captures(["captures/ln_wrapper_low.pcap"]))
        >>> for progress in capture.read():
        ...     pass
        >>> index = ObjectIndex(capture, Meters())
        >>> for progress in index.gather():
        ...     pass
        >>> progress.values, [meter.model.called for meter in index.meters]
        (0, [])

    Attributes:
        meters: in the order in which they were met.
    """

    def __init__(self, capture: IndexedCapture, meters: Meters) -> None:
        """Begin with the first message.

        Args:
            capture: the messages; there may be more of them later.
            meters: what is known about the meters; whatever is learnt is added.
        """
        self.meters: list[MeterObjects] = []
        self._capture = capture
        self._known = meters
        self._corrected = capture.table.corrected
        self._done = 0
        self._settled = False
        self._placed = 0
        """Associations whose places were told to what is known about the meters."""
        self._of_model: dict[int, MeterObjects] = {}
        self._of_side: dict[tuple[int, int, int], tuple[bytes | None, MeterObjects]] = {}
        self._by_place: dict[str, MeterObjects] = {}
        """Meters that were found by their place only; their titles may become known later."""
        self._told: dict[tuple[int, int, int], AttributeRef | Told] = {}
        """What messages with the same service, question and result tell."""
        self._awaited: dict[int, int] = {}
        """Blocks that followed the last block of a push that is not complete, by association."""

    @property
    def progress(self) -> Gathered:
        """How far gathering is."""
        return Gathered(self._done, len(self._capture.table), sum(meter.values for meter in self.meters))

    @property
    def outdated(self) -> bool:
        """Whether messages say more now than when they were gone through, because keys were added."""
        return self._corrected != self._capture.table.corrected

    @property
    def settled(self) -> bool:
        """Whether there is nothing to go through at the moment."""
        return self._settled and self._done == len(self._capture.table)

    def gather(self) -> Iterator[Gathered]:
        """Go on to the last message there is now, in steps of a few milliseconds; may be stopped and begun again."""
        spent, self._settled = 0, False
        for cost in chain(self._messages(), self._settling()):
            spent += cost
            if spent >= STEP:
                spent = 0
                yield self.progress
        self._settled = True
        yield self.progress

    def _messages(self) -> Iterator[int]:
        """Go through the messages; gives what that cost, counted in messages of which the columns tell all."""
        table, tells = self._capture.table, self._told
        while self._done < len(table):
            first, last = self._done + 1, min(self._done + STEP, len(table))
            columns = table.columns(*_COLUMNS, first=first, last=last)
            for number, (service, asked, result, association, stream, kind, security) in enumerate(columns, first):
                found = tells.get((service, asked, result)) or self._tell(number, (service, asked, result))
                if found.__class__ is AttributeRef and association != NONE:
                    self._meter((association, stream, kind), number, security).add(found, number)
                elif found is not Told.NOTHING:
                    self._look(number, association, found)
                    self._done = number
                    yield LOOK
            self._done = last
            yield last - first + 1

    def _tell(self, number: int, key: tuple[int, int, int]) -> AttributeRef | Told:
        row = self._capture.table.row(number)
        found = self._told[key] = told(row.service, row.asked, key[1] != 0, row.result)
        return found

    def _meter(self, side: tuple[int, int, int], number: int, security: int) -> MeterObjects:
        """The meter of an association.

        Args:
            side: numbers of the association and the stream, and the sender: an address may be client and server.
            number: of a message.
            security: number of its verdict.
        """
        association = self._capture.table.associations[side[0]]
        title = association.server_title
        known = self._of_side.get(side)
        if known is not None and known[0] == title:
            return known[1]
        message = None
        if title is None and security:  # the envelopes of the meter may carry its title
            message = self._message(number)
        if message is not None:
            found = self._meter_of(message)
        else:
            place = place_of_row(self._capture.table.row(number))
            found = self._of(self._known.find(place, title))
            if title is None:
                self._by_place[place] = found
        found.associations.add(association.number)
        self._of_side[side] = title, found
        return found

    def _meter_of(self, message: Message) -> MeterObjects:
        """The meter that a message comes from or goes to."""
        for association in self._capture.table.associations[self._placed :]:
            self._known.meet(place_of_server(association))
            self._placed += 1
        found = self._of(model_of(self._known, message))
        if message.association is not None:
            found.associations.add(message.association.number)
        if message.association is None or message.association.server_title is None:
            self._by_place[place_of(message)] = found
        return found

    def _of(self, model: MeterModel) -> MeterObjects:
        found = self._of_model.get(id(model))
        if found is None:
            found = self._of_model[id(model)] = MeterObjects(model, self._capture, self._known)
            self.meters.append(found)
        return found

    def _look(self, number: int, association: int, found: AttributeRef | Told) -> None:
        """Find out from the octets what a message reveals."""
        if found is Told.BLOCK and not self._may_complete(number, association):
            return
        message = self._message(number)
        if message is None:
            return
        if carries_push(message):
            self._awaited.pop(association, None)
            self._meter_of(message).add_push(message)
        elif message.items:
            self._meter_of(message).add_values(message)
        elif found is Told.BLOCK and message.reassembled is None:
            self._awaited[association] = self._awaited.get(association, 0) + 1
        else:
            self._awaited.pop(association, None)

    def _message(self, number: int) -> Message | None:
        """A message; None when its octets are gone, from a ring of files for example."""
        try:
            return self._capture.message(number)
        except CaptureError:
            return None

    def _may_complete(self, number: int, association: int) -> bool:
        """Whether a block may complete a push: it is the last one, or one that was lost before."""
        row = self._capture.table.row(number)
        if row.sender is not Sender.SERVER:
            return False
        if 0 < self._awaited.get(association, 0) <= MAX_AWAITED or row.outer != BLOCK:
            return True
        try:
            control = self._capture.octets(number)[1:2]
        except CaptureError:
            return False
        return bool(control) and control[0] & LAST_BLOCK != 0

    def _settling(self) -> Iterator[int]:
        """Let what is known by now improve what was found before."""
        for place, meter in list(self._by_place.items()):
            model = self._known.find(place)
            if model is not meter.model:
                self._join(place, meter, self._of(model))
                yield LOOK
        for meter in list(self.meters):
            for _ in meter.settle():
                yield LOOK
            yield 1

    def _join(self, place: str, meter: MeterObjects, other: MeterObjects) -> None:
        """What was taken for a meter of its own is one that gave its title later."""
        del self._by_place[place]
        other.adopt(meter)
        self.meters.remove(meter)
        del self._of_model[id(meter.model)]
        self._of_side = {side: one for side, one in self._of_side.items() if one[1] is not meter}
