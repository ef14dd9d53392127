"""Options that many commands share. Help is in the locale's language; `--lang` chooses that of the answer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ledger.cli.texts import default_language, say

_LANGUAGE = default_language()


def help_of(key: str) -> str:
    """Return a help text in the locale's language."""
    return say(key, _LANGUAGE)


def option(*names: str, text: str, **settings: Any) -> Any:
    """Return an option with its help from the catalogue."""
    return typer.Option(*names, help=help_of(text), **settings)


def argument(text: str, metavar: str) -> Any:
    """Return an argument with its help from the catalogue."""
    return typer.Argument(help=help_of(text), metavar=metavar)


Lang = Annotated[str | None, option("--lang", text="help.lang", metavar="zh|en")]
AsJson = Annotated[bool, option("--json", text="help.json")]
Quiet = Annotated[bool, option("--quiet", "-q", text="help.quiet")]
PassphraseEnv = Annotated[str | None, option("--passphrase-env", text="help.passphrase-env", metavar="NAME")]
RequestKey = Annotated[str | None, option("--request-key", text="help.request-key", metavar="KEY")]
PassphraseFile = Annotated[Path | None, option("--passphrase-file", text="help.passphrase-file", metavar="FILE")]
