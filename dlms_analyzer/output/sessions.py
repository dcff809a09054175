"""Associations for people and programs: who, on which terms, how much was said, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dlms_analyzer.associations.association import Association
from dlms_analyzer.frames import NANOSECONDS, endpoints
from dlms_analyzer.message_json import time_text
from dlms_analyzer.output.escape import escape
from dlms_analyzer.output.style import Style
from scapy_layers import AARE, AARQ, InitiateResponse
from scapy_layers.cosem_fields import CONFORMANCE_PARTS

OID_ARC = 7
"""Octets of the object identifiers of contexts and mechanisms."""


def conformance_names(value: int | None) -> list[str] | None:
    """Names of the bits that are set."""
    if value is None:
        return None
    return [part.name.replace("_", "-") for part in CONFORMANCE_PARTS if part.of(value)]


def _last_arc(name: bytes | None) -> int | None:
    return name[-1] if name is not None and len(name) == OID_ARC else None


def session_dict(association: Association) -> dict[str, Any]:
    """The jsonl object of an association. Absent things are None, never missing."""
    aarq, aare = association.aarq, association.aare
    proposed, negotiated = association.proposed, association.negotiated
    first, second = endpoints(association.conversation.forward.flow)
    client, server = (second, first) if association.client_is_backward else (first, second)
    diagnostic = None if aare is None else aare.result_source_diagnostic
    return {
        "association": association.number,
        "conversation": association.conversation.number,
        "client": client,
        "server": server,
        "profile": association.profile,
        "client_sap": association.client_sap,
        "server_sap": association.server_sap,
        "server_lower": association.server_lower,
        "state": association.state.value,
        "context": None if aarq is None else _last_arc(aarq.application_context_name),
        "mechanism": None if aarq is None else (_last_arc(aarq.mechanism_name) or 0),
        "result": None if aare is None else aare.result,
        "diagnostic": None if diagnostic is None else AARE.result_source_diagnostic.text(diagnostic),
        "client_system_title": None if association.client_title is None else association.client_title.hex(),
        "server_system_title": None if association.server_title is None else association.server_title.hex(),
        "proposed_conformance": conformance_names(None if proposed is None else proposed.proposed_conformance),
        "negotiated_conformance": conformance_names(None if negotiated is None else negotiated.negotiated_conformance),
        "client_max_receive_pdu_size": None if proposed is None else proposed.client_max_receive_pdu_size,
        "server_max_receive_pdu_size": None if negotiated is None else negotiated.server_max_receive_pdu_size,
        "first": time_text(association.first),
        "last": time_text(association.last),
        "duration": (association.last - association.first) / NANOSECONDS,
        "messages": association.messages,
        "exchanges": association.exchanges,
        "unanswered": association.unanswered,
        "slowest_response": association.slowest / NANOSECONDS if association.slowest else None,
        "errors": dict(association.errors),
    }


def session_lines(association: Association, style: Style) -> Iterator[str]:
    """An association on a few lines."""
    said = session_dict(association)
    saps = f"{said['client_sap']}/{said['server_sap']}"
    if said["server_lower"] is not None:
        saps += f".{said['server_lower']}"
    head = f"#{said['association']:<4} {said['client']} -> {said['server']}  {said['profile']}  SAP {saps}"
    head += f"  {said['state']}"
    yield style("bold", escape(head))
    if association.aarq is not None:
        aarq = association.aarq
        mechanism = "lowest (0)" if aarq.mechanism_name is None else AARQ.mechanism_name.text(aarq.mechanism_name)
        context = AARQ.application_context_name.text(aarq.application_context_name)
        yield f"      context {context}, mechanism {mechanism}"
    titles = [
        f"{side} {title}"
        for side, title in (("client", said["client_system_title"]), ("server", said["server_system_title"]))
        if title
    ]
    if titles:
        yield f"      system titles: {', '.join(titles)}"
    if said["diagnostic"]:
        yield f"      answer: {AARE.result.text(said['result'])}, {said['diagnostic']}"
    if association.negotiated is not None:
        negotiated = InitiateResponse.negotiated_conformance.text(association.negotiated.negotiated_conformance)
        to_client, to_server = said["client_max_receive_pdu_size"], said["server_max_receive_pdu_size"]
        yield f"      PDU {to_client} to the client, {to_server} to the server; conformance {negotiated}"
    counts = f"      {said['messages']} messages, {said['exchanges']} exchanges"
    counts += f" in {said['duration']:.3f} s from {said['first']}"
    if association.slowest:
        counts += f", slowest answer {association.slowest / 1e6:.1f} ms"
    yield counts
    troubles = [f"{count} x {name}" for name, count in sorted(said["errors"].items())]
    if said["unanswered"]:
        troubles.append(f"{said['unanswered']} unanswered")
    if troubles:
        yield style("warning", f"      {', '.join(troubles)}")
