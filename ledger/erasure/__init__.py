"""Erasure: what orders of the registry take out of the ledger's store, of its copies, and what is told of it."""
