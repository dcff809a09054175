"""Which APDU stands for a message in clear, and what there is to say beside it."""

from __future__ import annotations

from typing import Final, NamedTuple

from dlms_analyzer.framing.units import Kind
from dlms_analyzer.messages import Message, Security
from dlms_analyzer.security.envelopes import CONTROL_SERVICES
from dlms_analyzer.security.protection import NOT_VERIFIED, OK
from scapy_layers import DecodeError, read_apdu, tolerant, write_layer

MAX_APDU: Final = 0xFFFF
"""Octets of an APDU: the wrapper counts them in 16 bits, and so do the PDU sizes that associations agree on."""
MAX_SHOWN: Final = 4_096
"""Octets of the APDU as sent in a comment: more than most PDU sizes, and in hex an eighth of the longest comment."""


class ClearApdu(NamedTuple):
    """What is written for a message.

    Attributes:
        octets: the APDU, deciphered where it was protected and could be opened; else as sent.
        comment: the verdict and the octets as sent, of what is protected; empty for what was sent in clear.
    """

    octets: bytes
    comment: str = ""


def clear_apdu(message: Message, limit: int = MAX_APDU) -> ClearApdu:
    """The APDU that stands for a message; link frames and raw octets stay as sent.

    Args:
        message: the message.
        limit: octets that there is room for.
    """
    sent = message.octets
    security = message.security
    if message.kind is not Kind.APDU or security is None:
        return ClearApdu(sent)
    said = [_verdict(message, security)]
    octets = sent
    if security.status in (OK, NOT_VERIFIED):
        try:
            octets = _opened(message, limit)
        except ValueError as problem:
            said.append(f"written as sent: {problem}")
    said.append(f"as sent: {_shown(sent)}")
    return ClearApdu(octets, "\n".join(said))


def _verdict(message: Message, security: Security) -> str:
    text = f"message {message.number}: {message.outer}, {security.status}"
    if security.key is not None:
        text += f", key {security.key}"
    text += f", invocation counter {security.invocation_counter}"
    if security.reason is not None:
        text += f"\n{security.reason}"
    if message.reassembled is not None and message.plaintext is None:
        numbers = ", ".join(map(str, message.reassembled.messages))
        text += f"\nwhat the block transfer of messages {numbers} carried"
    return text


def _shown(octets: bytes) -> str:
    text = octets[:MAX_SHOWN].hex().upper()
    return text if len(octets) <= MAX_SHOWN else f"{text}… {len(octets):,} octets in all"


def _opened(message: Message, limit: int) -> bytes:
    """The deciphered APDU of a message that was opened.

    Raises:
        ValueError: it cannot be written; the text says why.
    """
    plaintext = message.plaintext
    if plaintext is None:
        if message.reassembled is None:
            raise ValueError("there is no plaintext")
        octets = message.reassembled.data
    elif message.outer in CONTROL_SERVICES:
        octets = _with_user_information(message.octets, plaintext)
    else:
        octets = plaintext
    if len(octets) > limit:
        raise ValueError(f"the plaintext has {len(octets):,} octets, and there is room for {limit:,}")
    return octets


def _with_user_information(octets: bytes, clear: bytes) -> bytes:
    """An AARQ, AARE, RLRQ or RLRE with a user-information in clear.

    Raises:
        ValueError: it cannot be built again.
    """
    try:
        with tolerant():
            record, _ = read_apdu(octets, 0, len(octets))
    except DecodeError as stopped:
        raise ValueError(f"the {stopped.reason}") from None
    return write_layer(record.layer, record._replace(user_information=clear))
