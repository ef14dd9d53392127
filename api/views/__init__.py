"""What people and programs read of proofs: pure functions from what the ledger proved to plain values."""
