"""Governing the ledger: acts of the registry as drafts, and ceremonies that carry them from holder to holder.

A ceremony is a file. Whoever proposes writes it, every holder signs it on a machine of its own, the copies are
merged, and what is signed is submitted: the proposal, then its approvals.
"""
