"""What several test modules share: where the sample files are, and the ground truth beside the repository.

The repository carries sample captures in `captures/`. A larger set of captures, vectors and other people's captures
may lie in a folder `shared` next to the repository; tests that read it skip, saying so, where it is absent.
Usable at collection time (for `parametrize`) and, through the fixtures in conftest.py, at run time.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
CAPTURES = REPOSITORY / "captures"
SHARED = REPOSITORY.parent / "shared"
CAPTURE_SUFFIXES = (".pcap", ".pcapng")


def shared_folder(name: str) -> Path:
    """The folder `name` beside the repository; skips the calling test where it is absent."""
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"no {folder.relative_to(REPOSITORY.parent)} beside the repository")
    return folder


def shared_captures() -> Path:
    """The folder of ground-truth captures with their sidecars, or a skip."""
    return shared_folder("captures")


def shared_vectors() -> Path:
    """The folder of single frames and APDUs from public sources, or a skip."""
    return shared_folder("vectors")


def thirdparty() -> Path:
    """The folder of other people's captures, or a skip."""
    return shared_folder("thirdparty")


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A ground-truth capture and the JSON beside it that says what is in it."""

    name: str
    pcap: Path
    json: Path

    @property
    def over_tcp(self) -> bool:
        """All of it came over TCP."""
        return all(transport["proto"] == "tcp" for transport in self.load()["transports"])

    def load(self) -> dict[str, Any]:
        """The parsed JSON: `expected` counts, `messages` in wire order, `keys`, `sessions`."""
        return load_json(self.json)


@functools.lru_cache(maxsize=8)  # some sidecars are near a megabyte, and several tests in a row ask for the same one
def load_json(path: Path) -> dict[str, Any]:
    """Read one JSON object; callers share the answer and leave it unchanged."""
    content = json.loads(path.read_text(encoding="utf-8"))
    assert isinstance(content, dict)
    return content


def sidecars(*prefixes: str) -> list[Sidecar]:
    """Every ground-truth capture (or those whose name starts with one of `prefixes`), for `parametrize`.

    Empty where the shared folder is absent, so that pytest reports the parametrised test as skipped.
    """
    found = [
        Sidecar(name=path.stem, pcap=path.with_suffix(".pcap"), json=path)
        for path in sorted((SHARED / "captures").glob("*.json"))
    ]
    return [sidecar for sidecar in found if sidecar.name.startswith(prefixes)] if prefixes else found


def usual_sidecars() -> list[Sidecar]:
    """All but the stream of 107,745 blocks in a few segments, whose sidecar names the first messages only."""
    return [one for one in sidecars() if one.name != "pathological_gbt_stream"]


def sidecar(name: str) -> Sidecar:
    """One ground-truth capture by name, or a skip where the shared folder is absent."""
    path = shared_captures() / f"{name}.json"
    return Sidecar(name=name, pcap=path.with_suffix(".pcap"), json=path)


def thirdparty_captures() -> list[Path]:
    """Every capture of others, for `parametrize`; empty where the folder is absent."""
    return sorted(path for path in (SHARED / "thirdparty").glob("*") if path.suffix in CAPTURE_SUFFIXES)


def vectors() -> Iterator[dict[str, Any]]:
    """Every vector of `vectors.jsonl`, in file order; none where the folder is absent."""
    path = SHARED / "vectors" / "vectors.jsonl"
    if path.is_file():
        with path.open(encoding="utf-8") as lines:
            yield from (json.loads(line) for line in lines if line.strip())


def sample_captures() -> list[Path]:
    """Every capture the repository itself carries, for `parametrize`."""
    return sorted(path for path in CAPTURES.iterdir() if path.suffix in CAPTURE_SUFFIXES)


def repeated(path: Path, times: int) -> Path:
    """A capture of one UDP exchange, again and again: there is no connection that it would be repeated on."""
    octets = (CAPTURES / "event_udp_wrapper.pcap").read_bytes()
    path.write_bytes(octets[:24] + octets[24:] * times)
    return path
