"""COSEM meaning: what classes, attributes, names and values say to people, and what a meter is remembered by.

Sans-I/O, and independent of messages and associations: it works on `Data` pairs as the layers read them and on plain
class, logical name and attribute. `MeterModel` is the way in; `label` does the same for a push without names.

Example:
    >>> model = MeterModel()
    >>> energy = parse("1-0:1.8.0")
    >>> model.note(3, energy, 3, (2, ((15, 0), (22, 30))))
    True
    >>> model.interpret(3, energy, 2, (6, 1234567)).words
    '1234.567 kWh'
    >>> describe(energy).name
    'active energy import (total)'
"""

from __future__ import annotations

from dlms_analyzer.cosem.datetimes import DateTime
from dlms_analyzer.cosem.interpret import Interpreted, Part, interpret, register
from dlms_analyzer.cosem.model import MeterModel
from dlms_analyzer.cosem.names import Names, NameTable
from dlms_analyzer.cosem.obis import Pattern, describe, dotted, parse
from dlms_analyzer.cosem.profile import Table
from dlms_analyzer.cosem.push import Push, PushItem, label
from dlms_analyzer.cosem.units import ScalerUnit, exact_json, present

__all__ = [
    "DateTime",
    "Interpreted",
    "MeterModel",
    "NameTable",
    "Names",
    "Part",
    "Pattern",
    "Push",
    "PushItem",
    "ScalerUnit",
    "Table",
    "describe",
    "dotted",
    "exact_json",
    "interpret",
    "label",
    "parse",
    "present",
    "register",
]
