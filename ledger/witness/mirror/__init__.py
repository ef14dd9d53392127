"""A mirror: it holds a ledger's log, heads and bodies durably, says so under a key of its own, and serves them."""
