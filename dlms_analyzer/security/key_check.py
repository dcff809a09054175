"""Which meters of a capture have which keys, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any, Final, NamedTuple

from dlms_analyzer.associations.association import Association
from dlms_analyzer.security.diagnosis import diagnosis
from dlms_analyzer.security.keyring import Keyring
from dlms_analyzer.security.keys import KeySet, Secret, shown
from dlms_analyzer.security.protection import BAD_TAG, ERROR, NO_KEY, NOT_VERIFIED, Protection

MAX_REASONS: Final = 8
"""Different sentences that a meter keeps on why its APDUs do not open."""

MAX_GUESSED: Final = 4
"""Key sets that may be those of a meter whose title was not seen: where there are more, none is named."""


class State(Enum):
    """How a meter stands with its keys, worst first."""

    WRONG = "wrong keys"
    MISSING = "keys missing"
    PARTLY = "partly opened"
    NOT_VERIFIED = "not verified"
    VERIFIED = "verified"


class Meter:
    """A server of the capture.

    Attributes:
        title: its system title; None when it was not seen.
        address: IP address or device.
        sap: server SAP.
        associations: their numbers.
        opened: APDUs with a verified tag.
        not_verified: APDUs that were read without verifying them.
        failed: protected APDUs that did not open.
        wrong: those of them that were tried with keys.
        keys: the key sets whose selectors match, best first.
        reasons: why APDUs did not open.
    """

    def __init__(self, title: bytes | None, address: str, sap: int | None) -> None:
        self.title = title
        self.address = address
        self.sap = sap
        self.associations: list[int] = []
        self.opened = 0
        self.not_verified = 0
        self.failed = 0
        self.wrong = 0
        self.keys: tuple[KeySet, ...] = ()
        self.reasons: list[str] = []

    @property
    def state(self) -> State:
        """How it stands with its keys."""
        if self.failed:
            if self.opened or self.not_verified:
                return State.PARTLY
            return State.WRONG if self.wrong else State.MISSING
        return State.NOT_VERIFIED if self.not_verified else State.VERIFIED

    @property
    def name(self) -> str | None:
        """What the user calls it."""
        return next((keys.name for keys in self.keys if keys.name), None)

    def add(self, number: int, protection: Protection, keys: tuple[KeySet, ...]) -> None:
        """Count an association.

        Args:
            number: of the association.
            protection: what is known of its security.
            keys: that may open it, best first.
        """
        statuses = protection.statuses
        self.associations.append(number)
        self.opened += protection.opened
        self.not_verified += statuses[NOT_VERIFIED]
        self.wrong += statuses[BAD_TAG]
        self.failed += statuses[BAD_TAG] + statuses[NO_KEY] + statuses[ERROR]
        self.keys += tuple(one for one in keys if one not in self.keys)
        reason = diagnosis(protection)
        if reason is not None and reason not in self.reasons and len(self.reasons) < MAX_REASONS:
            self.reasons.append(reason)

    def to_dict(self, show_secrets: bool = False) -> dict[str, Any]:
        """The jsonl object of a meter."""
        return {
            "system_title": None if self.title is None else self.title.hex(),
            "address": self.address,
            "server_sap": self.sap,
            "associations": len(self.associations),
            "ok": self.opened,
            "not_verified": self.not_verified,
            "failed": self.failed,
            "keys": [keys_dict(keys, show_secrets) for keys in self.keys],
            "reasons": self.reasons,
        }


class Check(NamedTuple):
    """What the keys at hand are worth for a capture.

    Attributes:
        meters: the servers with protected APDUs, in order of appearance.
        unused: key sets that match none of them.
    """

    meters: list[Meter]
    unused: list[KeySet]


class Checking:
    """Compares the associations of a capture with the keys that it was read with, one at a time."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring
        self._meters: dict[tuple[bytes | None, str, int | None], Meter] = {}
        self._used: set[int] = set()

    def add(self, association: Association) -> None:
        """Look at an association."""
        protection = association.protection
        if protection is None or not (protection.opened or protection.reasons):
            return
        server = protection.server
        known: dict[str, Any] = {
            "system_title": server.title,
            "address": server.address,
            "port": protection.port,
            "server_sap": server.sap,
            "client_sap": protection.client.sap,
        }
        keys = self._keyring.matching(**known)
        if not keys and server.title is None and len(guessed := self._keyring.possible(**known)) <= MAX_GUESSED:
            keys = guessed
        # With no title announced, the keys that opened the APDUs say more than their selectors do.
        ready = [ready.keys for side in (protection.client, protection.server) for ready in side.ready.values()]
        found = tuple({id(one): one for one in (*ready, *keys)}.values())
        self._used.update(map(id, found))
        where = (server.title, "", None) if server.title is not None else (None, server.address, server.sap)
        meter = self._meters.setdefault(where, Meter(server.title, server.address, server.sap))
        meter.add(association.number, protection, found)

    def finish(self) -> Check:
        """What was found until now."""
        unused = [keys for keys in self._keyring if id(keys) not in self._used and not keys.since]
        return Check(list(self._meters.values()), unused)


def check(associations: Iterable[Association], keyring: Keyring) -> Check:
    """Compare the associations of a capture with the keys that it was read with."""
    checking = Checking(keyring)
    for association in associations:
        checking.add(association)
    return checking.finish()


def keys_dict(keys: KeySet, show_secrets: bool = False) -> dict[str, Any]:
    """A key set for an output: what there is, and the secrets themselves only when they are asked for."""
    has: dict[str, Any] = {}
    for name in keys.keys:
        value = getattr(keys, name)
        has[name] = shown(value, show_secrets) if isinstance(value, Secret) else value.curve.name
    return {"label": keys.label, "origin": keys.origin, "has": has}
