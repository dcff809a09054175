"""Trying candidate keys on an indexed capture, in small steps, and making key sets of those that fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from dlms_analyzer.index.reading import IndexedCapture
from dlms_analyzer.index.table import Verdict
from dlms_analyzer.security.envelopes import DEDICATED
from dlms_analyzer.security.key_trial import MAX_SAMPLES, Candidate, Fit, Lock, Trial
from dlms_analyzer.security.keys import KeySet
from dlms_analyzer.security.protection import NOT_VERIFIED, OK

BATCH: Final = 2_048
"""Messages between two looks at the progress: some milliseconds."""


class Found(NamedTuple):
    """Candidates that open something.

    Attributes:
        lock: what they open.
        fit: the candidates.
        keys: a key set of them, for the meter.
    """

    lock: Lock
    fit: Fit
    keys: KeySet


class IndexTrial:
    """Tries candidates on what does not open in a capture.

    Attributes:
        found: what fits, certain ones first in each lock.
        locks: how many different protections there are to open.
        untitled: protected messages that nothing could be tried on: the title of their sender was not seen.
    """

    def __init__(self, capture: IndexedCapture, candidates: Sequence[Candidate]) -> None:
        """Begin.

        Args:
            capture: to try on.
            candidates: keys to try.
        """
        self.found: list[Found] = []
        self._capture = capture
        self._candidates = candidates
        self._trial = Trial()

    @property
    def locks(self) -> int:
        """How many different protections there are to open."""
        return len(self._trial.locks)

    @property
    def untitled(self) -> int:
        """Protected messages whose sender's title was not seen."""
        return self._trial.untitled

    def run(self) -> Iterator[tuple[int, int]]:
        """Look for messages that do not open, then try.

        Yields:
            How much is done, and how much there is to do.

        Raises:
            CaptureError: the source no longer has the octets of a message.
        """
        table = self._capture.table
        seen: Counter[tuple[int, int]] = Counter()
        total = len(table)
        for number, way in enumerate(table.columns("association", "security"), 1):
            if not number % BATCH:
                yield number, 2 * total
            if not way[1] or seen[way] >= MAX_SAMPLES:
                continue
            verdict: Verdict | None = table.meaning("security", way[1])
            if verdict is None or verdict.status in (OK, NOT_VERIFIED):
                continue
            seen[way] += 1
            self._trial.add(self._capture.glance(number))
            yield number, 2 * total
        for done, lock in enumerate(list(self._trial.locks)):
            for fit in self._trial.search(lock, self._candidates):
                if fit is not None:
                    self.found.append(Found(lock, fit, self._keys(lock, fit)))
                yield total + total * done // self.locks, 2 * total
        self.found.sort(key=lambda one: one.fit.authentication is None)
        yield total, total

    def key_sets(self) -> list[KeySet]:
        """The key sets to add: for each meter and role the first that fits, each once."""
        best: dict[tuple[object, ...], KeySet] = {}
        for found in self.found:
            best.setdefault((found.lock.key, *found.keys.selectors.items()), found.keys)
        return list(best.values())

    def _keys(self, lock: Lock, fit: Fit) -> KeySet:
        """A key set that opens what a lock stands for."""
        row = self._capture.table.row(self._trial.locks[lock][0].number)
        selectors: dict[str, Any] = {}
        protection = None if row.association is None else row.association.protection
        if protection is not None:
            server = protection.server
            if server.title is not None:
                selectors["system_title"] = server.title
            else:
                selectors |= {"address": server.address, "server_sap": server.sap}
        setting = "dedicated_key" if lock.key == DEDICATED else lock.key
        given: dict[str, Any] = {setting: fit.encryption.key}
        if fit.authentication is not None:
            given["gak"] = fit.authentication.key
        return KeySet(**selectors, **given, origin=f"tried: {fit.encryption.label}")
