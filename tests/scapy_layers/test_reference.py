"""The field reference says what the layers declare."""

from __future__ import annotations

from scapy_layers import reference
from scapy_layers.apdu import all_layers
from scapy_layers.enums import DataAccessResult
from tests.support import REPOSITORY


def test_the_page_in_the_docs_is_the_one_that_the_layers_make() -> None:
    page = (REPOSITORY / "docs" / "fields.md").read_text(encoding="utf-8")
    assert page == reference.page(), "run: python -m scapy_layers.reference > docs/fields.md"


def test_every_field_of_every_apdu_has_an_entry_under_its_filter_name() -> None:
    names = {entry.name for entry in reference.fields()}
    for layer in all_layers():
        assert {f"{layer.prefix}.{field.name}" for field in layer.fields_desc} <= names


def test_fields_of_nested_layers_and_named_bits_have_entries() -> None:
    entries = {entry.name: entry for entry in reference.fields()}
    assert "read-data-block" in entries["dlms.block_number"].layers
    assert entries["dlms.invoke_id_and_priority.invoke_id"].kind == "bits"
    assert "dlms.proposed_conformance.general_block_transfer" in entries
    assert "hdlc.parameter_id" in entries or any(name.startswith("hdlc.") for name in entries)


def test_enumerated_fields_list_the_names_of_their_values() -> None:
    entries = {entry.name: entry for entry in reference.fields()}
    assert len(entries["dlms.data_access_result"].values) == len(DataAccessResult)
    assert entries["dlms.data_access_result"].values[3] == "read-write-denied"


def test_every_layer_has_a_name_for_people_a_service_and_a_sentence() -> None:
    for layer in reference.layers():
        assert layer.service
        assert layer.__doc__


def test_what_differs_from_layer_to_layer_is_all_said() -> None:
    entries = {entry.name: entry for entry in reference.fields()}
    assert set(entries["dlms.result"].kind.split(" / ")) == {"choice", "enumerated"}
    assert set(entries["dlms.result"].values[0].split(" / ")) == {"success", "accepted"}
    assert set(entries["dlms.reason"].values[1].split(" / ")) == {"urgent", "not-finished"}
    assert entries["dlms.data_access_result"].values[0] == "success"
    for entry in entries.values():
        for said in [entry.kind, *entry.values.values()]:
            parts = said.split(" / ")
            assert len(set(parts)) == len(parts)
