"""The commands, put together; `api.cli` adds those that need a server."""

from __future__ import annotations

import typer

from ledger.cli.agency import agency
from ledger.cli.book import book
from ledger.cli.charter import charter
from ledger.cli.endorse import endorse
from ledger.cli.erase import erase
from ledger.cli.evidence_bundle import evidence_bundle
from ledger.cli.export import add_export
from ledger.cli.fsck import add_fsck
from ledger.cli.grant import grant
from ledger.cli.importing import importing
from ledger.cli.inbox import inbox
from ledger.cli.keys import key
from ledger.cli.ledgers import backup, init, migrate
from ledger.cli.lists import list_
from ledger.cli.mandate import mandate
from ledger.cli.match import match
from ledger.cli.options import help_of
from ledger.cli.pseudonym import pseudonym
from ledger.cli.submit import submit
from ledger.cli.summary import summary
from ledger.cli.witness import witness

app = typer.Typer(
    name="suyuan",
    help=help_of("app"),
    epilog=help_of("app.epilog"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (init, migrate, backup, submit, inbox, endorse, match):
    app.command(help=help_of(command.__name__))(command)
app.command("evidence-bundle", help=help_of("evidence-bundle"))(evidence_bundle)
add_fsck(app)
add_export(app)
app.add_typer(key, name="key")
app.add_typer(witness, name="witness")
app.add_typer(charter, name="charter")
app.add_typer(agency, name="agency")
app.add_typer(erase, name="erase")
app.add_typer(mandate, name="mandate")
app.add_typer(grant, name="grant")
app.add_typer(importing, name="import")
app.add_typer(pseudonym, name="pseudonym")
app.add_typer(list_, name="list")
app.add_typer(summary, name="summary")
app.add_typer(book, name="book")
