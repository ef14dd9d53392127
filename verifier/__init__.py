"""Suyuan's formats, and how to check them.

The floor that auditors and consumers stand on. It parses, formats and checks; it cannot sign, and only
`verifier.cli` reads files or the network. It needs the standard library and `cryptography`.

Floors, each importing only those below:

    cli            the only door to files and network
    proof          proof files, the nine steps, audit
    judgement      what follows from checked parts: charter, registry, authority, recognition, order
    ledgerformat   our nouns: head, body, statement, seal, index, types
    primitives     no nouns of ours: CBOR, JSON, Merkle, keys, notes, COSE
    errors         the tree of refusals

`docs/formats.md` is the specification; section numbers in docstrings refer to it.
"""

__version__ = "0.1.0"
