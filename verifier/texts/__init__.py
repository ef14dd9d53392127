"""What people read, in Chinese and English: how every catalogue is read, and the verifier's own.

A catalogue is a package's `zh.json` and `en.json` with the same keys; `{name}` in a text is filled with a
value. Keys begin with where they are said (`step.3`, `cli.submit`, `demo.order`), so that all catalogues
could be one file: a test holds them complete and apart. A browser reads the same files.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

LANGUAGES = ("zh", "en")


class Catalogue:
    """The texts of one package, and behind them those of another."""

    def __init__(self, package: str, *, prefix: str = "", behind: Catalogue | None = None) -> None:
        """Read `zh.json` and `en.json` of a package, when they are first asked for.

        Args:
            package: where the files are.
            prefix: put before every key that is asked for.
            behind: asked for keys that this one has not.
        """
        self.package = package
        self._prefix = prefix
        self._behind = behind

    def text(self, key: str, language: str, **values: str | int) -> str:
        """Return a text, filled with values.

        Raises:
            KeyError: no such key.
        """
        found = self.texts(language).get(self._prefix + key)
        if found is None and self._behind:
            return self._behind.text(key, language, **values)
        return self.texts(language)[self._prefix + key].format_map(values)

    def has_text(self, key: str) -> bool:
        """Return whether there is a key, here or behind."""
        return self._prefix + key in self.texts("en") or bool(self._behind and self._behind.has_text(key))

    def texts(self, language: str) -> dict[str, str]:
        """Return all texts of a language, `zh` or `en`, without those behind."""
        return _read(self.package, language)


@cache
def _read(package: str, language: str) -> dict[str, str]:
    loaded: dict[str, str] = json.loads(files(package).joinpath(f"{language}.json").read_text("utf-8"))
    return loaded


def language_of(preferred: str | None) -> str:
    """Return `zh` or `en` for a language tag or locale (`zh_CN.UTF-8`, `en`), English where neither is meant."""
    return "zh" if (preferred or "").lower().startswith("zh") else "en"


VERDICTS = Catalogue(__name__)
text = VERDICTS.text
has_text = VERDICTS.has_text
