"""What people read, in Chinese and English: one catalogue, read by every door.

`zh.json` and `en.json` hold the same keys; `{name}` in a text is filled with a value. A browser reads the
same files.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

LANGUAGES = ("zh", "en")


def text(key: str, language: str, **values: str | int) -> str:
    """Return a text of the catalogue, filled with values.

    Raises:
        KeyError: no such key; the catalogues are kept complete by a test.
    """
    return catalogue(language)[key].format_map(values)


def has_text(key: str) -> bool:
    """Return whether the catalogue has a key."""
    return key in catalogue("en")


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return all texts of a language, `zh` or `en`."""
    loaded: dict[str, str] = json.loads(files(__name__).joinpath(f"{language}.json").read_text("utf-8"))
    return loaded


def language_of(preferred: str | None) -> str:
    """Return `zh` or `en` for a language tag or locale (`zh_CN.UTF-8`, `en`), English where neither is meant."""
    return "zh" if (preferred or "").lower().startswith("zh") else "en"
