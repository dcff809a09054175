"""What a list says of an association, in a word or a number each."""

from __future__ import annotations

from typing import Final, NamedTuple

from dlms_analyzer.associations.association import Association, State
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.frames import NANOSECONDS, endpoints
from dlms_analyzer.ladder.rungs import PROTECTIONS, Protection, protection_by_status
from dlms_analyzer.meaning import place_of_server
from scapy_layers import AARQ

_PENDING: Final = "pending"


class Facts(NamedTuple):
    """What a list says of an association.

    Attributes:
        client: address and port of the client, or the end of the line.
        server: the same of the server.
        saps: SAPs of client and server, with the lower HDLC address where there is one.
        meter: what the meter is called; empty while nothing of that was seen.
        context: `LN` or `SN`, with ` ciphered` where that was proposed; empty when no AARQ was seen.
        mechanism: how the client authenticates; empty when no AARQ was seen.
        protection: the worst that became of what was protected.
        unopened: protected APDUs that do not open.
        protected: all protected APDUs.
        state: how far it came.
        errors: refusals and errors.
        duration: seconds from the first to the last message.
    """

    client: str
    server: str
    saps: str
    meter: str
    context: str
    mechanism: str
    protection: Protection
    unopened: int
    protected: int
    state: str
    errors: int
    duration: float


def facts_of(association: Association, meters: Meters) -> Facts:
    """What a list says of an association.

    Args:
        association: who talks to whom.
        meters: what is known about the meters.
    """
    client, server = endpoints(association.client_flow)
    terms = association.terms
    context = mechanism = ""
    if terms.application_context_name is not None:
        context = _short(AARQ.application_context_name.text(terms.application_context_name))
        context = context.replace("logical-name", "LN").replace("short-name", "SN").replace("-with-", " ")
        context = context.replace("ciphering", "ciphered")
        mechanism = "lowest" if terms.mechanism_name is None else _short(AARQ.mechanism_name.text(terms.mechanism_name))
    protection, unopened, protected = _protection(association)
    return Facts(
        client, server, _saps(association), meter_name(association, meters), context, mechanism, protection, unopened,
        protected, _PENDING if association.state is State.PENDING else association.state.value,
        sum(association.errors.values()), duration(association),
    )  # fmt: skip


def duration(association: Association) -> float:
    """Seconds from the first message to the last."""
    return (association.last - association.first) / NANOSECONDS


def meter_name(association: Association, meters: Meters) -> str:
    """What the meter of an association is called, by the user or by itself; empty while nothing of that was seen."""
    model = meters.known(place_of_server(association), association.server_title)
    return "" if model is None else model.given_name or model.logical_device_name


def _short(text: str) -> str:
    """An object identifier's name without its numbers."""
    return text.partition(" (")[0]


def _saps(association: Association) -> str:
    saps = [association.client_sap, association.server_sap]
    text = "/".join("-" if sap is None else str(sap) for sap in saps)
    return text if association.server_lower is None else f"{text}.{association.server_lower}"


def _protection(association: Association) -> tuple[Protection, int, int]:
    """The worst that became of protected APDUs, how many do not open, and how many there are."""
    known = association.protection
    if known is None:
        return Protection.CLEAR, 0, 0
    statuses = known.statuses
    protected = known.opened + sum(statuses.values())
    if not protected:
        return Protection.CLEAR, 0, 0
    met = [Protection.OPENED, *(protection_by_status(status) for status in statuses)]
    unopened = sum(
        count
        for status, count in statuses.items()
        if protection_by_status(status) in (Protection.LOCKED, Protection.BAD)
    )
    return max(met, key=PROTECTIONS.index), unopened, protected
