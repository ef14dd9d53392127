"""`suyuan`: the ledger's commands, and those that need the server: `serve`, `demo`, `desk` and `gateway`."""

from __future__ import annotations

import sys

from typer import Typer

from ledger.cli.commands import app


def main() -> None:
    """Run the command line.

    A server takes longer to import than most commands take to run, so a command of the ledger's does without.
    """
    own = {each.name or each.callback.__name__ for each in app.registered_commands if each.callback}
    own |= {each.name for each in app.registered_groups if each.name}
    if not own.intersection(sys.argv[1:2]):
        whole()
    app()


def whole() -> Typer:
    """Return the command line with all commands."""
    from api.cli import server  # noqa: F401, PLC0415 - see `main`

    return app
