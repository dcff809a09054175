"""COSEM accesses: what a request asks for, and what a response gives back.

Both are read off the records of the layers. A request and its response are put together by whoever pairs them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from scapy_layers import (
    AccessRequestAction,
    ActionResponseNormal,
    ActionResponseWithList,
    DecodeError,
    GetResponseWithList,
    ReadResponse,
    SetRequestWithList,
    read_data,
)
from scapy_layers.core.fields import enum_names
from scapy_layers.data import DataPair
from scapy_layers.enums import ActionResult, DataAccessResult

DATA_ACCESS_RESULTS: Final = enum_names(DataAccessResult)
ACTION_RESULTS: Final = enum_names(ActionResult)


class Asked(NamedTuple):
    """One access as a request names it.

    Attributes:
        class_id: interface class; None with short names.
        logical_name: six octets; None with short names.
        base_name: short name; None with logical names.
        attribute: attribute index; None for a method.
        method: method index; None for an attribute.
        selection: selector and parameters of a selective access.
        data: what is written, or the method's parameters.
    """

    class_id: int | None = None
    logical_name: bytes | None = None
    base_name: int | None = None
    attribute: int | None = None
    method: int | None = None
    selection: tuple[int, DataPair] | None = None
    data: DataPair | None = None


class Answer(NamedTuple):
    """What came back for one access.

    Attributes:
        result: `success`, `read-write-denied` …; None when the response does not say.
        data: the value, or what a method returned.
    """

    result: str | None
    data: DataPair | None = None


class Item(NamedTuple):
    """One COSEM access: what was asked, and, once it is known, what came back."""

    asked: Asked | None
    answer: Answer | None


_new: Final = tuple.__new__


def _selection(record: Any) -> tuple[int, DataPair] | None:
    selected = record.access_selection
    return None if selected is None else (selected.access_selector, selected.access_parameters)


def _attribute(record: Any, data: DataPair | None = None) -> Asked:
    return _new(
        Asked,
        (record.class_id, record.logical_name, None, record.attribute_id, None, _selection(record), data),
    )


def _method(record: Any, data: DataPair | None = None) -> Asked:
    return Asked(record.class_id, record.logical_name, None, None, record.method_id, None, data)


def _variable(record: Any, data: DataPair | None = None) -> Asked | None:
    layer = record.service
    if layer == "variable-name":
        return Asked(base_name=record.variable_name, data=data)
    if layer == "parameterized-access":
        return Asked(base_name=record.variable_name, selection=(record.selector, record.parameter), data=data)
    return None


def padded(values: list[DataPair] | None, count: int) -> list[DataPair | None]:
    """As many values as there are names for them; None for those that are not there, or were not read."""
    found: list[DataPair | None] = list(values or ())
    return found + [None] * (count - len(found))


def _set_list(record: Any) -> tuple[Asked, ...]:
    values = padded(record.values, len(record.attributes))
    return tuple(_attribute(one, data) for one, data in zip(record.attributes, values, strict=False))


def _action_list(record: Any) -> tuple[Asked, ...]:
    values = padded(record.method_invocation_parameters, len(record.methods))
    return tuple(_method(one, data) for one, data in zip(record.methods, values, strict=False))


def _access(record: Any) -> tuple[Asked, ...]:
    asked = []
    data = padded(record.access_request_list_of_data, len(record.access_request_specification))
    for index, one in enumerate(record.access_request_specification):
        given = data[index]
        if given == (0, None):
            given = None
        if one.layer is AccessRequestAction:
            asked.append(_method(one, given))
        else:
            selection = (one.access_selector, one.access_parameters) if "selection" in one.service else None
            asked.append(Asked(one.class_id, one.logical_name, None, one.attribute_id, None, selection, given))
    return tuple(asked)


def _variables(record: Any) -> tuple[Asked, ...]:
    values = padded(getattr(record, "list_of_data", None), len(record.variable_access_specification))
    found = (_variable(one, data) for one, data in zip(record.variable_access_specification, values, strict=False))
    return tuple(one for one in found if one is not None)


ASKED: Final[dict[str, Callable[[Any], tuple[Asked, ...]]]] = {
    "get-request-normal": lambda r: (_attribute(r),),
    "get-request-with-list": lambda r: tuple(map(_attribute, r.attributes)),
    "set-request-normal": lambda r: (_attribute(r, r.value),),
    "set-request-with-list": _set_list,
    "set-request-with-first-datablock": lambda r: (_attribute(r),),
    "set-request-with-list-and-first-datablock": lambda r: tuple(map(_attribute, r.attributes)),
    "action-request-normal": lambda r: (_method(r, r.method_invocation_parameters),),
    "action-request-with-list": _action_list,
    "action-request-with-first-pblock": lambda r: (_method(r),),
    "action-request-with-list-and-first-pblock": lambda r: tuple(map(_method, r.methods)),
    "access-request": _access,
    "read-request": _variables,
    "write-request": _variables,
    "unconfirmed-write-request": _variables,
}
"""Service of a request to what it asks for."""


def _get_result(result: Any) -> Answer:
    if result.service == "get-data-result-data":
        return _new(Answer, ("success", result.data))
    return Answer(DATA_ACCESS_RESULTS.get(result.data_access_result, str(result.data_access_result)))


def _access_name(value: int) -> Answer:
    return Answer(DATA_ACCESS_RESULTS.get(value, str(value)))


def _action_result(record: Any) -> Answer:
    name = ACTION_RESULTS.get(record.action_result, str(record.action_result))
    returned = record.return_parameters
    if returned is None:
        return Answer(name)
    inner = _get_result(returned)
    return Answer(name if inner.result == "success" else inner.result, inner.data)


def _access_response(record: Any) -> tuple[Answer, ...]:
    data = list(record.access_response_list_of_data)
    answers = []
    for index, one in enumerate(record.access_response_specification):
        names = ACTION_RESULTS if one.service == "access-response-action" else DATA_ACCESS_RESULTS
        value = data[index] if index < len(data) else None
        answers.append(Answer(names.get(one.result, str(one.result)), None if value == (0, None) else value))
    return tuple(answers)


def _read_result(result: Any) -> Answer | None:
    if result.service == "read-data":
        return Answer("success", result.data)
    if result.service == "read-error":
        return _access_name(result.data_access_result)
    return None


def _read_response(record: Any) -> tuple[Answer, ...]:
    found = map(_read_result, record.results)
    return tuple(one for one in found if one is not None)


def _write_response(record: Any) -> tuple[Answer, ...]:
    answers = []
    for one in record.results:
        if one.service == "write-success":
            answers.append(Answer("success"))
        elif one.service == "write-error":
            answers.append(_access_name(one.data_access_result))
    return tuple(answers)


ANSWERED: Final[dict[str, Callable[[Any], tuple[Answer, ...]]]] = {
    "get-response-with-list": lambda r: tuple(map(_get_result, r.results)),
    "set-response-normal": lambda r: (_access_name(r.result),),
    "set-response-with-list": lambda r: tuple(map(_access_name, r.results)),
    "set-response-last-datablock": lambda r: (_access_name(r.result),),
    "set-response-last-datablock-with-list": lambda r: tuple(map(_access_name, r.results)),
    "action-response-normal": lambda r: (_action_result(r),),
    "action-response-with-list": lambda r: tuple(map(_action_result, r.responses)),
    "access-response": _access_response,
    "read-response": _read_response,
    "write-response": _write_response,
}
"""Service of a response to what it gives back, when it is not a block of a longer one."""


def _answered(answers: Iterable[Answer]) -> tuple[Item, ...]:
    return tuple([Item(None, answer) for answer in answers])


def joined_get(octets: bytes, wanted: int) -> tuple[Item, ...]:
    """What the joined blocks of a GET.response hold: one Data, or the results of a list.

    Raises:
        DecodeError: the octets are not that.
    """
    if wanted == 1:
        data, _ = read_data(octets, 0, len(octets))
        return _answered((Answer("success", data),))
    results, _ = GetResponseWithList.results.read(octets, 0, len(octets))
    return _answered(map(_get_result, results))


def joined_action(octets: bytes, wanted: int) -> tuple[Item, ...]:
    """What the joined blocks of an ACTION.response hold; some servers leave the result out and send only the data.

    Raises:
        DecodeError: the octets are neither.
    """
    if wanted != 1:
        responses, _ = ActionResponseWithList.responses.read(octets, 0, len(octets))
        return _answered(map(_action_result, responses))
    body = b"\xc7\x01\x00" + octets
    try:
        record, stop = ActionResponseNormal.read_record(body, 0, len(body))
        if stop == len(body):
            return _answered((_action_result(record),))
    except DecodeError:
        pass
    data, _ = read_data(octets, 0, len(octets))
    return _answered((Answer("success", data),))


def joined_values(octets: bytes, wanted: int) -> tuple[DataPair, ...]:
    """What the joined blocks of a SET.request or ACTION.request hold: one Data, or a list of them.

    Raises:
        DecodeError: the octets are not that.
    """
    if wanted == 1:
        return (read_data(octets, 0, len(octets))[0],)
    values: list[DataPair] = SetRequestWithList.values.read(octets, 0, len(octets))[0]
    return tuple(values)


def joined_read(octets: bytes, _wanted: int) -> tuple[Item, ...]:
    """What the joined blocks of a ReadResponse hold: the list of results, or one Data.

    Raises:
        DecodeError: the octets are neither.
    """
    try:
        results, stop = ReadResponse.results.read(octets, 0, len(octets))
        if stop == len(octets):
            return _answered(one for one in map(_read_result, results) if one is not None)
    except DecodeError:
        pass
    return _answered((Answer("success", read_data(octets, 0, len(octets))[0]),))


_SUCCESS_UNREAD: Final = (Item(None, Answer("success", None)),)
"""The items of every get-response-normal with data of which only the head was read."""


def _get_response(record: Any) -> tuple[Item, ...]:
    result = record.result
    if result.service == "get-data-result-data" and result.data is None:
        return _SUCCESS_UNREAD
    return (_new(Item, (None, _get_result(result))),)


def _event(record: Any) -> tuple[Item, ...]:
    asked = Asked(record.class_id, record.logical_name, None, record.attribute_id)
    return (Item(asked, Answer(None, record.attribute_value)),)


def _report(record: Any) -> tuple[Item, ...]:
    return tuple(Item(asked._replace(data=None), Answer(None, asked.data)) for asked in _variables(record))


_NOTIFIED: Final[dict[str, Callable[[Any], tuple[Item, ...]]]] = {
    "event-notification-request": _event,
    "information-report-request": _report,
}
"""Service of a notification to the attribute values that it carries with their names."""


def _table() -> dict[str, Callable[[Any], tuple[Item, ...]]]:
    """Every service that tells of accesses, to the reader of its items."""

    def asking(asker: Callable[[Any], tuple[Asked, ...]]) -> Callable[[Any], tuple[Item, ...]]:
        return lambda record: tuple([_new(Item, (asked, None)) for asked in asker(record)])

    def answering(answerer: Callable[[Any], tuple[Answer, ...]]) -> Callable[[Any], tuple[Item, ...]]:
        return lambda record: _answered(answerer(record))

    table = dict(_NOTIFIED)
    table.update((service, asking(asker)) for service, asker in ASKED.items())
    table.update((service, answering(answerer)) for service, answerer in ANSWERED.items())
    table["get-response-normal"] = _get_response
    return table


ITEMS: Final = _table()
"""Service to the accesses that an APDU by itself tells of: asked for, answered, or both in a notification."""


def refusal_by_access(result: int) -> tuple[Item, ...]:
    """What stands in the place of a block when the server gives up: a data-access-result."""
    return (Item(None, _access_name(result)),)
