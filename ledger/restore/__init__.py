"""Restoring: from an older copy of the database to everything that was promised, byte for byte.

Trust: whoever serves the missing blocks is not believed. What they serve has to give the root that this ledger
signed and its guard remembers, every seal as it stands in the log, and every body as its head names it.
"""
