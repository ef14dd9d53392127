"""What form and which language of an answer was asked for (RFC 9110 §12)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from api.errors import NotAcceptableError

_QUALITY = re.compile(r"q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")
MAX_CHOICES = 64


def choose_form(accept: str | None, offered: Sequence[str]) -> str:
    """Return the offered media type that an `Accept` header prefers; where it does not say, the first offered.

    Raises:
        NotAcceptableError: it accepts none of them.
    """
    choices = _choices(accept)
    if not choices:
        return offered[0]
    ranked = [(_quality(form, choices), -place, form) for place, form in enumerate(offered)]
    quality, _, form = max(ranked)
    if quality <= 0:
        raise NotAcceptableError("Accept", came=accept, expected=f"one of {', '.join(offered)}")
    return form


def prefers_page(accept: str | None) -> bool:
    """Return whether whoever asks names web pages before JSON: a browser."""
    choices = _choices(accept)
    named = {media for media, _ in choices}
    return "text/html" in named and _quality("text/html", choices) >= _quality("application/json", choices)


def choose_language(accepted: str | None, otherwise: str) -> str:
    """Return `zh` or `en` as an `Accept-Language` header prefers."""
    best, quality = otherwise, 0.0
    for tag, weight in _choices(accepted):
        language = tag.split("-")[0]
        if language in ("zh", "en") and weight > quality:
            best, quality = language, weight
    return best


def _choices(header: str | None) -> list[tuple[str, float]]:
    """Return what a header names, each with its quality; what cannot be read is passed over, as RFC 9110 allows."""
    choices = []
    for item in (header or "").split(",")[:MAX_CHOICES]:
        name, *parameters = (part.strip().lower() for part in item.split(";"))
        if not name:
            continue
        qualities = [match[1] for each in parameters if (match := _QUALITY.fullmatch(each))]
        choices.append((name, float(qualities[0]) if qualities else 1.0))
    return choices


def _quality(form: str, choices: Sequence[tuple[str, float]]) -> float:
    """Return the quality that the most exact of the choices gives to a media type."""
    media = form.partition(";")[0]
    for pattern in (media, f"{media.partition('/')[0]}/*", "*/*"):
        if found := [quality for name, quality in choices if name == pattern]:
            return max(found)
    return 0.0
