"""The audit: the whole ledger computed again from its entries and heads (docs/formats.md, section 19).

    source       an interface that yields bytes: a folder, a server, a database
    tree         tiles, bundles and the log root, from leaf hashes
    blocks       seals, and how blocks join up
    statements   signatures, batches, sequences
    events       mapping, registry, authority, order
    index        every history and the prefix tree over them, a second way beside the ledger's; hidden: who is left out
    memory       what later events are judged by
    commitment   the checkpoint, its signatures and quorum, the charter file
    saved        an audit put down and taken up again
    report       what is concluded; findings: what is wrong, and where; opinion: other people's code
    walk         all of it, leaf by leaf

Pure: no files, no clock, no network. It shares the published formats and rules of `verifier` with the ledger, and
none of the ledger's own code.
"""
