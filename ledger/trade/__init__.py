"""What trade asks beside proofs: keyed names of claims; which items a recall reaches, and where they are.

What is computed here from many histories is no proof: who needs one asks for the trace of an item.
"""
