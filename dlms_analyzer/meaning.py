"""From messages to COSEM meaning: which meter speaks, what its accesses teach, and what they say.

`Meters` keeps what was learnt; `note` is told every message in order, `accesses` says what one message means with what
is known by then.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from dlms_analyzer.cosem.interpret import Interpreted, generic
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.cosem.model import DATA, LOGICAL_DEVICE_NAME, MeterModel
from dlms_analyzer.cosem.p1 import P1_TELEGRAM, label_telegram
from dlms_analyzer.cosem.push import Push, label
from dlms_analyzer.cosem.untagged import label_untagged
from dlms_analyzer.decoded import decode_apdu
from dlms_analyzer.frames import FLOWS_REMEMBERED, endpoints, ports
from dlms_analyzer.framing.units import Sender
from dlms_analyzer.items import Answer, Asked
from scapy_layers import DataNotification, DecodeError, tolerant
from scapy_layers.data import DataPair

if TYPE_CHECKING:
    from dlms_analyzer.associations.association import Association
    from dlms_analyzer.index import Row
    from dlms_analyzer.messages import Message
    from dlms_analyzer.net.streams import Stream

_PUSH: Final = "data-notification"
PUSHES: Final = frozenset({_PUSH, P1_TELEGRAM})
"""Services whose body is values without the names of their attributes."""
_SUCCESS: Final = "success"
_VALUE: Final = 2


class Access(NamedTuple):
    """One access with what it says.

    Attributes:
        asked: what it is about; short names are resolved where the object list is known.
        answer: what came back.
        name: name of the object; None when it is not known which.
        shown: what the data says; None when there is none.
        selection: a selective access in words; None when there is none.
    """

    asked: Asked | None
    answer: Answer | None
    name: str | None
    shown: Interpreted | None
    selection: str | None = None


def place_of(message: Message) -> str:
    """Where the server of a message is: address, SAP, and the lower HDLC address where there is one."""
    return _place_on(message.stream, message.sender is Sender.SERVER, message.server_sap, message.server_lower)


def place_of_row(row: Row) -> str:
    """Where the server of a message of an index is, by its row alone."""
    association, conversation = row.association, row.conversation
    stream = conversation.backward if row.direction else conversation.forward
    sap, lower = (None, None) if association is None else (association.server_sap, association.server_lower)
    return _place_on(stream, row.sender is Sender.SERVER, sap, lower)


def place_of_server(association: Association) -> str:
    """Where the server of an association is."""
    return _place_on(association.client_stream, False, association.server_sap, association.server_lower)


def place_at(address: str, sap: int | None, lower: int | None) -> str:
    """Where a server is that has an address, a SAP and perhaps a lower HDLC address."""
    return f"{address}/{sap}" if lower is None else f"{address}/{sap}.{lower}"


def address_of_server(association: Association) -> str:
    """Address of the server of an association, with its port if that tells it apart."""
    stream = association.client_stream
    return _address(stream.flow, False, _was_called(stream, False))


def _place_on(stream: Stream, from_server: bool, sap: int | None, lower: int | None) -> str:
    return _place(stream.flow, from_server, _was_called(stream, from_server), sap, lower)


@lru_cache(maxsize=FLOWS_REMEMBERED)
def _place(flow: bytes, from_server: bool, was_called: bool, sap: int | None, lower: int | None) -> str:
    return place_at(_address(flow, from_server, was_called), sap, lower)


def _was_called(stream: Stream, from_server: bool) -> bool:
    """Whether the other side opened the connection, or was the first to send, as far as the capture shows."""
    opened = stream.conversation.initiator or 0
    return (stream.direction == opened) is not from_server


def _address(flow: bytes, from_server: bool, was_called: bool) -> str:
    """A server that is called answers at a port of its own; one that opens the connection does so from any port."""
    address = endpoints(flow)[0 if from_server else 1]
    if was_called or ports(flow) is None:
        return address
    return address.rpartition(":")[0]


def model_of(meters: Meters, message: Message) -> MeterModel:
    """The model of the meter that a message comes from or goes to."""
    title = None if message.association is None else message.association.server_title
    if title is None and message.security is not None and message.sender is Sender.SERVER:
        title = message.security.system_title
    return meters.find(place_of(message), title)


def resolved(model: MeterModel, asked: Asked) -> Asked:
    """An access with its short name resolved; itself where that is not possible or not needed."""
    if asked.base_name is None:
        return asked
    found = model.resolve(asked.base_name)
    if found is None:
        return asked
    return asked._replace(
        class_id=found.class_id, logical_name=found.logical_name, attribute=found.attribute, method=found.method
    )


def learn(meters: Meters, message: Message) -> MeterModel | None:
    """Learn what a message teaches about its meter; the model of that meter, None when it tells of no access."""
    if not message.items and not carries_push(message):
        return None
    model = model_of(meters, message)
    note(model, message)
    return model


def learn_name(meters: Meters, message: Message) -> None:
    """Learn what a meter calls itself, also from a message of which only the head was read."""
    if not message.items:
        learn(meters, message)
        return
    for index, (asked, answer) in enumerate(message.items):
        if asked is None or answer is None or answer.result not in (None, _SUCCESS):
            continue
        if asked.logical_name == LOGICAL_DEVICE_NAME and asked.attribute == _VALUE:
            data = answer.data
            if data is None:
                octets = message.octets if message.plaintext is None else message.plaintext
                items = decode_apdu(octets, 0, len(octets)).items
                found = items[index].answer if index < len(items) else None
                data = None if found is None else found.data
            if data is not None:
                model_of(meters, message).note(DATA, LOGICAL_DEVICE_NAME, _VALUE, data)


def note(model: MeterModel, message: Message) -> None:
    """Learn from the attribute values of a message: what was read, written with success, or pushed."""
    for asked, answer in message.items:
        if asked is None or answer is None or answer.result not in (None, _SUCCESS):
            continue
        data = asked.data if answer.data is None else answer.data
        if data is None:
            continue
        asked = resolved(model, asked)  # noqa: PLW2901 - the same access, by its logical name
        if asked.class_id is not None and asked.logical_name is not None and asked.attribute is not None:
            model.note(asked.class_id, asked.logical_name, asked.attribute, data)
    push = None if message.items else push_of(model, message)
    for item in () if push is None else push.items:
        captured = item.captured
        if captured is not None and not captured.data_index and (item.named or captured.class_id == DATA):
            model.note(captured.class_id, captured.logical_name, captured.attribute_index, item.data)


def carries_push(message: Message) -> bool:
    """It is a DataNotification or a P1 telegram, or completes one that came in blocks."""
    reassembled = message.reassembled
    return message.service in PUSHES or (reassembled is not None and reassembled.service in PUSHES)


def push_of(model: MeterModel, message: Message) -> Push | None:
    """The labelled body of a DataNotification or P1 telegram, also of one that came in blocks; None for the others."""
    reassembled = message.reassembled
    if message.service in PUSHES:
        service = message.service
        octets = message.octets if message.plaintext is None else message.plaintext
    elif reassembled is not None and reassembled.service in PUSHES:
        service, octets = reassembled.service, reassembled.data
    else:
        return None
    if service == P1_TELEGRAM:
        return label_telegram(model, octets)
    body = getattr(message.record, "notification_body", None)
    if body is not None:
        return label(model, body)
    try:
        with tolerant():
            record, end = DataNotification.read_record(octets, 0, len(octets))
        if end == len(octets):
            return label(model, record.notification_body)
    except DecodeError:
        pass
    return label_untagged(model, octets[_body_start(octets) :])


_BEFORE_DATE_TIME: Final = 5
"""Octets of tag and Long-Invoke-Id-And-Priority."""


def _body_start(octets: bytes) -> int:
    size = octets[_BEFORE_DATE_TIME] if len(octets) > _BEFORE_DATE_TIME else 0
    return _BEFORE_DATE_TIME + 1 + size


def accesses(model: MeterModel, message: Message) -> Iterator[Access]:
    """Every access of a message with what it says; the values of a push as accesses of their own."""
    push = push_of(model, message)
    for asked, answer in message.items:
        yield access(model, asked, answer)
    for item in push.items if push is not None and not message.items else ():
        captured = item.captured
        asked = Asked()
        name = None
        if captured is not None:
            asked = Asked(captured.class_id, captured.logical_name, None, captured.attribute_index)
            name = model.object_name(captured.class_id, captured.logical_name)
        yield Access(asked, Answer(None, item.data), name, item.shown)


def access(model: MeterModel, asked: Asked | None, answer: Answer | None) -> Access:
    """One access with what it says."""
    data = answer.data if answer is not None else asked.data if asked is not None else None
    if asked is None:
        return Access(None, answer, None, None if data is None else generic(data))
    asked = resolved(model, asked)
    class_id, logical_name = asked.class_id, asked.logical_name
    if class_id is None or logical_name is None:
        return Access(asked, answer, None, None if data is None else generic(data))
    name = model.object_name(class_id, logical_name)
    selection = None
    if asked.selection is not None and asked.attribute is not None:
        selection = model.selection_words(class_id, asked.attribute, asked.selection)
    return Access(asked, answer, name, _shown(model, asked, answer, data), selection)


def _shown(model: MeterModel, asked: Asked, answer: Answer | None, data: DataPair | None) -> Interpreted | None:
    if data is None or asked.class_id is None or asked.logical_name is None:
        return None
    if asked.attribute is not None:
        return model.interpret(asked.class_id, asked.logical_name, asked.attribute, data, asked.selection)
    if asked.method is not None and answer is None:
        return model.interpret_method(asked.class_id, asked.logical_name, asked.method, data)
    return generic(data)
