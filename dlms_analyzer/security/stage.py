"""The security stage: opens envelopes with the keys at hand, and says of each what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from dlms_analyzer.frames import Buffer, hosts, ports
from dlms_analyzer.framing.units import Sender
from dlms_analyzer.messages import Security
from dlms_analyzer.notes import Expert
from dlms_analyzer.security import general, learning
from dlms_analyzer.security.counters import Counter
from dlms_analyzer.security.envelopes import (
    CONTROL_SERVICES,
    DEDICATED,
    ENVELOPE_TAGS,
    ENVELOPES,
    GBEK,
    GENERAL_CIPHERING,
    GENERAL_SIGNING,
    Envelope,
    envelope_in,
    key_name,
    plausible,
)
from dlms_analyzer.security.explanations import Attempt, Failure, explain
from dlms_analyzer.security.gcm import KEY_SIZES, TITLE_SIZE, UNVERIFIED, VERIFIED, ContentCipher, clear_text
from dlms_analyzer.security.keyring import Keyring
from dlms_analyzer.security.keys import KeySet
from dlms_analyzer.security.protection import (
    BAD_TAG,
    ERROR,
    NO_KEY,
    NOT_VERIFIED,
    NOTHING,
    OK,
    Missing,
    Opened,
    Protection,
    Ready,
    Side,
)
from dlms_analyzer.security.v44 import V44Error, decompress
from dlms_analyzer.security.verdicts import both, decompressed, doubt, no_dedicated
from scapy_layers import DecodeError, read_apdu, tolerant
from scapy_layers.ciphering import AUTHENTICATED, COMPRESSED, SUITE, TAG_SIZE

MAX_DEPTH: Final = 4
"""Envelopes inside one another: signed, ciphered, and signed and ciphered once more by someone between."""
MAX_BINDINGS: Final = 32_768
"""System titles remembered by address and SAP: those of both sides of as many meters as a large head-end reads."""
MAX_COUNTERS: Final = 32_768
"""Invocation counters followed at a time: two for each meter of a large head-end, some 500 octets each."""
MAX_TITLES: Final = 4
"""System titles tried with a key set when none was announced: the bound one, the configured one, the peer's."""
MAX_READY: Final = 64
"""Ways of protection remembered per side; a side that pushes for other meters has a system title for each."""
MAX_EXPLAINED: Final = 64
"""Failures of an association that are looked into; they have one cause, and looking takes many attempts."""

_CLIENT: Final = Sender.CLIENT
_new: Final = tuple.__new__


class _Content(NamedTuple):
    """A content with what its envelope says."""

    form: Envelope
    key: str | None
    title: bytes | None
    control: int
    counter: int
    protected: bytes
    meter: bytes | None
    """The title, when it is that of the server."""


class SecurityStage:
    """Opens the envelopes of a capture.

    Attributes:
        keyring: the keys; what the capture teaches is added to it.
    """

    def __init__(self, keyring: Keyring | None = None) -> None:
        self.keyring = Keyring() if keyring is None else keyring
        self._version = self.keyring.version
        self._titles: dict[tuple[str, str, int | None], bytes] = {}
        self._counters: dict[tuple[bytes | str, bytes | None, bytes | str | None], Counter] = {}

    def beside(self) -> SecurityStage:
        """Another stage with the same keys and titles: looking at messages again follows no counters."""
        stage = SecurityStage(self.keyring)
        stage._titles = self._titles
        return stage

    def protect(self, flow: bytes, client_sap: int | None, server_sap: int | None) -> Protection:
        """What an association begins with: titles that are bound to its addresses and SAPs.

        Args:
            flow: from the client to the server.
            client_sap: of the client.
            server_sap: of the server.
        """
        source, destination = hosts(flow)
        used = ports(flow)
        client = Side("client", source, client_sap)
        server = Side("server", destination, server_sap)
        for side in (client, server):
            side.title = self._titles.get((side.name, side.address, side.sap))
        return Protection(client, server, None if used is None else used[1])

    def open(
        self, protection: Protection, sender: Sender, record: Any, buf: Buffer, start: int, end: int, number: int
    ) -> Opened | None:
        """Open an APDU.

        Args:
            protection: of its association.
            sender: who sent it; when that is not known, it is taken for a push of the server.
            record: of the APDU in `buf[start:end]`.
            buf: holds the APDU.
            start: its first octet.
            end: behind its last octet.
            number: of its message.

        Returns:
            None when nothing protects it, or its user-information.
        """
        if self.keyring.version != protection.version:
            protection.renew(self.keyring.version)
        service = record.service
        side = protection.client if sender is _CLIENT else protection.server
        if service in CONTROL_SERVICES:
            self._announce(protection, side, record, number)
            clear = getattr(record.user_information, "dedicated_key", None)
            if clear is not None:
                _take_dedicated(protection, clear)
            record = envelope_in(record)
            if record is None:
                return None
            service = record.service
            opened = self._open_envelope(protection, side, record, buf, start, end, number, 0)
            self._learn_dedicated(protection, service, record, opened.plaintext)
        else:
            form = ENVELOPES.get(service)
            if form is None:
                return None
            again = self._open_ready(side, service, form, record)
            if again is not None:
                if again.security.status == OK:
                    protection.opened += 1
                else:
                    protection.count(again.security)
                return again
            opened = self._open_envelope(protection, side, record, buf, start, end, number, 0)
        security = opened.security
        protection.count(security)
        if security.status == BAD_TAG:
            return opened._replace(experts=(*opened.experts, Expert("bad-tag", str(security.reason))))
        return opened

    def watch(
        self, protection: Protection, sender: Sender, service: str, buf: Buffer, start: int, end: int, number: int
    ) -> tuple[Expert, ...]:
        """Look into an APDU in clear, or deciphered, for replies to challenges and for keys.

        Args:
            protection: of its association.
            sender: who sent it.
            service: one of `learning.WATCHED`.
            buf: holds the APDU.
            start: its first octet.
            end: behind its last octet.
            number: of its message.
        """
        return learning.watch(self.keyring, protection, sender is not _CLIENT, service, buf, start, end, number)

    def _open_ready(self, side: Side, service: str, form: Envelope, record: Any) -> Opened | None:
        """Open an envelope as the last one like it; None when that does not do."""
        if form.titled:
            title = record.system_title
        elif service is GENERAL_CIPHERING or service is GENERAL_SIGNING:
            return None
        else:
            title = None
        content = record.content
        if content.__class__ is bytes:
            return None
        control, counter, protected = content
        like = (form.kind, control, title)
        ready = side.ready.get(like)
        if ready is None:
            missing = side.missing.get(like)
            if missing is None or (control & AUTHENTICATED and len(protected) < TAG_SIZE):
                return None
            experts = missing.counter.take(counter, protected)
            verdict = (NO_KEY, control, counter, missing.key, missing.title, missing.reason)
            return _new(Opened, (None, _new(Security, verdict), experts))
        cipher, title, key, followed, _, reason = ready
        plaintext, outcome = cipher.open(title, counter, protected)
        if not plaintext or plaintext[0] in ENVELOPE_TAGS:
            return None
        if outcome is VERIFIED:
            status = OK
        elif outcome is UNVERIFIED and plausible(plaintext, form.inside):
            status = NOT_VERIFIED
        else:
            return None
        experts = followed.take(counter, protected)
        return _new(Opened, (plaintext, _new(Security, (status, control, counter, key, title, reason)), experts))

    def _open_envelope(
        self,
        protection: Protection,
        side: Side,
        record: Any,
        buf: Buffer,
        start: int,
        end: int,
        number: int,
        depth: int,
    ) -> Opened:
        """Open an envelope and what is inside, should that be one too."""
        form = ENVELOPES[record.service]
        if record.service == GENERAL_SIGNING:
            opened = general.open_signed(self._key_sets(protection, number), side, record, buf, start, end)
        else:
            opened = self._open_content(protection, side, record, form, number)
        inside = opened.plaintext
        if not inside or inside[0] not in ENVELOPE_TAGS:
            return opened
        try:
            with tolerant():
                inner, _ = read_apdu(inside, 0, len(inside))
        except DecodeError:
            return opened
        if depth + 1 >= MAX_DEPTH:
            security = opened.security._replace(status=ERROR, reason=f"more than {MAX_DEPTH} envelopes in one another")
            return Opened(inside, security, opened.experts)
        deeper = self._open_envelope(protection, side, inner, inside, 0, len(inside), number, depth + 1)
        return both(opened, deeper, signed=record.service == GENERAL_SIGNING)

    def _open_content(self, protection: Protection, side: Side, record: Any, form: Envelope, number: int) -> Opened:
        """Open one envelope that has a content."""
        content = record.content
        if isinstance(content, bytes):
            return Opened(None, Security(ERROR, 0, 0, None, side.title, "the content has no security header"))
        control, counter, protected = content
        title = (getattr(record, "system_title", b"") or getattr(record, "originator_system_title", b"")) or None
        key = key_name(form.kind, control, getattr(record, "key_info", None))
        meter = title if side is protection.server else None
        wanted = _Content(form, key, title, control, counter, protected, meter)
        reason = None
        if control & SUITE not in KEY_SIZES:
            reason = f"security suite {control & SUITE} is not known"
        elif control & AUTHENTICATED and len(protected) < TAG_SIZE:
            reason = f"truncated: {len(protected)} octets are fewer than the tag has"
        elif title is not None and len(title) != TITLE_SIZE:
            reason = f"the system title in the envelope has {len(title)} octets, not {TITLE_SIZE}"
        if reason is not None:
            return Opened(None, Security(ERROR, control, counter, key, title or side.title, reason))
        if form.kind == GENERAL_CIPHERING:
            opened = general.open_ciphered(self._key_sets(protection, number, wanted.meter), side, record, key)
        else:
            opened = self._search(protection, side, wanted, number)
        if opened.plaintext is not None and control & COMPRESSED:
            opened = decompressed(opened)
        if opened.security.status in (OK, NOT_VERIFIED):
            sender = opened.security.system_title
            if sender is not None and title is not None:
                self._bind(side, sender)
        return opened

    def _key_sets(self, protection: Protection, number: int, meter: bytes | None = None) -> tuple[KeySet, ...]:
        """The key sets that may fit, best first.

        Args:
            protection: of the association.
            number: of the message.
            meter: system title that the APDU itself gives for the server: others may push from the same address.
        """
        server = protection.server
        return self.keyring.possible(
            system_title=meter or server.title, address=server.address, port=protection.port, server_sap=server.sap,
            client_sap=protection.client.sap, message=number,
        )  # fmt: skip

    def _search(self, protection: Protection, side: Side, wanted: _Content, number: int) -> Opened:
        """Try the keys and titles that may be meant, until one fits."""
        control, counter, protected = wanted.control, wanted.counter, wanted.protected
        attempts: list[Attempt] = []
        missing: list[str] = []
        for keys, ek, ak in self._material(protection, wanted, number, missing):
            for title in self._candidates(protection, side, wanted.title, keys):
                cipher = ContentCipher(ek, ak, control)
                plaintext, outcome = cipher.open(title, counter, protected)
                if outcome is VERIFIED or (outcome is UNVERIFIED and self._fits(wanted, plaintext)):
                    followed = self._counter(protection, side, ek, title)
                    ready = Ready(cipher, title, str(wanted.key), followed, keys, doubt(wanted.control, cipher, keys))
                    return self._found(side, wanted, ready, plaintext)
                attempts.append(Attempt(keys, ek, ak, title, outcome))
        title_known = wanted.title or side.title
        clear = clear_text(control, protected)
        if not self._fits(wanted, clear):
            clear = None
        if attempts:
            reason = self._explain(protection, side, wanted, attempts)
            return Opened(clear, Security(BAD_TAG, control, counter, wanted.key, attempts[0].title, reason))
        reason = missing[0] if missing else self._no_keys(protection, side, wanted)
        followed = self._counter(protection, side, str(wanted.key), title_known)
        experts = followed.take(counter, protected)
        if clear is not None:
            reason = f"not encrypted; {reason}"
            return Opened(clear, Security(NOT_VERIFIED, control, counter, wanted.key, title_known, reason), experts)
        side.miss((wanted.form.kind, control, wanted.title), Missing(wanted.key, title_known, followed, reason))
        return Opened(None, Security(NO_KEY, control, counter, wanted.key, title_known, reason), experts)

    def _found(self, side: Side, wanted: _Content, ready: Ready, plaintext: bytes | None) -> Opened:
        """A key that fits: remember it."""
        if not wanted.control & COMPRESSED:
            side.keep((wanted.form.kind, wanted.control, wanted.title), ready)
        if side.title is None:
            self._bind(side, ready.title)
        experts = ready.counter.take(wanted.counter, wanted.protected)
        status = OK if ready.reason is None else NOT_VERIFIED
        security = Security(status, wanted.control, wanted.counter, wanted.key, ready.title, ready.reason)
        return Opened(plaintext, security, experts)

    @staticmethod
    def _fits(wanted: _Content, plaintext: bytes | None) -> bool:
        """Whether what nothing verifies may be what was meant."""
        if plaintext is None:
            return False
        if wanted.control & COMPRESSED:
            try:
                plaintext = decompress(plaintext)
            except V44Error:
                return False
        return plausible(plaintext, wanted.form.inside)

    def _material(
        self, protection: Protection, wanted: _Content, number: int, missing: list[str]
    ) -> Iterator[tuple[KeySet, bytes, bytes | None]]:
        """The pairs of keys to try; what is missing or does not suit is said in `missing`."""
        suite = wanted.control & SUITE
        size = KEY_SIZES[suite]
        dedicated = protection.dedicated_key
        sets = self._key_sets(protection, number, wanted.meter)
        if wanted.form.kind == DEDICATED and dedicated is not None and not sets:
            sets = (KeySet(),)
        for keys in sets:
            if wanted.form.kind == DEDICATED:
                ek = dedicated if dedicated is not None else keys.dedicated_key
                setting = "dedicated key"
            else:
                setting = GBEK if wanted.key == GBEK else "guek"
                ek = keys.gbek if wanted.key == GBEK else keys.guek
            if ek is None:
                if wanted.form.kind == DEDICATED:
                    missing.append(no_dedicated(protection))
                else:
                    missing.append(f"the {setting} of {keys.label} is not known")
                continue
            if len(ek) != size:
                missing.append(
                    f"suite mismatch: the {setting} of {keys.label} has {len(ek)} octets, suite {suite} takes {size}"
                )
                continue
            ak = keys.gak
            if ak is not None and len(ak) != size and wanted.control & AUTHENTICATED:
                missing.append(
                    f"suite mismatch: the gak of {keys.label} has {len(ak)} octets, suite {suite} takes {size}"
                )
                continue
            yield keys, ek, ak

    @staticmethod
    def _candidates(protection: Protection, side: Side, said: bytes | None, keys: KeySet) -> list[bytes]:
        """The system titles that the sender may have."""
        if said is not None:
            return [said]
        if side.announced and side.title is not None:
            return [side.title]
        configured = keys.system_title if side is protection.server else keys.client_system_title
        titles = [side.title, configured]
        if side is protection.server and protection.client.title is None:
            titles.append(keys.system_title)
        return [title for title in dict.fromkeys(titles) if title is not None and len(title) == TITLE_SIZE][:MAX_TITLES]

    def _no_keys(self, protection: Protection, side: Side, wanted: _Content) -> str:
        """Why there is nothing to try."""
        if not len(self.keyring):
            return no_dedicated(protection) if wanted.form.kind == DEDICATED else "no keys are given"
        server = protection.server
        if wanted.title is None and side.title is None:
            known = self._key_sets(protection, 1 << 62)
            if known:
                return f"the system title of the {side.name} was never seen"
        title = wanted.meter or server.title
        meter = f"system title {title.hex().upper()}" if title is not None else "an unknown system title"
        return f"no keys are given for the meter at {server.address} with {meter}"

    def _explain(self, protection: Protection, side: Side, wanted: _Content, attempts: list[Attempt]) -> str:
        """Why a tag is wrong, as far as it can be told."""
        if protection.explained >= MAX_EXPLAINED:
            return protection.latest_reason
        protection.explained += 1
        other = protection.client if side is protection.server else protection.server
        titles = [
            other.title,
            side.title,
            *(self._titles.get((one.name, one.address, one.sap)) for one in (side, other)),
        ]
        failure = Failure(
            attempts, wanted.form.inside, wanted.control, wanted.counter, wanted.protected, str(wanted.key), other.title
        )
        seen = [title for title in dict.fromkeys(titles) if title is not None and len(title) == TITLE_SIZE]
        protection.latest_reason = explain(failure, seen, protection.dedicated_key, self.keyring)
        return protection.latest_reason

    def _counter(self, protection: Protection, side: Side, key: bytes | str, title: bytes | None) -> Counter:
        """The counter of a key from one system to another."""
        other = protection.client if side is protection.server else protection.server
        server = protection.server
        where: tuple[bytes | str, bytes | None, bytes | str | None]
        where = (key, title, other.title or f"{server.address}/{server.sap}/{protection.client.sap}")
        counter = self._counters.get(where)
        if counter is None:
            if len(self._counters) >= MAX_COUNTERS:
                del self._counters[next(iter(self._counters))]
            counter = self._counters[where] = Counter()
        return counter

    def _bind(self, side: Side, title: bytes) -> None:
        """Remember which title an address and SAP have."""
        if side.title is None:
            side.missing = NOTHING
        side.title = title
        if len(self._titles) >= MAX_BINDINGS:
            del self._titles[next(iter(self._titles))]
        self._titles[side.name, side.address, side.sap] = title

    def _announce(self, protection: Protection, side: Side, record: Any, number: int) -> None:
        """Titles, mechanism and challenges of AARQ and AARE (IEC 62056-5-3, 9.3.3)."""
        if record.service == "aarq":
            protection.announced = True
            protection.forget_ready()
            protection.mechanism = learning.mechanism_of(record.mechanism_name)
            title, value = record.calling_ap_title, record.calling_authentication_value
        elif record.service == "aare":
            title, value = record.responding_ap_title, record.responding_authentication_value
        else:
            return
        if value is not None and (protection.mechanism or 0) >= learning.FIRST_HLS:
            side.challenge = value[1]
        if title:
            protection.forget_ready()
            side.announced = len(title) == TITLE_SIZE
            if side.announced:
                self._bind(side, title)
            else:
                side.title = title
        if protection.sealed is not None and record.service == "aare":
            # Only now it is known which meter this is, and which keys it has.
            service, envelope = protection.sealed.service, protection.sealed
            opened = self._open_envelope(protection, protection.client, envelope, b"", 0, 0, number, 0)
            self._learn_dedicated(protection, service, envelope, opened.plaintext)

    @staticmethod
    def _learn_dedicated(protection: Protection, service: str, envelope: Any, plaintext: bytes | None) -> None:
        """The dedicated key that a deciphered InitiateRequest proposes."""
        if not service.endswith("-initiate-request"):
            return
        protection.sealed = envelope if plaintext is None else None
        key = None if plaintext is None else learning.dedicated_key(plaintext)
        if key is not None:
            _take_dedicated(protection, key)


def _take_dedicated(protection: Protection, key: bytes) -> None:
    """A dedicated key that the client proposes, of use when its size is that of a key."""
    if len(key) in KEY_SIZES.values():
        protection.dedicated_key = key
        protection.forget_ready()
