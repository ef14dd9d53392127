"""The other side of the ledger's HTTP service: ask, submit, keep what was promised, and check it.

Whoever uses this trusts nothing that comes back: what matters is checked by `verifier`. Used by
`suyuan submit`, by witnesses and by the demonstration.
"""
