"""Words of pages and problems, in Chinese and English; what verdicts say comes from `verifier.texts`."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from verifier import texts as verdicts

LANGUAGES = verdicts.LANGUAGES


def text(key: str, language: str, **values: str | int) -> str:
    """Return a text, filled with values: the pages' own, else the verifier's.

    Raises:
        KeyError: neither catalogue has it.
    """
    own = catalogue(language).get(key)
    return verdicts.text(key, language, **values) if own is None else own.format_map(values)


def word_of(prefix: str, word: str, language: str) -> str:
    """Return the text `prefix.word`, or the word itself where registries may name new ones."""
    key = f"{prefix}.{word}"
    known = key in catalogue(language) or verdicts.has_text(key)
    return text(key, language) if known else word


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return the pages' own texts in `zh` or `en`."""
    loaded: dict[str, str] = json.loads(files("api").joinpath("web", "texts", f"{language}.json").read_text("utf-8"))
    return loaded
