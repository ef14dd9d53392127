"""The one writer: it decides which leaf a statement gets, and nothing leaves before that is durable.

Order, and what a crash leaves (docs/architecture.md has the same table):

    build the block in memory          nothing
    commit: one database transaction   nothing, or the whole block, which the next start publishes
    guard                              a guard behind the database: the next start moves it on
    tiles                              tiles missing: the next start writes them from the database
    publish                            an older published checkpoint: the next start publishes
    answer                             the submitter asks again and gets the same receipt
"""
