"""Who may speak to the web server: the browser that opened the printed link, with pages of this server only.

A server on the loopback interface can be reached by every page that a browser on the same machine shows. So a request
is let in when all of this holds:

- its Host names this machine: an address, `localhost`, or the name the user gave (a name that an attacker's DNS leads
  here is none of these: DNS rebinding);
- its Origin, if it has one, is this server; a web socket has to have one, since browsers let any page open one;
- it has the cookie, or is the first one with the token of the link. The cookie is not shown to scripts, and not sent
  with requests that begin on other sites.
"""

from __future__ import annotations

import ipaddress
import secrets
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

TOKEN_OCTETS: Final = 32
"""Of a token and of a cookie: more than anybody can try."""


class Verdict(Enum):
    """What becomes of a request."""

    REFUSED = "refused"
    FIRST = "first"
    """Let in by the token; the answer brings the cookie."""
    KNOWN = "known"
    """Let in by the cookie."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request says of itself; None where it says nothing."""

    host: str
    origin: str | None = None
    cookie: str | None = None
    token: str | None = None
    is_socket: bool = False


@dataclass(slots=True)
class Guard:
    """Lets in one browser.

    Attributes:
        names: of this machine that the user gave; addresses and `localhost` need none.
        token: what the link has to have, once.
        cookie: what the browser has from then on.
    """

    names: Iterable[str] = ()
    token: str = field(default_factory=lambda: secrets.token_urlsafe(TOKEN_OCTETS), repr=False)
    cookie: str = field(default_factory=lambda: secrets.token_urlsafe(TOKEN_OCTETS), repr=False)
    _used: bool = field(default=False, init=False)

    def judge(self, asked: Asked) -> Verdict:
        """Whether to let a request in; the token counts as used when it was let in by it."""
        if not self._is_here(asked.host) or not _is_own(asked):
            return Verdict.REFUSED
        if asked.cookie is not None and _same(asked.cookie, self.cookie):
            return Verdict.KNOWN
        if asked.token is None or self._used or not _same(asked.token, self.token):
            return Verdict.REFUSED
        self._used = True
        return Verdict.FIRST

    def _is_here(self, host: str) -> bool:
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        if name.lower() in {"localhost", *(one.lower() for one in self.names)}:
            return True
        try:
            ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            return False
        return True


def names_of(host: str) -> tuple[str, ...]:
    """The names by which a machine is reached that listens on more than the loopback interface."""
    return (host, socket.gethostname(), socket.getfqdn())


def _is_own(asked: Asked) -> bool:
    if asked.origin is None:
        return not asked.is_socket
    return asked.origin in {f"http://{asked.host}", f"https://{asked.host}"}


def _same(said: str, secret: str) -> bool:
    """Whether two texts are the same, in a time that does not tell how much of them is."""
    return secrets.compare_digest(said.encode("utf-8", "surrogatepass"), secret.encode())
