"""Objects on S3-compatible storage: created once, or replaced by whoever saw the newest one.

Trust: whoever can write to the bucket can make readers fail. What is read is checked against signed
checkpoints; what was changed behind our back stops the writer.
"""
