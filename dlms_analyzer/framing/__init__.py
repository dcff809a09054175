"""From the octets of a stream to APDUs and link frames: wrapper, HDLC and the rarer framings."""
