"""In which language an answer speaks."""

from __future__ import annotations

from urllib.parse import parse_qs

from fastapi import Request

from api.negotiation import choose_language
from api.texts import LANGUAGES


def language_of(request: Request) -> str:
    """Return `zh` or `en`: what the address asks for (`?lang=`), else the header, else the setting."""
    asked: str = parse_qs(request.scope["query_string"].decode("latin-1")).get("lang", [""])[0]
    if asked in LANGUAGES:
        return asked
    otherwise: str = request.app.state.settings.language
    return choose_language(request.headers.get("accept-language"), otherwise)
