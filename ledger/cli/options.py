"""Options that many commands share. Help is in the locale's language; `--lang` chooses that of the answer."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from ledger.cli.texts import default_language, say

_LANGUAGE = default_language()
_Result = TypeVar("_Result")


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


def sharing(read: Callable[..., object]) -> Callable[[Callable[..., _Result]], Callable[..., _Result]]:
    """Give commands the options that `read` takes; its result is their first argument, and no option.

    What commands have in common is written once, and typer reads one signature: a command's own, then the shared.
    Such a `read` can share in another's options itself.
    """
    shared = inspect.signature(read, eval_str=True).parameters

    def share(command: Callable[..., _Result]) -> Callable[..., _Result]:
        own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
        every = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in (*own, *shared.values())]

        @functools.wraps(command)
        def run(**given: Any) -> _Result:
            return command(read(**{name: given.pop(name) for name in shared if name in given}), **given)

        run.__annotations__ = {each.name: each.annotation for each in every}
        run.__signature__ = inspect.Signature(every)  # type: ignore[attr-defined] # which `inspect.signature` reads
        return run

    return share
