"""The security stage: what protects an APDU, with which key, and what it says once it is opened."""

from dlms_analyzer.security.judge import judge

__all__ = ["judge"]
