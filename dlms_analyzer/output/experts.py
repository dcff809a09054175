"""The page of the user guide that lists all expert codes, made of `CODES`."""

from __future__ import annotations

import sys

from dlms_analyzer.notes import CODES, Topic


def page() -> str:
    """The expert codes as Markdown."""
    lines = [
        "# Expert notes",
        "",
        "What is worth a person's attention about a message. `read` shows the notes behind the message, `-T jsonl` has",
        "them under `expert`, each with its severity, its code and a sentence that names numbers and offsets. Codes",
        "are stable: scripts and filters may rest on them, the sentences may change. Made by",
        "`python -m dlms_analyzer.output.experts`; do not edit.",
    ]
    for topic in Topic:
        lines += ["", f"## {topic.value}", "", "| code | severity | what was seen | what to do |", "|---|---|---|---|"]
        lines += [
            f"| `{name}` | {code.severity.value} | {code.meaning} | {code.advice} |"
            for name, code in CODES.items()
            if code.topic is topic
        ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
