"""The operator's check: every row and every file against the log, each damage by table, key and column, or by file.

    rows          the tables as they lie on disk, whatever is in them
    entries       statement and seal rows; the log's tree
    origin        the log's rows as a source that the verifier's audit reads
    events        heads, bodies and the columns beside them
    disclosures   disclosures and attachments against what bodies commit to
    derive        participants, registry, lookups and histories computed again from heads
    derived       those tables against what was computed
    counters      counters added up again from bodies and disclosures
    commitments   checkpoints, receipts, cosignatures, meta rows
    files         tiles, bundles, the published checkpoint, the guard
    check         all of it, in order
    rebuild       derived tables written anew

It opens the database for reading only, starts no ledger, and needs no key: it works on a ledger that refuses to start.
"""
