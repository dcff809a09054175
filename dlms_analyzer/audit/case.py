"""Case: a client and a meter, and what was found between them so far."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dlms_analyzer.associations.association import Association
from dlms_analyzer.audit.finding import Finding
from dlms_analyzer.meaning import address_of_server
from dlms_analyzer.security.keys import Secret

MAX_MESSAGES: Final = 20
"""Messages that a finding names: enough to look at; their number says how many there are."""
MAX_FOUND: Final = 100
"""Findings of a client and a meter. There are fewer codes; some come for several keys or passwords."""

MAX_TRIES: Final = 2
"""Times that well-known secrets are tried on what is protected in one way: if they do not fit then, they never do."""
MAX_WAYS: Final = 64
"""Ways of protection between a client and a meter: services, keys and titles; few, unless somebody makes them up."""

Place = tuple[str, int | None, int | None, int | None]
"""Address of the meter, client SAP, server SAP, lower address."""


def place_of(association: Association) -> Place:
    """What tells the clients and meters of a capture apart."""
    return (
        address_of_server(association), association.client_sap, association.server_sap, association.server_lower
    )  # fmt: skip


class _Evidence:
    """What speaks for one finding."""

    __slots__ = ("associations", "count", "first", "last", "latest", "messages", "secret", "text")

    def __init__(self, text: str, association: int, secret: Secret | None) -> None:
        self.text = text
        self.first = self.latest = association
        self.associations = 1
        self.messages: list[int] = []
        self.last = 0
        self.count = 0
        self.secret = secret


class Case:
    """A client and a meter.

    Attributes:
        place: where they are.
        association: number of the one that the message at hand belongs to.
        title: system title of the meter; None when it was not seen.
    """

    __slots__ = ("_found", "_tried", "association", "place", "title")

    def __init__(self, place: Place) -> None:
        self.place = place
        self.association = 0
        self.title: bytes | None = None
        self._tried: dict[object, int] = {}
        self._found: dict[tuple[str, object], _Evidence] = {}

    def add(self, code: str, message: int, text: str, *, subject: object = None, secret: bytes | None = None) -> None:
        """Note that a message shows something.

        Args:
            code: key of `RULES`.
            message: number of the one that shows it.
            text: what is seen, a sentence without a full stop; the first one is kept.
            subject: tells findings with the same code apart.
            secret: the key or password in question.
        """
        number = self.association
        found = self._found.get((code, subject))
        if found is None:
            if len(self._found) >= MAX_FOUND:
                return
            kept = None if secret is None else Secret(secret)
            found = self._found[code, subject] = _Evidence(text, number, kept)
        if found.latest != number:
            found.associations += 1
            found.latest = number
        if found.last == message:
            return
        found.last = message
        found.count += 1
        if len(found.messages) < MAX_MESSAGES:
            found.messages.append(message)

    def tries(self, way: object) -> bool:
        """Whether to try well-known secrets once more on what is protected in the same way."""
        tried = self._tried.get(way, 0)
        if tried >= MAX_TRIES or (not tried and len(self._tried) >= MAX_WAYS):
            return False
        self._tried[way] = tried + 1
        return True

    def findings(self) -> Iterator[Finding]:
        """What was found so far."""
        address, client_sap, server_sap, server_lower = self.place
        for (code, _), one in self._found.items():
            yield Finding(
                code, one.text, address, self.title, client_sap, server_sap, server_lower, one.first,
                one.associations, tuple(one.messages), one.count, one.secret,
            )  # fmt: skip
