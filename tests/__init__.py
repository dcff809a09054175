"""Tests, laid out as the packages are: tests/scapy_layers/test_hdlc.py tests scapy_layers/hdlc.py."""
