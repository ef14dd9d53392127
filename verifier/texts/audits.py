"""Texts about audits, exports and checks of a ledger's rows and files: `audit.zh.json`, `audit.en.json`."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files


def tell(key: str, language: str, **values: str | int) -> str:
    """Return a text about audits, filled with values.

    Raises:
        KeyError: no such key; the two files are kept alike by a test.
    """
    return catalogue(language)[key].format_map(values)


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return all of these texts in a language, `zh` or `en`."""
    loaded: dict[str, str] = json.loads(files("verifier.texts").joinpath(f"audit.{language}.json").read_text("utf-8"))
    return loaded
