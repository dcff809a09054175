"""Looking for the next message that says something: a text of its line, octets, or a logical name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from time import perf_counter
from typing import Final, NamedTuple

from dlms_analyzer.capture import DiscardedError
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.cosem.obis import Pattern
from dlms_analyzer.filters import compile_filter
from dlms_analyzer.index.judging import Judge
from dlms_analyzer.index.reading import IndexedCapture
from dlms_analyzer.index.selecting import RUN
from dlms_analyzer.output.lines import said
from dlms_analyzer.output.masking import hidden, masked_note

STEP: Final = 0.003
"""Seconds of search between two looks at the progress."""
MAX_SOUGHT: Final = 1_024
"""Characters of what is searched for: more than a line of a list has."""
MIN_DIGITS: Final = 4
"""Hexadecimal digits that are taken for octets unless somebody says so: two could be part of any word."""

_OCTETS: Final = re.compile(r"(?:0[xX])?[0-9A-Fa-f]{2}(?:[\s:-]?[0-9A-Fa-f]{2})*", re.ASCII)
_GAPS: Final = re.compile(r"^0[xX]|[\s:-]")


class What(Enum):
    """What is searched for; the value is what people write before a colon to say so."""

    OBIS = "obis"
    HEX = "hex"
    TEXT = "text"


class Sought(NamedTuple):
    """What is searched for.

    Attributes:
        what: its kind.
        text: as it was written, without the kind.
        octets: what is looked for among octets; empty for the other kinds.
    """

    what: What
    text: str
    octets: bytes = b""


class Searched(NamedTuple):
    """How far a search is.

    Attributes:
        done: how many messages were looked at.
        total: how many there are to look at.
        found: number of the message; None as long as there is none.
        gone: how many could not be looked at, as their octets are no longer kept.
    """

    done: int
    total: int
    found: int | None = None
    gone: int = 0


def sought(text: str) -> Sought:
    """What somebody searches for: a logical name, octets, or else a text; `text:`, `hex:` and `obis:` force one.

    Example:
        >>> sought("1-0:1.8.0").what, sought("c0 01 c1").octets.hex(), sought("text: c001").what
        (<What.OBIS: 'obis'>, 'c001c1', <What.TEXT: 'text'>)

    Raises:
        ValueError: nothing can be searched for with it; says why.
    """
    if len(text) > MAX_SOUGHT:
        raise ValueError(f"{MAX_SOUGHT} characters at most")
    kind, colon, rest = text.partition(":")
    forced = next((what for what in What if colon and kind.strip().lower() == what.value), None)
    written = rest.strip() if forced else text.strip()
    if not written:
        raise ValueError("write a text, octets such as c0 01 c1, or a logical name such as 1-0:1.8.0")
    if forced in (None, What.OBIS):
        try:
            Pattern(written)
        except (ValueError, OverflowError):
            if forced:
                raise ValueError(f"{written!r} is no logical name; write 1-0:1.8.0 or 1-0:*.8.0") from None
        else:
            return Sought(What.OBIS, written)
    if forced in (None, What.HEX):
        found = _OCTETS.fullmatch(written)
        octets = bytes.fromhex(_GAPS.sub("", written)) if found else b""
        if octets and (forced or 2 * len(octets) >= MIN_DIGITS):
            return Sought(What.HEX, written, octets)
        if forced:
            raise ValueError(f"{written!r} are no octets; write c0 01 c1 or c001c1")
    return Sought(What.TEXT, written)


def search(
    capture: IndexedCapture,
    wanted: Sought,
    order: Sequence[int],
    meters: Meters | None = None,
    *,
    show_secrets: bool = False,
) -> Iterator[Searched]:
    """Look for the first message that says something, in small steps.

    Args:
        capture: has the messages.
        wanted: what to look for.
        order: numbers of the messages, in the order in which they are looked at.
        meters: what is known about the meters, for what values mean.
        show_secrets: look in passwords and keys too, as whoever shows them does.

    Yields:
        How far it is; the last step has what was found.

    Raises:
        CaptureError: the source cannot be read any more.
    """
    says = _LOOKS[wanted.what](capture, wanted, meters, show_secrets)
    looked, gone, total = 0, 0, len(order)
    until = perf_counter() + STEP
    for looked, number in enumerate(order, 1):
        try:
            if says(number):
                yield Searched(looked, total, number, gone)
                return
        except DiscardedError:
            gone += 1
        if perf_counter() >= until:
            yield Searched(looked, total, None, gone)
            until = perf_counter() + STEP
    yield Searched(looked, total, None, gone)


_Says = Callable[[int], bool]


def _for_name(capture: IndexedCapture, wanted: Sought, meters: Meters | None, _: bool) -> _Says:
    """By what was asked; whole messages only where the columns cannot tell."""
    names = compile_filter(f'cosem.logical_name == "{wanted.text}"')
    judge = Judge(capture.table, names)
    answers: dict[int, tuple[bytes, bytes]] = {}

    def says(number: int) -> bool:
        run, at = divmod(number - 1, RUN)
        first = run * RUN + 1
        found = answers.get(run)
        if found is None or at >= len(found[0]):  # the capture may have grown since
            found = answers[run] = judge.answers(first, min(first + RUN - 1, len(capture.table)))
        sure, possible = found
        if sure[at] or not possible[at]:
            return bool(sure[at])
        return names.matches(capture.message(number), meters)

    return says


def _for_octets(capture: IndexedCapture, wanted: Sought, _: Meters | None, __: bool) -> _Says:
    """Among the octets as sent, then among those deciphered."""

    def says(number: int) -> bool:
        if wanted.octets in capture.octets(number):
            return True
        if capture.table.row(number).security is None:
            return False
        plaintext = capture.glance(number).plaintext
        return plaintext is not None and wanted.octets in plaintext

    return says


def _for_text(capture: IndexedCapture, wanted: Sought, meters: Meters | None, show_secrets: bool) -> _Says:
    """In the line of a message and in its notes, upper and lower case alike."""
    part = wanted.text.lower()

    def says(number: int) -> bool:
        message = capture.glance(number)
        gist, meaning = said(message, meters, show_secrets=show_secrets)
        if part in f"{message.outer}  {message.service}  {gist}  {meaning}".lower():
            return True
        masked = not show_secrets and hidden(message) is not None
        notes = (masked_note(one.code, one.text) if masked else one.text for one in message.experts)
        return any(part in note.lower() for note in notes)

    return says


_LOOKS: Final = {What.OBIS: _for_name, What.HEX: _for_octets, What.TEXT: _for_text}
