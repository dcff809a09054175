"""Octets in text: pasted hex, trace logs of head-end libraries (Gurux and others), hex dumps. Sans-I/O.

Times are taken out of a line; what ends it has to be hex digits then, and the words before may name a direction.
`7E A0 07`, `7ea007`, `0x7E, 0xA0`, `TX: 10:15:30<tab>7E A0 07`, `2026-01-31 10:15:30.123 <- 7E A0 07` and
`00000010  7e a0 07  |~..|` are all understood. In a log that names directions, a line of nothing but hex digits goes on
where the line before ended; elsewhere each line is a frame of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, NamedTuple

from dlms_analyzer.frames import INBOUND, LAST_TIME, NANOSECONDS, OUTBOUND, UNKNOWN

from .reader import MAX_CAPTURED

MIN_OCTETS: Final = 5
"""Octets that make hex digits behind other words a frame: shorter runs are more often numbers or English words."""
DUMP_WIDTH: Final = 32
"""Octets per line of a hex dump, at most."""

_DATE_TIME: Final = re.compile(
    r"(?P<year>\d{4})[-./](?P<month>\d\d)[-./](?P<day>\d\d)[T ,]+"
    r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?\s*(?P<zone>Z|[+-]\d\d:?\d\d)?"
)
_DAY_FIRST: Final = re.compile(
    r"(?P<a>\d{1,2})(?P<separator>[./])(?P<b>\d{1,2})[./](?P<year>\d{4})[T ,]+"
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d):(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?(?:\s?(?P<half>[AaPp][Mm])\b)?"
)
_TIME: Final = re.compile(
    r"(?<![\w:.-])(?P<hour>\d{1,2}):(?P<minute>\d\d):(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?"
    r"(?:\s?(?P<half>[AaPp][Mm])\b)?(?=[\s\])|,;]|:\s|$)"
)
_EPOCH: Final = re.compile(r"^\s*[(\[]?(?P<seconds>\d{10})\.(?P<fraction>\d{3,9})[)\]]?(?=\s)")

_DATE: Final = re.compile(r"\d{4}[-./]\d\d[-./]\d\d")

_DIRECTIONS: Final = re.compile(
    r"(?P<outbound>\b(?:TX|SEND|SENT|SENDING|WRITE|OUT|REQUEST|REQ)\b|-{1,3}>|={1,2}>|>>+|^\s*>)"
    r"|(?P<inbound>\b(?:RX|RECV|RECEIVED?|RECEIVING|READ|IN|RESPONSE|RESP)\b|<-{1,3}|<={1,2}|<<+|^\s*<)",
    re.IGNORECASE,
)
_PREFIX: Final = re.compile(r"0x|\\x|[{}\"']", re.IGNORECASE)
_WORD: Final = re.compile(r"[\w.]+")
_PAIRS: Final = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_SEPARATOR: Final = re.compile(r"[\s:,;-]*")
_HEX_CHARACTERS: Final = re.compile(r"(?=.*[0-9])[0-9A-Fa-f\s:,;-]+")
_LETTERS: Final = re.compile(r"[A-Za-z]")
_DUMP: Final = re.compile(r"\s*(?P<offset>[0-9A-Fa-f]{4,8})[:.]?\s{1,3}(?P<rest>[0-9A-Fa-f]{2}.*)$")
_DUMP_END: Final = re.compile(r"\s*[0-9A-Fa-f]{4,8}\s*")
_GROUP: Final = re.compile(r"(?P<hex>(?:[0-9A-Fa-f]{2}){1,8})(?P<space>\s+|$)")
_COMMENT: Final = re.compile(r"\s*(?:#|//|;|$)")


class LoggedFrame(NamedTuple):
    """Octets found in a log."""

    time: int
    direction: int
    octets: bytes


class LogNote(NamedTuple):
    """A line that could not be used."""

    line: int
    text: str


class LogParser:
    """Finds frames in the lines of a log. Feed it lines in order, then `finish`."""

    def __init__(self) -> None:
        self.line = 0
        self.ignored = 0
        """Lines that hold no octets."""
        self.first_ignored = 0
        self._time = 0
        self._day = 0  # nanoseconds to add to times of day, after midnights passed
        self._directed = False
        self._octets = bytearray()
        self._open: tuple[int, int] | None = None  # time and direction of the frame under construction
        self._dumping = False

    def feed(self, line: str) -> Iterator[LoggedFrame | LogNote]:
        """Yield what a line completes."""
        self.line += 1
        if _COMMENT.match(line):
            yield from self.finish()
            return
        if self._dumping and _DUMP_END.fullmatch(line) and int(line, 16) == len(self._octets):
            yield from self.finish()
            return
        dumped = self._dump(line)
        if dumped is not None:
            offset, octets = dumped
            if offset == 0 or not self._dumping:
                yield from self.finish()
                self._start(UNKNOWN)
                self._dumping = True
            self._octets += octets
        else:
            yield from self._feed_words(line)
        if len(self._octets) > MAX_CAPTURED:
            yield from self.finish()

    def finish(self) -> Iterator[LoggedFrame]:
        """Yield the frame under construction: nothing more belongs to it."""
        if self._open is not None:
            time, direction = self._open
            for start in range(0, len(self._octets), MAX_CAPTURED):
                yield LoggedFrame(time, direction, bytes(self._octets[start : start + MAX_CAPTURED]))
        self._open = None
        self._dumping = False
        self._octets.clear()

    def _feed_words(self, line: str) -> Iterator[LoggedFrame | LogNote]:
        rest, timed = self._take_time(line)
        rest = _PREFIX.sub(" ", rest).strip(" \t\r\n.;,")
        at, digits = _hex_tail(rest)
        words = rest[:at]
        direction = self._direction(words)
        bare = not _LETTERS.search(words) and direction == UNKNOWN
        if digits and (bare or direction != UNKNOWN or len(digits) >= 2 * MIN_OCTETS):
            if not (bare and not timed and self._directed and self._open and not self._dumping):
                yield from self.finish()
                self._start(direction)
            self._octets += bytes.fromhex(digits)
            return
        yield from self.finish()
        if len(rest) > 2 and _HEX_CHARACTERS.fullmatch(rest) and not _DATE.fullmatch(rest):
            yield LogNote(self.line, f"line {self.line}: hex digits, but not in pairs")
            return
        self.ignored += 1
        self.first_ignored = self.first_ignored or self.line

    def _start(self, direction: int) -> None:
        self._open = self._time, direction
        self._directed |= direction != UNKNOWN

    @staticmethod
    def _direction(words: str) -> int:
        found = _DIRECTIONS.search(words)
        if found is None:
            return UNKNOWN
        return OUTBOUND if found["outbound"] else INBOUND

    def _dump(self, line: str) -> tuple[int, bytes] | None:
        """Offset and octets of a line of a hex dump that starts or continues one."""
        found = _DUMP.match(line)
        if found is None:
            return None
        offset = int(found["offset"], 16)
        if offset and not (self._dumping and offset == len(self._octets)):
            return None
        octets = b""
        at, rest = 0, found["rest"]
        while len(octets) < DUMP_WIDTH and (group := _GROUP.match(rest, at)):
            octets += bytes.fromhex(group["hex"])
            at = group.end()
            # A wide space separates the text column; one of two separates the halves of a line as well.
            if len(group["space"]) > (2 if len(octets) == 8 else 1):
                break
        return offset, octets

    def _take_time(self, line: str) -> tuple[str, bool]:
        """The line without its time, which becomes the current one."""
        for pattern, read in ((_EPOCH, _epoch), (_DATE_TIME, _date_time), (_DAY_FIRST, _day_first)):
            found = pattern.search(line)
            if found is not None:
                time = read(found)
                if time is not None:
                    self._believe(time)
                    return line[: found.start()] + " " + line[found.end() :], True
        found = _TIME.search(line)
        time = None if found is None else _time_of_day(found)
        if found is None or time is None:
            return line, False
        if time + self._day < self._time - 12 * 3600 * NANOSECONDS:
            self._day += 24 * 3600 * NANOSECONDS
        self._believe(time + self._day)
        return line[: found.start()] + " " + line[found.end() :], True

    def _believe(self, time: int) -> None:
        """Make a time the current one, unless no frame can have it."""
        if 0 <= time <= LAST_TIME:
            self._time = time


def _hex_tail(text: str) -> tuple[int, str]:
    """Where the pairs of hex digits start that end a text, and the digits."""
    start, digits = len(text), []
    if not _DATE.fullmatch(text):
        for word in reversed(list(_WORD.finditer(text))):
            if not _PAIRS.fullmatch(word.group()) or not _SEPARATOR.fullmatch(text, word.end(), start):
                break
            start = word.start()
            digits.append(word.group())
    return start, "".join(reversed(digits))


def _fraction(found: re.Match[str]) -> int:
    return int((found["fraction"] or "0").ljust(9, "0"))


def _epoch(found: re.Match[str]) -> int | None:
    return int(found["seconds"]) * NANOSECONDS + _fraction(found)


def _date_time(found: re.Match[str]) -> int | None:
    zone = found["zone"]
    offset = UTC
    if zone and zone != "Z":
        sign = -1 if zone[0] == "-" else 1
        digits = zone[1:].replace(":", "")
        try:
            offset = timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))
        except ValueError:
            return None
    return _nanoseconds(found, int(found["month"]), int(found["day"]), int(found["hour"]), offset)


def _day_first(found: re.Match[str]) -> int | None:
    first, second = int(found["a"]), int(found["b"])
    # 31.12.2026 has the day first; 12/31/2026 has the month first, unless it cannot be one.
    day, month = (first, second) if found["separator"] == "." or first > 12 else (second, first)
    return _nanoseconds(found, month, day, _hour(found), UTC)


def _time_of_day(found: re.Match[str]) -> int | None:
    """Nanoseconds since midnight: a log without dates starts on 1970-01-01."""
    hour, minute, second = _hour(found), int(found["minute"]), int(found["second"])
    if hour > 23 or minute > 59 or second > 60:
        return None
    return (hour * 3600 + minute * 60 + second) * NANOSECONDS + _fraction(found)


def _hour(found: re.Match[str]) -> int:
    hour = int(found["hour"])
    half = found["half"]
    return hour if half is None else hour % 12 + (12 if half.upper() == "PM" else 0)


def _nanoseconds(found: re.Match[str], month: int, day: int, hour: int, zone: timezone) -> int | None:
    try:
        moment = datetime(int(found["year"]), month, day, hour, int(found["minute"]), int(found["second"]), tzinfo=zone)
    except ValueError:
        return None
    return int(moment.timestamp()) * NANOSECONDS + _fraction(found)
