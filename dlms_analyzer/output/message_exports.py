"""Messages as texts for other programs and for people: lines, jsonl, CSV; one piece a message."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from io import StringIO
from typing import Any, Final

from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.meaning import learn
from dlms_analyzer.message_json import message_dict
from dlms_analyzer.messages import Message
from dlms_analyzer.output.cells import csv_writer
from dlms_analyzer.output.json_lines import json_line
from dlms_analyzer.output.lines import LineWriter, asked_text, said
from dlms_analyzer.output.style import Style

TEXT: Final = "text"
JSONL: Final = "jsonl"
CSV: Final = "csv"
FORMS: Final = (TEXT, JSONL, CSV)

_PLAIN: Final = (
    "number", "time", "conversation", "source", "destination", "sender", "profile", "client_sap", "server_sap",
    "server_lower", "service", "outer", "invoke_id", "exchange", "response_time",
)  # fmt: skip
"""Columns of the CSV that are members of the jsonl object."""
COLUMNS: Final = (*_PLAIN, "security", "key", "objects", "result", "text", "expert")


def messages_export(
    messages: Iterable[Message | None],
    form: str,
    meters: Meters,
    *,
    wanted: Container[int] | None = None,
    show_secrets: bool = False,
) -> Iterator[str]:
    """Messages, one a piece; those that are not wanted are empty pieces, and the meters learn from them too.

    Args:
        messages: all of the capture; None now and then where there are none for long, so that others get their turn.
        form: `TEXT`, `JSONL` or `CSV`.
        meters: what is known about the meters.
        wanted: numbers of those to export; None for all.
        show_secrets: write passwords and keys.
    """
    lines = LineWriter(Style(enabled=False), absolute=True, show_secrets=show_secrets, meters=meters)
    out = StringIO()
    write = csv_writer(out)
    if form == CSV:
        write(COLUMNS)
    for message in messages:
        if message is not None:
            learn(meters, message)
        if message is None or (wanted is not None and message.number not in wanted):
            yield ""
        elif form == TEXT:
            yield lines.line(message) + "\n"
        elif form == JSONL:
            yield json_line(message_dict(message, meters, show_secrets=show_secrets))
        else:
            write(_cells(message, meters, show_secrets=show_secrets))
            yield out.getvalue()
            out.seek(0)
            out.truncate()


def _cells(message: Message, meters: Meters, *, show_secrets: bool) -> list[Any]:
    plain = message_dict(message, meters, show_secrets=show_secrets)
    security = plain["security"] or {}
    asked = [asked_text(item.asked) for item in message.items if item.asked is not None]
    results = [item["result"] for item in plain["items"] if item["result"] is not None]
    gist, meaning = said(message, meters, show_secrets=show_secrets)
    experts = "; ".join(f"{one['severity']}: {one['text']}" for one in plain["expert"])
    return [
        *(plain[name] for name in _PLAIN),
        security.get("status"), security.get("key"), "; ".join(asked), "; ".join(dict.fromkeys(results)),
        f"{gist}  {meaning}".rstrip(), experts,
    ]  # fmt: skip
