"""Who takes part: what was said with each meter and in each conversation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

from dlms_analyzer.associations.association import Association
from dlms_analyzer.frames import endpoints
from dlms_analyzer.index.table import NONE, MessageTable
from dlms_analyzer.meaning import place_of_server
from dlms_analyzer.statistics.times import Times

MAX_METERS: Final = 20_000
"""Meters that are counted each on its own; those behind them share one count. Each takes one or two thousand octets."""
MAX_CONVERSATIONS: Final = 100_000
"""The same of conversations, which take some hundred octets."""

OTHERS: Final = "others"
"""Label of what is counted together."""
GAP: Final = "gap"
RETRANSMISSIONS: Final = ("retransmission", "tcp-retransmission")
"""Codes of what came again: frames and blocks, TCP segments."""


class Party:
    """What was said in a conversation.

    Attributes:
        label: its two ends; or the place of the meter.
        messages: how many.
        octets: of them.
        refused: answers that refuse something, an access or the whole request.
        retransmissions: notes of frames, blocks and segments that came again.
        gaps: notes of octets that are not in the capture.
        exchanges: requests.
        unanswered: those that nothing answered.
        associations: how many.
    """

    __slots__ = (
        "associations", "exchanges", "gaps", "label", "messages", "octets", "refused", "retransmissions", "unanswered",
    )  # fmt: skip

    def __init__(self, label: str) -> None:
        self.label = label
        self.messages = 0
        self.octets = 0
        self.refused = 0
        self.retransmissions = 0
        self.gaps = 0
        self.exchanges = 0
        self.unanswered = 0
        self.associations = 0

    def note(self, code: str) -> None:
        """Count an expert note."""
        if code in RETRANSMISSIONS:
            self.retransmissions += 1
        elif code == GAP:
            self.gaps += 1

    def begin(self) -> None:
        """What associations count themselves is counted anew."""
        self.associations = self.exchanges = self.unanswered = 0

    def take(self, association: Association) -> None:
        """Count what an association knows about itself."""
        self.associations += 1
        self.exchanges += association.exchanges
        self.unanswered += association.unanswered

    @property
    def unanswered_rate(self) -> float:
        """Share of the requests that nothing answered."""
        return self.unanswered / self.exchanges if self.exchanges else 0.0

    @property
    def retransmission_rate(self) -> float:
        """Frames, blocks and segments that came again, for each message."""
        return self.retransmissions / self.messages if self.messages else 0.0


class MeterParty(Party):
    """What was said with a meter.

    Attributes:
        title: its system title; None when it was not seen.
        name: what the user calls it; empty when that is nothing.
        times: how long its answers took.
    """

    __slots__ = ("name", "times", "title")

    def __init__(self, label: str) -> None:
        super().__init__(label)
        self.title: bytes | None = None
        self.name = ""
        self.times = Times()

    def take(self, association: Association) -> None:
        """Count what an association knows about itself, and learn the title of the meter from it."""
        super().take(association)
        self.title = association.server_title or self.title


class Parties:
    """All meters and conversations. Meters are told apart by where they are: address and SAP."""

    def __init__(self, table: MessageTable) -> None:
        self._table = table
        self._meters: dict[str, MeterParty] = {}
        self._by_association: dict[int, MeterParty] = {}
        self._conversations: dict[int, Party] = {}
        self._other_meters = MeterParty(OTHERS)
        self._other_conversations = Party(OTHERS)
        self._nobody = MeterParty("")

    def meter(self, association: int) -> MeterParty:
        """The meter that a message is counted for.

        Args:
            association: its number in the row of the message; `NONE` gives one that is counted and never shown.
        """
        if association == NONE:
            return self._nobody
        meter = self._by_association.get(association)
        if meter is None:
            place = place_of_server(self._table.associations[association])
            meter = self._meters.get(place, self._other_meters)
            if meter is self._other_meters and len(self._meters) < MAX_METERS:
                meter = self._meters[place] = MeterParty(place)
            self._by_association[association] = meter
        return meter

    def conversation(self, number: int) -> Party:
        """The conversation that a message is counted for."""
        party = self._conversations.get(number)
        if party is None:
            if len(self._conversations) >= MAX_CONVERSATIONS:
                return self._other_conversations
            label = " - ".join(endpoints(self._table.conversations[number].forward.flow))
            party = self._conversations[number] = Party(label)
        return party

    def meters(self, called: Mapping[str, str] | None = None) -> list[MeterParty]:
        """What was said with each meter, the busiest first, those that are counted together last.

        Args:
            called: what the user calls meters, by system title in hex.
        """
        found = [*self._meters.values(), self._other_meters]
        for meter in found:
            meter.begin()
        for number, meter in self._by_association.items():
            meter.take(self._table.associations[number])
        for meter in found:
            meter.name = called.get(meter.title.hex(), "") if called and meter.title else ""
        return _busiest(found)

    def conversations(self) -> list[Party]:
        """What was said in each conversation, the busiest first, those that are counted together last."""
        found = [*self._conversations.values(), self._other_conversations]
        for party in found:
            party.begin()
        for number in self._by_association:
            association = self._table.associations[number]
            party = self._conversations.get(association.conversation.number, self._other_conversations)
            party.take(association)
        return _busiest(found)


_Some = TypeVar("_Some", bound=Party)


def _busiest(found: list[_Some]) -> list[_Some]:
    return sorted((one for one in found if one.messages), key=lambda one: (one.label == OTHERS, -one.messages))
