"""Proofs out of the store: paths, index proofs, receipts, events, traces.

Every proof is checked with the verifier's own code before it leaves.
"""
