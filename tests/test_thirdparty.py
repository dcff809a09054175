"""Captures of others, taken with other tools from other meters: nothing is left undecoded that is DLMS/COSEM.

The captures are not ours to redistribute; the tests skip where they are absent. `EXPLAINED` is the table of everything
that is odd about them below the level of exchanges: each finding was looked at and is the capture's own.
"""

from __future__ import annotations

import functools
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

import dlms_analyzer as dlms
from dlms_analyzer import Message
from dlms_analyzer.framing.units import Kind
from dlms_analyzer.notes import CODES, Topic
from tests.support import thirdparty_captures


class Finding(NamedTuple):
    """A code, how often it is noted, and why."""

    code: str
    times: int
    why: str


class Expected(NamedTuple):
    """How many messages a capture has, and what is odd about them."""

    apdus: int
    links: int
    raw: int
    findings: tuple[Finding, ...] = ()


WRONG_FCS = Finding("bad-fcs", 1, "the frame with the AARQ has a wrong FCS, left in by whoever made the capture")
COUNTS_WRONGLY = "the server takes each RR for an I frame, and so acknowledges frames that the client never sent"
ALTERED = "one octet was altered before it was sent, to see what the meter says"

EXPLAINED = {
    "bearxiong99_sample.pcap": Expected(31, 12, 0, (WRONG_FCS,)),
    "cfrodca_sample.pcap": Expected(
        36, 12, 0,
        (WRONG_FCS, Finding("oddity", 1, "an ACTION.response without the octet for return parameters")),
    ),
    "matousp_DLMSDirector.pcap": Expected(100, 14, 0, (Finding("acknowledgement", 2, COUNTS_WRONGLY),)),
    "matousp_DLMS_list.pcap": Expected(8, 0, 0),
    "matousp_DLMS_profile.pcap": Expected(6, 0, 0),
    "matousp_XmlDemo.pcap": Expected(14, 0, 0),
    "matousp_data1.pcapng": Expected(
        74, 26, 0,
        (
            Finding("bad-fcs", 1, f"in the AARQ {ALTERED}, and the FCS was not computed again"),
            Finding("sequence", 1, "the AARQ with the wrong FCS is not counted"),
        ),
    ),
    "matousp_data2.pcapng": Expected(
        150, 26, 0,
        (
            Finding("acknowledgement", 3, COUNTS_WRONGLY),
            Finding("length-mismatch", 1, f"in the application context of the AARQ {ALTERED}"),
        ),
    ),
    "matousp_data3.pcapng": Expected(
        150, 26, 0,
        (
            Finding("acknowledgement", 3, COUNTS_WRONGLY),
            Finding("length-mismatch", 1, f"in the application context of the AARQ {ALTERED}"),
        ),
    ),
    "matousp_data4.pcapng": Expected(
        148, 39, 0,
        (
            Finding("acknowledgement", 3, COUNTS_WRONGLY),
            Finding("trailing-octets", 1, f"in the tag of a GET.request {ALTERED}: C5 is a SET.response, far shorter"),
        ),
    ),
    "matousp_data5.pcapng": Expected(149, 38, 0, (Finding("acknowledgement", 3, COUNTS_WRONGLY),)),
    "matousp_data6.pcapng": Expected(149, 38, 0, (Finding("acknowledgement", 3, COUNTS_WRONGLY),)),
    "matousp_data7.pcapng": Expected(
        141, 26, 1,
        (
            Finding("acknowledgement", 3, COUNTS_WRONGLY),
            Finding("bad-fcs", 1, "the beginning of a GET.request stands twice in its frame, against length and FCS"),
            Finding("oddity", 1, "for the same reason there is no flag where its length ends"),
            Finding("noise", 1, "the octets behind the length of that frame: the one raw message"),
            Finding("sequence", 1, "that frame is not counted, and the next one is not in the capture"),
        ),
    ),
    "matousp_dlms.pcap": Expected(46, 0, 0),
    "matousp_original_data.pcapng": Expected(150, 26, 0, (Finding("acknowledgement", 3, COUNTS_WRONGLY),)),
}  # fmt: skip


@functools.lru_cache(maxsize=4)  # the tests of one capture follow each other
def read(path: Path) -> tuple[Message, ...]:
    return tuple(dlms.open(path).messages)


CAPTURES = pytest.mark.parametrize("path", thirdparty_captures(), ids=lambda path: path.name)


@CAPTURES
def test_every_message_is_an_apdu_or_a_link_frame_but_for_those_explained(path: Path) -> None:
    expected = EXPLAINED[path.name]
    kinds = Counter(message.kind for message in read(path))
    assert (kinds[Kind.APDU], kinds[Kind.LINK], kinds[Kind.RAW]) == (expected.apdus, expected.links, expected.raw)


@CAPTURES
def test_no_apdu_is_malformed_or_has_an_unknown_tag(path: Path) -> None:
    for message in read(path):
        if message.kind is Kind.APDU:
            assert message.record is not None, message.octets.hex()
        assert not {"malformed", "unknown-tag"} & {expert.code for expert in message.experts}, message.octets.hex()


@CAPTURES
def test_what_is_odd_about_frames_and_apdus_is_explained(path: Path) -> None:
    noted = Counter(
        expert.code
        for message in read(path)
        for expert in message.experts
        if CODES[expert.code].topic in (Topic.LINK, Topic.APDU)
    )
    assert noted == {finding.code: finding.times for finding in EXPLAINED[path.name].findings}


@CAPTURES
def test_every_message_has_its_frames_and_its_json(path: Path) -> None:
    for message in read(path):
        assert message.to_dict()["number"] == message.number
        assert message.frames
        assert message.octets or message.experts


@CAPTURES
def test_octets_of_messages_are_those_of_their_frames(path: Path) -> None:
    for message in read(path):
        pieces = b"".join(part.frame.buf[part.start : part.end] for part in message.parts)
        assert not pieces or message.octets == pieces
