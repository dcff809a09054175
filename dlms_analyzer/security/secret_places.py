"""Where COSEM keeps secrets: what is written to, read from or handed over there is not shown unless asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dlms_analyzer.items import Asked
from scapy_layers.data import DataPair

if TYPE_CHECKING:
    from dlms_analyzer.messages import Message

_STRUCTURE: Final = 2

SECRET_ATTRIBUTES: Final[dict[tuple[int, int], str]] = {
    (15, 7): "the secret of the association",
    (19, 7): "the password P1",
    (19, 8): "the password P2",
    (19, 9): "the password W5",
    (45, 3): "the PIN of the SIM card",
    (46, 4): "the mail password",
}
"""Class and attribute to what it holds (IEC 62056-6-2, 4)."""

ALL_ATTRIBUTES: Final = 0
"""Attribute index that asks for all attributes in one structure (IEC 62056-5-3)."""

_ATTRIBUTES: Final = SECRET_ATTRIBUTES | {
    (class_id, ALL_ATTRIBUTES): " and ".join(
        what for (of_class, _), what in SECRET_ATTRIBUTES.items() if of_class == class_id
    )
    for class_id, _ in SECRET_ATTRIBUTES
}

SECRET_METHODS: Final[dict[tuple[int, int], str]] = {
    (12, 5): "the secret of the association",
    (12, 6): "the secret of the association",
    (15, 2): "the secret of the association",
    (64, 2): "wrapped keys",
    (72, 7): "the encryption key of an M-Bus device",
    (72, 8): "a wrapped key of an M-Bus device",
}
"""Class and method to what its parameters hold (IEC 62056-6-2, 4)."""

M_BUS_KEY: Final = (72, 7)
"""set_encryption_key of the M-Bus client: the key itself."""

WRAPPED: Final = frozenset({(64, 2), (72, 8)})
"""Methods whose parameters are protected by a key of their own."""

SECRET_SHORT_NAMES: Final[dict[int, str]] = {0xFA40: "the secret of the association"}
"""Short names that are the same in every meter: change_secret of the current association (IEC 62056-6-2, 4.4.3)."""


def secret_of(asked: Asked | None) -> str | None:
    """What secret an access is about; None when it is about none."""
    if asked is None:
        return None
    if asked.class_id is None:
        return None if asked.base_name is None else SECRET_SHORT_NAMES.get(asked.base_name & 0xFFFF)
    if asked.method is not None:
        return SECRET_METHODS.get((asked.class_id, asked.method))
    return None if asked.attribute is None else _ATTRIBUTES.get((asked.class_id, asked.attribute))


def secret_data(asked: Asked, data: DataPair) -> tuple[DataPair, ...]:
    """The data that are secret: all of it, or of all attributes together those of the secret ones.

    Args:
        asked: an access that is about a secret.
        data: what was written, read or handed over.
    """
    tag, value = data
    if asked.method is not None or asked.attribute != ALL_ATTRIBUTES or tag != _STRUCTURE:
        return (data,)
    return tuple(one for index, one in enumerate(value, 1) if (asked.class_id, index) in SECRET_ATTRIBUTES)


def secret_in(message: Message) -> str | None:
    """What secret a message may carry, by what it accesses or answers; None when it carries none."""
    for asked, _ in message.items:
        if asked is not None and (found := secret_of(asked)) is not None:
            return found
    if message.exchange is not None:
        for asked, _ in message.exchange.items:
            if asked is not None and (found := secret_of(asked)) is not None:
                return found
    return None
