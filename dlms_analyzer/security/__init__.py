"""The security stage: what protects an APDU, with which key, and what it says once it is opened."""
