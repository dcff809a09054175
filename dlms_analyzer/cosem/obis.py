"""OBIS codes (IEC 62056-6-1): every notation in, one description out.

A logical name is six octets, the value groups A to F: medium, channel, quantity, processing, tariff, billing period.
`describe` says what each group means; a name comes from the tables where the code is listed, else it is composed from
the groups. Which project's lists are asked beside the standard's is the caller's choice (`regions`).
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final, NamedTuple

from dlms_analyzer.cosem.tables import rows
from scapy_layers.cosem_fields import logical_name_text, parse_logical_name

ANY: Final = 255
"""Value of a group that is not used; in F the current value."""

MAX_DESCRIBED: Final = 16_384
"""Descriptions kept; a meter has some hundred objects, and random codes shall not fill the memory."""

_HEX: Final = re.compile(r"[0-9A-Fa-f]{2}(?:[ :-]?[0-9A-Fa-f]{2}){5}", re.ASCII)
_SHORT: Final = re.compile(
    r"(?:(?P<a>\d+)-(?P<b>\d+):)?(?P<c>\d+|[CFLP])\.(?P<d>\d+)(?:\.(?P<e>\d+))?(?:[*&.](?P<f>\d+))?", re.ASCII
)
_LETTERS: Final = {"C": 96, "F": 97, "L": 98, "P": 99}
"""Value group C as meters print it on their display (IEC 62056-21, reduced identification codes)."""


def parse(text: str) -> bytes:
    """The six octets of a code in any notation.

    `1-0:1.8.0*255`, `1-0:1.8.0.255`, `1.0.1.8.0.255`, `1-0:1.8.0`, `0100010800FF` (with or without spaces), and the
    reduced `1.8.0` or `C.1.0` of displays, which stand for electricity, channel 0.

    Raises:
        ValueError: not an OBIS code.
    """
    stripped = text.strip()
    if _HEX.fullmatch(stripped):
        return bytes.fromhex(re.sub("[ :-]", "", stripped))
    found = _SHORT.fullmatch(stripped)
    if found is None or (found["a"] is None and stripped.count(".") > 2):
        return parse_logical_name(stripped)
    c = found["c"]
    groups = (
        int(found["a"] or 1),
        int(found["b"] or 0),
        _LETTERS[c] if c in _LETTERS else int(c),
        int(found["d"]),
        int(found["e"] or 0),
        int(found["f"] or ANY),
    )
    if max(groups) > 255:
        raise ValueError(f"{text!r} is no logical name; a value group goes up to 255")
    return bytes(groups)


def dotted(name: bytes) -> str:
    """`1.0.1.8.0.255`, as scripts compare it."""
    return ".".join(map(str, name))


def starred(name: bytes) -> str:
    """`1-0:1.8.0*255`, as the standard prints it; hex for what is no logical name."""
    if len(name) != 6:
        return name.hex()
    a, b, c, d, e, f = name
    return f"{a}-{b}:{c}.{d}.{e}*{f}"


class Description(NamedTuple):
    """What an OBIS code means.

    Attributes:
        name: name of the code, listed or composed.
        origin: `standard`, the key of a regional list, `composed`, or `manufacturer specific`.
        verified: no doubt is noted in the table that the name is from.
        medium: value group A.
        channel: value group B.
        quantity: value group C.
        processing: value group D.
        tariff: value group E; the harmonic, angle or dip class where E means that.
        billing_period: value group F.
        class_ids: interface classes that such objects have, where the table says.
    """

    name: str
    origin: str
    verified: bool
    medium: str
    channel: str
    quantity: str
    processing: str
    tariff: str
    billing_period: str
    class_ids: tuple[int, ...] = ()


class _Code(NamedTuple):
    name: str
    class_ids: tuple[int, ...]
    verified: bool


@cache
def _codes() -> dict[str, dict[tuple[int, ...], _Code]]:
    """Region to code to name; -1 in B stands for any channel."""
    found: dict[str, dict[tuple[int, ...], _Code]] = {}
    for row in rows("obis_codes"):
        key = tuple(-1 if part == "b" else int(part) for part in row["code"].split("."))
        classes = tuple(map(int, row["class_ids"].split(",")))
        found.setdefault(row["region"], {}).setdefault(key, _Code(row["name"], classes, row["confidence"] != "C"))
    return found


@cache
def regions() -> tuple[str, ...]:
    """Keys of the regional and project lists: `dsmr`, `is15959` and so on."""
    return tuple(sorted(region for region in _codes() if region))


@cache
def _groups() -> dict[tuple[str, str], tuple[str | None, ...]]:
    """Value group and context to the meaning of each of its 256 values."""
    found: dict[tuple[str, str], list[str | None]] = {}
    for row in rows("obis_groups"):
        meanings = found.setdefault((row["group"], row["context"]), [None] * 256)
        first, _, last = row["values"].partition("-")
        for value in range(int(first), int(last or first) + 1):
            meanings[value] = row["name"]
    return {key: tuple(meanings) for key, meanings in found.items()}


_NOTHING: Final[tuple[str | None, ...]] = (None,) * 256


def _meaning(group: str, context: str, value: int) -> str | None:
    return _groups().get((group, context), _NOTHING)[value]


_CONTEXTS: Final = {0: "abstract", 1: "electricity", 2: "electricity", 4: "hca", 5: "thermal", 6: "thermal",
                    7: "gas", 8: "water", 9: "water"}  # fmt: skip
_GENERAL_C: Final = (0, 93, 94, 96, 97, 98, 99)
"""Value group C that means the same with every medium."""

_ANGLE, _DIP = 81, 32
_HARMONIC_C: Final = frozenset({11, 12, 15, 31, 32, 35, 51, 52, 55, 71, 72, 75, 90, 91, 92, 124, 125, 126})
"""Quantities whose value group E counts harmonics when D is 7 or 24 (IEC 62056-6-1, electricity)."""
_VOLTAGES: Final = frozenset({12, 32, 52, 72})
_INTEGRALS: Final = frozenset({8, 9, 10, 17, 18, 19, 20, 29, 30, 58})
_INSTANTANEOUS, _TOTAL, _SINCE_RESET, _INTERVAL, _MAXIMUM = 7, 8, 9, 29, 6


def manufacturer_specific(name: bytes) -> bool:
    """Some group is in the range left to manufacturers (IEC 62056-6-1, clause 4)."""
    _, b, c, d, e, f = name
    return 128 <= b <= 199 or 128 <= c <= 199 or c == 240 or 128 <= d <= 254 or 128 <= e <= 254 or 128 <= f <= 254


def _medium(a: int) -> str:
    return _meaning("A", "any", a) or "reserved"


def _channel(b: int) -> str:
    if b == 0:
        return ""
    if b <= 64:
        return f"channel {b}"
    meaning = "reserved" if b >= 200 else _meaning("B", "any", b) or "reserved"
    return f"channel {b} ({meaning})"


def _quantity(name: bytes) -> str:
    a, c = name[0], name[2]
    if 128 <= c <= 199 or c == 240:
        return f"quantity {c} (manufacturer specific)"
    found = _meaning("C", _CONTEXTS.get(a, "abstract"), c)
    if found is None and c in _GENERAL_C:
        found = _meaning("C", "abstract", c)
    if c == 94:
        return f"country specific ({_meaning('D', 'country', name[3]) or f'country {name[3]}'})"
    return found or f"quantity {c}"


def _processing(name: bytes) -> str:
    a, c, d = name[0], name[2], name[3]
    if c in _GENERAL_C or a not in _CONTEXTS or a == 0:
        return ""
    if 128 <= d <= 254:
        return f"processing {d} (manufacturer specific)"
    return _meaning("D", _CONTEXTS[a], d) or f"processing {d}"


def _electric_tariff(c: int, d: int, e: int) -> str:
    if c == _ANGLE and d == _INSTANTANEOUS and e < 128:
        measured, reference = _meaning("E", "angle", e % 10), _meaning("E", "reference", e // 10)
        if e // 10 < 10 and measured and reference:
            return f"angle of {measured} to {reference}"
    if e and c in _HARMONIC_C and d in (7, 24):
        meaning = _meaning("E", "harmonic", e)
        if meaning:
            return meaning.replace(" n", f" {e}") if e <= 120 else meaning
    if e and c in _VOLTAGES and d == _DIP:
        dip = _meaning("E", "dip", e)
        if dip:
            return dip
    if 1 <= e <= 63:
        return f"rate {e}"
    return _meaning("E", "rate", e) or f"tariff {e}"


def _tariff(name: bytes) -> str:
    a, _, c, d, e, _ = name
    if c in _GENERAL_C or a == 0 or a not in _CONTEXTS:
        return ""
    if a in (1, 2):
        return _electric_tariff(c, d, e)
    if e == 0:
        return "total"
    return f"rate {e}" if e <= 63 else f"tariff {e}" + (" (manufacturer specific)" if 128 <= e <= 254 else "")


def _billing(name: bytes) -> str:
    f = name[5]
    if f == ANY:
        return ""
    if f < 100:
        return f"billing period {f}"
    if 101 <= f <= 125:
        back = f - 100
        return (
            "last billing period"
            if back == 1
            else f"{back} last billing periods"
            if name[2] == 98
            else (f"billing period {back} back")
        )
    return "recent billing periods" if f == 126 else f"billing period {f} (reserved)"


_COUNTRY: Final = 94


def _listed(name: bytes, chosen: tuple[str, ...]) -> tuple[_Code, str] | None:
    """The table's entry: the chosen regions first, then the standard's.

    Other regions are asked only about codes that the standard leaves to countries and manufacturers: there a name with
    its origin beside it says more than none.
    """
    groups = tuple(name)
    b = groups[1]
    shapes = [groups]
    if b <= 64:
        shapes.append((groups[0], -1, *groups[2:]))
    others = regions() if groups[2] == _COUNTRY or manufacturer_specific(name) else ()
    tables = _codes()
    for region in (*chosen, "", *others):
        table = tables.get(region, {})
        for shape in shapes:
            code = table.get(shape)
            if code is not None:
                return code._replace(name=code.name.replace("channel b", f"channel {b}")), region or "standard"
    return None


_INSTANCES: Final = {
    (10, 0): "script table", (14, 0): "register activation", (15, 0): "single action schedule",
    (16, 0): "register monitor", (16, 1): "alarm monitor", (16, 2): "parameter monitor", (17, 0): "limiter",
    (22, 0): "HDLC setup", (25, 9): "push setup", (40, 0): "association object", (43, 0): "security setup",
    (43, 1): "invocation counter", (43, 2): "data protection", (44, 0): "image transfer", (66, 0): "compact data",
}  # fmt: skip
"""Abstract objects, by value groups C and D, that value group E numbers (IEC 62056-6-1, clause 6)."""


def _composed(name: bytes, description: Description) -> str:
    a, _, c, d = name[:4]
    parts = []
    quantity, processing, tariff = description.quantity, description.processing, description.tariff
    if a in (1, 2) and c not in _GENERAL_C:
        parts.append(_electric_name(quantity, processing, tariff, c, d))
    elif a == 0 and (c, d) in _INSTANCES:
        parts.append(f"{_INSTANCES[c, d]}, instance {name[4]}")
    elif a == 0:
        parts.append(
            quantity if c in _GENERAL_C or c >= 100 or not quantity.startswith("quantity") else "abstract object"
        )
        parts.append(".".join(map(str, name[3:5])))
    else:
        medium = "" if a == 1 else f"{description.medium}: "
        parts.append(medium + quantity)
        if c in _GENERAL_C:
            parts.append(".".join(map(str, name[3:5])))
        else:
            parts.extend(part for part in (processing, tariff) if part and part != "total")
    if description.channel:
        parts.append(description.channel)
    if description.billing_period:
        parts.append(description.billing_period)
    return ", ".join(parts)


def _electric_name(quantity: str, processing: str, tariff: str, c: int, d: int) -> str:
    if c == _ANGLE and tariff.startswith("angle"):
        return tariff
    if d in _INTEGRALS:
        quantity = quantity.replace(" power", " energy")
        processing = {_TOTAL: "", _SINCE_RESET: "billing period", _INTERVAL: "interval value (profile)"}.get(
            d, processing
        )
    elif d == _INSTANTANEOUS:
        quantity, processing = f"instantaneous {quantity}", ""
    elif d == _MAXIMUM and "power" in quantity:
        quantity, processing = f"maximum demand, {quantity}", ""
    end = "" if not tariff or (tariff == "total" and d not in _INTEGRALS) else f" ({tariff})"
    return f"{quantity}{end}" + (f", {processing}" if processing else "")


@lru_cache(MAX_DESCRIBED)
def describe(name: bytes, regions: tuple[str, ...] = ()) -> Description:
    """What a logical name means.

    Args:
        name: six octets.
        regions: lists to ask before the standard's, see `regions()`.

    Raises:
        ValueError: not six octets.
    """
    if len(name) != 6:
        raise ValueError(f"a logical name has 6 octets, not {len(name)}")
    found = Description(
        "", "composed", True, _medium(name[0]), _channel(name[1]), _quantity(name), _processing(name), _tariff(name),
        _billing(name),
    )  # fmt: skip
    listed = _listed(name, regions)
    if listed is not None:
        code, origin = listed
        return found._replace(name=code.name, origin=origin, verified=code.verified, class_ids=code.class_ids)
    for asked, said in (
        (name[:5] + b"\xff", (found.billing_period,)),
        (name[:1] + b"\x00" + name[2:], (found.channel,)),
        (name[:1] + b"\x00" + name[2:5] + b"\xff", (found.channel, found.billing_period)),
    ):  # of a code that is listed for the current period or without a channel
        listed = _listed(asked, regions) if all(said) else None
        if listed is not None:
            code, origin = listed
            text = ", ".join((code.name, *said))
            return found._replace(name=text, origin=origin, verified=code.verified, class_ids=code.class_ids)
    origin = "manufacturer specific" if manufacturer_specific(name) else "composed"
    text = _composed(name, found)
    if origin != "composed" and "manufacturer specific" not in text:
        text += " (manufacturer specific)"
    return found._replace(name=text, origin=origin)


@cache
def _events() -> dict[tuple[str, int], str]:
    return {(row["region"], int(row["event"])): row["name"] for row in rows("events")}


@cache
def event_regions() -> tuple[str, ...]:
    """Projects whose event codes are listed."""
    return tuple(sorted({region for region, _ in _events()}))


def event_name(code: int, region: str) -> str | None:
    """What an event code of an event log means in a project: `idis`, `dsmr`, `is15959`."""
    return _events().get((region, code))


@cache
def _alarms() -> dict[tuple[bytes, int], str]:
    return {(parse(row["code"]), int(row["bit"])): row["name"] for row in rows("alarm_bits")}


def alarm_names(name: bytes, value: int) -> tuple[str, ...]:
    """The alarms whose bits are set in an alarm register, by the list of IDIS; unknown bits as `bit n`."""
    alarms = _alarms()
    return tuple(alarms.get((name, bit), f"bit {bit}") for bit in range(value.bit_length()) if value >> bit & 1)


def has_alarm_bits(name: bytes) -> bool:
    """The code is an alarm register whose bits are known."""
    return any(code == name for code, _ in _alarms())


class Pattern:
    """OBIS codes that look alike: `1-0:*.8.0`, `0.*.24.2.[1-4].255`, `1.0.[1,2].8.x.255`.

    A group is a number, `*` or `x` for any, or a list of numbers and ranges in brackets. F may be left out: any.

    Raises:
        ValueError: not such a pattern.
    """

    __slots__ = ("_allowed", "text")

    _GROUP = r"(\d+|\*|[xX]|\[[\d,-]+\])"
    _WHOLE: Final = re.compile(rf"{_GROUP}[-.]{_GROUP}[:.]{_GROUP}\.{_GROUP}\.{_GROUP}(?:[.*&]{_GROUP})?", re.ASCII)

    def __init__(self, text: str) -> None:
        self.text = text
        try:
            exact = parse(text)
        except ValueError:
            found = self._WHOLE.fullmatch(text.strip())
            if found is None:
                raise ValueError(f"{text!r} is no pattern of logical names; write 1-0:*.8.0") from None
            self._allowed = tuple(_allowed(group, text) for group in found.groups())
        else:
            self._allowed = tuple(frozenset((value,)) for value in exact)

    def matches(self, name: bytes) -> bool:
        """The six octets are among them."""
        return len(name) == 6 and all(
            allowed is None or value in allowed for allowed, value in zip(self._allowed, name, strict=True)
        )

    def __repr__(self) -> str:
        return f"Pattern({self.text!r})"


def _allowed(group: str | None, text: str) -> frozenset[int] | None:
    if group is None or group in "*xX":
        return None
    values: set[int] = set()
    for part in group.strip("[]").split(","):
        first, dash, last = part.partition("-")
        if not first.isdigit() or (dash and not last.isdigit()):
            raise ValueError(f"{part!r} in {text!r} is no number or range")
        if max(int(first), int(last or first)) > 255:
            raise ValueError(f"{part!r} in {text!r} is beyond 255")
        values.update(range(int(first), int(last or first) + 1))
    return frozenset(values)


def label(name: bytes, regions: tuple[str, ...] = ()) -> str:
    """Code and name: `1-0:1.8.0.255 active energy import (total)`."""
    return f"{logical_name_text(name)} {describe(name, regions).name}" if len(name) == 6 else name.hex()
