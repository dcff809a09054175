"""What the columns of a table answer to a display filter, without a look at octets.

There are three answers: a message matches, it does not, or only its octets can tell. They are given for a run of
messages at a time, as two numbers with an octet for each message: so that && and || of whole runs are one operation.
What many messages share (a service, what was asked, a conversation) is looked at once, not once a message.
"""

from __future__ import annotations

from functools import reduce
from operator import and_, or_

from dlms_analyzer.filters.compiled import Filter, Question
from dlms_analyzer.filters.syntax import Every, Expression, Not
from dlms_analyzer.index.column_fields import COLUMN_FIELDS, Part, of_layers
from dlms_analyzer.index.runs import Answers, Run
from dlms_analyzer.index.table import MessageTable


class Judge:
    """Answers a filter for runs of messages; remembers what it found out about what they share."""

    def __init__(self, table: MessageTable, wanted: Filter) -> None:
        self._table = table
        self._part = _all if wanted.tree is None else _part(table, wanted.tree)

    def answers(self, first: int, last: int) -> tuple[bytes, bytes]:
        """For each message from `first` to `last`, 1 where it surely matches, and 1 where it may."""
        sure, possible = self._part(Run(self._table, first, last))
        size = last - first + 1
        return sure.to_bytes(size, "little"), possible.to_bytes(size, "little")


def _all(run: Run) -> Answers:
    return Answers(run.ones, run.ones)


def _part(table: MessageTable, tree: Expression[Question]) -> Part:
    """What answers a part of the tree: Kleene's logic."""
    if isinstance(tree, Question):
        return COLUMN_FIELDS.get(tree.field, of_layers)(table, tree)
    if isinstance(tree, Not):
        inner = _part(table, tree.inner)

        def negated(run: Run) -> Answers:
            sure, possible = inner(run)
            return Answers(run.ones ^ possible, run.ones ^ sure)

        return negated
    parts = [_part(table, part) for part in tree.parts]
    both = and_ if isinstance(tree, Every) else or_

    def joined(run: Run) -> Answers:
        found = [part(run) for part in parts]
        return Answers(reduce(both, (one.sure for one in found)), reduce(both, (one.possible for one in found)))

    return joined
