"""Deciphered messages as frames that other programs read: APDUs in clear, framing and packets rebuilt around them."""
