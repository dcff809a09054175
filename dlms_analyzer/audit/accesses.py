"""Findings about what is accessed: by the public client, without authentication, firmware images, keys and secrets."""

from __future__ import annotations

from typing import Final

from dlms_analyzer.associations.association import Association
from dlms_analyzer.audit.case import Case
from dlms_analyzer.audit.login import is_reply
from dlms_analyzer.audit.well_known import KEYS, well_known_key, well_known_password
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.framing.units import Sender
from dlms_analyzer.items import Answer, Asked
from dlms_analyzer.meaning import model_of, note, resolved
from dlms_analyzer.messages import Message
from dlms_analyzer.security.agreement import unwrap_key
from dlms_analyzer.security.envelopes import GENERAL_SIGNING
from dlms_analyzer.security.hls import NONE
from dlms_analyzer.security.keyring import Keyring
from dlms_analyzer.security.keys import KEY_SIZES
from dlms_analyzer.security.learning import KEY_NAMES, KEY_TRANSFER, MAX_KEYS, SECURITY_SETUP, mechanism_of
from dlms_analyzer.security.secret_places import M_BUS_KEY, WRAPPED, secret_data, secret_of
from scapy_layers.ciphering import AUTHENTICATED, ENCRYPTED
from scapy_layers.cosem_fields import logical_name_text
from scapy_layers.data import DataPair
from scapy_layers.interface_classes import CLASS_NAMES

PUBLIC_CLIENT: Final = 16
"""Client SAP of the public client (IEC 62056-5-3, 4.2.4)."""

PUBLIC_CLASSES: Final = frozenset({8, 12, 15, 17})
"""What everybody may read: clock, associations, SAP assignment. The public client finds its way by them."""
_ANY: Final = -1
PUBLIC_OBJECTS: Final = (
    (0, _ANY, 42, 0, 0, 255),  # logical device name
    (0, _ANY, 43, 1, _ANY, 255),  # invocation counters
    (0, _ANY, 96, 1, _ANY, 255),  # device identifiers
    (1, _ANY, 0, 2, 0, 255),  # firmware identifier
)
"""Objects that everybody may read whatever their class (IEC 62056-6-1, 6.2); -1 stands for any value."""

IMAGE_TRANSFER: Final = 18
_IMAGE_ENABLED: Final = 5
_SECRET_SIZE: Final = 2
_LISTS: Final = (1, 2)
_OCTET_STRING: Final = 9
_SERVER: Final = Sender.SERVER


def is_public(asked: Asked) -> bool:
    """Whether everybody may read an attribute."""
    if asked.class_id in PUBLIC_CLASSES:
        return True
    name = asked.logical_name
    return name is not None and any(
        all(want in (_ANY, octet) for want, octet in zip(wanted, name, strict=True)) for wanted in PUBLIC_OBJECTS
    )


def access_name(asked: Asked) -> str:
    """An access in words."""
    if asked.logical_name is None:
        return f"short name {(asked.base_name or 0) & 0xFFFF:04X}"
    member = f"attribute {asked.attribute}" if asked.method is None else f"method {asked.method}"
    class_name = CLASS_NAMES.get(asked.class_id or 0, f"class {asked.class_id}")
    return f"{member} of {logical_name_text(asked.logical_name)} ({class_name})"


class Accesses:
    """Looks at what is accessed.

    Attributes:
        keyring: its master keys unwrap transferred keys.
    """

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring
        self._meters = Meters()

    def look(self, case: Case, message: Message, association: Association) -> None:
        """Note what a message shows."""
        if not message.items:
            return
        named = [item.asked is not None and item.asked.base_name is not None for item in message.items]
        model = model_of(self._meters, message) if any(named) else None
        for item, short in zip(message.items, named, strict=True):
            asked = item.asked
            if asked is None or is_reply(asked):
                continue
            if short and model is not None:
                asked = resolved(model, asked)
            if message.sender is _SERVER:
                if item.answer is not None:
                    _granted(case, message, association, asked, item.answer)
            elif _transfers_image(asked):
                _image(case, message)
            self._secrets(case, message, asked, item.answer)
        if model is not None:
            note(model, message)

    def _secrets(self, case: Case, message: Message, asked: Asked, answer: Answer | None) -> None:
        """Secrets and keys on their way."""
        what = secret_of(asked)
        data = asked.data if answer is None else answer.data
        if what is None or data is None:
            return
        secrets = [one for one in secret_data(asked, data) if one[1]]  # an empty one is no secret
        if not secrets:
            return
        clear = message.security is None or not message.security.security_control & ENCRYPTED
        wrapped = (asked.class_id, asked.method) in WRAPPED
        if clear and wrapped:
            case.add("key-transfer-in-clear", message.number, f"{access_name(asked)} carries {what}")
        elif clear:
            code = "key-in-clear" if (asked.class_id, asked.method) == M_BUS_KEY else "secret-in-clear"
            case.add(code, message.number, f"{access_name(asked)} carries {what}", subject=what)
        for tag, octets in () if wrapped else secrets:
            if tag == _OCTET_STRING and (known := well_known_password(octets)) is not None:
                text = f"{access_name(asked)} carries {what}: {known}"
                case.add("well-known-password", message.number, text, subject=octets, secret=octets)
        if asked.class_id == SECURITY_SETUP and asked.method == KEY_TRANSFER and answer is None:
            self._transferred(case, message, data, clear=clear)

    def _transferred(self, case: Case, message: Message, data: DataPair, *, clear: bool) -> None:
        """What the parameters of key_transfer give away."""
        for key_id, octets in _keys_in(data):
            name = KEY_NAMES.get(key_id, f"key {key_id}")
            if clear and len(octets) in KEY_SIZES:
                case.add("key-in-clear", message.number, f"the new {name} is not wrapped", subject=name, secret=octets)
            for kek, known in KEYS.items():
                if unwrap_key(kek, octets) is not None:
                    text = f"the new {name} is wrapped with {known}"
                    case.add("well-known-master-key", message.number, text, subject=(name, kek), secret=kek)
            for kek in (*KEYS, *{keys.kek for keys in self.keyring if keys.kek is not None}):
                new = unwrap_key(kek, octets)
                known_new = None if new is None else well_known_key(new)
                if new is not None and known_new is not None:
                    text = f"the new {name}: {known_new}"
                    case.add("well-known-key", message.number, text, subject=(name, new), secret=new)


def _keys_in(data: DataPair) -> list[tuple[int, bytes]]:
    """key-id and octets of an array of structures."""
    if data[0] not in _LISTS:
        return []
    return [
        (parts[0][1], parts[1][1])
        for tag, parts in data[1][:MAX_KEYS]
        if tag in _LISTS and len(parts) == _SECRET_SIZE
        if isinstance(parts[0][1], int) and parts[1][0] == _OCTET_STRING
    ]


def _granted(case: Case, message: Message, association: Association, asked: Asked, answer: Answer) -> None:
    """An access that the server answered: whether it should have."""
    if answer.result != "success" or message.security is not None:
        return
    terms = association.terms
    if terms.mechanism_name is not None and (mechanism_of(terms.mechanism_name) or NONE) != NONE:
        return
    writes = asked.method is not None or _writes(message, asked)
    if not writes and (is_public(asked) or (asked.class_id is None)):
        return
    if association.client_sap == PUBLIC_CLIENT:
        text = f"{access_name(asked)}, granted to client SAP {PUBLIC_CLIENT}"
        case.add("public-client-write" if writes else "public-client-read", message.number, text)
    elif association.protection is not None and association.protection.announced:
        case.add(
            "no-authentication", message.number, f"{access_name(asked)}, granted to client SAP {association.client_sap}"
        )


def _writes(message: Message, asked: Asked) -> bool:
    """Whether an answer is to a SET or Write, or to such a part of an ACCESS."""
    family = "" if message.exchange is None else message.exchange.family
    return family in ("set", "write") or (family == "access" and asked.data is not None)


def _transfers_image(asked: Asked) -> bool:
    """Whether a request enables, begins, carries on or ends an image transfer."""
    enables = asked.attribute == _IMAGE_ENABLED and asked.data is not None
    return asked.class_id == IMAGE_TRANSFER and (asked.method is not None or enables)


def _image(case: Case, message: Message) -> None:
    """A part of a firmware image on its way."""
    security = message.security
    if security is None or not (security.security_control & AUTHENTICATED or message.outer == GENERAL_SIGNING):
        case.add("image-transfer-unprotected", message.number, f"first in {message.outer}")
    elif message.outer != GENERAL_SIGNING:
        case.add("image-transfer-unsigned", message.number, f"first in {message.outer}")
