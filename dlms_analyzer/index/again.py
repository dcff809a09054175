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

    The capture may grow meanwhile: messages that come in these associations are gone through too, so that in the end
    each association knows all that was said in it.

    Args:
        table: the rows.
        looking: has the octets.
        analyzer: whose associations they are; it goes on with what is found out.

    Yields:
        How many messages were gone through, and how many there are.
    """
    affected = {
        association.number
        for association in table.associations
        if association.protection is not None and association.protection.reasons
    }
    tracker = analyzer.tracker_beside()
    streams: dict[int, tuple[Stream, Stream]] = {}
    found: dict[int, Association] = {}
    done, behind = 0, 0
    while numbers := _messages_of(affected, table, behind + 1):
        behind, total = len(table), done + len(numbers)
        for number in numbers:
            if done and not done % BATCH:
                yield done, total
            done += 1
            row = table.row(number)
            conversation = row.conversation
            if conversation.number not in streams:
                streams[conversation.number] = streams_beside(conversation)
            tracker.count = number - 1
            message = tracker.take(looking.unit(number, streams[conversation.number]))
            table.replace(message)
            if row.association is not None and message.association is not None:
                found[row.association.number] = message.association
    for association_number, again in found.items():
        association = table.associations[association_number]
        if association.ended or analyzer.finished:
            lost = again.abandon()
            again.experts = lost if association.ended else ()
        association.adopt(again)
    yield done, done


def _messages_of(associations: set[int], table: MessageTable, first: int) -> array[int]:
    """The messages of some associations from message `first` on, in capture order."""
    if not associations:
        return array("I")
    column = enumerate(table.column("association", first), first)
    return array("I", (number for number, association in column if association in associations))


def streams_beside(conversation: Conversation) -> tuple[Stream, Stream]:
    """The directions of a conversation once more, so that what is known of the real ones is left alone."""
    beside = Conversation(conversation.number, conversation.transport)
    beside.initiator = conversation.initiator
    forward, backward = Stream(beside, 0, conversation.forward.flow), Stream(beside, 1, conversation.backward.flow)
    pair(beside, forward, backward)
    return forward, backward
