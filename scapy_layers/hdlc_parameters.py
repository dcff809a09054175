"""HDLC parameters negotiated with SNRM and UA (IEC 62056-46, 6.4.4.4.3.2; ISO/IEC 13239, 5.5.3.2)."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from scapy_layers.core.composite import RepeatedField, SequenceField
from scapy_layers.core.fields import (
    EnumeratedField,
    OctetStringField,
    RestField,
    UnsignedField,
    enum_names,
    expect,
    only_if,
)
from scapy_layers.core.framing_fields import FrameLengthField
from scapy_layers.core.layer import Pdu

FORMAT_IDENTIFIER = 0x81
"""First octet of an information field that negotiates parameters."""

PARAMETER_NEGOTIATION = 0x80
USER_DATA = 0xF0

WINDOW_OCTETS = 4
"""Octets in which stations send window sizes."""


class Group(IntEnum):
    """Group identifiers."""

    PARAMETER_NEGOTIATION = PARAMETER_NEGOTIATION
    USER_DATA = USER_DATA


class ParameterId(IntEnum):
    """Parameter identifiers; sizes are seen from the station that sends them."""

    MAX_INFORMATION_FIELD_LENGTH_TRANSMIT = 5
    MAX_INFORMATION_FIELD_LENGTH_RECEIVE = 6
    WINDOW_SIZE_TRANSMIT = 7
    WINDOW_SIZE_RECEIVE = 8


_NAMES = enum_names(ParameterId)

DEFAULTS = {
    ParameterId.MAX_INFORMATION_FIELD_LENGTH_TRANSMIT: 128,
    ParameterId.MAX_INFORMATION_FIELD_LENGTH_RECEIVE: 128,
    ParameterId.WINDOW_SIZE_TRANSMIT: 1,
    ParameterId.WINDOW_SIZE_RECEIVE: 1,
}
"""What holds for a parameter that is not sent."""


class NumberField(OctetStringField):
    """An unsigned number of any size behind a length; the value keeps the octets, and a number may be written."""

    kind = "unsigned"

    def text(self, value: Any) -> str:
        """The number."""
        return str(int.from_bytes(value, "big"))

    def any2i(self, pkt: Any, x: Any) -> Any:
        """A number becomes its fewest octets."""
        return x.to_bytes(max(1, (x.bit_length() + 7) // 8), "big") if isinstance(x, int) else x


class HdlcParameter(Pdu):
    """One parameter."""

    name = "HDLC parameter"
    service = "hdlc-parameter"
    prefix = "hdlc"
    fields_desc = [
        EnumeratedField("parameter_id", ParameterId.MAX_INFORMATION_FIELD_LENGTH_TRANSMIT, ParameterId),
        NumberField("value", b"\x80"),
    ]


class HdlcParameterGroup(Pdu):
    """Parameters, or data of the user's own in any other group."""

    name = "HDLC parameter group"
    service = "hdlc-parameter-group"
    prefix = "hdlc"
    fields_desc = [
        EnumeratedField("group_id", PARAMETER_NEGOTIATION, Group),
        FrameLengthField("length", 1),
        only_if(RepeatedField(SequenceField("parameters", HdlcParameter)), "group_id", {PARAMETER_NEGOTIATION}),
        only_if(RestField("user_data"), "group_id", set(range(256)) - {PARAMETER_NEGOTIATION}),
    ]


class HdlcParameters(Pdu):
    """The information field of SNRM and UA frames."""

    name = "HDLC parameters"
    service = "hdlc-parameters"
    prefix = "hdlc"
    fields_desc = [
        expect(UnsignedField("format_id", FORMAT_IDENTIFIER)),
        RepeatedField(SequenceField("groups", HdlcParameterGroup)),
    ]

    @classmethod
    def of(cls, max_transmit: int = 128, max_receive: int = 128, window: int = 1) -> HdlcParameters:
        """What most stations send: both lengths, and one window size in four octets for both directions."""
        size = 1 if max(max_transmit, max_receive) < 0x100 else 2
        values = (max_transmit.to_bytes(size, "big"), max_receive.to_bytes(size, "big"))
        windows = (window.to_bytes(WINDOW_OCTETS, "big"),) * 2
        parameters = [
            HdlcParameter(parameter_id=identifier, value=value)
            for identifier, value in zip(ParameterId, (*values, *windows), strict=True)
        ]
        return cls(groups=[HdlcParameterGroup(parameters=parameters)])

    def mysummary(self) -> str:
        """The parameters that are sent."""
        said = ", ".join(f"{_NAMES.get(number, number)} {value}" for number, value in negotiated(self).items())
        return f"HDLC parameters  {said}"


def negotiated(parameters: Any) -> dict[int, int]:
    """The parameters that a record or packet of `HdlcParameters` sends, by identifier.

    Those that are absent have the value of `DEFAULTS`.
    """
    return {
        parameter.parameter_id: int.from_bytes(parameter.value, "big")
        for group in parameters.groups
        for parameter in group.parameters or ()
    }
