"""The ledger: prove, sign, store, sequence.

It stands on `verifier` and speaks the auditor's language; nothing in `verifier` knows it.

    signing      keys and signatures (the only place with private keys)
    compose      the participant's side: from a draft to a signed submission
    admission    from bytes to something that may be recorded
    store        what is durable; the only place that knows the database
    index        histories and prefix tree, incremental
    tiles        the log's tree and its files
    sequencer    the one writer: block, commit, guard, publish
    prove        receipts, events, traces
    witness      following a ledger and cosigning its checkpoints
    readers      customs XML and EPCIS, to drafts
    cli          commands for operators, participants and witnesses
"""
