"""Words of pages and problems, in Chinese and English; what verdicts say comes from `verifier.texts`."""

from __future__ import annotations

from verifier.texts import LANGUAGES as LANGUAGES
from verifier.texts import VERDICTS, Catalogue

PAGES = Catalogue(__name__, behind=VERDICTS)
text = PAGES.text


def word_of(prefix: str, word: str, language: str) -> str:
    """Return the text `prefix.word`, or the word itself where registries may name new ones."""
    key = f"{prefix}.{word}"
    return text(key, language) if PAGES.has_text(key) else word
