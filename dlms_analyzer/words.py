"""Words that everything which speaks to people shares."""

from __future__ import annotations


def counted(count: int, one: str) -> str:
    """How many of what there are.

    Example:
        >>> counted(1, "message"), counted(2_000, "message")
        ('1 message', '2,000 messages')

    Args:
        count: how many.
        one: what a single one is called; more of them end in s.
    """
    return f"{count:,} {one}" if count == 1 else f"{count:,} {one}s"
