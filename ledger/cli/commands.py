"""The commands by name; each is imported when it is used. `api.cli` adds those that need a server."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from ledger.cli.loading import Later, LaterGroup
from ledger.cli.options import help_of, option
from ledger.cli.texts import default_language
from verifier import __version__
from verifier.texts import audits


def _of(module: str, attribute: str, key: str) -> Later:
    return Later(f"ledger.cli.{module}:{attribute}", partial(help_of, key))


def _of_auditors(module: str) -> Later:
    return Later(f"ledger.cli.{module}:{module}", partial(audits.tell, f"{module}.help", default_language()))


COMMANDS = {
    "init": _of("ledgers", "init", "init"),
    "migrate": _of("ledgers", "migrate", "migrate"),
    "backup": _of("ledgers", "backup", "backup"),
    "restore": _of("restoring", "restore", "restore"),
    "submit": _of("submit", "submit", "submit"),
    "declarations": _of("declarations", "declarations", "declarations"),
    "inbox": _of("inbox", "inbox", "inbox"),
    "endorse": _of("endorse", "endorse", "endorse"),
    "match": _of("match", "match", "match"),
    "fetch": _of("fetch", "fetch", "fetch"),
    "evidence-bundle": _of("evidence_bundle", "evidence_bundle", "evidence-bundle"),
    "fsck": _of_auditors("fsck"),
    "export": _of_auditors("export"),
    "key": _of("keys", "key", "key"),
    "witness": _of("witness", "witness", "witness"),
    "charter": _of("charter", "charter", "charter"),
    "agency": _of("agency", "agency", "agency"),
    "erase": _of("erase", "erase", "erase"),
    "mandate": _of("mandate", "mandate", "mandate"),
    "grant": _of("grant", "grant", "grant"),
    "import": _of("importing", "importing", "import"),
    "pseudonym": _of("pseudonym", "pseudonym", "pseudonym"),
    "list": _of("lists", "list_", "list"),
    "summary": _of("summary", "summary", "summary"),
    "book": _of("book", "book", "book"),
}


class _Commands(LaterGroup):
    later = COMMANDS


app = typer.Typer(
    name="suyuan",
    cls=_Commands,
    help=help_of("app"),
    epilog=help_of("app.epilog"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _tell_version(value: bool) -> None:  # noqa: FBT001 - as typer calls it
    if value:
        print(__version__)
        raise typer.Exit


@app.callback()
def suyuan(
    *, version: Annotated[bool, option("--version", text="help.version", is_eager=True, callback=_tell_version)] = False
) -> None:
    """Keep, feed and witness a ledger."""
