"""`suyuan`: the ledger's commands, and those that need the server: `serve`, `demo`, `desk` and `gateway`."""

from __future__ import annotations

from api.cli.demo import demo
from api.cli.desk import desk
from api.cli.gateway import gateway
from api.cli.serve import serve
from api.desk.texts import text
from fixtures.demo.texts import tell
from ledger.cli.commands import app
from ledger.cli.options import help_of
from ledger.cli.texts import default_language

app.command(help=help_of("serve"))(serve)
app.command(help=tell("help", default_language()))(demo)
app.command(help=help_of("gateway"))(gateway)
app.command(help=text("desk.help", default_language()))(desk)


def main() -> None:
    """Run the command line."""
    app()
