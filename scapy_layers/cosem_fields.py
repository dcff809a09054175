"""Fields that DLMS/COSEM PDUs share: logical names, invoke ids, date-times, conformance."""

from __future__ import annotations

import re
from typing import Any

from scapy.volatile import RandBin, VolatileValue

from scapy_layers.core.fields import (
    BitsField,
    FixedOctetsField,
    IntegerField,
    OctetStringField,
    Part,
    UnsignedField,
    number_of,
    odd_usage,
)
from scapy_layers.core.outcome import Malformed, NeedMore, Octets, odd
from scapy_layers.interface_classes import CLASS_NAMES

_NOTATION = re.compile(r"(\d+)[-.](\d+)[:.](\d+)\.(\d+)\.(\d+)(?:[.*](\d+))?", re.ASCII)

DATE_TIME_SIZE = 12
"""Octets of a date-time (IEC 62056-6-2)."""


def logical_name_text(name: bytes) -> str:
    """OBIS notation with a hyphen and a colon: `1-0:1.8.0.255`."""
    if len(name) != 6:
        return name.hex()
    a, b, c, d, e, f = name
    return f"{a}-{b}:{c}.{d}.{e}.{f}"


def parse_logical_name(text: str) -> bytes:
    """The six octets of an OBIS code written `1.0.1.8.0.255`, `1-0:1.8.0.255` or `1-0:1.8.0*255`; F may be left out.

    Raises:
        ValueError: not an OBIS code.
    """
    match = _NOTATION.fullmatch(text.strip())
    groups = [255 if group is None else int(group) for group in match.groups()] if match else []
    if not groups or max(groups) > 255:
        raise ValueError(f"{text!r} is no logical name; write 1-0:1.8.0.255")
    return bytes(groups)


class LogicalNameField(FixedOctetsField):
    """Cosem-Object-Instance-Id: six octets, read and written as OBIS text by people."""

    kind = "logical-name"

    def __init__(self, name: str = "logical_name", default: str = "0.0.0.0.0.0") -> None:
        super().__init__(name, parse_logical_name(default), 6)

    def text(self, value: Any) -> str:
        """OBIS notation."""
        return logical_name_text(value)

    def any2i(self, pkt: Any, x: Any) -> Any:
        """OBIS text is accepted as well as octets."""
        return parse_logical_name(x) if isinstance(x, str) else x

    def i2h(self, pkt: Any, x: Any) -> Any:
        """Dotted notation, as scripts compare it."""
        return ".".join(map(str, x)) if isinstance(x, bytes) else x


class ClassIdField(UnsignedField):
    """Cosem-Class-Id, with the name of the interface class."""

    kind = "enumerated"
    names = CLASS_NAMES

    def __init__(self, default: int = 0) -> None:
        super().__init__("class_id", default, 2)

    def text(self, value: Any) -> str:
        """Number and name of the class."""
        name = CLASS_NAMES.get(value)
        return f"{name} ({value})" if name else str(value)

    def any2i(self, pkt: Any, x: Any) -> Any:
        """The name of a class is accepted as well as its number."""
        return number_of(x, CLASS_NAMES, self.name) if isinstance(x, str) else x


class AttributeIdField(IntegerField):
    """Cosem-Object-Attribute-Id; 0 stands for all attributes."""

    def __init__(self, default: int = 0) -> None:
        super().__init__("attribute_id", default)


class MethodIdField(IntegerField):
    """Cosem-Object-Method-Id."""

    def __init__(self, default: int = 0) -> None:
        super().__init__("method_id", default)


class InvokeIdAndPriorityField(BitsField):
    """Invoke-Id-And-Priority (IEC 62056-5-3)."""

    def __init__(self) -> None:
        parts = (
            Part("invoke_id", 0x0F),
            Part("service_class", 0x40, {0: "unconfirmed", 1: "confirmed"}),
            Part("priority", 0x80, {0: "normal priority", 1: "high priority"}),
        )
        super().__init__("invoke_id_and_priority", 0xC1, parts)


class LongInvokeIdAndPriorityField(BitsField):
    """Long-Invoke-Id-And-Priority (IEC 62056-5-3)."""

    def __init__(self, default: int = 0x40000001) -> None:
        parts = (
            Part("long_invoke_id", 0x00FFFFFF),
            Part("self_descriptive", 0x10000000),
            Part("processing_option", 0x20000000, {0: "continue on error", 1: "break on error"}),
            Part("service_class", 0x40000000, {0: "unconfirmed", 1: "confirmed"}),
            Part("priority", 0x80000000, {0: "normal priority", 1: "high priority"}),
        )
        super().__init__("long_invoke_id_and_priority", default, parts, 4)


CONFORMANCE_PARTS = tuple(
    Part(name, 0x800000 >> bit)
    for bit, name in enumerate((
        "reserved_zero", "general_protection", "general_block_transfer", "read", "write", "unconfirmed_write",
        "delta_value_encoding", "reserved_seven", "attribute0_supported_with_set", "priority_mgmt_supported",
        "attribute0_supported_with_get", "block_transfer_with_get_or_read", "block_transfer_with_set_or_write",
        "block_transfer_with_action", "multiple_references", "information_report", "data_notification", "access",
        "parameterized_access", "get", "set", "selective_access", "event_notification", "action",
    ))
)  # fmt: skip
"""Bits of the conformance block, bit 0 first, which is the most significant (IEC 62056-5-3)."""


class ConformanceField(BitsField):
    """Conformance: BER inside A-XDR, `5F 1F 04 00` and 24 bits; some meters leave out the `1F`.

    The value is the 24-bit number read big-endian.
    """

    code = None

    def __init__(self, name: str, default: int) -> None:
        super().__init__(name, default, CONFORMANCE_PARTS, 4)
        self.code = None

    def read(self, buf: Octets, pos: int, end: int) -> tuple[int, int]:
        """Read the BER bit string; see `WireField.read`."""
        if buf[pos : min(pos + 2, end)] == b"\x5f\x1f":
            pos += 2
        elif pos < end and buf[pos] == 0x5F and (pos + 1 >= end or buf[pos + 1] == 4):
            if pos + 1 < end:
                odd(pos, "conformance-tag", "conformance is tagged 5F instead of 5F 1F")
            pos += 1
        elif pos < end:
            raise Malformed(pos, f"conformance is tagged {buf[pos : min(pos + 2, end)].hex(' ').upper()}, not 5F 1F")
        if pos + 5 > end:
            raise NeedMore(end, f"the octets end inside {self.name}")
        if buf[pos] != 4:
            raise Malformed(pos, f"conformance has a length of {buf[pos]}, not 4")
        if buf[pos + 1] != 0:
            odd(pos + 1, "conformance-unused-bits", f"{buf[pos + 1]} unused bits are announced in conformance")
        return int.from_bytes(buf[pos + 2 : pos + 5], "big"), pos + 5

    def write(self, value: Any) -> bytes:
        """The BER bit string."""
        return b"\x5f\x1f\x04\x00" + int(value).to_bytes(3, "big")

    def text(self, value: Any) -> str:
        """Hexadecimal and the names of the bits that are set."""
        names = [part.name.replace("_", "-") for part in self.parts if part.of(value)]
        return f"{value:06X} ({', '.join(names)})"

    def randval(self) -> VolatileValue[int]:
        """Any 24 bits."""
        from scapy.volatile import RandNum

        return RandNum(0, 0xFFFFFF)


class DateTimeField(OctetStringField):
    """date-time as OCTET STRING: `00` (none) or `0C` and 12 octets; some meters send it with a Data tag, `09 0C`."""

    kind = "date-time"

    def read(self, buf: Octets, pos: int, end: int) -> tuple[bytes, int]:
        """Read the octets, which may be none; see `WireField.read`."""
        if buf[pos : min(pos + 2, end)] == b"\x09\x0c":
            odd(pos, "tagged-date-time", "the date-time carries the Data tag of an octet-string")
            pos += 1
        value, stop = super().read(buf, pos, end)
        if value and len(value) != DATE_TIME_SIZE:
            odd(pos, "date-time-length", f"a date-time of {len(value)} octets")
        return value, stop

    def text(self, value: Any) -> str:
        """The time in ISO order, undefined parts as `--`."""
        return date_time_text(value)

    def randval(self) -> VolatileValue[bytes]:
        """Any twelve octets."""
        return RandBin(DATE_TIME_SIZE)


class EventTimeField(DateTimeField):
    """Time of an EVENT-NOTIFICATION: optional, and some writers put a whole octet-string Data in its place.

    None is absent.
    """

    skip_octet = 0

    def __init__(self) -> None:
        super().__init__("event_time", None)

    def read(self, buf: Octets, pos: int, end: int) -> tuple[Any, int]:
        """Read usage octet and date-time; see `WireField.read`."""
        if pos >= end:
            raise NeedMore(end, "the octets end before event_time")
        usage = buf[pos]
        if usage == 0:
            return None, pos + 1
        if usage != 1:
            odd_usage(pos, usage, self.name)
        return super().read(buf, pos + 1, end)

    def write(self, value: Any) -> bytes:
        """Usage octet and date-time."""
        return b"\x00" if value is None else b"\x01" + super().write(value)

    def text(self, value: Any) -> str:
        """The time, or `absent`."""
        return "absent" if value is None else super().text(value)


def date_time_text(value: bytes) -> str:
    """A 12-octet date-time (IEC 62056-6-2, 4.1.6.1) for people; undefined parts as `--`.

    The deviation is shown as it is on the wire, in minutes from local time to UTC.
    """
    if not value:
        return "none"
    if len(value) != DATE_TIME_SIZE:
        return value.hex()
    year = int.from_bytes(value[:2], "big")
    month, day, weekday, hour, minute, second, hundredths = value[2:9]
    deviation = int.from_bytes(value[9:11], "big", signed=True)
    status = value[11]

    def two(number: int) -> str:
        return "--" if number == 0xFF else f"{number:02d}"

    text = f"{'----' if year == 0xFFFF else f'{year:04d}'}-{_month(month)}-{_day(day)}"
    text += f" {two(hour)}:{two(minute)}:{two(second)}" + ("" if hundredths == 0xFF else f".{hundredths:02d}")
    if weekday != 0xFF:
        text += f" weekday {weekday}"
    if deviation != -0x8000:
        text += f" deviation {deviation:+d} min"
    if status not in (0x00, 0xFF):
        text += f" status {status:02X}"
    return text


def _month(month: int) -> str:
    return {0xFF: "--", 0xFE: "DST-begin", 0xFD: "DST-end"}.get(month, f"{month:02d}")


def _day(day: int) -> str:
    return {0xFF: "--", 0xFE: "last", 0xFD: "second-last"}.get(day, f"{day:02d}")
