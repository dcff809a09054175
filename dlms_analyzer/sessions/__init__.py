"""Sessions: the associations of a capture as a list, with what a list says of each, and how fast they were."""

from dlms_analyzer.sessions.facts import Facts, facts_of
from dlms_analyzer.sessions.listing import Line, SessionList
from dlms_analyzer.sessions.measuring import Measured, Measuring
from dlms_analyzer.sessions.naming import Naming

__all__ = ["Facts", "Line", "Measured", "Measuring", "Naming", "SessionList", "facts_of"]
