"""Where COSEM keeps secrets: what is written to, read from or handed over there is not shown unless asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dlms_analyzer.items import Asked

if TYPE_CHECKING:
    from dlms_analyzer.messages import Message

SECRET_ATTRIBUTES: Final[dict[tuple[int, int], str]] = {
    (15, 7): "the secret of the association",
    (19, 7): "the password P1",
    (19, 8): "the password P2",
    (19, 9): "the password W5",
    (45, 3): "the PIN of the SIM card",
    (46, 4): "the mail password",
}
"""Class and attribute to what it holds (IEC 62056-6-2, 4)."""

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
    return None if asked.attribute is None else SECRET_ATTRIBUTES.get((asked.class_id, asked.attribute))


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
