"""The auditor: messages in, findings out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from dlms_analyzer.associations.association import Association
from dlms_analyzer.audit.accesses import Accesses
from dlms_analyzer.audit.case import Case, Place, place_of
from dlms_analyzer.audit.finding import Finding
from dlms_analyzer.audit.key_search import KeySearch
from dlms_analyzer.audit.login import Login
from dlms_analyzer.audit.rules import RULES, Grade
from dlms_analyzer.audit.traffic import Traffic
from dlms_analyzer.messages import Message
from dlms_analyzer.security.keyring import Keyring
from dlms_analyzer.security.protection import is_closed

MAX_CASES: Final = 20_000
"""Pairs of client and meter that are followed; a head-end reads some thousand meters with a few clients each."""

_ORDER: Final = {grade: index for index, grade in enumerate(Grade)}
_RANK: Final = {code: index for index, code in enumerate(RULES)}


class Auditor:
    """Looks at messages in capture order, whole ones (not only their heads).

    Example:
        >>> Auditor().finish()
        []

    Attributes:
        messages: how many were looked at.
        closed: protected ones among them that did not open: nothing is known of what they carry.
        left_out: messages of clients and meters beyond `MAX_CASES`, which were not looked at.
    """

    def __init__(self, keyring: Keyring | None = None) -> None:
        """Begin.

        Args:
            keyring: the one that the messages are opened with.
        """
        keyring = Keyring() if keyring is None else keyring
        self.messages = 0
        self.closed = 0
        self.left_out = 0
        self._cases: dict[Place, Case] = {}
        self._latest: tuple[Association | None, Case | None] = (None, None)
        self._checks = (Login(), Traffic(), Accesses(keyring), KeySearch(keyring))

    def feed(self, message: Message) -> None:
        """Look at a message."""
        self.messages += 1
        association = message.association
        if association is None:
            return
        case = self._case(association)
        if case is None:
            self.left_out += 1
            return
        case.association = association.number
        self.closed += is_closed(message)
        for check in self._checks:
            check.look(case, message, association)
        if association.server_title is not None:
            case.title = association.server_title
        elif case.title is None and association.protection is not None:
            case.title = association.protection.server.title

    def feed_all(self, messages: Iterable[Message]) -> None:
        """Look at several messages."""
        for message in messages:
            self.feed(message)

    def finish(self) -> list[Finding]:
        """What was found, worst first; may be asked before the end too, for what was found until then."""
        found = [finding for case in self._cases.values() for finding in case.findings()]
        found.sort(key=lambda one: (_ORDER[one.severity], _RANK[one.code], one.messages))
        return found

    def _case(self, association: Association) -> Case | None:
        """The case of an association; None when there are too many."""
        latest, case = self._latest
        if latest is association:
            return case
        place = place_of(association)
        case = self._cases.get(place)
        if case is None and len(self._cases) < MAX_CASES:
            case = self._cases[place] = Case(place)
        self._latest = association, case
        return case
