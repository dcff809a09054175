"""How Scapy finds the layers: `conf.exts.load("dlms-analyzer")`, then `load_contrib("dlms")`.

Scapy's loader calls `scapy_ext` in every top-level package of the distribution, and later executes the registered file
as a module of its own. The file registered here therefore only re-exports the package.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scapy.config import ScapyExt

DISTRIBUTION = "dlms-analyzer"
CONTRIB_NAME = "dlms"
CONTRIB_FILE = Path(__file__).parent / "scapy_contrib" / "dlms.py"


def scapy_ext(extension: ScapyExt) -> None:
    """Offer the layers to Scapy as the contrib module `dlms`.

    Args:
        extension: the record Scapy's extension loader fills while it loads `dlms-analyzer`.
    """
    # Imported here: Scapy's loader has it in memory by now, and everybody else saves the milliseconds.
    from importlib.metadata import version

    extension.config(DISTRIBUTION, version(DISTRIBUTION))
    # default=False: load_contrib() finds it; True would put a lazily loaded copy into sys.modules at once.
    extension.register(CONTRIB_NAME, extension.MODE.CONTRIB, CONTRIB_FILE, default=False)
