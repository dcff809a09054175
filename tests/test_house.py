"""The house itself: its metadata, the three floors, and a test tree that mirrors the packages."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from importlinter.cli import lint_imports

import dlms_analyzer
from tests.support import CAPTURES, REPOSITORY, sample_captures

FLOORS = ("scapy_layers", "dlms_analyzer", "tui")
"""From the ground up: a floor may import the ones before it."""

DEVICES = {"asyncio", "pyshark", "select", "selectors", "serial", "socket", "ssl", "subprocess"}
"""What reaches out of the process; scapy_layers never does, the engine only in capture/ and cli/."""

FORBIDDEN = {
    "scapy_layers": {"dlms_analyzer", "tui", "textual", "cryptography"} | DEVICES,
    "dlms_analyzer": {"tui", "textual"},
    "tui": set[str](),
}

MAY_TOUCH_DEVICES = ("dlms_analyzer/capture", "dlms_analyzer/cli", "tui")


def source_files() -> list[str]:
    return sorted(
        path.relative_to(REPOSITORY).as_posix() for floor in FLOORS for path in (REPOSITORY / floor).rglob("*.py")
    )


def imported_modules(source: str) -> Iterator[str]:
    """Every module a file imports, wherever in the file the import stands."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def allowed_subjects(folder: Path) -> set[str]:
    """Names of the modules and packages in a source folder: what a test file beside it may be about."""
    return {path.stem for path in folder.glob("*.py")} | {path.name for path in folder.iterdir() if path.is_dir()}


def test_the_installed_metadata_is_what_scapys_extension_loader_asks_for() -> None:
    installed = distribution("dlms-analyzer")
    assert installed.metadata["License-Expression"] == "GPL-2.0-or-later"
    assert sorted((installed.read_text("top_level.txt") or "").split()) == sorted(FLOORS)


def test_the_installed_version_is_the_one_the_package_states() -> None:
    assert distribution("dlms-analyzer").version == dlms_analyzer.__version__


def test_the_console_script_is_the_command_line_of_the_engine_with_the_screens_in_front() -> None:
    scripts = {entry.name: entry.value for entry in distribution("dlms-analyzer").entry_points}
    assert scripts["dlms-analyzer"] == "tui.command:main"


def test_the_oldest_supported_python_is_the_one_the_checkers_are_told() -> None:
    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    oldest = settings["project"]["requires-python"].removeprefix(">=")
    assert settings["tool"]["mypy"]["python_version"] == oldest
    assert settings["tool"]["ruff"]["target-version"] == "py" + oldest.replace(".", "")
    assert f"Programming Language :: Python :: {oldest}" in settings["project"]["classifiers"]


def test_the_import_contracts_hold() -> None:
    assert lint_imports(config_filename=str(REPOSITORY / "pyproject.toml"), no_cache=True) == 0


@pytest.mark.parametrize("path", source_files())
def test_a_source_file_imports_nothing_its_floor_forbids(path: str) -> None:
    forbidden = set(FORBIDDEN[path.split("/", 1)[0]])
    if not path.startswith(MAY_TOUCH_DEVICES):
        forbidden |= DEVICES
    modules = list(imported_modules((REPOSITORY / path).read_text(encoding="utf-8")))
    assert not sorted({module for module in modules if module.split(".", 1)[0] in forbidden})
    assert "scapy.all" not in modules, "scapy.all costs every start the better part of a second"


@pytest.mark.parametrize("floor", FLOORS)
def test_every_test_file_mirrors_a_module_or_package(floor: str) -> None:
    strangers = []
    for test in sorted((REPOSITORY / "tests" / floor).rglob("test_*.py")):
        folder = REPOSITORY / test.parent.relative_to(REPOSITORY / "tests")
        subject = test.stem.removeprefix("test_")
        if not folder.is_dir() or not any(
            subject == name or subject.startswith(name + "_") for name in allowed_subjects(folder)
        ):
            strangers.append(test.relative_to(REPOSITORY).as_posix())
    assert not strangers, "named after no module; a test that spans modules belongs at the top of tests/"


@pytest.mark.parametrize("floor", FLOORS)
def test_every_floor_tells_type_checkers_that_it_is_typed(floor: str) -> None:
    assert (REPOSITORY / floor / "py.typed").is_file()


def test_every_sample_capture_is_explained_in_the_readme_and_none_is_missing() -> None:
    rows = (CAPTURES / "README.md").read_text(encoding="utf-8").splitlines()
    explained = [row.split("`")[1] for row in rows if row.startswith("| `")]
    assert sorted(explained) == sorted(path.name for path in sample_captures())


@pytest.mark.parametrize("keys", sorted(CAPTURES.glob("*.keys.toml")), ids=lambda path: path.name)
def test_a_key_file_stands_beside_its_capture_and_names_usable_keys(keys: Path) -> None:
    assert keys.with_name(keys.name.removesuffix(".keys.toml") + ".pcap").is_file()
    tables = tomllib.loads(keys.read_text(encoding="utf-8"))["meter"]
    assert tables
    for meter in tables:
        assert len(bytes.fromhex(meter["system_title"])) == 8
        assert {len(bytes.fromhex(meter[key])) for key in ("guek", "gak")} == {16}
        for setting, value in meter.items():
            if setting.endswith("_signing_cert"):
                load_pem_public_key((CAPTURES / value).read_bytes())
