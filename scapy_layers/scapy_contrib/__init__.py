"""The files Scapy loads by path: thin re-exports, because Scapy executes them as a second copy of the module."""
