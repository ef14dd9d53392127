"""The log's tree and its files: hash tiles and entry bundles as C2SP tlog-tiles has them.

Trust: whoever can write these files can make readers fail; what they read is checked against signed
checkpoints, and `fsck` finds and names every flipped bit.
"""
