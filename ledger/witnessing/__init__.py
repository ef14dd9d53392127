"""The ledger's side of witnessing: it hands its checkpoints to witnesses, and collects their cosignatures.

A thread for each witness; nothing here is waited for by whoever submits.
"""
