"""Regions by name, for a form."""

from __future__ import annotations

from api.texts import PAGES, text

_PREFIX = "region."


def named_regions(language: str) -> list[tuple[str, str]]:
    """Return codes and names of the regions that a form offers, in the order of the catalogue."""
    keys = [key for key in PAGES.texts(language) if key.startswith(_PREFIX)]
    return [(key.removeprefix(_PREFIX), text(key, language)) for key in keys]
