"""Finding: one thing that is wrong between a client and a meter, with the messages that show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dlms_analyzer.audit.rules import RULES, Grade
from dlms_analyzer.security.keys import Secret, shown


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding, over all associations of a client with a meter.

    Attributes:
        code: key of `RULES`.
        text: what was seen where it was seen first, a sentence without a full stop.
        address: of the meter.
        system_title: of the meter; None when it was not seen.
        client_sap: wPort or HDLC address of the client.
        server_sap: wPort or upper HDLC address of the meter.
        server_lower: lower HDLC address of the meter.
        association: number of the first association that shows it.
        associations: how many do.
        messages: numbers of the messages that show it; the first ones when there are many.
        count: how many messages do.
        secret: the key or password in question; None when there is none.
    """

    code: str
    text: str
    address: str
    system_title: bytes | None
    client_sap: int | None
    server_sap: int | None
    server_lower: int | None
    association: int
    associations: int
    messages: tuple[int, ...]
    count: int
    secret: Secret | None = None

    @property
    def severity(self) -> Grade:
        """How bad it is."""
        return RULES[self.code].grade

    @property
    def title(self) -> str:
        """What was seen, in general."""
        return RULES[self.code].title

    @property
    def why(self) -> str:
        """Why it matters."""
        return RULES[self.code].why

    @property
    def advice(self) -> str:
        """What to do about it."""
        return RULES[self.code].advice

    def to_dict(self, show_secrets: bool = False) -> dict[str, Any]:
        """The jsonl object. Absent things are None, never missing."""
        return {
            "severity": self.severity.value,
            "code": self.code,
            "title": self.title,
            "text": self.text,
            "why": self.why,
            "advice": self.advice,
            "address": self.address,
            "system_title": None if self.system_title is None else self.system_title.hex(),
            "client_sap": self.client_sap,
            "server_sap": self.server_sap,
            "server_lower": self.server_lower,
            "association": self.association,
            "associations": self.associations,
            "messages": list(self.messages),
            "count": self.count,
            "secret": shown(self.secret, show_secrets),
        }
