"""Submissions looked at in processes beside the ledger's own, so that its interpreter is left to the writer.

A looker runs the same intake over a snapshot of its own, and answers with candidates in plain values. It holds no key
and writes nothing. Whatever it does not find good, nobody is told by it: the ledger's process looks again, and says
why (docs/adr/0065).
"""
