"""The replaying witness: every block computed again before it is cosigned (docs/adr/0013).

    tables       the witness's own database for one ledger: one file, one connection
    rows         what is read and written there: keys, events, statements, registry
    past         what later leaves are judged by: the database and what waits to be written
    index        every history and the prefix tree, block by block
    judge        one entry at its leaf, by the rules that auditors use (`verifier.proof.audit`)
    blocks       from one seal to the next
    source       where entries and batches come from
    replayer     all of it, up to a checkpoint
    lies         what a ledger is stopped for, by name
    convict      what is kept of a lie: evidence of a wrong index, the signed report
    convict_statement   evidence of a statement that could not be said
    convict_twice       evidence of a number or an id that was used before
    convict_seal        evidence of a seal that breaks the chain

The rules are the verifier's, the state is the witness's: a restart goes on where the last block was written.
"""
