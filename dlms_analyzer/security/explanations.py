"""Why a tag is wrong: what else would have fitted. Nothing that is deciphered here is shown."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Final, NamedTuple

from dlms_analyzer.security.envelopes import plausible
from dlms_analyzer.security.gcm import KEY_SIZES, VERIFIED, ContentCipher, Outcome
from dlms_analyzer.security.keys import KeySet
from scapy_layers.ciphering import AUTHENTICATED, ENCRYPTED, SUITE

MAX_OTHERS: Final = 64
"""Key sets of other meters that are tried: two meters mixed up in a list stand near each other."""


class Attempt(NamedTuple):
    """Keys and title that did not fit.

    Attributes:
        keys: where the keys are from.
        encryption_key: tried.
        authentication_key: tried; None when not known.
        title: tried.
        outcome: of opening.
    """

    keys: KeySet
    encryption_key: bytes
    authentication_key: bytes | None
    title: bytes
    outcome: Outcome


class Failure(NamedTuple):
    """A content that none of the attempts opened.

    Attributes:
        attempts: what was tried; at least one.
        inside: first octet of what must be inside; None when it may be any APDU.
        control: security control octet.
        counter: invocation counter.
        protected: what is protected, with its tag.
        key: name of the key that the envelope calls for.
        opposite: system title of the other side.
    """

    attempts: list[Attempt]
    inside: int | None
    control: int
    counter: int
    protected: bytes
    key: str
    opposite: bytes | None

    def opens(self, encryption_key: bytes | None, authentication_key: bytes | None, title: bytes) -> bool:
        """Whether these keys and this title would have opened it."""
        control = self.control
        if encryption_key is None or len(encryption_key) != KEY_SIZES[control & SUITE]:
            return False
        cipher = ContentCipher(encryption_key, authentication_key, control)
        plaintext, outcome = cipher.open(title, self.counter, self.protected)
        if cipher.checks:
            return outcome is VERIFIED
        return bool(control & ENCRYPTED) and plausible(plaintext or b"", self.inside)


def explain(failure: Failure, titles: list[bytes], dedicated_key: bytes | None, others: Iterable[KeySet]) -> str:
    """Why a content does not open, in a sentence without a full stop.

    Args:
        failure: what was tried on what.
        titles: other system titles that were seen.
        dedicated_key: of the association.
        others: all key sets at hand.
    """
    for one in failure.attempts:
        reason = _other_use(failure, one, titles, dedicated_key)
        if reason is not None:
            return reason
    for keys in islice(others, MAX_OTHERS):
        if any(failure.opens(keys.guek, keys.gak, one.title) for one in failure.attempts if keys is not one.keys):
            return f"wrong keys: those of {keys.label} open it"
    if not failure.control & ENCRYPTED:
        return "wrong encryption or authentication key, wrong system title, or changed on the way"
    return "wrong encryption key, or wrong system title: nothing plausible comes out"


def _other_use(failure: Failure, one: Attempt, titles: list[bytes], dedicated_key: bytes | None) -> str | None:
    """Whether the keys of an attempt fit when they are used in another way."""
    ek, ak = one.encryption_key, one.authentication_key
    control = failure.control
    if control & ENCRYPTED and control & AUTHENTICATED:
        text = ContentCipher(ek, ak, control).unchecked(one.title, failure.counter, failure.protected)
        if plausible(text, failure.inside):
            return "wrong authentication key, or changed on the way: the text is plausible, only its tag is wrong"
    if ak is not None and failure.opens(ak, ek, one.title):
        return "the encryption key and the authentication key are swapped"
    for title in titles:
        if title != one.title and failure.opens(ek, ak, title):
            whose = "that of the other direction" if title == failure.opposite else "seen before at this address"
            return f"wrong system title: protected with {title.hex().upper()}, {whose}, not {one.title.hex().upper()}"
    for name, wrong in (("guek", one.keys.guek), ("gbek", one.keys.gbek), ("dedicated key", dedicated_key)):
        if wrong is not None and wrong != ek and failure.opens(wrong, ak, one.title):
            return f"protected with the {name}, although the APDU calls for the {failure.key} key"
    return None
