"""The witness: a process of its own, with keys and a database of its own, that follows ledgers and cosigns.

It signs at most one root for a size and never goes back, whatever a ledger serves and wherever the
process is killed. What it does not check: bodies, authority, the index. Those are an auditor's.
"""
