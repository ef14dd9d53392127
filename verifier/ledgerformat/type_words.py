"""What the members of a type file are made of: words, patterns, titles, numbers (docs/formats.md, section 5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from verifier.errors import MalformedError
from verifier.ledgerformat.subject import KIND, TYPE

_WORD = re.compile(r"[a-z][a-z0-9-]{0,62}")
_KIND = re.compile(KIND)
_PATTERN = re.compile(rf"\*|{TYPE}|[a-z][a-z-]*(?:\.[a-z][a-z-]*)*\.\*")


def matches(pattern: str, name: str) -> bool:
    """Return whether a type name matches a pattern: a full name, `prefix.*`, or `*`."""
    return pattern in ("*", name) or (pattern.endswith(".*") and name.startswith(pattern[:-1]))


@lru_cache(maxsize=4096)  # the same few types and patterns with every event
def matches_any(patterns: tuple[str, ...], name: str) -> bool:
    """Return whether a type name matches one of the patterns."""
    return any(matches(pattern, name) for pattern in patterns)


def require_patterns(value: Any, what: str, *, least: int = 1) -> tuple[str, ...]:
    """Return a list of type patterns, of at least so many."""
    if not isinstance(value, list) or len(value) < least or not all(isinstance(each, str) for each in value):
        raise MalformedError(what, came=value, expected="a list of type patterns")
    for each in value:
        if not _PATTERN.fullmatch(each):
            raise MalformedError(what, came=each, expected="a type name, prefix.*, or *")
    return tuple(value)


def require_words(value: Any, what: str) -> tuple[str, ...]:
    """Return a list of words like `customs`."""
    if not isinstance(value, list) or not all(isinstance(each, str) and _WORD.fullmatch(each) for each in value):
        raise MalformedError(what, came=value, expected="a list of words in lower case")
    return tuple(value)


def require_title(value: Any, what: str) -> Mapping[str, str]:
    """Return a text in Chinese and English."""
    if not isinstance(value, dict) or value.keys() != {"zh", "en"}:
        raise MalformedError(what, came=value, expected="exactly zh and en")
    if not all(isinstance(each, str) and 0 < len(each) <= 256 for each in value.values()):
        raise MalformedError(what, came=value, expected="texts of 1 to 256 characters")
    return value


def require_word(value: Any, what: str) -> str:
    """Return a word like `paid-twice`."""
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        raise MalformedError(what, came=value, expected="a word in lower case")
    return value


def require_kind(value: Any, what: str) -> str:
    """Return a kind like `trace`."""
    if not isinstance(value, str) or not _KIND.fullmatch(value):
        raise MalformedError(what, came=value, expected="a kind like trace")
    return value


def require_object(value: Any, what: str) -> dict[str, Any]:
    """Return a JSON object."""
    if not isinstance(value, dict):
        raise MalformedError(what, came=value, expected="an object")
    return value


def require_positive(value: Any, what: str) -> int:
    """Return a whole number from 1 on."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise MalformedError(what, came=value, expected="a positive number")
    return value


def is_switched(members: Mapping[str, Any], name: str, what: str, *, allowed: str | bool = True) -> bool:
    """Return whether a member is there; it may have one value only."""
    if name not in members:
        return False
    if members[name] != allowed or type(members[name]) is not type(allowed):
        raise MalformedError(f"{what}.{name}", came=members[name], expected=f"{allowed}, or nothing")
    return True
