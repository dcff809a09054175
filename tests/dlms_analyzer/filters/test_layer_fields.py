"""Which messages may have a field of the layers."""

from __future__ import annotations

import pytest

from dlms_analyzer.filters import catalog, compile_filter
from dlms_analyzer.filters.engine_fields import ENGINE_FIELDS
from dlms_analyzer.filters.layer_fields import NOT_KEPT, holders
from dlms_analyzer.framing.units import Kind
from tests.dlms_analyzer.filters.test_compiled import CIPHERED, HDLC, PLAIN, messages

ENGINE = {field.name for field in ENGINE_FIELDS}
LAYERS = [name for name in catalog() if name not in ENGINE and not name.startswith((*NOT_KEPT, "hdlc", "mode_e"))]


def test_a_field_is_in_the_layer_that_declares_it_and_in_those_around_it() -> None:
    assert holders("dlms.class_id") >= {"get-request-normal", "get-request-with-list", "access-request"}
    assert "get-response-normal" not in holders("dlms.class_id")
    assert holders("dlms.proposed_conformance") >= {"initiate-request", "aarq"}
    assert "aarq" in holders("dlms.calling_authentication_value")
    assert "get-request-normal" not in holders("dlms.calling_authentication_value")


@pytest.mark.parametrize("capture", [PLAIN, CIPHERED, HDLC, "push_udp_gbt.pcap", "event_udp_wrapper.pcap",
                                     "j_ln_wrapper_hls2_access.pcap", "jj_suite1_general_signing.pcap"])  # fmt: skip
def test_no_message_has_a_field_that_its_service_is_said_not_to_have(capture: str) -> None:
    filters = {name: compile_filter(name) for name in LAYERS}
    for message in messages(capture)[:60]:
        if message.kind is Kind.APDU:
            there = {name for name, wanted in filters.items() if wanted.matches(message)}
            for name in there:
                assert holders(name) & {message.service, message.outer}, name
