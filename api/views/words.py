"""Times, names and data as people read them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote

from api.digital_link import path_of
from api.texts import word_of
from verifier.ledgerformat.subject import form_of

_BEIJING = timezone(timedelta(hours=8))
_LATEST = 253_402_271_999_000  # milliseconds: 9999-12-31 in Beijing; later claims are shown as they came
_MOST_CHARACTERS = 300
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def beijing_time(milliseconds: int) -> str:
    """Return a time in UTC+8 to the minute."""
    if milliseconds > _LATEST:
        return f"{milliseconds} ms"
    return datetime.fromtimestamp(milliseconds / 1000, _BEIJING).strftime("%Y-%m-%d %H:%M")


def iso_time(milliseconds: int) -> str:
    """Return a time as RFC 3339 in UTC; beyond year 9999, where there is none, nothing."""
    if milliseconds > _LATEST:
        return ""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def file_name(subject: str, suffix: str) -> str:
    """Return a name for a downloaded proof, of harmless characters only."""
    tail = subject.removeprefix("https://id.gs1.org/").removeprefix("urn:suyuan:")
    return f"{_UNSAFE.sub('-', tail).strip('-.')[:120] or 'proof'}.{suffix}"


def page_of(subject: str, lang: str) -> str:
    """Return the address of a subject's page on this server."""
    path = path_of(subject)
    return f"{path}?lang={lang}" if path else f"/trace?subject={quote(subject, safe=':')}&lang={lang}"


def form_word(subject: str, language: str) -> str:
    """Return what a subject is, in a word."""
    return word_of("form", form_of(subject), language)


def data_rows(data: Mapping[str, Any], language: str, label: str = "") -> Iterator[tuple[str, str]]:
    """Yield label and text of every value of an event's data."""
    for name, value in data.items():
        inner = " · ".join(each for each in (label, word_of("data", name, language)) if each)
        if isinstance(value, dict) and not value.keys() <= {"zh", "en"}:
            yield from data_rows(value, language, inner)
        else:
            yield inner, _shorten(_spell(value, language))


def _spell(value: Any, language: str) -> str:
    if isinstance(value, dict):
        return str(value.get(language) or next(iter(value.values()), ""))
    if isinstance(value, list):
        return ", ".join(_spell(each, language) for each in value[:64])
    return "—" if value is None else str(value)


def _shorten(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"
