"""The command line. Data goes to stdout, talk to stderr; 0 is well, 1 bad input, 2 wrong usage."""

from dlms_analyzer.cli.main import main

__all__ = ["main"]
