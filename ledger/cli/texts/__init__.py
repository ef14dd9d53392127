"""What the commands say, in Chinese and English. Errors' words come from `verifier.texts`.

The keys begin with `cli.`, so that the two catalogues can be one.
"""

from __future__ import annotations

import json
import os
from functools import cache
from importlib.resources import files

from verifier.texts import language_of


def say(key: str, language: str, **values: str | int) -> str:
    """Return the text `cli.{key}` in `zh` or `en`, filled with values.

    Raises:
        KeyError: no such key; the catalogues are kept complete by a test.
    """
    return texts(language)[f"cli.{key}"].format_map(values)


@cache
def texts(language: str) -> dict[str, str]:
    """Return all texts of a language."""
    loaded: dict[str, str] = json.loads(files(__name__).joinpath(f"{language}.json").read_text("utf-8"))
    return loaded


def default_language() -> str:
    """Return the language of this process's locale."""
    variables = ("LC_ALL", "LC_MESSAGES", "LANG")
    return language_of(next((found for each in variables if (found := os.environ.get(each))), None))
