"""What is durable. `interface` says what the ledger asks of a store; `sqlite` is the embedded one, `postgres` a server.

Only this package knows the database. Trust: a store can lose or refuse; it cannot forge, because what
leaves the ledger is checked against signatures, the guard and the witnesses.
"""
