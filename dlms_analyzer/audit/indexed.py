"""The audit of a capture that is indexed: its messages are read once more, in small steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dlms_analyzer.audit.auditor import Auditor
from dlms_analyzer.audit.finding import Finding
from dlms_analyzer.index.reading import IndexedCapture

BATCH: Final = 16
"""Messages between two looks at the progress: some milliseconds, as all of each is read, deciphered and looked at."""


class IndexAudit:
    """Audits an indexed capture.

    Example:
        >>> import dlms_analyzer as dlms
        >>> capture = dlms.open("captures/ln_wrapper_low.pcap").index()
        >>> for progress in capture.read():
        ...     pass
        >>> audit = IndexAudit(capture)
        >>> for done, total in audit.read():
        ...     pass
        >>> [finding.code for finding in audit.findings()]
        ['well-known-password', 'password-in-clear', 'data-in-clear']
    """

    def __init__(self, capture: IndexedCapture) -> None:
        """Begin.

        Args:
            capture: the keys that it has now are used; when others are added, another audit is due.
        """
        self._rereading = capture.reread()
        self._auditor = Auditor(self._rereading.keyring)

    def read(self) -> Iterator[tuple[int, int]]:
        """Look at what the capture has by now and was not looked at yet; may be called again when it has more.

        Yields:
            How many messages were looked at, and how many there are.

        Raises:
            CaptureError: the source no longer has their octets.
        """
        rereading = self._rereading
        for message in rereading.messages():
            self._auditor.feed(message)
            if not rereading.done % BATCH:
                yield rereading.done, rereading.total
        yield rereading.done, rereading.total

    def findings(self) -> list[Finding]:
        """What was found until now, worst first."""
        return self._auditor.finish()
