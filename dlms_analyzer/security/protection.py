"""What is known of an association's protection: titles, keys, challenges, and how opening went."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from dlms_analyzer.messages import Message, Security
from dlms_analyzer.notes import Expert
from dlms_analyzer.security.counters import Counter
from dlms_analyzer.security.gcm import ContentCipher
from dlms_analyzer.security.hls import Verdict
from dlms_analyzer.security.keys import KeySet
from scapy_layers.ciphering import ENCRYPTED

OK: Final = "ok"
NOT_VERIFIED: Final = "not-verified"
NO_KEY: Final = "no-key"
BAD_TAG: Final = "bad-tag"
ERROR: Final = "error"
_CLOSED: Final = frozenset({NO_KEY, BAD_TAG, ERROR})

SEALED_KEY: Final = "dedicated key: the InitiateRequest that carries it could not be opened"
"""Why a dedicated key is missing although its AARQ is there."""

MAX_READY: Final = 64
"""Ways of protection remembered per side; a side that pushes for other meters has a system title for each."""
MAX_REASONS: Final = 16
"""Different reasons that an association keeps; they name titles and keys, of which it has few."""
OTHER_REASONS: Final = "other reasons"
"""Stands for the reasons beyond those."""

Counted = tuple[tuple[tuple[str, str], int], ...]
"""Statuses with their reasons, and how many APDUs had each."""


def is_closed(message: Message) -> bool:
    """Whether a message is protected and did not open; what was not encrypted is open, whatever its tag is worth."""
    security = message.security
    if security is None or security.status not in _CLOSED:
        return False
    in_clear = security.status == BAD_TAG and not security.security_control & ENCRYPTED
    return not in_clear or message.plaintext is None


class Opened(NamedTuple):
    """What became of an envelope.

    Attributes:
        plaintext: the innermost APDU; None when it could not be opened, or its tag is wrong and it was encrypted.
        security: the verdict.
        experts: what is odd about it.
    """

    plaintext: bytes | None
    security: Security
    experts: tuple[Expert, ...] = ()


class Ready(NamedTuple):
    """Everything needed to open the next envelope like the last one.

    Attributes:
        cipher: with the keys.
        title: of the sender.
        key: name of the encryption key.
        counter: of the key in this direction.
        keys: key set in use.
        reason: why what it opens is not verified; None when it is.
    """

    cipher: ContentCipher
    title: bytes
    key: str
    counter: Counter
    keys: KeySet
    reason: str | None


class Missing(NamedTuple):
    """What there is to say of the next envelope like one whose key is missing.

    Attributes:
        key: name of the encryption key.
        title: of the sender; None when not known.
        counter: of the key in this direction.
        reason: which key or title is missing.
    """

    key: str | None
    title: bytes | None
    counter: Counter
    reason: str


Like = tuple[str, int, bytes | None]
"""What envelopes have in common that are opened alike: their kind, the security control, and the title in them."""

NOTHING: Final[Mapping[Any, Any]] = {}
"""Shared by all that have nothing to remember: there are many associations, and most have ended."""


class Side:
    """One of the two systems of an association.

    Attributes:
        name: `client` or `server`.
        address: IP address or device.
        sap: its SAP.
        title: announced in AARQ or AARE, or bound to address and SAP before; None when not known.
        announced: the title was announced, in this association.
        challenge: the authentication-value of its AARQ or AARE when it is a challenge.
        hls: the verdict on its reply to the other side's challenge.
        ready: by kind, security control and title in the envelope.
        missing: the same, for envelopes that there is no key for.
    """

    __slots__ = ("address", "announced", "challenge", "hls", "missing", "name", "ready", "sap", "title")

    def __init__(self, name: str, address: str, sap: int | None) -> None:
        self.name = name
        self.address = address
        self.sap = sap
        self.title: bytes | None = None
        self.announced = False
        self.challenge: bytes | None = None
        self.hls: Verdict | None = None
        self.ready: Mapping[Like, Ready] = NOTHING
        self.missing: Mapping[Like, Missing] = NOTHING

    def keep(self, like: Like, ready: Ready) -> None:
        """Remember how to open what comes."""
        kept = {} if len(self.ready) >= MAX_READY else dict(self.ready)
        self.ready = kept | {like: ready}

    def miss(self, like: Like, missing: Missing) -> None:
        """Remember what is missing for what comes."""
        kept = {} if len(self.missing) >= MAX_READY else dict(self.missing)
        self.missing = kept | {like: missing}

    def forget(self) -> None:
        """Keys or titles changed: look for them again."""
        self.ready = self.missing = NOTHING

    def beside(self) -> Side:
        """Another one that knows as much, for looking again."""
        side = Side(self.name, self.address, self.sap)
        side.title, side.announced, side.challenge = self.title, self.announced, self.challenge
        return side


class Protection:
    """The security of one association; made when something protected, or AARQ or AARE, is met.

    Attributes:
        client: the client.
        server: the server.
        port: of the server.
        mechanism: authentication mechanism; None when not seen.
        dedicated_key: learnt from an InitiateRequest.
        sealed: the envelope of an InitiateRequest that may carry a dedicated key and could not be opened.
        announced: an AARQ was seen.
        transfer: keys that a request in progress carries, by key-id, and the number of its message.
        agreement: ephemeral public keys of a request in progress, by key-id, and the number of its message.
        answering: a reply of the server to pass 3 is due.
        explained: failures that were looked into.
        latest_reason: what was found out about the last of them.
        opened: APDUs with a verified tag.
        unopened: the others.
        version: of the keyring that `ready` was made with.
    """

    __slots__ = (
        "agreement", "announced", "answering", "client", "dedicated_key", "explained", "latest_reason", "mechanism",
        "opened", "port", "sealed", "server", "transfer", "unopened", "version",
    )  # fmt: skip

    def __init__(self, client: Side, server: Side, port: int | None) -> None:
        self.client = client
        self.server = server
        self.port = port
        self.mechanism: int | None = None
        self.dedicated_key: bytes | None = None
        self.sealed: Any = None
        self.announced = False
        self.transfer: tuple[dict[int, bytes], int] | None = None
        self.agreement: tuple[dict[int, bytes], int] | None = None
        self.answering = False
        self.unopened: Counted = ()
        self.explained = 0
        self.latest_reason = ""
        self.opened = 0
        self.version = -1

    @property
    def reasons(self) -> dict[tuple[str, str], int]:
        """How many APDUs had which status other than `ok`, and for which reason."""
        return dict(self.unopened)

    @property
    def statuses(self) -> Tally[str]:
        """How many APDUs had which status other than `ok`."""
        tally: Tally[str] = Tally()
        for (status, _), count in self.unopened:
            tally[status] += count
        return tally

    def beside(self) -> Protection:
        """Another one that knows as much: looking at a message again counts nothing."""
        other = Protection(self.client.beside(), self.server.beside(), self.port)
        other.mechanism, other.dedicated_key = self.mechanism, self.dedicated_key
        other.sealed, other.announced = self.sealed, self.announced
        return other

    def renew(self, version: int) -> None:
        """The keyring has changed: look for keys again."""
        self.version = version
        self.explained = 0
        self.forget_ready()

    def forget_ready(self) -> None:
        """Keys or titles changed: look for them again."""
        self.client.forget()
        self.server.forget()

    def count(self, security: Security) -> None:
        """Take note of a verdict."""
        if security.status == OK:
            self.opened += 1
            return
        self.unopened = _one_more(self.unopened, security.status, security.reason or "")


@lru_cache(maxsize=1_024)
def _one_more(counted: Counted, status: str, reason: str) -> Counted:
    """Counts after one more. Many associations have the same history, so each is kept once."""
    reasons = dict(counted)
    kept = status, reason
    if kept not in reasons and len(reasons) >= MAX_REASONS:
        kept = status, OTHER_REASONS
    reasons[kept] = reasons.get(kept, 0) + 1
    return tuple(reasons.items())
