"""What the audit finds in real captures: everything that is wrong with them, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

import pytest

import dlms_analyzer as dlms
from dlms_analyzer.audit import RULES, Auditor, Finding
from dlms_analyzer.capture import open_capture
from dlms_analyzer.cli import main
from dlms_analyzer.output.lines import LineWriter
from dlms_analyzer.output.style import Style
from dlms_analyzer.output.tree import tree_lines
from dlms_analyzer.security.keyring import Keyring
from tests.support import Sidecar, sidecar, sidecars, thirdparty
from tests.test_security_captures import keys_of

KNOWN_KEY, KNOWN_PASSWORD, LLS = "well-known-key", "well-known-password", "password-in-clear"
CLEAR, OWN, SUITE_0 = "data-in-clear", "manufacturer-mechanism", "suite-0"
LOW = {KNOWN_PASSWORD, LLS, CLEAR}

LARGE = 400_000
"""Octets of captures that take too long to be mangled and printed."""
HEADERS = 62
"""Octets of Ethernet, IP, TCP and wrapper headers: what is changed behind them reaches the APDUs."""

FOUND: dict[str, set[str]] = {
    "event_udp_wrapper": {CLEAR},
    "hdlc_edge_cases": LOW,
    "inforeport_udp_sn": {CLEAR},
    "j_ln_hdlc_hls2_profile200": {CLEAR, OWN},
    "j_ln_wrapper_gmac_auth_only": {KNOWN_KEY, "authentication-only", SUITE_0},
    "j_ln_wrapper_gmac_enc_only": {KNOWN_KEY, "encryption-only", SUITE_0},
    "j_ln_wrapper_gmac_general_glo": {KNOWN_KEY, SUITE_0},
    "j_ln_wrapper_gmac_general_glo_suite2": {KNOWN_KEY},
    "j_ln_wrapper_gmac_glo": {KNOWN_KEY, SUITE_0},
    "j_ln_wrapper_gmac_plain": {KNOWN_KEY, CLEAR},
    "j_ln_wrapper_gmac_suite1": {KNOWN_KEY},
    "j_ln_wrapper_hls2_access": {CLEAR, OWN},
    "j_ln_wrapper_md5": {KNOWN_PASSWORD, "weak-mechanism", CLEAR},
    "j_ln_wrapper_sha256": {KNOWN_PASSWORD, CLEAR},
    "j_sn_wrapper_none": {"public-client-read"},
    "jc_ln_wrapper_gmac_full": {KNOWN_KEY, SUITE_0},
    "jj_ln_hdlc_gmac_ded": {KNOWN_KEY, SUITE_0},
    "jj_ln_wrapper_access": {KNOWN_PASSWORD, "secret-in-clear", CLEAR, OWN},
    "jj_ln_wrapper_gbt": {KNOWN_PASSWORD, "secret-in-clear", CLEAR, OWN},
    "jj_ln_wrapper_hls2_full": {KNOWN_PASSWORD, "secret-in-clear", CLEAR, OWN},
    "jj_sn_wrapper_gmac": {KNOWN_KEY, "nonce-reuse", SUITE_0},
    "jj_suite1_general_signing": {KNOWN_KEY},
    "jj_suite1_hls_ecdsa": {CLEAR},
    "ln_hdlc_gmac_general_ded_segmented": {KNOWN_KEY, SUITE_0},
    "ln_hdlc_low": LOW,
    "ln_hdlc_low_segmented": LOW,
    "ln_hdlc_modee_low": LOW,
    "ln_wrapper_access_refused": LOW,
    "ln_wrapper_gmac_glo": {KNOWN_KEY, SUITE_0},
    "ln_wrapper_gmac_low_ic": {KNOWN_KEY, "counter-refused", SUITE_0},
    "ln_wrapper_gmac_wrong_ak": {KNOWN_KEY, "bad-tag", SUITE_0},
    "ln_wrapper_hls2": {CLEAR, OWN},
    "ln_wrapper_image_transfer": {"image-transfer-unprotected", CLEAR, OWN},
    "ln_wrapper_low": LOW,
    "ln_wrapper_low_tcp_split": LOW,
    "ln_wrapper_low_wrong_password": {LLS, "login-refused"},
    "ln_wrapper_none": {"public-client-read"},
    "ln_wrapper_preestablished": {KNOWN_KEY, SUITE_0},
    "malformed_datablock_c_gbt": LOW,
    "pathological_gbt_stream": {CLEAR, OWN},
    "push_tcp_hdlc": {CLEAR},
    "push_tcp_wrapper": {*LOW, OWN},
    "push_udp_gbt": {CLEAR},
    "push_udp_wrapper_general_glo": {KNOWN_KEY, SUITE_0},
    "pw_hdlc_low_short": LOW,
    "pw_j_wrapper_gmac": {KNOWN_KEY, SUITE_0},
    "pw_wrapper_low": LOW,
    "sn_wrapper_confirmed_service_error": LOW,
}
"""By capture; all of them carry bench keys and passwords."""


SMALL = [one for one in sidecars() if one.pcap.stat().st_size < LARGE]


def keyring_of(one: Sidecar) -> Keyring:
    """The sidecar's keys; no keys where it has none, or several clients."""
    said = one.load().get("keys") or {}
    return Keyring([keys_of(one)] if isinstance(said.get("client_system_title"), str) else ())


def audited(one: Sidecar, keyring: Keyring | None = None) -> list[Finding]:
    keyring = keyring_of(one) if keyring is None else keyring
    analyzer, auditor = dlms.Analyzer(keys=keyring), Auditor(keyring)
    for frame in open_capture(one.pcap):
        auditor.feed_all(analyzer.feed(frame))
    auditor.feed_all(analyzer.flush())
    return auditor.finish()


@pytest.mark.parametrize("one", sidecars(), ids=lambda one: one.name)
def test_a_capture_shows_the_findings_that_it_must_and_no_others(one: Sidecar) -> None:
    assert {finding.code for finding in audited(one)} == FOUND[one.name]


@pytest.mark.parametrize("one", sidecars(), ids=lambda one: one.name)
def test_every_finding_names_messages_of_the_capture_and_no_secret(one: Sidecar) -> None:
    for finding in audited(one):
        assert finding.messages
        assert list(finding.messages) == sorted(set(finding.messages))
        assert finding.count >= len(finding.messages)
        if finding.secret is not None:
            assert finding.secret.hex() not in repr(finding).lower()
            assert finding.secret.hex() not in str(finding.to_dict()).lower()


def known_keys(one: Sidecar, keyring: Keyring) -> set[str]:
    return {finding.text for finding in audited(one, keyring) if finding.code == KNOWN_KEY}


PROTECTED = [one for one in sidecars() if KNOWN_KEY in FOUND[one.name]]


@pytest.mark.parametrize("one", PROTECTED, ids=lambda one: one.name)
def test_well_known_keys_are_found_without_being_given(one: Sidecar) -> None:
    if one.name == "ln_wrapper_preestablished":
        assert not known_keys(one, Keyring())  # nothing in it says a system title
    else:
        assert known_keys(one, Keyring())


def test_with_titles_alone_the_keys_of_a_pre_established_association_are_found() -> None:
    one = sidecar("ln_wrapper_preestablished")
    titles = Keyring([keys_of(one, guek=None, gak=None, kek=None)])  # type: ignore[arg-type]
    assert known_keys(one, titles) == known_keys(one, keyring_of(one))


def test_the_messages_named_are_the_ones_that_show_it() -> None:
    found = {finding.code: finding for finding in audited(sidecar("ln_wrapper_image_transfer"))}
    assert found["image-transfer-unprotected"].messages == (11,)
    found = {finding.code: finding for finding in audited(sidecar("ln_wrapper_gmac_low_ic"))}
    assert found["counter-refused"].messages == (58,)


@pytest.mark.parametrize(
    "one", [one for one in sidecars() if one.pcap.stat().st_size < LARGE], ids=lambda one: one.name
)
def test_captures_with_flipped_octets_are_audited_and_printed_without_a_stumble(one: Sidecar) -> None:
    random = Random(one.name)
    frames = list(open_capture(one.pcap))
    keyring = keyring_of(one)
    analyzer, auditor = dlms.Analyzer(keys=keyring), Auditor(keyring)
    lines, style = LineWriter(Style(False)), Style(False)
    printed = 0
    for frame in frames:
        octets = bytearray(frame.buf[frame.start : frame.end])
        for _ in range(random.choice((0, 0, 1, 3))):
            octets[random.randrange(min(HEADERS, len(octets) - 1), len(octets))] = random.randrange(256)
        mangled = frame._replace(buf=bytes(octets), start=0, end=len(octets))
        for message in analyzer.feed(mangled):
            auditor.feed(message)
            assert lines.line(message)
            printed += sum(1 for _ in tree_lines(message, style))
    auditor.feed_all(analyzer.flush())
    assert printed
    assert all(finding.code in RULES for finding in auditor.finish())


def printed(message: int, lines: list[str]) -> list[str]:
    """The lines of one message of `read`."""
    heads = [index for index, line in enumerate(lines) if HEAD.match(line)]
    start = next(index for index in heads if int(lines[index].split()[0]) == message)
    return lines[start : next((index for index in heads if index > start), len(lines))]


HEAD = re.compile(r" *\d+ +\d+\.\d{6}  #")
SECRETS = ("gurux", "4775727578")
"""What the bench passwords begin with, as text and as hex."""


@pytest.mark.parametrize("form", ["text", "tree"])
def test_read_prints_none_of_the_secrets_that_the_audit_finds_unless_asked(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    one = sidecar("jj_ln_wrapper_access")
    found = {number for finding in audited(one) if finding.code == "secret-in-clear" for number in finding.messages}
    assert len(found) == 5
    for option, told in (([], False), (["--show-secrets"], True)):
        assert main(["read", "-T", form, *option, str(one.pcap)]) == 0
        lines = capsys.readouterr().out.splitlines()
        for number in found:
            text = "\n".join(printed(number, lines)).lower()
            assert ("not shown" in text) is not told
            assert any(secret in text for secret in SECRETS) is told


def others() -> Iterator[dlms.Message]:
    for path in sorted(thirdparty().glob("*.pcap*")):
        yield from dlms.open(path).messages


def test_captures_of_others_are_audited_without_a_stumble() -> None:
    auditor = Auditor()
    auditor.feed_all(others())
    codes = {finding.code for finding in auditor.finish()}
    assert {"public-client-write", "secret-in-clear", LLS} <= codes
    assert not codes & {"replay-accepted", "old-counter-accepted", "challenge-repeated"}
