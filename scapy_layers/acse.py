"""ACSE APDUs (IEC 62056-5-3 after ISO/IEC 8650): AARQ, AARE, RLRQ and RLRE, in BER.

The tags A2 to A9 and 88 to 8B mean different things in AARQ and AARE, so each APDU declares its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import Any

from scapy_layers.apdu import ApduBase, ApduField
from scapy_layers.core.ber import BerLengthField, TaggedField
from scapy_layers.core.fields import (
    ConstantField,
    EnumeratedField,
    IntegerField,
    RestField,
    WireField,
    enum_names,
    number_of,
)
from scapy_layers.core.lengths import read_length, write_length
from scapy_layers.core.outcome import Malformed, NeedMore, Octets, odd
from scapy_layers.core.trace import Node
from scapy_layers.enums import (
    AcseServiceProvider,
    AcseServiceUser,
    ApplicationContext,
    AssociationResult,
    Mechanism,
    ReleaseRequestReason,
    ReleaseResponseReason,
)
from scapy_layers.initiate import InitiateRequest, InitiateResponse

OID_PREFIX = bytes.fromhex("6085740508")
"""2.16.756.5.8, the arc of the DLMS User Association."""

AUTHENTICATION_REQUIREMENT = b"\x07\x80"
"""acse-requirements with the authentication functional unit, as BIT STRING content."""


class ObjectIdentifierField(RestField):
    """An OBJECT IDENTIFIER below 2.16.756.5.8, shown with the name its last arc has.

    Attributes:
        names: last arc to name.
    """

    kind = "object-identifier"

    def __init__(self, name: str, arc: int, names: type[IntEnum]) -> None:
        self.arc = arc
        self.names = enum_names(names)
        super().__init__(name, OID_PREFIX + bytes((arc, next(iter(self.names)))))

    def text(self, value: Any) -> str:
        """Name and dotted form."""
        dotted = oid_text(value)
        known = len(value) == 7 and value[:6] == OID_PREFIX + bytes((self.arc,)) and self.names.get(value[6])
        return f"{known} ({dotted})" if known else dotted

    def any2i(self, pkt: Any, x: Any) -> Any:
        """A number is the last arc, a text the name."""
        if isinstance(x, str):
            x = number_of(x, self.names, self.name)
        return OID_PREFIX + bytes((self.arc, x)) if isinstance(x, int) else x


def oid_text(content: bytes) -> str:
    """Dotted form of an OBJECT IDENTIFIER's content octets; their hex when they are none."""
    if not content or content[-1] & 0x80:
        return content.hex()
    arcs: list[int] = []
    arc = 0
    for octet in content:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    first = min(arcs[0] // 40, 2)  # the first two arcs share a number (X.690, 8.19.4)
    arcs[:1] = [first, arcs[0] - 40 * first]
    return ".".join(map(str, arcs))


class BerIntegerField(IntegerField):
    """INTEGER content of one or more octets."""

    code = None

    def __init__(self, name: str) -> None:
        super().__init__(name, 0)
        self.code = None

    def read(self, buf: Octets, pos: int, end: int) -> tuple[int, int]:
        """Read all octets to the bound; see `WireField.read`."""
        if pos >= end:
            raise Malformed(pos, f"{self.name} is an INTEGER without octets")
        if end - pos > 1 and (buf[pos], buf[pos + 1] & 0x80) in ((0, 0), (0xFF, 0x80)):
            odd(pos, "long-integer", f"{self.name} has more octets than it needs")
        return int.from_bytes(buf[pos:end], "big", signed=True), end

    def write(self, value: Any) -> bytes:
        """The fewest octets that hold it."""
        number = int(value)
        size = (number if number >= 0 else ~number).bit_length() // 8 + 1
        return number.to_bytes(size, "big", signed=True)


DIAGNOSTICS: dict[int, tuple[str, dict[int, str]]] = {
    1: ("acse-service-user", enum_names(AcseServiceUser)),
    2: ("acse-service-provider", enum_names(AcseServiceProvider)),
}
"""Who says it, and what the numbers mean."""


class Diagnostic:
    """result-source-diagnostic as packets hold it; equals the pair in records, which Scapy would take for a range.

    Attributes:
        source: 1 ACSE service user, 2 ACSE service provider.
        number: what it says.
    """

    __slots__ = ("number", "source")

    def __init__(self, source: int, number: int) -> None:
        self.source = source
        self.number = number

    def __iter__(self) -> Iterator[int]:
        return iter((self.source, self.number))

    def __eq__(self, other: object) -> bool:
        return tuple(self) == (tuple(other) if isinstance(other, Diagnostic) else other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        source, names = DIAGNOSTICS.get(self.source, (str(self.source), {}))
        return f"{source}: {names.get(self.number, self.number)} ({self.number})"


class DiagnosticField(WireField):
    """result-source-diagnostic: who says it (`A1` ACSE service user, `A2` provider) and an INTEGER; a pair."""

    kind = "diagnostic"

    def read(self, buf: Octets, pos: int, end: int) -> tuple[tuple[int, int], int]:
        """Read source and diagnostic; see `WireField.read`."""
        if end - pos < 5:
            raise NeedMore(end, f"the octets end inside {self.name}")
        if buf[pos] not in (0xA1, 0xA2):
            raise Malformed(pos, f"{buf[pos]:02X} is no source of a diagnostic")
        if buf[pos + 1 : pos + 4] != b"\x03\x02\x01":
            raise Malformed(pos + 1, f"{self.name} is not an INTEGER of one octet")
        return (buf[pos] & 0x0F, buf[pos + 4]), pos + 5

    def write(self, value: Any) -> bytes:
        """Source and diagnostic."""
        source, diagnostic = value
        return bytes((0xA0 | source, 3, 2, 1, diagnostic))

    def text(self, value: Any) -> str:
        """Source and the diagnostic's name."""
        return repr(Diagnostic(*value))

    def to_packet(self, value: Any) -> Diagnostic:
        """Packets hold a `Diagnostic`."""
        return Diagnostic(*value)

    def any2i(self, pkt: Any, x: Any) -> Any:
        """Pairs become a `Diagnostic`."""
        return Diagnostic(*x) if isinstance(x, tuple) else x


class AuthenticationValueField(WireField):
    """Authentication-value: a CHOICE, as a pair of tag (`80` charstring, `81` bitstring …) and octets."""

    kind = "octets"

    def read(self, buf: Octets, pos: int, end: int) -> tuple[tuple[int, bytes], int]:
        """Read tag and octets; see `WireField.read`."""
        if pos >= end:
            raise NeedMore(end, f"the octets end before {self.name}")
        length, start = read_length(buf, pos + 1, end)
        if start + length > end:
            raise NeedMore(end, f"{self.name} is said to have {length} octets, {end - start} are there")
        return (buf[pos], buf[start : start + length]), start + length

    def write(self, value: Any) -> bytes:
        """Tag, length and octets."""
        tag, octets = value
        return bytes((tag,)) + write_length(len(octets)) + bytes(octets)

    def any2i(self, pkt: Any, x: Any) -> Any:
        """Bare octets are a charstring."""
        return (0x80, x) if isinstance(x, bytes) else x

    def text(self, value: Any) -> str:
        """The octets in hex."""
        return str(value[1].hex())


class UserInformationField(ApduField):
    """The APDU in user-information; octets that are none stay octets, with a note."""

    def read(self, buf: Octets, pos: int, end: int) -> tuple[Any, int]:
        """Read the APDU; see `WireField.read`."""
        try:
            value, stop = super().read(buf, pos, end)
        except (NeedMore, Malformed) as stopped:
            odd(stopped.offset, "user-information", f"user-information is no whole APDU: {stopped.reason}")
            return buf[pos:end], end
        return value, stop

    def trace(self, buf: Octets, pos: int, end: int) -> Node:
        """The tree of the APDU; or the octets, with as much of a tree as there is."""
        node = super().trace(buf, pos, end)
        if node.error is None:
            return node
        value, stop = self.read(buf, pos, end)
        return Node(self.name, value, pos, stop, self.text(value), node.children)

    def text(self, value: Any) -> str:
        """The APDU's summary."""
        return value.hex() if isinstance(value, bytes) else super().text(value)

    def to_packet(self, value: Any) -> Any:
        """The packet for a record."""
        return value if isinstance(value, bytes) else super().to_packet(value)


def _octets(name: str) -> RestField:
    return RestField(name)


def _context() -> WireField:
    return ObjectIdentifierField("application_context_name", 1, ApplicationContext)


def _mechanism() -> WireField:
    return ObjectIdentifierField("mechanism_name", 2, Mechanism)


def _enumerated(name: str, names: type[IntEnum]) -> WireField:
    return EnumeratedField(name, 0, names)


def _user_information(default: Any) -> TaggedField:
    return TaggedField(b"\xbe\x04", UserInformationField("user_information", default), default)


def _unexpected() -> RestField:
    return RestField("unexpected", oddity="values that have no place here")


class AARQ(ApduBase):
    """AARQ: the client asks for an association."""

    name = "AARQ"
    service = "aarq"
    fields_desc = [
        ConstantField("tag", 0x60, "aarq"),
        BerLengthField(),
        TaggedField(b"\x80", _octets("protocol_version")),
        TaggedField(b"\xa1\x06", _context()),
        TaggedField(b"\xa2\x04", _octets("called_ap_title")),
        TaggedField(b"\xa3\x04", _octets("called_ae_qualifier")),
        TaggedField(b"\xa4\x02", BerIntegerField("called_ap_invocation_id")),
        TaggedField(b"\xa5\x02", BerIntegerField("called_ae_invocation_id")),
        TaggedField(b"\xa6\x04", _octets("calling_ap_title")),
        TaggedField(b"\xa7\x04", _octets("calling_ae_qualifier")),
        TaggedField(b"\xa8\x02", BerIntegerField("calling_ap_invocation_id")),
        TaggedField(b"\xa9\x02", BerIntegerField("calling_ae_invocation_id")),
        TaggedField(b"\x8a", _octets("sender_acse_requirements")),
        TaggedField(b"\x8b", _mechanism()),
        TaggedField(b"\xac", AuthenticationValueField("calling_authentication_value")),
        TaggedField(b"\xbd", _octets("implementation_information")),
        _user_information(InitiateRequest()),
        _unexpected(),
    ]

    def summary_text(self) -> str:
        """Context, mechanism and what is proposed."""
        return _association_text(self)


class AARE(ApduBase):
    """AARE: the server's answer."""

    name = "AARE"
    service = "aare"
    answers_to = ("aarq",)
    fields_desc = [
        ConstantField("tag", 0x61, "aare"),
        BerLengthField(),
        TaggedField(b"\x80", _octets("protocol_version")),
        TaggedField(b"\xa1\x06", _context()),
        TaggedField(b"\xa2\x02", _enumerated("result", AssociationResult)),
        TaggedField(b"\xa3", DiagnosticField("result_source_diagnostic")),
        TaggedField(b"\xa4\x04", _octets("responding_ap_title")),
        TaggedField(b"\xa5\x04", _octets("responding_ae_qualifier")),
        TaggedField(b"\xa6\x02", BerIntegerField("responding_ap_invocation_id")),
        TaggedField(b"\xa7\x02", BerIntegerField("responding_ae_invocation_id")),
        TaggedField(b"\x88", _octets("responder_acse_requirements")),
        TaggedField(b"\x89", _mechanism()),
        TaggedField(b"\xaa", AuthenticationValueField("responding_authentication_value")),
        TaggedField(b"\xbd", _octets("implementation_information")),
        _user_information(InitiateResponse()),
        _unexpected(),
    ]

    def summary_text(self) -> str:
        """Result, diagnostic, context, mechanism and what was agreed."""
        said = [self.said(name) for name in ("result", "result_source_diagnostic")]
        return ", ".join([*said, _association_text(self)])


class RLRQ(ApduBase):
    """RLRQ: the client releases the association."""

    name = "RLRQ"
    service = "rlrq"
    fields_desc = [
        ConstantField("tag", 0x62, "rlrq"),
        BerLengthField(),
        TaggedField(b"\x80", _enumerated("reason", ReleaseRequestReason)),
        _user_information(None),
        _unexpected(),
    ]

    def summary_text(self) -> str:
        """The reason."""
        return str(self.said("reason")) if self.reason is not None else ""


class RLRE(ApduBase):
    """RLRE: the server releases the association."""

    name = "RLRE"
    service = "rlre"
    answers_to = ("rlrq",)
    fields_desc = [
        ConstantField("tag", 0x63, "rlre"),
        BerLengthField(),
        TaggedField(b"\x80", _enumerated("reason", ReleaseResponseReason)),
        _user_information(None),
        _unexpected(),
    ]

    def summary_text(self) -> str:
        """The reason."""
        return str(self.said("reason")) if self.reason is not None else ""


def _association_text(packet: ApduBase) -> str:
    names = ("application_context_name", "mechanism_name", "user_information")
    return ", ".join(packet.said(name) for name in names if packet.getfieldval(name) is not None)
