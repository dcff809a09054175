"""The engine: capture sources, reassembly, associations, decryption and COSEM meaning.

Floor 2 of the house. It stands on `scapy_layers` (the wire formats) and knows nothing of `tui` (the screens).
Inside it is sans-I/O: only `dlms_analyzer.capture` and `dlms_analyzer.cli` touch files, sockets or devices.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from dlms_analyzer.analyzer import Analyzer
    from dlms_analyzer.capture_file import Capture, open  # noqa: A004 - dlms.open() reads as it should
    from dlms_analyzer.decoding import Pasted, decode
    from dlms_analyzer.messages import Message

__all__ = ["Analyzer", "Capture", "Message", "Pasted", "decode", "open", "scapy_ext"]

__version__ = "0.1.0"

_MODULES: Final = {
    "Analyzer": "analyzer",
    "Capture": "capture_file",
    "Message": "messages",
    "Pasted": "decoding",
    "decode": "decoding",
    "open": "capture_file",
}
"""Public name to the module that has it. A process that needs only some stages does not wait for the others."""


def __getattr__(name: str) -> Any:
    """A public name, when it is first asked for."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    return found


def __dir__() -> list[str]:
    """All names, also those that nobody has asked for yet."""
    return sorted({*globals(), *__all__})


def scapy_ext(_extension: object) -> None:
    """Register nothing.

    `conf.exts.load("dlms-analyzer")` calls this function in every top-level package of the distribution and refuses
    the extension where one is missing; the layers are registered by `scapy_layers`.
    """
