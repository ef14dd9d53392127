"""Keys and signatures: the only place of the ledger that holds private keys."""
