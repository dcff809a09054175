"""How a wire format is declared, and what is derived from a declaration.

`fields` and `composite` have the fields, `layer` the `Pdu` base class, `compile` the fast reader, `trace` the
detail tree, `outcome` the three ways reading can end, `lengths` the length coding that A-XDR and BER share.
"""
