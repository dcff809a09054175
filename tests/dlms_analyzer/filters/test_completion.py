"""What is offered while a filter is being written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlms_analyzer.filters import catalog
from dlms_analyzer.filters.completion import Completion, check, complete
from dlms_analyzer.filters.domains import Domain
from dlms_analyzer.filters.layer_fields import NOT_KEPT


def offered(text: str) -> list[str]:
    return [one.text for one in complete(text, len(text))]


def taken(text: str, completion: Completion) -> str:
    return text[: completion.start] + completion.text + text[completion.end :]


def test_fields_that_begin_with_what_is_written_come_before_those_that_have_it_in_them() -> None:
    found = offered("sender")
    assert found[0] == "dlms.sender"
    assert offered("dlms.serv")[:2] == ["dlms.server_sap", "dlms.service"]
    assert "dlms.service" not in offered("cosem.")[:9]


def test_without_a_letter_every_field_is_offered_those_of_the_engine_first() -> None:
    found = offered("")
    assert found[0] == "association"
    assert "dlms.class_id" in found
    assert not any(name.startswith("wrapper.") for name in found)


def test_behind_a_field_stand_the_operators_that_its_values_allow() -> None:
    assert offered("message.number ") == ["==", "!=", "<", "<=", ">", ">=", "in", "&&", "||"]
    assert "contains" in offered("dlms.service ")
    assert offered("dlms.service con") == ["contains"]
    assert offered("dlms.attributes ") == ["&&", "||"]
    assert offered("message.number <") == ["<", "<="]
    assert offered("message.number =") == ["=="]
    assert offered("(message.number ")[-1] == ")"


def test_behind_an_operator_stand_the_values_of_the_field() -> None:
    assert offered("dlms.kind == ") == ["apdu", "link", "raw"]
    assert offered("dlms.kind != l") == ["link"]
    assert offered("cosem.class_id == regi")[0] == "register"
    assert '"profile generic"' in offered("cosem.class_id == prof")
    assert "get-request-normal" in offered("dlms.service == get")
    assert "read-write-denied" in offered("cosem.result == read")
    assert offered("dlms.invoke_id_and_priority.service_class == tr") == ["true"]


def test_values_that_the_capture_shows_are_offered_with_what_they_are_called() -> None:
    seen = {"cosem.logical_name": ["1-0:1.8.0.255", "0-0:42.0.0.255"]}
    found = complete("cosem.logical_name == energy", 28, seen)
    assert [one.text for one in found] == ["1-0:1.8.0.255"]
    assert "active energy" in found[0].description


def test_a_set_is_opened_filled_and_closed() -> None:
    assert offered("dlms.kind in ") == ["{"]
    assert offered("dlms.kind in {") == ["apdu", "link", "raw", "}"]
    assert offered("dlms.kind in {apdu, l") == ["link"]
    assert offered("dlms.kind in {apdu} ") == ["&&", "||"]


def test_behind_a_condition_stands_what_joins_it_to_the_next() -> None:
    assert offered('dlms.service == "aarq" ') == ["&&", "||"]
    assert offered("dlms.kind == apdu &") == ["&&"]
    assert offered("dlms.kind == apdu && dlms.prof") == ["dlms.profile"]
    assert offered("!(dlms.kind == apdu ") == ["&&", "||", ")"]
    assert offered("not dlms.prof") == ["dlms.profile"]


def test_a_completion_takes_the_place_of_the_word_around_the_cursor() -> None:
    text = "dlms.serv == aarq"
    _, service, *_ = complete(text, 8)
    assert taken(text, service) == "dlms.service == aarq"
    quoted = complete('cosem.class_id == "prof', 23)[0]
    assert taken('cosem.class_id == "prof', quoted) == 'cosem.class_id == "profile generic"'


def test_a_slice_belongs_to_its_field() -> None:
    assert "contains" in offered("dlms.service[0:3] ")


NAMED = [
    name
    for name, field in catalog().items()
    if (field.names or field.choices) and field.domain is not Domain.PRESENCE and not name.startswith(NOT_KEPT)
]


@pytest.mark.parametrize("name", NAMED)
def test_every_value_that_is_offered_makes_a_filter(name: str) -> None:
    text = f"{name} == "
    for one in complete(text, len(text)):
        assert check(taken(text, one)) is None, one.text


@given(st.text(alphabet='dlms.service[0:2] =!<>&|(){},"~client5', max_size=40), st.integers(0, 40))
def test_whatever_is_written_what_is_offered_fits_into_it(text: str, cursor: int) -> None:
    cursor = min(cursor, len(text))
    for one in complete(text, cursor)[:20]:
        assert 0 <= one.start <= cursor <= one.end <= len(text)


def test_a_filter_is_right_or_it_is_said_what_is_wrong() -> None:
    assert check("") is None
    assert check("dlms.kind == apdu") is None
    error = check("dlms.kind == apud")
    assert error is not None
    assert "did you mean apdu" in error.reason
