"""Deciphering again: keys came later, and what was not opened may open now."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Final

from dlms_analyzer.analyzer import Analyzer
from dlms_analyzer.associations.association import Association
from dlms_analyzer.index.looking import Looking
from dlms_analyzer.index.table import MessageTable
from dlms_analyzer.net.streams import Conversation, Stream, pair

BATCH: Final = 32
"""Messages between two looks at the progress: some milliseconds."""


def decipher_again(table: MessageTable, looking: Looking, analyzer: Analyzer) -> Iterator[tuple[int, int]]:
    """Go through the messages of associations again that have something unopened, and correct their rows.

    Args:
        table: the rows.
        looking: has the octets.
        analyzer: whose associations they are; it goes on with what is found out.

    Yields:
        How many messages were gone through, and how many there are.
    """
    numbers = _affected(table)
    tracker = analyzer.tracker_beside()
    streams: dict[int, tuple[Stream, Stream]] = {}
    found: dict[int, Association] = {}
    for done, number in enumerate(numbers):
        if done and not done % BATCH:
            yield done, len(numbers)
        row = table.row(number)
        if row.association is None:
            continue
        conversation = row.conversation
        if conversation.number not in streams:
            streams[conversation.number] = streams_beside(conversation)
        tracker.count = number - 1
        message = tracker.take(looking.unit(number, streams[conversation.number]))
        table.replace(message)
        if message.association is not None:
            found[row.association.number] = message.association
    for association_number, again in found.items():
        association = table.associations[association_number]
        if not association.open:  # it has ended, or the capture has
            lost = again.abandon()
            again.experts = lost if association.ended else ()
        association.adopt(again)
    yield len(numbers), len(numbers)


def _affected(table: MessageTable) -> array[int]:
    """The messages of the associations that have something unopened, in capture order."""
    affected = {
        association.number
        for association in table.associations
        if association.protection is not None and association.protection.reasons
    }
    if not affected:
        return array("I")
    column = enumerate(table.column("association"), start=1)
    return array("I", (number for number, association in column if association in affected))


def streams_beside(conversation: Conversation) -> tuple[Stream, Stream]:
    """The directions of a conversation once more, so that what is known of the real ones is left alone."""
    beside = Conversation(conversation.number, conversation.transport)
    forward, backward = Stream(beside, 0, conversation.forward.flow), Stream(beside, 1, conversation.backward.flow)
    pair(beside, forward, backward)
    return forward, backward
