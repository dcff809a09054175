"""The signs that say in a narrow column, and without colours, how bad something is and whether it is open."""

from __future__ import annotations

from typing import Final

from dlms_analyzer.ladder import Protection
from dlms_analyzer.notes import Severity

GRADES: Final = {Severity.CHAT: ".", Severity.NOTE: "!", Severity.WARNING: "!!", Severity.ERROR: "!!!"}
"""Severity of an expert note to its sign."""
LOCKS: Final = {
    Protection.CLEAR: "",
    Protection.OPENED: "ok",
    Protection.UNVERIFIED: "open",
    Protection.LOCKED: "key?",
    Protection.BAD: "BAD",
}
"""What became of protection to its sign."""
LOCK_ROLES: Final = {
    Protection.CLEAR: "",
    Protection.OPENED: "ok",
    Protection.UNVERIFIED: "note",
    Protection.LOCKED: "locked",
    Protection.BAD: "bad",
}
"""What became of protection to the role whose style its sign has."""
