"""The ledger's logistics events as EPCIS 2.0 events: which there are, what is asked of them, how they are spelt.

`Projection` follows the committed events into a small database of its own, as an index only: derived, never in the
writer's path, rebuilt whenever it is deleted. What an answer contains is read from the ledger when it is asked for, so
that it never shows more than bodies and disclosures would.
"""
