"""How a command speaks: data to standard output, everything else to standard error, errors to an exit code."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import typer

from ledger.cli.texts import default_language, say
from ledger.errors import BusyError, KeyFileError, SetupError, SignerError, StaleError, UnreachableError
from verifier.errors import IncompleteError, MalformedError, NotRecognisedError, SuyuanError, UnsupportedError
from verifier.texts import LANGUAGES, text

DONE, FALSE, USAGE, NOT_YET, COULD_NOT, UNSUPPORTED, INTERNAL = 0, 1, 2, 3, 4, 5, 70
_CODES: Mapping[type[SuyuanError], int] = {
    MalformedError: USAGE,
    UnsupportedError: UNSUPPORTED,
    IncompleteError: NOT_YET,
    NotRecognisedError: NOT_YET,
    BusyError: NOT_YET,
    StaleError: NOT_YET,
    UnreachableError: COULD_NOT,
    KeyFileError: COULD_NOT,
    SignerError: COULD_NOT,
    SetupError: COULD_NOT,
    SuyuanError: FALSE,
}
_Command = TypeVar("_Command", bound=Callable[..., None])


class Voice:
    """The voice of one run of a command."""

    def __init__(self, lang: str | None, *, as_json: bool, quiet: bool) -> None:
        """Speak `lang`, or the locale's language where it is None.

        Raises:
            typer.BadParameter: another language.
        """
        if lang is not None and lang not in LANGUAGES:
            raise typer.BadParameter("zh | en", param_hint="--lang")
        self.lang = lang or default_language()
        self.as_json = as_json
        self.quiet = quiet

    def data(self, answer: Mapping[str, Any], lines: Sequence[str]) -> None:
        """Give the answer: as JSON, or as lines for people."""
        print(json.dumps(answer, ensure_ascii=False) if self.as_json else "\n".join(lines), flush=True)

    def tell(self, key: str, **values: str | int) -> None:
        """Say how it goes, unless it is to be quiet."""
        if not self.quiet:
            print(say(key, self.lang, **values), file=sys.stderr, flush=True)

    def show(self, lines: Sequence[str]) -> None:
        """Show lines that somebody decides by, unless it is to be quiet; they are no part of the answer."""
        if not self.quiet:
            print("\n".join(lines), file=sys.stderr, flush=True)

    def say(self, key: str, **values: str | int) -> str:
        """Return a text in the voice's language."""
        return say(key, self.lang, **values)

    def refuse(self, error: SuyuanError) -> int:
        """Say what is wrong and what to do; return the exit code."""
        code = exit_code_of(error)
        message = self.say("error", sentence=render_error(error, self.lang))
        print(_red(message) if _is_coloured() else message, file=sys.stderr, flush=True)
        if self.as_json:
            print(json.dumps({"outcome": "error", "exitCode": code, "error": error_json(error)}, ensure_ascii=False))
        return code


def door(command: _Command) -> _Command:
    """Let a command end with an exit code and a sentence, never with a traceback.

    It takes `lang`, `as_json` and `quiet`, as `ledger.cli.options` has them.
    """

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        voice = Voice(kwargs.get("lang"), as_json=kwargs.get("as_json", False), quiet=kwargs.get("quiet", False))
        try:
            command(*args, **kwargs)
        except SuyuanError as error:
            raise typer.Exit(voice.refuse(error)) from None
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:  # noqa: BLE001 - the last resort says that the fault is ours
            reason = f"{type(error).__name__}: {error}"
            print(text("error.internal", voice.lang, reason=reason), file=sys.stderr)
            raise typer.Exit(INTERNAL) from None

    return run  # type: ignore[return-value] # the same signature, which typer reads


def exit_code_of(error: SuyuanError) -> int:
    """Return the exit code of an error: that of its class, or of the nearest class above it."""
    return next(_CODES[each] for each in type(error).__mro__ if each in _CODES)


def render_error(error: SuyuanError, lang: str) -> str:
    """Return an error as one sentence: field, what came, what was expected, what to do."""
    parts = [text("error.came", lang, came=error.came)] if error.came else []
    parts += [text("error.expected", lang, expected=error.expected)] if error.expected else []
    what = text("label.comma", lang).join(parts)
    sentence = text("error.frame", lang, field=error.field, what=what) if parts else error.field
    return f"{sentence}. {error.todo}" if error.todo else sentence


def error_json(error: SuyuanError) -> dict[str, str]:
    """Return an error for programs."""
    members = {"code": error.code, "field": error.field, "came": error.came, "expected": error.expected}
    return {**members, "todo": error.todo}


def _is_coloured() -> bool:
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR")


def _red(message: str) -> str:
    return typer.style(message, fg=typer.colors.RED)
