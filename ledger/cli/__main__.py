"""`python -m ledger.cli`: the commands without a server."""

from ledger.cli.commands import app

app()
