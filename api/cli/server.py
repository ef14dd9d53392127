"""The commands that need the server, added to the ledger's when this is imported."""

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
