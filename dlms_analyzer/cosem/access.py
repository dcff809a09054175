"""Access rights of attributes and methods in words (IEC 62056-6-2, class Association LN, access_rights)."""

from __future__ import annotations

from typing import Final

from dlms_analyzer.cosem.interpret.enumerations import bit_names, bits_of, enumeration

BITS_SINCE: Final = 3
"""Version of Association LN from which on an access mode is a set of bits."""


def access_words(member: str, mode: int, version: int | None = None) -> str:
    """An access mode in words.

    Args:
        member: attribute (`2`) or method (`m1`).
        mode: as sent.
        version: of the association's class; None when it is not known, and only the mode itself can tell.
    """
    is_method = member.startswith("m")
    modes = enumeration("method_v1" if is_method else "access_v0")
    if mode in modes and (version is None or version < BITS_SINCE):
        return modes[mode]
    return ", ".join(bit_names(bits_of(mode), "method_v3" if is_method else "access_v3")) or modes[0]
