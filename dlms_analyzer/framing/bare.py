"""APDUs with nothing, or next to nothing, around them: a payload that is exactly one APDU to its last octet.

Nothing but the APDU itself tells that it is one, so these forms are looked for only where each payload stands for
itself, in datagrams and on lines, and only in conversations that are claimed already or came without IP.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from dlms_analyzer.frames import Buffer
from scapy_layers import read_apdu
from scapy_layers.apdu import UnknownApdu
from scapy_layers.core.outcome import DecodeError, NeedMore, tolerant
from scapy_layers.plc_llc import DL_DATA_REQUEST, PLC_LLC_SIZE

MAYBE: Final = ""
"""A recogniser's answer when it takes more octets to tell."""
MIN_BARE: Final = 4
"""Octets of a bare APDU that is recognised as one: RLRQ and the like are shorter, two or three common octets."""


class Lone(NamedTuple):
    """An APDU in a payload.

    Attributes:
        profile: `raw`, or `plc-llc`.
        start: where it starts.
        source: L-SAP, when there is one.
        destination: L-SAP, when there is one.
    """

    profile: str
    start: int
    source: int | None = None
    destination: int | None = None


def recognise_bare(buf: Buffer, pos: int, end: int) -> str | None:
    """`raw`, None, or `MAYBE`: exactly one APDU to the last octet tells, what may be the beginning of one does not."""
    try:
        record, stop = read_apdu(buf, pos, end)
    except NeedMore:
        return MAYBE
    except DecodeError:
        return None
    if stop < end or record.layer is UnknownApdu:
        return None
    return "raw" if end - pos >= MIN_BARE else MAYBE


def lone_apdu(buf: Buffer, pos: int, end: int) -> Lone | None:
    """The APDU in a payload that no framing explains: bare, or behind an LLC header of IEC 61334-4-32."""
    start = pos + PLC_LLC_SIZE
    if end > start and buf[pos] == DL_DATA_REQUEST:
        with tolerant():  # the header tells as well
            if recognise_bare(buf, start, end) is not None:
                return Lone("plc-llc", start, buf[pos + 2], buf[pos + 1])
    return Lone("raw", pos) if recognise_bare(buf, pos, end) else None
