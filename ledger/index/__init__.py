"""The subject index: histories and prefix tree, kept up to date block by block.

All of it is derived: rows and heap can be rebuilt from heads, and `fsck` does. The top levels of the
prefix tree are a heap in memory; what lies below a heap's leaf, a *bucket*, is recomputed from its rows.
"""
