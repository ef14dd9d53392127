"""Leading: the one writer, its guard, and the door in front of it. Of all processes of a ledger one has these."""
