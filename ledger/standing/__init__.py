"""Where everything that was declared stands, for agencies: lists, summaries and returns, followed as the log grows.

Derived from committed events in a file beside the ledger; nobody's statement, and no proof. Who needs one asks for the
trace, from which `ledger.trade.declarations` makes the same.
"""
