"""Statements that a witness takes, forwards, and publishes as *withheld* if the ledger leaves them out."""
