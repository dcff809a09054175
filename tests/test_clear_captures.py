"""Deciphered captures: read again without keys, and by tshark, they say what the captures say with keys."""

from __future__ import annotations

import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from functools import cache
from random import Random

import pytest

from dlms_analyzer import Analyzer, Message
from dlms_analyzer.capture import pcapng_writer as writer
from dlms_analyzer.clear.rewriting import Rewriter
from dlms_analyzer.frames import Frame
from dlms_analyzer.framing.units import Kind
from dlms_analyzer.security.keyring import Keyring
from scapy_layers.hdlc import read_frame
from tests.dlms_analyzer import mangle
from tests.dlms_analyzer.clear.rewritten import read_again, rewritten, said
from tests.support import Sidecar, sidecar, usual_sidecars
from tests.test_security_captures import keys_of, read

ALL = usual_sidecars()
CIPHERED = [one for one in ALL if one.load()["expected"].get("ciphered")]
HDLC = [one for one in ALL if "hdlc" in one.name]
ENVELOPES = ("glo-", "ded-", "general-glo", "general-ded", "general-ciphering", "general-signing")

Dissect = Callable[..., str]

tshark = pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")


HEADERS = 66
"""Octets of Ethernet, IP and TCP with the usual options."""


def fed(one: Sidecar, frames: list[Frame]) -> list[Message]:
    analyzer = Analyzer(keys=Keyring.of(keys_of(one) if one in CIPHERED else None))
    return [message for frame in frames for message in analyzer.feed(frame)] + analyzer.flush()


def apdus(messages: list[Message]) -> Counter[object]:
    """Services of whole APDUs; `said` has the third place for it."""
    return Counter(said(message)[2] for message in messages if message.kind is Kind.APDU)


def messages_of(one: Sidecar) -> list[Message]:
    return read(one, keys_of(one) if one in CIPHERED else None)


@pytest.mark.parametrize("upper_pdu", [False, True], ids=["packets", "exported PDUs"])
@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_the_output_has_the_services_saps_items_and_times_of_the_input(one: Sidecar, upper_pdu: bool) -> None:
    messages = messages_of(one)
    rewriter = Rewriter(upper_pdu=upper_pdu)
    again = read_again(rewritten(messages, rewriter), rewriter)
    assert list(map(said, again)) == list(map(said, messages))


@pytest.mark.parametrize("one", CIPHERED, ids=lambda one: one.name)
def test_reading_apdus_up_to_their_data_is_enough(one: Sidecar) -> None:
    heads = rewritten(read(one, keys_of(one), heads=True), Rewriter())
    assert heads == rewritten(messages_of(one), Rewriter())


@pytest.mark.parametrize("one", CIPHERED, ids=lambda one: one.name)
def test_nothing_that_opens_with_the_keys_is_left_in_an_envelope(one: Sidecar) -> None:
    messages = messages_of(one)
    rewriter = Rewriter()
    again = read_again(rewritten(messages, rewriter), rewriter)
    closed = [message for message in again if message.security is not None]
    refused = [message for message in messages if message.security and message.plaintext is None and not
               message.reassembled]  # fmt: skip
    assert len(closed) == len(refused) == rewriter.closed
    assert sum(message.outer.startswith(ENVELOPES) for message in again) <= rewriter.closed


@pytest.mark.parametrize("one", HDLC, ids=lambda one: one.name)
def test_frame_numbers_of_the_output_have_no_holes(one: Sidecar) -> None:
    codes = {"sequence", "acknowledgement"}
    messages = messages_of(one)
    rewriter = Rewriter()
    again = read_again(rewritten(messages, rewriter), rewriter)
    before = [expert for message in messages for expert in message.experts if expert.code in codes]
    after = [expert for message in again for expert in message.experts if expert.code in codes]
    assert len(after) <= len(before)


def test_segments_become_one_frame_as_long_as_hdlc_allows() -> None:
    one = sidecar("ln_hdlc_gmac_general_ded_segmented")
    messages = messages_of(one)
    segmented = [message for message in messages if message.kind is Kind.APDU and len(message.parts) > 1]
    assert segmented
    rewriter = Rewriter()
    for message in messages:
        frames = rewriter.rewrite(message)
        if message in segmented:
            for frame in frames:
                hdlc, _ = read_frame(frame.octets, 54, len(frame.octets))
                assert hdlc.fcs_ok
                assert hdlc.hcs_ok
            assert len(frames) == 1 + sum(len(frame.octets) for frame in frames) // 2_100


OVER_TCP = [one for one in CIPHERED + HDLC if all(way["proto"] == "tcp" for way in one.load()["transports"])]


@pytest.mark.parametrize("one", OVER_TCP, ids=lambda one: one.name)
def test_what_came_in_segments_of_a_few_octets_is_written_the_same(one: Sidecar) -> None:
    frames = mangle.frames(mangle.split(mangle.load(one.pcap), 5))
    messages = fed(one, frames)
    rewriter = Rewriter()
    again = read_again(rewritten(messages, rewriter), rewriter)
    assert list(map(said, again)) == list(map(said, messages))


@pytest.mark.parametrize("one", CIPHERED + HDLC, ids=lambda one: one.name)
def test_what_is_left_of_a_damaged_capture_is_written(one: Sidecar) -> None:
    random = Random(one.name)
    damaged = []
    for frame in mangle.frames(mangle.load(one.pcap)):
        octets = bytearray(frame.octets)
        if random.random() < 0.2 and len(octets) > HEADERS:
            octets[random.randrange(HEADERS, len(octets))] ^= 1 << random.randrange(8)
        if random.random() < 0.95:
            damaged.append(frame._replace(buf=bytes(octets), start=0, end=len(octets)))
    messages = fed(one, damaged)
    for rewriter in (Rewriter(), Rewriter(upper_pdu=True)):
        again = read_again(rewritten(messages, rewriter), rewriter)
        assert apdus(again) == apdus(messages)


@pytest.fixture(scope="module")
def dissect(tmp_path_factory: pytest.TempPathFactory) -> Dissect:
    """What tshark says of the frames of a deciphered capture that a display filter lets pass."""
    folder = tmp_path_factory.mktemp("clear")

    def run(one: Sidecar, display_filter: str, *disabled: str, **how: bool) -> str:
        rewriter = Rewriter(**how)
        path = folder / f"{one.name}.pcapng"
        with path.open("wb") as file:
            file.write(writer.section_header() + writer.interface_description(rewriter.link_type))
            for frame in rewritten(messages_of(one), rewriter):
                file.write(writer.packet(0, frame.time, frame.octets, comment=frame.comment))
        words = [f"-o{name}.check_checksum:TRUE" for name in ("ip", "tcp", "udp")]
        words += [f"--disable-protocol={name}" for name in disabled]
        done = subprocess.run(
            ["tshark", "-r", str(path), "-Y", display_filter, *words],
            capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
        return done.stdout

    return run


@cache
def knows_dlms() -> bool:
    """Whether the tshark here has a dissector for DLMS/COSEM."""
    if shutil.which("tshark") is None:
        return False
    done = subprocess.run(["tshark", "-G", "protocols"], capture_output=True, text=True, timeout=120, check=False)
    return any(line.split("\t")[2:3] == ["dlms"] for line in done.stdout.splitlines())


@tshark
@pytest.mark.parametrize("one", CIPHERED + [one for one in HDLC if one not in CIPHERED], ids=lambda one: one.name)
def test_tshark_finds_no_wrong_checksum_and_no_error_of_tcp(one: Sidecar, dissect: Dissect) -> None:
    # What tshark makes of the APDUs is its own affair. Without DLMS, a guess of it takes some WPDUs for STUN.
    off = ("dlms", "classicstun")
    assert dissect(one, "tcp.analysis.flags || _ws.malformed || _ws.expert.severity == error", *off) == ""
    checksums = "ip.checksum.status == good && (tcp.checksum.status == good || udp.checksum.status == good)"
    assert dissect(one, checksums, *off).count("\n") == dissect(one, "frame", *off).count("\n") > 0


@tshark
def test_a_tshark_that_knows_dlms_takes_every_frame_for_it(dissect: Dissect) -> None:
    if not knows_dlms():
        pytest.skip("this tshark has no dissector for DLMS/COSEM")
    for one in CIPHERED:
        for upper_pdu in (False, True):
            assert dissect(one, "!dlms", upper_pdu=upper_pdu) == "", one.name
            assert dissect(one, "dlms", upper_pdu=upper_pdu).count("\n") > 0, one.name
