"""Associations for people and programs: who, on which terms, how much was said, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dlms_analyzer.associations.association import Association
from dlms_analyzer.frames import NANOSECONDS, endpoints
from dlms_analyzer.message_json import time_text
from dlms_analyzer.output.escape import escape
from dlms_analyzer.output.style import Style
from dlms_analyzer.security.diagnosis import diagnosis
from dlms_analyzer.security.protection import BAD_TAG, ERROR, NO_KEY, NOT_VERIFIED, Protection
from dlms_analyzer.services import conformance_names
from dlms_analyzer.words import counted
from scapy_layers import AARE, AARQ, InitiateResponse

OID_ARC = 7
"""Octets of the object identifiers of contexts and mechanisms."""


def _names(conformance: int | None) -> list[str] | None:
    return None if conformance is None else conformance_names(conformance)


def _last_arc(name: bytes | None) -> int | None:
    return name[-1] if name is not None and len(name) == OID_ARC else None


def security_dict(protection: Protection) -> dict[str, Any]:
    """How much could be opened, why the rest could not, and whether the sides proved who they are."""
    return {
        "ok": protection.opened,
        "not_verified": protection.statuses[NOT_VERIFIED],
        "no_key": protection.statuses[NO_KEY],
        "bad_tag": protection.statuses[BAD_TAG],
        "error": protection.statuses[ERROR],
        "diagnosis": diagnosis(protection),
        "client_hls": None if protection.client.hls is None else protection.client.hls._asdict(),
        "server_hls": None if protection.server.hls is None else protection.server.hls._asdict(),
    }


def session_dict(association: Association, meter_name: str | None = None) -> dict[str, Any]:
    """The jsonl object of an association. Absent things are None, never missing.

    Args:
        association: who talked to whom.
        meter_name: what the meter is called.
    """
    terms = association.terms
    first, second = endpoints(association.conversation.forward.flow)
    client, server = (second, first) if association.client_is_backward else (first, second)
    diagnostic = terms.result_source_diagnostic
    opened = terms.application_context_name is not None
    return {
        "association": association.number,
        "conversation": association.conversation.number,
        "client": client,
        "server": server,
        "profile": association.profile,
        "client_sap": association.client_sap,
        "server_sap": association.server_sap,
        "server_lower": association.server_lower,
        "meter_name": meter_name,
        "state": association.state.value,
        "context": _last_arc(terms.application_context_name),
        "mechanism": (_last_arc(terms.mechanism_name) or 0) if opened else None,
        "result": terms.result,
        "diagnostic": None if diagnostic is None else AARE.result_source_diagnostic.text(diagnostic),
        "client_system_title": None if association.client_title is None else association.client_title.hex(),
        "server_system_title": None if association.server_title is None else association.server_title.hex(),
        "proposed_conformance": _names(terms.proposed_conformance),
        "negotiated_conformance": _names(terms.negotiated_conformance),
        "client_max_receive_pdu_size": terms.client_max_receive_pdu_size,
        "server_max_receive_pdu_size": terms.server_max_receive_pdu_size,
        "first": time_text(association.first),
        "last": time_text(association.last),
        "duration": (association.last - association.first) / NANOSECONDS,
        "messages": association.messages,
        "exchanges": association.exchanges,
        "unanswered": association.unanswered,
        "slowest_response": association.slowest / NANOSECONDS if association.slowest else None,
        "errors": dict(association.errors),
        "security": None if association.protection is None else security_dict(association.protection),
        "expert": [{"severity": one.severity.value, "code": one.code, "text": one.text} for one in association.experts],
    }


def session_lines(association: Association, style: Style, meter_name: str | None = None) -> Iterator[str]:
    """An association on a few lines.

    Args:
        association: who talked to whom.
        style: colours.
        meter_name: what the meter is called.
    """
    said = session_dict(association)
    saps = f"{said['client_sap']}/{said['server_sap']}"
    if said["server_lower"] is not None:
        saps += f".{said['server_lower']}"
    head = f"#{said['association']:<4} {said['client']} -> {said['server']}  {said['profile']}  SAP {saps}"
    head += f"  {said['state']}"
    yield style("bold", escape(head))
    if meter_name is not None:
        yield escape(f"      meter {meter_name}")
    terms = association.terms
    if terms.application_context_name is not None:
        mechanism = "lowest (0)" if terms.mechanism_name is None else AARQ.mechanism_name.text(terms.mechanism_name)
        context = AARQ.application_context_name.text(terms.application_context_name)
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
    if terms.negotiated_conformance is not None:
        negotiated = InitiateResponse.negotiated_conformance.text(terms.negotiated_conformance)
        to_client, to_server = said["client_max_receive_pdu_size"], said["server_max_receive_pdu_size"]
        yield f"      PDU {to_client} to the client, {to_server} to the server; conformance {negotiated}"
    counts = f"      {counted(said['messages'], 'message')}, {counted(said['exchanges'], 'exchange')}"
    counts += f" in {said['duration']:.3f} s from {said['first']}"
    if association.slowest:
        counts += f", slowest answer {association.slowest / 1e6:.1f} ms"
    yield counts
    if association.protection is not None:
        yield from _security_lines(said["security"], style)
    troubles = [f"{count} x {name}" for name, count in sorted(said["errors"].items())]
    if said["unanswered"]:
        troubles.append(f"{said['unanswered']} unanswered")
    if troubles:
        yield style("warning", f"      {', '.join(troubles)}")
    for expert in association.experts:
        yield style(expert.severity.value, f"      [{expert.code}] {escape(expert.text)}")


def _security_lines(said: dict[str, Any], style: Style) -> Iterator[str]:
    counts = [
        f"{said[name]} {text}"
        for name, text in (
            ("ok", "verified"), ("not_verified", "not verified"), ("no_key", "without key"),
            ("bad_tag", "with a bad tag"), ("error", "not readable"),
        )
        if said[name]
    ]  # fmt: skip
    if counts:
        yield f"      protected APDUs: {', '.join(counts)}"
    for side in ("client", "server"):
        verdict = said[f"{side}_hls"]
        if verdict is not None:
            colour = "error" if verdict["right"] is False else "dim"
            yield style(colour, f"      {side}: {escape(verdict['reason'])}")
    if said["diagnosis"]:
        yield style("warning", f"      {escape(said['diagnosis'])}")
