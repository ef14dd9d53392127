"""The embedded store: SQLite in WAL mode, one read-write connection, any number of read-only ones.

SQLite before 3.51.3 can corrupt a WAL database that several connections write or checkpoint at the same
moment (fixed 2026-03-13), so exactly one connection writes, and it alone checkpoints.
"""
