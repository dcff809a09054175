"""One sentence per association: why its APDUs do not open."""

from __future__ import annotations

from dlms_analyzer.security.protection import BAD_TAG, ERROR, NO_KEY, SEALED_KEY, Protection


def diagnosis(protection: Protection) -> str | None:
    """Why APDUs of an association could not be opened; None when all could, or none was protected."""
    failed = sum(protection.statuses[status] for status in (BAD_TAG, NO_KEY, ERROR))
    if not failed:
        return None
    reasons = [(count, status, reason) for (status, reason), count in protection.reasons.items() if status in _FAILURES]
    causes = [one for one in reasons if one[2] != SEALED_KEY]  # what follows from another failure is not the cause
    count, _, reason = max(causes or reasons, default=(0, "", "no reason is known"), key=lambda one: one[0])
    opened = protection.opened + sum(protection.statuses.values()) - failed
    scope = (
        f"none of {failed} protected APDUs opens" if not opened else f"{failed} of {failed + opened} APDUs do not open"
    )
    more = "" if count == failed else f" (and {failed - count} for other reasons)"
    return f"{scope}: {reason}{more}"


_FAILURES = frozenset({BAD_TAG, NO_KEY, ERROR})
