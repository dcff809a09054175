"""Which APDUs are envelopes, which key each calls for, and what may be inside (IEC 62056-5-3, 9.5)."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from dlms_analyzer.cosem.p1 import is_telegram
from dlms_analyzer.decoded import decode_apdu
from scapy_layers.apdu import all_layers
from scapy_layers.ciphering import BROADCAST, CipheredApdu

GLOBAL: Final = "global"
DEDICATED: Final = "dedicated"
GUEK: Final = "guek"
GBEK: Final = "gbek"
WRAPPED: Final = "wrapped"
AGREED: Final = "agreed"

GENERAL_CIPHERING: Final = "general-ciphering"
GENERAL_SIGNING: Final = "general-signing"
CONTROL_SERVICES: Final = frozenset({"aarq", "aare", "rlrq", "rlre"})
"""Their user-information may be an envelope."""


class Envelope(NamedTuple):
    """What the name of an envelope implies.

    Attributes:
        kind: `global` or `dedicated`; the service's own name when the APDU itself tells which key.
        titled: the envelope has a place for the sender's system title.
        inside: first octet of what must be inside; None when it may be any APDU.
    """

    kind: str
    titled: bool
    inside: int | None


def _envelopes() -> dict[str, Envelope]:
    found = {
        GENERAL_CIPHERING: Envelope(GENERAL_CIPHERING, False, None),
        GENERAL_SIGNING: Envelope(GENERAL_SIGNING, False, None),
        "general-glo-ciphering": Envelope(GLOBAL, True, None),
        "general-ded-ciphering": Envelope(DEDICATED, True, None),
    }
    for layer in all_layers():
        if issubclass(layer, CipheredApdu) and layer.service not in found:
            tag: int = layer.fields_desc[0].default
            kind = GLOBAL if layer.service.startswith("glo-") else DEDICATED
            found[layer.service] = Envelope(kind, False, _inside(tag))
    return found


def _inside(tag: int) -> int:
    """The tag of the service that a service-specific envelope protects (IEC 62056-5-3, 9.5, COSEMpdu)."""
    if tag < 0x60:  # glo- 21 to 3F and ded- 41 to 5F: 01 to 1F
        return tag & 0x1F
    return tag & 0xF7 if tag < 0xD0 else tag - 0x10  # glo- C8 to CF, ded- D0 to D7: C0 to C7


ENVELOPES: Final[dict[str, Envelope]] = _envelopes()
"""By service name."""

ENVELOPE_TAGS: Final = frozenset(layer.fields_desc[0].default for layer in all_layers() if layer.service in ENVELOPES)
"""First octets of envelopes: what is inside one may be one again."""


def envelope_in(record: Any) -> Any:
    """The record of the outermost envelope of an APDU: itself, or its user-information; None when there is none."""
    if record.service in ENVELOPES:
        return record
    inner = getattr(record, "user_information", None)
    return inner if inner is not None and getattr(inner, "service", "") in ENVELOPES else None


def key_name(kind: str, control: int, key_info: Any = None) -> str | None:
    """Which key an envelope calls for, as the export calls it; None when it does not say."""
    if kind == DEDICATED:
        return DEDICATED
    if key_info is not None:
        if key_info.service == "identified-key":
            return GBEK if key_info.key_id else GUEK
        return WRAPPED if key_info.service == "wrapped-key" else AGREED
    return GBEK if control & BROADCAST else GUEK


def plausible(octets: bytes, inside: int | None) -> bool:
    """Whether deciphered octets look like an APDU or P1 telegram, which a wrong key gives once in many thousand times.

    Args:
        octets: what came out.
        inside: the first octet there must be. Without one the octets must be an APDU to the last one; with one,
            what real meters get wrong is allowed.
    """
    if not octets or (inside is not None and octets[0] != inside):
        return False
    if inside is None and is_telegram(octets):
        return True
    decoded = decode_apdu(octets, 0, len(octets))
    if decoded.record is None or decoded.service == "unknown":
        return False
    return inside is not None or not decoded.experts
