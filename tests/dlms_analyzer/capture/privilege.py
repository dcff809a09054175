"""Whether this machine lets the tests capture live."""

from __future__ import annotations

import pytest

from dlms_analyzer.capture import CaptureError
from dlms_analyzer.capture.live import LiveSource
from dlms_analyzer.capture.live_tools import find_tools, list_interfaces

LOOPBACK = next((name for name in list_interfaces() if name in {"lo", "lo0"}), "lo")


def may_capture() -> bool:
    try:
        LiveSource([LOOPBACK], tool=find_tools()[-1]).close()
    except CaptureError:
        return False
    return True


needs_privilege = pytest.mark.skipif(not may_capture(), reason="no permission to capture")
