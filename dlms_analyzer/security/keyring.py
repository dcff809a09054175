"""All keys at hand, and which of them may fit a meter."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, islice
from typing import Any, Final

from dlms_analyzer.security.key_settings import Read, key_set
from dlms_analyzer.security.keys import KeySet
from dlms_analyzer.security.keys_csv import CsvKeys, parse_keys_csv
from dlms_analyzer.security.keys_file import parse_keys_file

MAX_CACHED: Final = 4096
"""Answers remembered. Addresses and titles come from the capture, and a hostile one has a new one in every frame."""

MAX_POSSIBLE: Final = 64
"""Key sets that are worth a try for a meter whose system title is not known: each costs a deciphering per APDU."""

MAX_LEARNT: Final = 10_000
"""Key sets learnt from one capture: more than any fleet has its keys replaced in, too few to fill the memory."""

_Query = tuple[bytes | None, str | None, int | None, int | None, int | None]


class Keyring:
    """Holds key sets and finds those of a meter.

    Look-ups are remembered, so that asking for every message costs a dictionary access.

    Example:
        >>> keyring = Keyring([KeySet(guek=bytes(16), system_title=b"ABC12345")])
        >>> keyring.matching(system_title=b"ABC12345")[0].guek
        <16 octets>

    Attributes:
        version: grows whenever a key set is added or learnt; what was looked up at an older version may be outdated.
    """

    def __init__(self, key_sets: Iterable[KeySet] = ()) -> None:
        self.version = 0
        self._key_sets: list[KeySet] = []
        self._learnt: list[KeySet] = []
        self._by_title: dict[bytes, list[KeySet]] = {}
        self._by_address: dict[str, list[KeySet]] = {}
        self._by_rest: list[KeySet] = []
        self._matching: dict[_Query, tuple[KeySet, ...]] = {}
        self._possible: dict[_Query, tuple[KeySet, ...]] = {}
        for keys in key_sets:
            self.add(keys)

    @classmethod
    def of(cls, keys: Any, load: Callable[[Keyring, str], object] | None = None) -> Keyring:
        """A keyring of whatever a caller has.

        Args:
            keys: a keyring (given back as it is), a key set, a dictionary of settings as in the keys file, the path of
                a keys file (TOML or CSV), several of these, or None for no keys.
            load: adds the keys of the file at a path; without it there are no paths.

        Raises:
            KeyProblem: keys that cannot be used.
            TypeError: something else.
        """
        if isinstance(keys, Keyring):
            return keys
        keyring = cls()
        for key in _flat(keys):
            if isinstance(key, KeySet):
                keyring.add(key)
            elif isinstance(key, Mapping):
                keyring.add(key_set(key, origin="given"))
            elif isinstance(key, str | os.PathLike) and load is not None:
                load(keyring, os.fspath(key))
            else:
                raise TypeError(f"keys are a Keyring, a KeySet, a dictionary or a path, not {type(key).__name__}")
        return keyring

    def __len__(self) -> int:
        return len(self._key_sets) + len(self._learnt)

    def __iter__(self) -> Iterator[KeySet]:
        """What was given, then what was learnt, each in its order."""
        yield from self._key_sets
        yield from self._learnt

    def __repr__(self) -> str:
        return f"<Keyring of {len(self._key_sets)} key sets, {len(self._learnt)} learnt>"

    @property
    def learnt(self) -> tuple[KeySet, ...]:
        """What `learn` made, oldest first: the history of replaced keys."""
        return tuple(self._learnt)

    def given(self) -> Keyring:
        """A new keyring without what was learnt, for another capture: message numbers start again there."""
        return Keyring(self._key_sets)

    def add(self, keys: KeySet) -> None:
        """Add a key set; it holds for every message."""
        self._key_sets.append(keys)
        self._index(keys)

    def add_text(
        self, text: str, path: str, read: Read | None = None, columns: Mapping[str, str] | None = None
    ) -> list[str]:
        """Add what a keys file holds: TOML or a table, told by its content.

        Args:
            text: of the file.
            path: of the file, for messages and origins.
            read: reads the PEM files that it names.
            columns: settings and the columns of a table that hold them, beyond those known by name.

        Returns:
            Names of the columns of a table that nothing was taken from.

        Raises:
            KeyProblem: every problem of the file, each with its line. Nothing of the file is added then.
        """
        if looks_like_toml(text):
            holds = CsvKeys(parse_keys_file(text, path, read), [])
        else:
            holds = parse_keys_csv(text, path, columns, read)
        for keys in holds.key_sets:
            self.add(keys)
        return holds.unused

    def learn(
        self,
        message: int,
        keys: Mapping[str, bytes],
        *,
        system_title: bytes | None = None,
        address: str | None = None,
        port: int | None = None,
        server_sap: int | None = None,
        client_sap: int | None = None,
    ) -> KeySet | None:
        """Take up keys that a message of the capture carried; they hold for the messages behind it.

        The best key set of the meter known by then is taken over with these keys in place of its own, and stays
        in the keyring itself: messages before still need it. Learning the same from the same message again, as when
        a capture is read twice, changes nothing.

        Args:
            message: number of the message that carried the keys.
            keys: by name of the setting: `guek`, `gak`, `gbek`, `kek`.
            system_title: of the meter, as are the other arguments; what is known of them becomes the selectors.
            address: see above.
            port: see above.
            server_sap: see above.
            client_sap: see above.

        Returns:
            The new key set; None when `MAX_LEARNT` of them are there.

        Raises:
            KeyProblem: a key of a wrong length.
        """
        if len(self._learnt) >= MAX_LEARNT:
            return None
        where: dict[str, Any] = {
            "address": address,
            "port": port,
            "server_sap": server_sap,
            "client_sap": client_sap,
        }
        known = self.matching(system_title=system_title, **where, message=message)
        # The title names the meter wherever it is met; without it, the address and the SAPs have to.
        selectors: dict[str, Any] = dict.fromkeys(where) if system_title is not None else where
        changes: dict[str, Any] = {**selectors, "system_title": system_title, **keys}
        new = replace(
            known[0] if known else KeySet(), **changes, origin=f"learnt from message {message}", since=message
        )
        for other in self._learnt:
            if other.since == message and other == new:
                return other
        self._learnt.append(new)
        self._index(new)
        return new

    def matching(
        self,
        *,
        system_title: bytes | None = None,
        address: str | None = None,
        port: int | None = None,
        server_sap: int | None = None,
        client_sap: int | None = None,
        message: int | None = None,
    ) -> tuple[KeySet, ...]:
        """The key sets whose selectors all match, most specific first, defaults last; before all what was learnt.

        Args:
            system_title: of the meter, None where it is not known, as are the others.
            address: of the meter, an IP address in its shortest form or a serial device.
            port: of the meter.
            server_sap: wrapper port or HDLC upper address of the server.
            client_sap: wrapper port or HDLC address of the client.
            message: number of the message to open; what was learnt from it or from a later one is left out.
        """
        query = (system_title, address, port, server_sap, client_sap)
        found = self._matching.get(query)
        if found is None:
            found = self._remember(self._matching, query, self._find(query))
        return found if message is None or not self._learnt else _known_by(found, message)

    def possible(
        self,
        *,
        system_title: bytes | None = None,
        address: str | None = None,
        port: int | None = None,
        server_sap: int | None = None,
        client_sap: int | None = None,
        message: int | None = None,
    ) -> tuple[KeySet, ...]:
        """Those that match, and behind them up to `MAX_POSSIBLE` whose selectors nothing speaks against.

        That is what to try in a pre-established association or for a push: nothing names the meter there, but a key set
        selected by its system title may be the one. The arguments are those of `matching`.
        """
        if not len(self):
            return ()
        query = (system_title, address, port, server_sap, client_sap)
        found = self._possible.get(query)
        if found is None:
            certain = self._find(query)
            others = _ordered(islice(self._uncertain(query, certain), MAX_POSSIBLE))
            found = self._remember(self._possible, query, certain + others)
        return found if message is None or not self._learnt else _known_by(found, message)

    def _index(self, keys: KeySet) -> None:
        if keys.system_title is not None:
            self._by_title.setdefault(keys.system_title, []).append(keys)
        elif keys.address is not None:
            self._by_address.setdefault(keys.address, []).append(keys)
        else:
            self._by_rest.append(keys)
        self._matching.clear()
        self._possible.clear()
        self.version += 1

    def _find(self, query: _Query) -> list[KeySet]:
        title, address = query[:2]
        candidates = list(self._by_rest)
        if title is not None:
            candidates += self._by_title.get(title, ())
        if address is not None:
            candidates += self._by_address.get(address, ())
        return _ordered(keys for keys in candidates if _agrees(keys, query))

    def _uncertain(self, query: _Query, certain: list[KeySet]) -> Iterator[KeySet]:
        """The key sets that do not match for sure and that nothing speaks against; the newest learnt first."""
        title, address = query[:2]
        titled = self._by_title.values() if title is None else [self._by_title.get(title, [])]
        addressed = self._by_address.values() if address is None else [self._by_address.get(address, [])]
        seen = {id(keys) for keys in certain}
        rest = [self._by_rest]
        for keys in chain(reversed(self._learnt), chain.from_iterable(chain(titled, addressed, rest))):
            if id(keys) not in seen and _agrees(keys, query, unknown=True):
                seen.add(id(keys))
                yield keys

    @staticmethod
    def _remember(cache: dict[_Query, tuple[KeySet, ...]], query: _Query, found: list[KeySet]) -> tuple[KeySet, ...]:
        if len(cache) >= MAX_CACHED:
            cache.clear()
        answer = cache[query] = tuple(found)
        return answer


def looks_like_toml(text: str) -> bool:
    """Whether a keys file is TOML: its first line that is no comment opens a table or assigns something."""
    for line in text.splitlines():
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            return stripped.startswith("[") or "=" in stripped
    return True


def _flat(keys: Any) -> Iterator[Any]:
    """The single things in what `Keyring.of` was given."""
    if isinstance(keys, list | tuple | Keyring):
        for key in keys:
            yield from _flat(key)
    elif keys is not None:
        yield keys


def _known_by(found: tuple[KeySet, ...], message: int) -> tuple[KeySet, ...]:
    return tuple(keys for keys in found if keys.since < message)


def _agrees(keys: KeySet, query: _Query, *, unknown: bool = False) -> bool:
    """Whether every selector that a key set gives is that of the query.

    Args:
        keys: the key set.
        query: what is known of the meter.
        unknown: whether a selector also agrees with what is not known.
    """
    given = (keys.system_title, keys.address, keys.port, keys.server_sap, keys.client_sap)
    return all(
        selector is None or selector == value or (unknown and value is None)
        for selector, value in zip(given, query, strict=True)
    )


def _ordered(found: Iterable[KeySet]) -> list[KeySet]:
    """What was learnt first, newest before, then most specific first; else the order stays as it was."""
    return sorted(found, key=lambda keys: (-keys.since, -len(keys.selectors)))
