"""Interpreters: what the value of an attribute, or the parameter of a method, says.

Each attribute has a shape: from the table of structures, else from the type in the table of classes. A value that does
not fit is shown by its own types alone, and the result says why and where. `register` puts a shape of one's own in
front, for classes of a manufacturer.
"""

from __future__ import annotations

from dlms_analyzer.cosem.interpret.registry import generic, interpret, interpret_method, register
from dlms_analyzer.cosem.interpret.result import Interpreted, Mismatch, Pair, Part

__all__ = ["Interpreted", "Mismatch", "Pair", "Part", "generic", "interpret", "interpret_method", "register"]
