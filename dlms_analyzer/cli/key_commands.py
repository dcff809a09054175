"""`dlms-analyzer keys`: what keys are worth for a capture, and which of many open it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import Any, Final

from dlms_analyzer.capture import CaptureError
from dlms_analyzer.capture.key_files import load_candidates
from dlms_analyzer.cli.options import CaptureRun, add_capture_options, say
from dlms_analyzer.output.escape import escape
from dlms_analyzer.output.json_lines import json_line
from dlms_analyzer.security.key_check import Meter, check, keys_dict
from dlms_analyzer.security.key_trial import Candidate, Fit, Lock, Sample, Trial, candidates_of
from dlms_analyzer.security.keys import KeyProblem
from scapy_layers.ciphering import AUTHENTICATED, ENCRYPTED, SUITE

_NOTHING: Final = "nothing is protected"


def add_parser(commands: Any) -> None:
    """Add the subcommands."""
    keys = commands.add_parser("keys", help="check keys against captures", description="Check keys against captures.")
    actions = keys.add_subparsers(dest="action", required=True, metavar="ACTION")
    checking = actions.add_parser(
        "check",
        help="which meters in the captures have which keys, and which are missing",
        description="Print the meters of captures, how many of their APDUs the keys open, and what is missing.",
    )
    checking.add_argument("keys_file", metavar="KEYS", help="keys file, TOML or CSV")
    trying = actions.add_parser(
        "try",
        help="which of many keys open what is in the captures",
        description="Try every key as encryption and as authentication key on the protected APDUs of captures.",
    )
    trying.add_argument("keys_file", metavar="KEYS", help="a key in hex on each line, or a keys file")
    for action, run in ((checking, _check), (trying, _try)):
        add_capture_options(action)
        action.add_argument(
            "-T", dest="form", choices=("text", "jsonl"), default="text", help="text or an object a line"
        )
        action.set_defaults(run=run)


def _check(options: argparse.Namespace) -> int:
    """Print what the keys open; gives the exit status."""
    options.keys_files.insert(0, options.keys_file)
    with CaptureRun(options) as captures:
        for _ in captures.messages():
            pass
    if captures.read_nothing:
        return captures.status
    found = check(captures.analyzer.associations, captures.analyzer.security.keyring)
    if options.form == "jsonl":
        for meter in found.meters:
            sys.stdout.write(json_line(meter.to_dict(options.show_secrets)))
        return captures.status
    for meter in found.meters:
        print("\n".join(_meter_lines(meter, options.show_secrets)))
    if not found.meters:
        print(_NOTHING)
    for keys in found.unused:
        print(f"not used: {escape(keys.label)} ({escape(keys.origin)})")
    return captures.status


def _meter_lines(meter: Meter, show_secrets: bool) -> Iterator[str]:
    name = f"system title {meter.title.hex().upper()}" if meter.title is not None else "system title not seen"
    yield f"meter at {escape(meter.address)}, server SAP {meter.sap}, {name}"
    yield f"    verified {meter.opened}, not verified {meter.not_verified}, not opened {meter.failed}"
    for keys in meter.keys:
        said = keys_dict(keys, show_secrets)
        has = ", ".join(f"{name} {value}" if show_secrets else name for name, value in said["has"].items())
        yield f"    keys: {escape(said['label'])} ({escape(said['origin'])}): {escape(has) or 'none'}"
    if not meter.keys:
        yield "    keys: none"
    for reason in meter.reasons:
        yield f"    {escape(reason)}"


def _try(options: argparse.Namespace) -> int:
    """Print which candidates fit; gives the exit status."""
    try:
        candidates = load_candidates(options.keys_file, dict(options.csv_columns))
    except KeyProblem as problem:
        raise CaptureError("\n".join(escape(line) for line in str(problem).splitlines())) from None
    trial = Trial()
    with CaptureRun(options) as captures:
        candidates += [candidate for keys in captures.analyzer.security.keyring for candidate in candidates_of(keys)]
        for message in captures.messages():
            trial.add(message)
    for lock, samples in trial.locks.items():
        fits = trial.fits(lock, candidates)
        if options.form == "jsonl":
            sys.stdout.write(json_line(_lock_dict(lock, samples, fits)))
        else:
            print("\n".join(_lock_lines(lock, samples, fits, candidates)))
    if not (trial.locks or trial.untitled or options.form == "jsonl" or captures.read_nothing):
        found = check(captures.analyzer.associations, captures.analyzer.security.keyring)
        print("nothing is protected by keys that can be tried" if found.meters else _NOTHING)
    if trial.untitled:
        say(f"{trial.untitled} protected messages not tried: the system title of their sender was not seen")
    return captures.status


def _lock_dict(lock: Lock, samples: list[Sample], fits: list[Fit]) -> dict[str, Any]:
    return {
        "system_title": lock.title.hex(),
        "key": lock.key,
        "suite": lock.control & SUITE,
        "authenticated": bool(lock.control & AUTHENTICATED),
        "encrypted": bool(lock.control & ENCRYPTED),
        "messages": [sample.number for sample in samples],
        "fits": [
            {
                "encryption": fit.encryption.label,
                "authentication": None if fit.authentication is None else fit.authentication.label,
            }
            for fit in fits
        ],
    }


def _lock_lines(lock: Lock, samples: list[Sample], fits: list[Fit], candidates: list[Candidate]) -> Iterator[str]:
    numbers = ", ".join(str(sample.number) for sample in samples)
    yield (
        f"{lock.key} of system title {lock.title.hex().upper()}, security control {lock.control:02X}, "
        f"tried on messages {numbers}"
    )
    for fit in fits:
        if fit.authentication is not None:
            yield f"    fits: {escape(fit.encryption.label)}, authentication key {escape(fit.authentication.label)}"
        elif lock.control & AUTHENTICATED:
            yield f"    may fit: {escape(fit.encryption.label)}; no candidate is the authentication key"
        else:
            yield f"    may fit: {escape(fit.encryption.label)}; there is no tag to verify"
    if not fits:
        yield f"    none of {len(candidates)} candidates fits"
