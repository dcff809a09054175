"""Settings and fixtures for the whole test tree; the functions behind the fixtures are in tests/support.py."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings
from scapy.config import conf
from scapy.layers.l2 import Neighbor

from tests import support

# A Scapy layer that raises while it dissects turns silently into Raw; in tests it raises.
conf.debug_dissector = 2
# Scapy asks the network for the hardware address of an IP destination, and waits; tests send nothing.
Neighbor.resolve = lambda *_: None

# The same examples on every CI run, and no time limit per example: the machines are small and shared.
settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


@pytest.fixture(autouse=True)
def settings_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in place of the one with the user's own settings."""
    folder = tmp_path / "settings of this test"
    monkeypatch.setenv("DLMS_ANALYZER_SETTINGS", str(folder))
    return folder


@pytest.fixture(scope="session")
def captures() -> Path:
    """The repository's own captures/ folder."""
    return support.CAPTURES


@pytest.fixture(scope="session")
def shared_captures() -> Path:
    """The ground-truth captures beside the repository; skips without them."""
    return support.shared_captures()


@pytest.fixture(scope="session")
def shared_vectors() -> Path:
    """The vectors beside the repository; skips without them."""
    return support.shared_vectors()


@pytest.fixture(scope="session")
def thirdparty() -> Path:
    """Other people's captures beside the repository; skips without them."""
    return support.thirdparty()
