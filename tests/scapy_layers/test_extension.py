"""The distribution works as a Scapy extension, in a Scapy that knows nothing of it beforehand."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest

from scapy_layers.extension import CONTRIB_FILE

SCAPY_SESSION_SECONDS = 120  # import scapy.all alone takes seconds on a busy machine


def in_a_fresh_scapy(script: str, cwd: Path) -> dict[str, object]:
    """Run `script` after `from scapy.all import *` in an interpreter of its own; it prints one JSON object."""
    done = subprocess.run(
        [sys.executable, "-c", "import json\nfrom scapy.all import *\n" + script],
        capture_output=True,
        text=True,
        timeout=SCAPY_SESSION_SECONDS,
        check=False,
        cwd=cwd,
    )
    assert done.returncode == 0, done.stderr
    assert "does not look like a Scapy plugin" not in done.stderr
    assert "failed during initialization" not in done.stderr
    answer = json.loads(done.stdout.strip().splitlines()[-1])
    assert isinstance(answer, dict)
    return answer


def test_scapy_accepts_the_extension_and_load_contrib_brings_the_layers(tmp_path: Path) -> None:
    answer = in_a_fresh_scapy(
        "conf.exts.load('dlms-analyzer')\n"
        "load_contrib('dlms')\n"
        "print(json.dumps({'name': conf.exts.exts[0].name, 'specs': list(conf.exts.all_specs),\n"
        "                  'wrapper': issubclass(Wrapper, Packet), 'get': issubclass(GetRequestNormal, Packet)}))",
        tmp_path,
    )
    assert answer == {"name": "dlms-analyzer", "specs": ["scapy.contrib.dlms"], "wrapper": True, "get": True}


def test_the_contrib_names_are_the_very_classes_of_the_package(tmp_path: Path) -> None:
    answer = in_a_fresh_scapy(
        "import scapy_layers\n"
        "conf.exts.load('dlms-analyzer')\n"
        "import scapy.contrib.dlms as contrib\n"
        "same = [n for n in scapy_layers.__all__ if getattr(contrib, n) is getattr(scapy_layers, n)]\n"
        "print(json.dumps({'public': contrib.__all__ == scapy_layers.__all__ == same, 'any': bool(same)}))",
        tmp_path,
    )
    assert answer == {"public": True, "any": True}


def test_the_contrib_file_has_the_header_that_scapy_lists_contribs_by() -> None:
    header = CONTRIB_FILE.read_text().split("\n\n", 1)[0]
    assert "# scapy.contrib.description = DLMS/COSEM" in header
    assert "# scapy.contrib.status = loads" in header


@pytest.mark.parametrize("package", sorted((distribution("dlms-analyzer").read_text("top_level.txt") or "").split()))
def test_every_top_level_package_answers_scapys_loader(package: str) -> None:
    assert callable(importlib.import_module(package).scapy_ext)
