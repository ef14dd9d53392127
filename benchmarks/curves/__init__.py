"""How figures change with the size of the ledger and with the number of connections, drawn."""
