"""The fields that the engine adds to those of the layers: one row each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, NamedTuple

from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.filters.domains import Domain
from dlms_analyzer.frames import IPV6_FLOW, LINE_FLOW, NANOSECONDS, TCP, UDP, ports
from dlms_analyzer.framing.units import Kind, Sender
from dlms_analyzer.meaning import Access
from dlms_analyzer.message_json import message_accesses
from dlms_analyzer.messages import Message
from dlms_analyzer.notes import CODES, Severity
from dlms_analyzer.security.protection import BAD_TAG, ERROR, NO_KEY, NOT_VERIFIED, OK
from scapy_layers.ciphering import SUITE
from scapy_layers.interface_classes import CLASS_NAMES


class View:
    """A message as filters look at it; what costs something is worked out once, when it is asked for.

    Attributes:
        message: the message.
        meters: what is known about the meters of the capture; None when nobody keeps it.
    """

    def __init__(self, message: Message, meters: Meters | None = None) -> None:
        self.message = message
        self.meters = meters

    @cached_property
    def accesses(self) -> tuple[Access, ...]:
        """The COSEM accesses with what they say."""
        return tuple(message_accesses(self.message, self.meters))

    @property
    def asked(self) -> Iterator[Any]:
        """What the accesses are about."""
        return (access.asked for access in self.accesses if access.asked is not None)


class EngineField(NamedTuple):
    """A field of the engine.

    Attributes:
        name: as a filter writes it.
        domain: what its values are.
        getter: gives the values of a message; None among them counts as absent.
        description: what it says, in a few words.
        names: numbers and what they are called.
        choices: every text it can be; empty where there is no end of them.
    """

    name: str
    domain: Domain
    getter: Callable[[View], Iterable[Any]]
    description: str
    names: dict[int, str] = {}
    choices: tuple[str, ...] = ()


def _addresses(view: View) -> tuple[Any, ...]:
    flow = view.message.stream.flow
    if len(flow) == LINE_FLOW:
        return ()
    size, version = (16, 6) if len(flow) == IPV6_FLOW else (4, 4)
    return tuple((version, int.from_bytes(flow[at : at + size])) for at in (0, size))


def _ports(view: View, transport: int) -> tuple[int, ...]:
    stream = view.message.stream
    return (ports(stream.flow) or ()) if stream.conversation.transport == transport else ()


def _response_time(view: View) -> tuple[float, ...]:
    nanoseconds = view.message.response_time
    return () if nanoseconds is None else (nanoseconds / NANOSECONDS,)


def _of_security(get: Callable[[Any], Any]) -> Callable[[View], Iterable[Any]]:
    def getter(view: View) -> Iterable[Any]:
        security = view.message.security
        return () if security is None else (get(security),)

    return getter


def _scaled(view: View) -> Iterator[float]:
    for access in view.accesses:
        scaled = None if access.shown is None else access.shown.scaled
        if isinstance(scaled, Decimal) and scaled.is_finite():
            yield float(scaled)


def leaves(value: Any) -> Iterator[Any]:
    """The single values in a value of lists and named elements."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting.extend(reversed(one.values()))
        elif isinstance(one, list | tuple):
            waiting.extend(reversed(one))
        else:
            yield one


def _values(view: View) -> Iterator[Any]:
    for access in view.accesses:
        if access.shown is not None:
            yield from leaves(access.shown.value)


_KINDS: Final = tuple(kind.value for kind in Kind)
_SENDERS: Final = tuple(sender.value for sender in Sender if sender.value is not None)
_SEVERITIES: Final = tuple(severity.value for severity in Severity)
_STATUSES: Final = (OK, NO_KEY, BAD_TAG, NOT_VERIFIED, ERROR)

ENGINE_FIELDS: Final = (
    EngineField("association", Domain.NUMBER,
                lambda v: () if v.message.association is None else (v.message.association.number,),
                "number of the association, from 0"),
    EngineField("conversation", Domain.NUMBER, lambda v: (v.message.stream.conversation.number,),
                "number of the conversation, from 0"),
    EngineField("cosem.attribute", Domain.NUMBER, lambda v: (a.attribute for a in v.asked), "attribute index"),
    EngineField("cosem.class_id", Domain.NUMBER, lambda v: (a.class_id for a in v.asked), "interface class",
                dict(CLASS_NAMES)),
    EngineField("cosem.logical_name", Domain.OBIS, lambda v: (a.logical_name for a in v.asked),
                "logical name of an object that the message tells of, also in responses"),
    EngineField("cosem.method", Domain.NUMBER, lambda v: (a.method for a in v.asked), "method index"),
    EngineField("cosem.name", Domain.TEXT, lambda v: (a.name for a in v.accesses), "name of the object"),
    EngineField("cosem.result", Domain.TEXT, lambda v: (a.answer.result for a in v.accesses if a.answer is not None),
                "success, or the reason of a refusal"),
    EngineField("cosem.scaled", Domain.NUMBER, _scaled, "value with its scaler"),
    EngineField("cosem.unit", Domain.TEXT, lambda v: (a.shown.unit or None for a in v.accesses if a.shown is not None),
                "unit of cosem.scaled"),
    EngineField("cosem.value", Domain.ANY, _values, "value as it is shown; of arrays and structures each single one"),
    EngineField("dlms.client_sap", Domain.NUMBER, lambda v: (v.message.client_sap,), "client SAP"),
    EngineField("dlms.exchange", Domain.NUMBER,
                lambda v: () if v.message.exchange is None else (v.message.exchange.number,),
                "number of the exchange that the message belongs to"),
    EngineField("dlms.invoke_id", Domain.NUMBER, lambda v: (v.message.invoke_id,), "invoke-id, short or long"),
    EngineField("dlms.kind", Domain.TEXT, lambda v: (v.message.kind.value,), "apdu, link or raw", choices=_KINDS),
    EngineField("dlms.outer", Domain.TEXT, lambda v: (v.message.outer,), "service as sent"),
    EngineField("dlms.profile", Domain.TEXT, lambda v: (v.message.profile,), "framing: wrapper, hdlc ..."),
    EngineField("dlms.response_time", Domain.NUMBER, _response_time, "seconds since the request"),
    EngineField("dlms.sender", Domain.TEXT, lambda v: (v.message.sender.value,), "client or server", choices=_SENDERS),
    EngineField("dlms.server_sap", Domain.NUMBER, lambda v: (v.message.server_sap,), "server SAP"),
    EngineField("dlms.service", Domain.TEXT, lambda v: (v.message.service,),
                "innermost service known, or type of the link frame"),
    EngineField("expert.code", Domain.TEXT, lambda v: (e.code for e in v.message.experts), "code of an expert note",
                choices=tuple(CODES)),
    EngineField("expert.severity", Domain.TEXT, lambda v: (e.severity.value for e in v.message.experts),
                "severity of an expert note", choices=_SEVERITIES),
    EngineField("frame.number", Domain.NUMBER, lambda v: v.message.frames, "number of a frame that carries it"),
    EngineField("frame.time", Domain.TIME, lambda v: (v.message.time,), "when the message was complete"),
    EngineField("ip.addr", Domain.ADDRESS, _addresses, "either address"),
    EngineField("ip.dst", Domain.ADDRESS, lambda v: _addresses(v)[1:], "destination address"),
    EngineField("ip.src", Domain.ADDRESS, lambda v: _addresses(v)[:1], "source address"),
    EngineField("message.number", Domain.NUMBER, lambda v: (v.message.number,), "number of the message"),
    EngineField("security.invocation_counter", Domain.NUMBER, _of_security(lambda s: s.invocation_counter),
                "invocation counter"),
    EngineField("security.key", Domain.TEXT, _of_security(lambda s: s.key),
                "which key protects it: guek, dedicated ..."),
    EngineField("security.status", Domain.TEXT, _of_security(lambda s: s.status), "what became of the protection",
                choices=_STATUSES),
    EngineField("security.suite", Domain.NUMBER, _of_security(lambda s: s.security_control & SUITE), "security suite"),
    EngineField("security.system_title", Domain.OCTETS, _of_security(lambda s: s.system_title),
                "system title of the sender"),
    EngineField("tcp.port", Domain.NUMBER, lambda v: _ports(v, TCP), "either TCP port"),
    EngineField("udp.port", Domain.NUMBER, lambda v: _ports(v, UDP), "either UDP port"),
)  # fmt: skip
"""Every field of the engine, by name."""
