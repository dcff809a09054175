"""What a second process writes about a capture is, line for line, what one process writes."""

from __future__ import annotations

import io
from itertools import islice
from pathlib import Path

import pytest

import dlms_analyzer
from dlms_analyzer.aside.child import write
from dlms_analyzer.aside.telling import Batch, Order, tell
from dlms_analyzer.capture.child_process import LENGTH_SIZE
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.meaning import learn
from dlms_analyzer.message_json import message_dict
from dlms_analyzer.messages import Message
from dlms_analyzer.output.json_lines import json_line
from tests.support import Sidecar, sample_captures, sidecars, thirdparty_captures
from tests.test_security_captures import CIPHERED, keys_of

PATHS = [*sample_captures(), *(one.pcap for one in sidecars()), *thirdparty_captures()]
BATCH = 50
MANY = 5_000
"""Messages of a capture that are looked at: one has 107,745 that are alike."""


def sent(*octets: bytes) -> bytes:
    return b"".join(len(one).to_bytes(LENGTH_SIZE) + one for one in octets)


def written_aside(messages: list[Message], *, show_secrets: bool, here: int = 0) -> str:
    """What the other process writes of messages, when the lines of the first ones are there already."""
    told = [tell(message) for message in messages]
    batches = [Batch(True, told[:here])]
    batches += [Batch(False, told[at : at + BATCH]) for at in range(here, len(told), BATCH)]
    order = Order(Meters(), show_secrets).packed()
    out = io.StringIO()
    write(io.BytesIO(sent(order, *(batch.packed() for batch in batches))), out)
    return out.getvalue()


def written_here(messages: list[Message], *, show_secrets: bool) -> list[str]:
    meters = Meters()
    lines = []
    for message in messages:
        learn(meters, message)
        lines.append(json_line(message_dict(message, meters, show_secrets=show_secrets)))
    return lines


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_lines_that_are_written_aside_are_those_of_one_process(path: Path) -> None:
    messages = list(islice(dlms_analyzer.open(path).messages, MANY))
    assert written_aside(messages, show_secrets=False) == "".join(written_here(messages, show_secrets=False))


@pytest.mark.parametrize("sidecar", CIPHERED, ids=lambda sidecar: sidecar.name)
def test_so_are_those_of_what_keys_open(sidecar: Sidecar) -> None:
    messages = list(dlms_analyzer.open(sidecar.pcap, keys=keys_of(sidecar)).messages)
    assert any(message.security is not None for message in messages)
    assert written_aside(messages, show_secrets=True) == "".join(written_here(messages, show_secrets=True))


@pytest.mark.parametrize("path", sample_captures(), ids=lambda path: path.stem)
def test_messages_whose_lines_are_there_already_are_learnt_from(path: Path) -> None:
    messages = list(dlms_analyzer.open(path).messages)
    here = len(messages) // 2
    lines = written_here(messages, show_secrets=False)
    assert written_aside(messages, show_secrets=False, here=here) == "".join(lines[here:])
