"""Pages of the desk: Jinja templates, everything escaped, Chinese unless the address asks for English."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import Request
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from api.desk.texts import text
from api.texts import word_of
from ledger.errors import UnknownError
from verifier.texts import LANGUAGES

_STATIC = {
    "style.css": ("api", "text/css; charset=utf-8"),
    "icon.svg": ("api", "image/svg+xml"),
    "desk.css": ("api.desk", "text/css; charset=utf-8"),
    "desk.js": ("api.desk", "text/javascript; charset=utf-8"),
}


def language_of(request: Request) -> str:
    """Return the language that the address asks for, else the desk's own."""
    asked = request.query_params.get("lang", "")
    otherwise: str = request.app.state.language
    return asked if asked in LANGUAGES else otherwise


def render_page(
    request: Request, template: str, context: Mapping[str, Any], *, here: str = "", status: int = 200
) -> Response:
    """Return a page of the desk; `here` marks its place in the navigation."""
    language = language_of(request)
    state = request.app.state
    say: Callable[..., str] = partial(_say, language)
    words: Callable[[str, str], str] = partial(_word, language)
    shared = {
        "lang": language,
        "say": say,
        "word": words,
        "switch": _switched(request, language),
        "here": here,
        "agency": state.office.names.get(language, state.office.agency),
        "form": state.session.form,
    }
    content = _environment().get_template(template).render(**shared, **context)
    return HTMLResponse(content, status, headers={"Content-Language": language})


def static_file(name: str) -> Response:
    """Return a style, script or picture.

    Raises:
        UnknownError: no such file.
    """
    if name not in _STATIC:
        raise UnknownError("name", came=name, expected=f"one of {', '.join(_STATIC)}")
    package, media_type = _STATIC[name]
    return Response(_content(package, name), media_type=media_type)


@cache
def _environment() -> Environment:
    loader = ChoiceLoader([PackageLoader("api.desk", "web/templates"), PackageLoader("api", "web/templates")])
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@cache
def _content(package: str, name: str) -> bytes:
    return files(package).joinpath("web", "static", name).read_bytes()


def _say(language: str, key: str, **values: str | int) -> str:
    return text(key, language, **values)


def _word(language: str, prefix: str, word: str) -> str:
    return word_of(prefix, word, language)


def _switched(request: Request, language: str) -> str:
    """Return the same address in the other language, as a query: it never leaves the page's own path."""
    query = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    kept = [(name, value) for name, value in query if name != "lang"]
    return "?" + urlencode([*kept, ("lang", "en" if language == "zh" else "zh")])
