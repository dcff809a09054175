"""The terminal screens: Textual widgets that ask the engine and know no wire format.

Floor 3 of the house: it may import `dlms_analyzer`, and nothing below may import it.
"""

from __future__ import annotations


def scapy_ext(_extension: object) -> None:
    """Register nothing: `conf.exts.load("dlms-analyzer")` asks every top-level package, this one has no layers."""
