"""Web pages: Jinja templates, everything escaped, words of one language, the script of the release and no other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from api.language import language_of
from api.texts import text, word_of
from ledger.errors import UnknownError

HTML = "text/html; charset=utf-8"
_STATIC = {"style.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}


def render_page(request: Request, template: str, context: Mapping[str, Any], *, status: int = 200) -> Response:
    """Return a page in the language of a request."""
    language = language_of(request)
    say: Callable[..., str] = partial(_say, language)
    words: Callable[[str, str], str] = partial(_word, language)
    content = _environment().get_template(template).render(
        **context, lang=language, say=say, word=words, switch=_switched(request, language),
        release=request.app.state.page.current(),
    )  # fmt: skip
    headers = {"Content-Language": language, "Vary": "Accept, Accept-Language"}
    return HTMLResponse(content, status, headers=headers)


def static_file(name: str) -> Response:
    """Return a style or picture, for pages that are not of a release.

    Raises:
        UnknownError: no such file.
    """
    if name not in _STATIC:
        raise UnknownError("name", came=name, expected=f"one of {', '.join(_STATIC)}")
    return Response(_content(name), media_type=_STATIC[name], headers={"Cache-Control": "public, max-age=3600"})


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("api", "web/templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip


@cache
def _content(name: str) -> bytes:
    return files("api").joinpath("web", "static", name).read_bytes()


def _say(language: str, key: str, **values: str | int) -> str:
    return text(key, language, **values)


def _word(language: str, prefix: str, word: str) -> str:
    return word_of(prefix, word, language)


def _switched(request: Request, language: str) -> str:
    """Return the same address in the other language, as a query: it never leaves the page's own path."""
    query = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    kept = [(name, value) for name, value in query if name != "lang"]
    return "?" + urlencode([*kept, ("lang", "en" if language == "zh" else "zh")])
