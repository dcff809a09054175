"""The index: what lists, sessions and filters need of every message, in columns, without the octets.

The octets stay where they are, in the capture or its spool file, and are read again when someone looks.
"""

from dlms_analyzer.index.reading import IndexedCapture, Progress
from dlms_analyzer.index.selecting import Selected
from dlms_analyzer.index.table import MessageTable, Row

__all__ = ["IndexedCapture", "MessageTable", "Progress", "Row", "Selected"]
