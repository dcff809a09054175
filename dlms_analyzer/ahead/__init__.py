"""Reading ahead: a second process reads a capture file down to its units, while this one follows what is said.

What goes from one to the other are the events of `LowerStages`, in the order of the capture. Everything that has to see
all of a capture (associations, exchanges, keys and counters, the numbers of messages) stays in one process, so a
capture that is read so gives exactly what it gives without.
"""

from dlms_analyzer.ahead.reading import STEP, Reading

__all__ = ["STEP", "Reading"]
