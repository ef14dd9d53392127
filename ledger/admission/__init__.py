"""From bytes to something that may be recorded: size, strict parse, signature, schema, mapping.

What only the writer can know (the state before a leaf) is judged again by `ledger.sequencer.judge`.
"""
