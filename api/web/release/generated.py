"""Modules that a release makes: texts in both languages, and the registry's own types."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence

from api.texts import PAGES
from verifier.texts import LANGUAGES, VERDICTS
from verifier.vocabulary import type_files

_SPELT = re.compile(r"""["'`]([a-z][A-Za-z0-9_.-]*)""")


def texts_module(sources: Iterable[str], languages: Sequence[str] = LANGUAGES) -> str:
    """Return the module of the texts that scripts say: keys that they spell, or whose beginning they spell.

    A beginning ends with `.` or `-`, as in `say("step." + number)`.
    """
    return f"export const texts = {_spell(_texts(_keys(sources), languages))};\n"


def later_texts_module(sources: Iterable[str], before: Iterable[str]) -> str:
    """Return the module of the texts that only scripts say which are loaded later, in every language.

    Args:
        sources: of these scripts.
        before: sources whose texts are there already.
    """
    there = set(_keys(before))
    keys = [key for key in _keys(sources) if key not in there]
    return f"export const laterTexts = {_spell(_texts(keys, LANGUAGES))};\n"


def types_module() -> str:
    """Return the module of the registry's own types, as JSON texts."""
    types = [
        json.dumps(json.loads(data), ensure_ascii=False, separators=(",", ":"))
        for data in type_files(registry=True).values()
    ]
    return f"export const types = [{','.join(map(_quoted, types))}];\n"


def _keys(sources: Iterable[str]) -> list[str]:
    spelt = {found for source in sources for found in _SPELT.findall(source)}
    return [key for key in _catalogue("en") if key in spelt or any(begin in spelt for begin in _beginnings(key))]


def _texts(keys: Sequence[str], languages: Sequence[str]) -> dict[str, dict[str, str]]:
    return {language: {key: _catalogue(language)[key] for key in keys} for language in languages}


def _beginnings(key: str) -> list[str]:
    return [key[: found.end()] for found in re.finditer(r"[.-]", key)]


def _catalogue(language: str) -> dict[str, str]:
    return VERDICTS.texts(language) | PAGES.texts(language)


def _spell(value: object) -> str:
    """Return a value as an expression of JavaScript; no `<` that a page could take for markup."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _quoted(text: str) -> str:
    """Return a text as a string in single quotes: JSON in it needs no other signs before its own."""
    spelt = text.replace("\\", "\\\\").replace("'", "\\'").replace("<", "\\x3c")
    return f"'{spelt}'"
