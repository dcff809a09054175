"""COSEM date-time, date and time (IEC 62056-6-2, clause 4.1.6.1): twelve, five and four octets.

Every part may be left open, so these are no `datetime`s: a schedule says "every last Sunday of March, 2:00". A value
that is complete becomes ISO 8601; another one is spelled out with `*` for what is open. What cannot be, hour 25 or
31 February, is shown as it is and called invalid.

deviation counts the minutes from local time to UTC: UTC = local time + deviation, so that Central European winter time
is -60. Many meters send the opposite sign, which nothing in the octets gives away: `DateTime.inverted` reads it so.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final, NamedTuple

DATE_TIME_SIZE: Final = 12
DATE_SIZE: Final = 5
TIME_SIZE: Final = 4

OPEN: Final = 0xFF
"""Not specified."""

OPEN_YEAR: Final = 0xFFFF
OPEN_DEVIATION: Final = -0x8000

DST_BEGIN: Final = 0xFE
"""Month in which daylight saving begins."""

DST_END: Final = 0xFD
"""Month in which daylight saving ends."""

LAST_DAY: Final = 0xFE
SECOND_LAST_DAY: Final = 0xFD

GREATEST_DEVIATION: Final = 840
"""Minutes; no time zone is farther than 14 hours from UTC, and the standard allows -720 to +840."""

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

INVALID_VALUE, DOUBTFUL_VALUE, DIFFERENT_CLOCK_BASE, INVALID_CLOCK_STATUS, DST_ACTIVE = 0x01, 0x02, 0x04, 0x08, 0x80

STATUS_BITS: Final = {
    INVALID_VALUE: "invalid value",
    DOUBTFUL_VALUE: "doubtful value",
    DIFFERENT_CLOCK_BASE: "different clock base",
    INVALID_CLOCK_STATUS: "invalid clock status",
    DST_ACTIVE: "daylight saving active",
}
"""Bits of clock_status."""

STATUS_RESERVED: Final = 0x70


@lru_cache(maxsize=1_024)
def days_of(year: int, month: int) -> int:
    """How many days a month has."""
    return monthrange(year, month)[1]


class Date(NamedTuple):
    """date: five octets.

    Attributes:
        year: 65535 when open.
        month: 1 to 12; 254 and 253 where daylight saving begins and ends; 255 when open.
        day: of the month; 254 the last, 253 the second last; 255 when open.
        weekday: 1 is Monday; 255 when open.
    """

    year: int = OPEN_YEAR
    month: int = OPEN
    day: int = OPEN
    weekday: int = OPEN

    @classmethod
    def from_bytes(cls, octets: bytes) -> Date:
        """Read it.

        Raises:
            ValueError: not five octets.
        """
        if len(octets) != DATE_SIZE:
            raise ValueError(f"a date has {DATE_SIZE} octets, not {len(octets)}")
        return cls(octets[0] << 8 | octets[1], octets[2], octets[3], octets[4])

    def to_bytes(self) -> bytes:
        """The five octets."""
        return bytes((self.year >> 8, self.year & 0xFF, self.month, self.day, self.weekday))

    @property
    def complete(self) -> bool:
        """It is one day, and that day exists."""
        return 1 <= self.year <= 9999 and 1 <= self.month <= 12 and 1 <= self.day <= days_of(self.year, self.month)

    @property
    def problem(self) -> str:
        """What is impossible about it; empty when nothing is."""
        year, month, day, weekday = self
        if not (1 <= month <= 12 or month >= DST_END):
            return f"month {month}"
        if not (1 <= day <= 31 or day >= SECOND_LAST_DAY):
            return f"day {day}"
        if not (1 <= weekday <= 7 or weekday == OPEN):
            return f"day of week {weekday}"
        if 1 <= month <= 12 and day <= 31:
            leap = year if 1 <= year <= 9999 else 2000
            if day > days_of(leap, month):
                return f"day {day} of month {month}"
        return ""

    @property
    def text(self) -> str:
        """ISO 8601 when complete, else with `*` for what is open."""
        year, month, day, weekday = self
        if self.complete:
            return f"{year:04d}-{month:02d}-{day:02d}"
        if year == OPEN_YEAR and month == OPEN and day == OPEN and weekday == OPEN:
            return "any day"
        months = {OPEN: "*", DST_BEGIN: "(daylight saving begins)", DST_END: "(daylight saving ends)"}
        days = {OPEN: "*", LAST_DAY: "last", SECOND_LAST_DAY: "second-last"}
        text = f"{'*' if year == OPEN_YEAR else f'{year:04d}'}-{months.get(month, f'{month:02d}')}"
        if weekday != OPEN and day in days:
            return f"{text}-{_weekday_rule(day, weekday)}"
        text += f"-{days.get(day, f'{day:02d}')}"
        return text if weekday == OPEN else f"{text} {weekday_name(weekday)}"


def _weekday_rule(day: int, weekday: int) -> str:
    which = {LAST_DAY: "last ", SECOND_LAST_DAY: "second-last "}.get(day, "every ")
    return f"({which}{weekday_name(weekday)})"


def weekday_name(weekday: int) -> str:
    """Name of a day of the week, 1 is Monday."""
    return WEEKDAYS[weekday - 1] if 1 <= weekday <= 7 else f"day of week {weekday}"


class Time(NamedTuple):
    """time: four octets.

    Attributes:
        hour: 255 when open, as with the others.
        minute: of the hour.
        second: of the minute.
        hundredths: of a second.
    """

    hour: int = OPEN
    minute: int = OPEN
    second: int = OPEN
    hundredths: int = OPEN

    @classmethod
    def from_bytes(cls, octets: bytes) -> Time:
        """Read it.

        Raises:
            ValueError: not four octets.
        """
        if len(octets) != TIME_SIZE:
            raise ValueError(f"a time has {TIME_SIZE} octets, not {len(octets)}")
        return cls(*octets)

    def to_bytes(self) -> bytes:
        """The four octets."""
        return bytes(self)

    @property
    def complete(self) -> bool:
        """It is one moment of a day."""
        return self.hour <= 23 and self.minute <= 59 and self.second <= 59 and not self.problem

    @property
    def problem(self) -> str:
        """What is impossible about it; empty when nothing is."""
        for name, value, most in zip(("hour", "minute", "second", "hundredths"), self, (23, 59, 59, 99), strict=True):
            if value > most and value != OPEN:
                return f"{name} {value}"
        return ""

    @property
    def text(self) -> str:
        """`hh:mm:ss`, with hundredths where there are any; `*` for what is open."""
        hour, minute, second, hundredths = self
        if hour == minute == second == OPEN:
            return "any time"
        text = ":".join("*" if part == OPEN else f"{part:02d}" for part in (hour, minute, second))
        return text if hundredths in (0, OPEN) else f"{text}.{hundredths:02d}"


class DateTime(NamedTuple):
    """date-time: twelve octets.

    Attributes:
        date: the day, or which days.
        time: the time of day.
        deviation: minutes from local time to UTC; -32768 when open.
        status: clock_status, see `STATUS_BITS`; 255 when not specified.
    """

    date: Date = Date()
    time: Time = Time()
    deviation: int = OPEN_DEVIATION
    status: int = OPEN

    @classmethod
    def from_bytes(cls, octets: bytes) -> DateTime:
        """Read it.

        Raises:
            ValueError: not twelve octets.
        """
        if len(octets) != DATE_TIME_SIZE:
            raise ValueError(f"a date-time has {DATE_TIME_SIZE} octets, not {len(octets)}")
        return cls(
            Date(octets[0] << 8 | octets[1], octets[2], octets[3], octets[4]),
            Time(octets[5], octets[6], octets[7], octets[8]),
            int.from_bytes(octets[9:11], "big", signed=True),
            octets[11],
        )

    def to_bytes(self) -> bytes:
        """The twelve octets."""
        deviation = self.deviation.to_bytes(2, "big", signed=True)
        return self.date.to_bytes() + self.time.to_bytes() + deviation + bytes((self.status,))

    @property
    def complete(self) -> bool:
        """It is one moment, in a zone that may be open."""
        return self.date.complete and self.time.complete

    @property
    def problem(self) -> str:
        """What is impossible about it; empty when nothing is."""
        problem = self.date.problem or self.time.problem
        if not problem and self.deviation != OPEN_DEVIATION and abs(self.deviation) > GREATEST_DEVIATION:
            problem = f"deviation {self.deviation}"
        return problem

    @property
    def iso(self) -> str | None:
        """ISO 8601, with the zone when the deviation is there; None when it is not one moment."""
        if not self.complete:
            return None
        return f"{self.date.text}T{self.time.text}{self.zone}"

    @property
    def zone(self) -> str:
        """What stands behind the time in ISO 8601: `+01:00`; empty when the deviation is open or impossible."""
        if self.deviation == OPEN_DEVIATION or abs(self.deviation) > GREATEST_DEVIATION:
            return ""
        if self.deviation == 0:
            return "+00:00"
        hours, minutes = divmod(abs(self.deviation), 60)
        return f"{'+' if self.deviation < 0 else '-'}{hours:02d}:{minutes:02d}"

    @property
    def text(self) -> str:
        """ISO 8601 when it is one moment, else spelled out, with what is invalid named."""
        problem = self.problem
        found = self.iso
        if found is None:
            found = f"{self.date.text} {self.time.text}"
            if self.deviation not in (0, OPEN_DEVIATION):
                found += f" deviation {self.deviation:+d} min"
        return f"{found} (invalid: {problem})" if problem else found

    @property
    def status_names(self) -> tuple[str, ...]:
        """The bits of clock_status that are set, in words; none when it is not specified."""
        return () if self.status == OPEN else status_names(self.status)

    @property
    def words(self) -> str:
        """The whole value for people: time, day of the week, deviation as sent, status."""
        said = [self.text]
        weekday = self.date.weekday
        if self.date.complete and weekday != OPEN:
            said.append(weekday_name(weekday))
            actual = datetime(self.date.year, self.date.month, self.date.day, tzinfo=UTC).isoweekday()
            if weekday != actual:
                said[-1] += f" said, {WEEKDAYS[actual - 1]} it is"
        if self.iso is not None and self.deviation not in (0, OPEN_DEVIATION):
            said.append(f"deviation {self.deviation:+d} min")
        said.extend(self.status_names)
        return ", ".join(said)

    @property
    def inverted(self) -> DateTime:
        """The same with the other sign of deviation, for meters that count from UTC to local time."""
        return self if self.deviation == OPEN_DEVIATION else self._replace(deviation=-self.deviation)

    def to_datetime(self) -> datetime | None:
        """The moment, aware of its zone when the deviation is there; None when it is not one moment."""
        if not self.complete:
            return None
        hundredths = 0 if self.time.hundredths == OPEN else self.time.hundredths
        zone = None
        if self.zone:
            zone = UTC if self.deviation == 0 else timezone(timedelta(minutes=-self.deviation))
        return datetime(*self.date[:3], *self.time[:3], hundredths * 10_000, tzinfo=zone)

    def after(self, seconds: int) -> DateTime | None:
        """The moment so many seconds later, by the same clock; None when it is not one moment, or out of range."""
        moment = self.to_datetime()
        if moment is None:
            return None
        try:
            later = moment + timedelta(seconds=seconds)
        except OverflowError:
            return None
        weekday = OPEN if self.date.weekday == OPEN else later.isoweekday()
        date = Date(later.year, later.month, later.day, weekday)
        return self._replace(date=date, time=Time(later.hour, later.minute, later.second, self.time.hundredths))


@lru_cache(64)
def _zone_of(octets: bytes) -> str | None:
    """The zone behind ISO 8601 for the octets of a deviation; None when it is impossible."""
    found = DateTime(deviation=int.from_bytes(octets, "big", signed=True))
    return None if abs(found.deviation) > GREATEST_DEVIATION and found.deviation != OPEN_DEVIATION else found.zone


@lru_cache(maxsize=1_024)  # the rows of profiles have the same times in many meters
def date_time_text(octets: bytes) -> str:
    """The text of twelve octets, as `DateTime.text`, without the detour where nothing is special.

    Raises:
        ValueError: not twelve octets.
    """
    if len(octets) == DATE_TIME_SIZE:
        year, month, day = octets[0] << 8 | octets[1], octets[2], octets[3]
        hour, minute, second, hundredths = octets[5], octets[6], octets[7], octets[8]
        if (
            (hundredths == 0 or hundredths == OPEN)
            and 1 <= day <= 28
            and 1 <= month <= 12
            and 1 <= year <= 9999
            and hour <= 23
            and minute <= 59
            and second <= 59
            and (1 <= octets[4] <= 7 or octets[4] == OPEN)
        ):
            zone = _zone_of(octets[9:11])
            if zone is not None:
                return f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}{zone}"
    return DateTime.from_bytes(octets).text


def status_names(status: int) -> tuple[str, ...]:
    """The bits of clock_status that are set, in words."""
    names = [name for bit, name in STATUS_BITS.items() if status & bit]
    if status & STATUS_RESERVED:
        names.append(f"reserved bits {status & STATUS_RESERVED:02X}")
    return tuple(names)


def looks_like_date_time(octets: bytes) -> bool:
    """Twelve octets that are a date-time rather than anything else: every part is possible, and the year is near."""
    if len(octets) != DATE_TIME_SIZE:
        return False
    year = octets[0] << 8 | octets[1]
    if not (1970 <= year <= 2150 or year == OPEN_YEAR) or octets == b"\xff" * DATE_TIME_SIZE:
        return False
    return _is_possible(octets)


@lru_cache(maxsize=1_024)  # as above
def _is_possible(octets: bytes) -> bool:
    return not DateTime.from_bytes(octets).problem
