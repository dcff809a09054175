"""Writing aside: a second process learns from messages and writes their jsonl objects, while this one reads on.

What a jsonl object says of a message is less than what there is to read: plain values go from one process to the other,
every message in its order. So the lines are those that one process would write.
"""

from dlms_analyzer.aside.writing import Aside, pays

__all__ = ["Aside", "pays"]
