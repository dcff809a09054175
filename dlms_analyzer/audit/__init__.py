"""Security findings over a capture: what an attacker could use, each with the messages that show it.

    Message -> Auditor -> Finding

The checks are functions of a message and the `Case` of its client and meter; what they look for is declared in `RULES`.
"""

from dlms_analyzer.audit.auditor import Auditor
from dlms_analyzer.audit.finding import Finding
from dlms_analyzer.audit.rules import RULES, Grade, Rule

__all__ = ["RULES", "Auditor", "Finding", "Grade", "Rule"]
