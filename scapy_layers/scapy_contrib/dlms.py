# scapy.contrib.description = DLMS/COSEM (IEC 62056): wrapper, HDLC, ACSE, xDLMS, ciphered envelopes
# scapy.contrib.status = loads

"""What `load_contrib("dlms")` brings into Scapy: every public name of `scapy_layers`.

Scapy executes this file under the name `scapy.contrib.dlms`. Packet classes defined here would exist twice and compare
unequal to the ones the engine uses, so this file defines nothing.
"""

import scapy_layers
from scapy_layers import *

scapy_layers.bind()

__all__ = scapy_layers.__all__
