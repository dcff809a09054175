"""Meters as trees of objects, from the index of a capture: what had values, in which messages, and what they say.

columns.py   what the columns of the index tell without the octets
meter.py     one meter: its attributes and the messages that revealed values of them
lessons.py   which messages teach what the meaning of values rests on
pushes.py    pushes, which may turn out to be about something else
index.py     all meters; goes through the messages in small steps and goes on when there are more
history.py   every value of an attribute, also those in the rows of profiles
numbers.py   values as series of numbers
"""

from dlms_analyzer.objects.columns import AttributeRef, ObjectRef
from dlms_analyzer.objects.history import History
from dlms_analyzer.objects.index import Gathered, ObjectIndex
from dlms_analyzer.objects.meter import MeterObjects

__all__ = ["AttributeRef", "Gathered", "History", "MeterObjects", "ObjectIndex", "ObjectRef"]
