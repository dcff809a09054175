"""Optional build step: with DLMS_ANALYZER_COMPILE=1 the hot modules are compiled by mypyc from the same source.

Everything else about the build stands in pyproject.toml. Without the variable nothing is compiled and no compiler is
needed; `make compiled` builds both ways of running side by side and measures them.
"""

import os
import sys
from pathlib import Path

from setuptools import setup

HOT = [
    "dlms_analyzer/ahead/reading.py",
    "dlms_analyzer/ahead/wire.py",
    "dlms_analyzer/aside/telling.py",
    "dlms_analyzer/analyzer.py",
    "dlms_analyzer/associations/association.py",
    "dlms_analyzer/associations/exchange.py",
    "dlms_analyzer/associations/pairing.py",
    "dlms_analyzer/associations/tracker.py",
    "dlms_analyzer/capture/pcap.py",
    "dlms_analyzer/cosem/profile.py",
    "dlms_analyzer/decoded.py",
    "dlms_analyzer/framing/hdlc.py",
    "dlms_analyzer/framing/mbus.py",
    "dlms_analyzer/framing/raw.py",
    "dlms_analyzer/framing/stage.py",
    "dlms_analyzer/framing/stream.py",
    "dlms_analyzer/framing/wrapper.py",
    "dlms_analyzer/index/noted.py",
    "dlms_analyzer/index/reading.py",
    "dlms_analyzer/index/table.py",
    "dlms_analyzer/items.py",
    "dlms_analyzer/lower_stages.py",
    "dlms_analyzer/meaning.py",
    "dlms_analyzer/message_json.py",
    "dlms_analyzer/net/conversations.py",
    "dlms_analyzer/net/decoder.py",
    "dlms_analyzer/net/streams.py",
    "dlms_analyzer/net/tcp.py",
    "dlms_analyzer/security/counters.py",
    "dlms_analyzer/security/envelopes.py",
    "dlms_analyzer/security/gcm.py",
    "dlms_analyzer/security/protection.py",
    "dlms_analyzer/security/stage.py",
]
"""What every frame or message goes through; whatever inherits from a compiled class has to be compiled too."""


def compiled() -> list[object]:
    """The extension modules, when they are wanted."""
    if not os.environ.get("DLMS_ANALYZER_COMPILE"):
        return []
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    from mypyc.build import mypycify

    return list(mypycify(HOT, opt_level="2"))


setup(ext_modules=compiled())
