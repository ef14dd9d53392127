"""`suyuan desk`: an officer's page on loopback, in the process that holds the officer's key.

The ledger's server has no part in it: events are fetched, their whole proofs checked against the officer's
own trust policy, and answers built and signed here. The browser shows, and asks; it is not trusted either.
"""
