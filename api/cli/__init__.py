"""`suyuan`: the ledger's commands, those of servers (`serve`, `gateway`, `public-desk`, …), and those that print."""

from __future__ import annotations

from functools import partial

from ledger.cli.commands import COMMANDS, app
from ledger.cli.loading import Later
from ledger.cli.options import help_of
from ledger.cli.texts import default_language


def main() -> None:
    """Run the command line."""
    app()


def _demo_help() -> str:
    from fixtures.demo.texts import tell  # noqa: PLC0415 - only whoever lists the commands wants it

    return tell("help", default_language())


def _desk_help() -> str:
    from api.desk.texts import text  # noqa: PLC0415 - as above

    return text("desk.help", default_language())


COMMANDS["label"] = Later("api.cli.label:label", partial(help_of, "label"))
COMMANDS["page"] = Later("api.cli.page:page", partial(help_of, "page"))
COMMANDS["receipt"] = Later("api.cli.receipt:receipt", partial(help_of, "receipt"))
COMMANDS["serve"] = Later("api.cli.serve:serve", partial(help_of, "serve"))
COMMANDS["bench"] = Later("api.cli.bench:bench", partial(help_of, "bench"))
COMMANDS["demo"] = Later("api.cli.demo:demo", _demo_help)
COMMANDS["gateway"] = Later("api.cli.gateway:gateway", partial(help_of, "gateway"))
COMMANDS["public-desk"] = Later("api.cli.public_desk:public_desk", partial(help_of, "public-desk"))
COMMANDS["hidden-codes"] = Later("api.cli.hidden_codes:hidden_codes", partial(help_of, "hidden-codes"))
COMMANDS["desk"] = Later("api.cli.desk:desk", _desk_help)
