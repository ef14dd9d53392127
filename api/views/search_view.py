"""What came of a search, as its page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.search.finding import Found, in_language
from api.texts import word_of

PATTERNS = ("gtin", "element", "unit", "place", "link", "enterprise", "agency", "handle", "hash", "leaf", "type")


def search_page(q: str, found: Sequence[Found], lang: str, refusal: str = "") -> dict[str, Any]:
    """Return what the search page needs: what was typed, what was found, where absence is proved.

    Args:
        q: what was typed.
        found: every reading of it.
        lang: zh or en.
        refusal: what was expected, where it cannot be read.
    """
    return {
        "q": q,
        "matches": [_row(each, lang) for each in found if each.recorded],
        "absent": [_row(each, lang) for each in found if not each.recorded],
        "refusal": refusal,
        "patterns": PATTERNS,
    }


def _row(found: Found, lang: str) -> dict[str, str]:
    form = found.form.partition(":")[0]
    return {
        "form": word_of("form", form, lang),
        "value": found.reading.value,
        "href": in_language(found.path, lang),
        "absence": found.absence or "",
    }
