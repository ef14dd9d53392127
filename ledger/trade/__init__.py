"""What trade asks of the ledger beside proofs: keyed names of claims, and which items a recall reaches and where they are.

What is computed here from many histories is no proof: who needs one asks for the trace of an item.
"""
