"""The jsonl object of a message: the contract that scripts and tests rest on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.cosem.model import MeterModel
from dlms_analyzer.cosem.units import INTEGER_TAGS, exact_json
from dlms_analyzer.frames import NANOSECONDS, endpoints
from dlms_analyzer.framing.units import Kind
from dlms_analyzer.items import Asked
from dlms_analyzer.meaning import Access, accesses, carries_push, model_of
from dlms_analyzer.security.secret_places import secret_of
from scapy_layers.ciphering import AUTHENTICATED, COMPRESSED, ENCRYPTED, SUITE
from scapy_layers.compact_array import CompactArray, describe
from scapy_layers.data import TYPE_NAMES, DataPair

if TYPE_CHECKING:
    from dlms_analyzer.messages import Message, Security

_EMPTY: Final = frozenset({0, 255})
_LINK: Final = Kind.LINK  # looked up once: in Python 3.11 each look-up is a call


def time_text(nanoseconds: int) -> str:
    """ISO 8601 in UTC: microseconds, or nanoseconds when there are any."""
    seconds, rest = divmod(nanoseconds, NANOSECONDS)
    return f"{_second(seconds)}.{rest // 1000:06d}Z" if rest % 1000 == 0 else f"{_second(seconds)}.{rest:09d}Z"


@lru_cache(maxsize=64)  # the messages of a capture come in the order of time, many in a second
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


@lru_cache(maxsize=1_024)  # a head-end asks for the same objects again and again
def _dotted(logical_name: bytes) -> str:
    return ".".join(map(str, logical_name))


def data_object(pair: DataPair) -> dict[str, Any]:
    """A `Data`, typed and lossless: octet strings as hex, bit strings as text, arrays and structures nested."""
    tag, value = pair
    if tag in INTEGER_TAGS:
        return {"type": TYPE_NAMES[tag], "value": value}
    name = TYPE_NAMES.get(tag) or f"type-{tag}"
    if tag in (1, 2):
        return {"type": name, "value": [data_object(one) for one in value]}
    if tag == 19:
        return {"type": name, "value": _compact(value)}
    if tag in _EMPTY:
        return {"type": name, "value": None}
    if tag == 4:
        bits, octets = value
        return {"type": name, "value": "".join(f"{octet:08b}" for octet in octets)[:bits]}
    if tag == 3:
        return {"type": name, "value": bool(value)} if value in (0, 1) else {"type": name, "value": True, "raw": value}
    if tag == 10:
        return {"type": name, "value": value.decode("latin-1")}
    if tag == 12:
        try:
            return {"type": name, "value": value.decode("utf-8")}
        except UnicodeDecodeError:
            return {"type": name, "value": value.decode("utf-8", "replace"), "raw": value.hex()}
    if isinstance(value, bytes):
        return {"type": name, "value": value.hex()}
    if tag in (23, 24) and value - value != 0:  # NaN and infinities are no JSON numbers
        return {"type": name, "value": str(value)}
    return {"type": name, "value": value}


def _compact(array: CompactArray) -> dict[str, Any]:
    rows = None if array.rows is None else [data_object(row) for row in array.rows]
    return {"of": describe(array.description), "rows": rows, "contents": array.contents.hex()}


def item_object(access: Access, *, show_secrets: bool = False) -> dict[str, Any]:
    """One COSEM access. A secret stands in `data` as it was sent, and in `value` only when it is asked for."""
    asked, answer, name, shown, selected = access
    if asked is None:
        asked = Asked()
    selection = asked.selection
    data = answer.data if answer is not None else asked.data
    if shown is not None and not show_secrets and secret_of(asked) is not None:
        shown = None
    return {
        "class_id": asked.class_id,
        "logical_name": None if asked.logical_name is None else _dotted(asked.logical_name),
        "base_name": asked.base_name,
        "attribute": asked.attribute,
        "method": asked.method,
        "name": name,
        "access_selection": None
        if selection is None
        else {"selector": selection[0], "parameters": data_object(selection[1]), "text": selected},
        "result": None if answer is None else answer.result,
        "data": None if data is None else data_object(data),
        "value": None if shown is None else shown.value,
        "scaled": None if shown is None else exact_json(shown.scaled),
        "unit": None if shown is None else shown.unit or None,
    }


_STRANGER: Final = MeterModel()
"""The meter of which nothing is known; nothing is noted in it."""


def message_accesses(message: Message, meters: Meters | None) -> Iterator[Access]:
    """The accesses of a message with what they say, as far as is known of its meter, or without knowing any."""
    if not message.items and not carries_push(message):
        return iter(())
    if meters is not None:
        return accesses(model_of(meters, message), message)
    return accesses(_STRANGER if message.items else MeterModel(), message)  # a push teaches its meter


def _security(security: Security) -> dict[str, Any]:
    control = security.security_control
    return {
        "status": security.status,
        "suite": control & SUITE,
        "authenticated": bool(control & AUTHENTICATED),
        "encrypted": bool(control & ENCRYPTED),
        "compressed": bool(control & COMPRESSED),
        "key": security.key,
        "invocation_counter": security.invocation_counter,
        "system_title": None if security.system_title is None else security.system_title.hex(),
        "reason": security.reason,
    }


def message_dict(message: Message, meters: Meters | None = None, *, show_secrets: bool = False) -> dict[str, Any]:
    """The object of a message. Absent things are None, never missing.

    Args:
        message: the message.
        meters: what is known about the meters of the capture; whoever keeps it tells it of every message with
            `meaning.learn`. Without it values are shown as far as they speak for themselves.
        show_secrets: give passwords and keys as `value` too.
    """
    (
        number, kind, service, outer, time, sender, profile, client_sap, server_sap, lower, stream, _, exchange,
        invoke_id, waited, _, _, buf, start, end, _, _, security, plaintext, _, reassembled, experts,
    ) = message  # fmt: skip
    source, destination = endpoints(stream.flow)
    return {
        "number": number,
        "frames": list(message.frames),
        "time": time_text(time),
        "conversation": stream.conversation.number,
        "source": source,
        "destination": destination,
        "sender": sender._value_,  # the name without the underlines is a call, and slow
        "profile": profile,
        "client_sap": client_sap,
        "server_sap": server_sap,
        "server_lower": lower,
        "kind": kind._value_,
        "service": service,
        "outer": outer,
        "apdu": None if kind is _LINK else buf[start:end].hex(),
        "plaintext": None if plaintext is None else plaintext.hex(),
        "security": None if security is None else _security(security),
        "invoke_id": invoke_id,
        "exchange": None if exchange is None else exchange.number,
        "response_time": None if waited is None else waited / NANOSECONDS,
        "items": [item_object(access, show_secrets=show_secrets) for access in message_accesses(message, meters)],
        "reassembled": None
        if reassembled is None
        else {
            "service": reassembled.service,
            "data": reassembled.data.hex(),
            "messages": list(reassembled.messages),
        },
        "expert": [{"severity": expert.severity.value, "code": expert.code, "text": expert.text} for expert in experts],
    }
