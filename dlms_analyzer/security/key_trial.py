"""Trying candidate keys: which of them opens what was captured, and in which role.

A candidate that gives the right tag is certain. One that only deciphers to something that reads like an APDU is likely:
a wrong key does that once in many thousand tries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from dlms_analyzer.messages import Message
from dlms_analyzer.security.envelopes import DEDICATED, ENVELOPES, GBEK, GUEK, envelope_in, key_name, plausible
from dlms_analyzer.security.gcm import KEY_SIZES, TITLE_SIZE, VERIFIED, ContentCipher
from dlms_analyzer.security.key_settings import octets_of
from dlms_analyzer.security.keys import KEY_SIZES as SIZES
from dlms_analyzer.security.keys import SYMMETRIC_KEYS, KeyProblem, KeySet, Secret
from dlms_analyzer.words import counted
from scapy_layers.ciphering import AUTHENTICATED, COMPRESSED, ENCRYPTED, SUITE, TAG_SIZE

MAX_SAMPLES: Final = 4
"""APDUs that are tried for each meter and key: more do not make it surer."""

MAX_PAIRS: Final = 250_000
"""Pairs of encryption and authentication key that are tried for one APDU that is only authenticated; some seconds."""

BREATH: Final = 64
"""Tries between two times that whoever waits may do something else: some milliseconds."""

TRIED_KEYS: Final = (GUEK, GBEK, DEDICATED)
"""Others are wrapped or agreed in each APDU."""

_KEY: Final = re.compile(r"(0[xX])?([0-9A-Fa-f][\s:-]*){16,}")


class Candidate(NamedTuple):
    """A key that may be the right one.

    Attributes:
        key: its octets.
        label: what to call it in a sentence; never its octets.
    """

    key: Secret
    label: str


class Lock(NamedTuple):
    """What one key has to open: the APDUs of a system under the same protection.

    Attributes:
        title: of the sender.
        key: `guek`, `gbek` or `dedicated`.
        control: security control octet.
    """

    title: bytes
    key: str
    control: int


class Sample(NamedTuple):
    """A protected APDU to try keys on.

    Attributes:
        number: of its message.
        counter: invocation counter.
        protected: the octets behind the security header.
        inside: first octet of what must be inside; None when it may be any APDU.
    """

    number: int
    counter: int
    protected: bytes
    inside: int | None


class Fit(NamedTuple):
    """A candidate, or two, that open a sample.

    Attributes:
        encryption: the encryption key.
        authentication: the authentication key; None when none of the candidates gives the tag, or there is no tag.
    """

    encryption: Candidate
    authentication: Candidate | None


class Trial:
    """Collects samples from messages and tries candidates on them.

    Attributes:
        locks: what there is to open, with its samples.
        untitled: protected messages of systems whose title was not seen; nothing can be tried on them.
    """

    def __init__(self) -> None:
        self.locks: dict[Lock, list[Sample]] = {}
        self.untitled = 0

    def add(self, message: Message) -> None:
        """Take a message, if it is protected in a way that keys can be tried on."""
        security = message.security
        if security is None or message.record is None:
            return
        record: Any = envelope_in(message.record)
        content = getattr(record, "content", None)
        if record is None or content is None or isinstance(content, bytes):
            return
        control, counter, protected = content
        form = ENVELOPES[record.service]
        key = key_name(form.kind, control, getattr(record, "key_info", None))
        if key not in TRIED_KEYS or not control & (AUTHENTICATED | ENCRYPTED):
            return
        title = getattr(record, "system_title", b"") or security.system_title
        if title is None or len(title) != TITLE_SIZE:
            self.untitled += 1
            return
        samples = self.locks.setdefault(Lock(title, key, control), [])
        if len(samples) < MAX_SAMPLES:
            # A compressed APDU does not begin with the tag of its service.
            inside = None if control & COMPRESSED else form.inside
            samples.append(Sample(message.number, counter, bytes(protected), inside))

    def fits(self, lock: Lock, candidates: Sequence[Candidate]) -> list[Fit]:
        """What opens every sample of a lock, certain ones first."""
        found = [fit for fit in self.search(lock, candidates) if fit is not None]
        return sorted(found, key=lambda fit: fit.authentication is None)

    def search(self, lock: Lock, candidates: Sequence[Candidate]) -> Iterator[Fit | None]:
        """What opens every sample of a lock, as it is found; None now and then while nothing is, to take a breath."""
        size = KEY_SIZES.get(lock.control & SUITE)
        usable = [candidate for candidate in candidates if len(candidate.key) == size]
        first, *others = self.locks[lock]
        for fit in _first(lock, first, usable):
            if fit is None or all(_opens(lock, sample, fit) for sample in others):
                yield fit


def candidates_of(keys: KeySet) -> Iterator[Candidate]:
    """The symmetric keys of a key set, each of which may be in the wrong place there."""
    for setting in SYMMETRIC_KEYS:
        key = getattr(keys, setting)
        if key is not None:
            yield Candidate(key, f"{setting} of {keys.label} ({keys.origin})")


def parse_candidates(text: str, path: str) -> list[Candidate] | None:
    """Candidates from a list, one key in hex on each line; None when the text is something else.

    Args:
        text: lines; empty ones and those that begin with # say nothing.
        path: of the file, for messages and labels.

    Raises:
        KeyProblem: a line that is no key in what else is a list of them.
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1)]
    lines = [(number, line) for number, line in lines if line and not line.startswith("#")]
    if not lines or not _KEY.fullmatch(lines[0][1]):
        return None
    found = []
    for number, line in lines:
        try:
            octets = octets_of("key", line)
            found.append(Candidate(_sized(octets), f"{path}:{number}"))
        except KeyProblem as problem:
            raise KeyProblem(f"{path}:{number}: {problem}") from None
    return found


def _sized(octets: bytes) -> Secret:
    if len(octets) not in SIZES:
        raise KeyProblem(f"key has {counted(len(octets), 'octet')}: 16 or 32 are needed")
    return Secret(octets)


def _first(lock: Lock, sample: Sample, usable: Sequence[Candidate]) -> Iterator[Fit | None]:
    """What opens a sample; None after each `BREATH` tries."""
    tagged = bool(lock.control & AUTHENTICATED)
    if tagged and len(sample.protected) < TAG_SIZE:
        return
    tries = 0
    for number, encryption in enumerate(usable, 1):
        if not number % BREATH:
            yield None
        if lock.control & ENCRYPTED:
            plaintext = ContentCipher(encryption.key, None, lock.control).unchecked(
                lock.title, sample.counter, sample.protected
            )
            readable = plausible(plaintext, sample.inside)
            if not readable and not lock.control & COMPRESSED:
                continue
        else:
            readable = False
        verified = False
        if tagged:
            for authentication in usable:
                tries += 1
                if tries > MAX_PAIRS:
                    return
                if not tries % BREATH:
                    yield None
                fit = Fit(encryption, authentication)
                if _opens(lock, sample, fit):
                    verified = True
                    yield fit
        if readable and not verified:
            yield Fit(encryption, None)


def _opens(lock: Lock, sample: Sample, fit: Fit) -> bool:
    """Whether a fit for one sample is one for another."""
    authentication = None if fit.authentication is None else fit.authentication.key
    cipher = ContentCipher(fit.encryption.key, authentication, lock.control)
    if authentication is not None:
        return cipher.open(lock.title, sample.counter, sample.protected)[1] is VERIFIED
    return plausible(cipher.unchecked(lock.title, sample.counter, sample.protected), sample.inside)
