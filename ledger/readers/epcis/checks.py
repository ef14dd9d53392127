"""The small checks from which the tables of EPCIS fields are put together.

A check looks at one value and notes what is wrong with it, under its path; it never stops at the first fault, so that
a sender learns of all of them at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.readers.epcis.digital_link import CANONICAL_HOST, parse_digital_link
from ledger.readers.epcis.epc_urn import Level, is_epc_urn, parse_epc_urn
from ledger.readers.epcis.lossless_json import Numeral
from ledger.readers.epcis.times import is_zone, parse_time
from verifier.errors import MalformedError, SuyuanError

MOST_FAULTS = 32
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+")
CBV_TERMS = re.compile(r"urn:epcglobal:cbv|https?://ns\.gs1\.org/cbv/", re.IGNORECASE)
GS1_TERMS = re.compile(r"https?://(?:www\.)?gs1\.org/voc/", re.IGNORECASE)


@dataclass(slots=True)
class Faults:
    """What is wrong with one event; after 32 faults nobody reads on."""

    found: list[SuyuanError] = field(default_factory=list)

    def add(self, path: str, came: Any, expected: str) -> None:
        """Note that a value came that is not as expected."""
        if len(self.found) < MOST_FAULTS:
            self.found.append(MalformedError(path, came=describe(came), expected=expected))

    def note(self, error: SuyuanError) -> None:
        """Note a fault that somebody else found."""
        if len(self.found) < MOST_FAULTS:
            self.found.append(error)


Check = Callable[[Any, str, Faults], None]


def describe(value: Any) -> str:
    """Return a value for an error message: text and numbers as they came, short; of others only what they are."""
    if isinstance(value, str):
        return value[:200] or "empty text"
    if isinstance(value, Numeral):
        return value.text[:200]
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else f"a list of {len(value)}"
    return {True: "true", False: "false", None: "null"}[value]


def is_uri(text: str) -> bool:
    """Return whether text is a URI or compact URI: a scheme or prefix, a colon, and signs of RFC 3986."""
    return bool(_URI.fullmatch(text))


def anything(_value: Any, _path: str, _faults: Faults) -> None:
    """Take any JSON value: extensions are kept, not judged."""


def text(value: Any, path: str, faults: Faults) -> None:
    """Take any text."""
    if not isinstance(value, str):
        faults.add(path, value, "text")


def boolean(value: Any, path: str, faults: Faults) -> None:
    """Take true or false."""
    if not isinstance(value, bool):
        faults.add(path, value, "true or false")


def number(value: Any, path: str, faults: Faults) -> None:
    """Take any JSON number."""
    if not isinstance(value, Numeral):
        faults.add(path, value, "a number")


def uri(value: Any, path: str, faults: Faults) -> None:
    """Take a URI or compact URI."""
    if not isinstance(value, str) or not is_uri(value):
        faults.add(path, value, "a URI")


def time(value: Any, path: str, faults: Faults) -> None:
    """Take a time with its offset."""
    if not isinstance(value, str):
        faults.add(path, value, "a time with its offset from UTC")
        return
    try:
        parse_time(value, path)
    except MalformedError as error:
        faults.note(error)


def zone(value: Any, path: str, faults: Faults) -> None:
    """Take an offset from UTC."""
    if not isinstance(value, str) or not is_zone(value):
        faults.add(path, value, "an offset from -14:00 to +14:00, like +08:00")


def spelt(pattern: str, expected: str) -> Check:
    """Return a check for text that a pattern matches from end to end."""
    compiled = re.compile(pattern)

    def check(value: Any, path: str, faults: Faults) -> None:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            faults.add(path, value, expected)

    return check


def word(words: frozenset[str], what: str, *, taken: re.Pattern[str] = CBV_TERMS) -> Check:
    """Return a check for a short name of a vocabulary, or a URI from outside it; `taken` are its own long URIs."""
    expected = f"a {what} by its short name, or a URI of your own"

    def check(value: Any, path: str, faults: Faults) -> None:
        if not isinstance(value, str) or (value not in words and (not is_uri(value) or taken.match(value))):
            faults.add(path, value, expected)

    return check


def identifier(level: Level | None = None) -> Check:
    """Return a check for a URI that, if it is an EPC URN or stands under id.gs1.org, is a right one, of this level."""

    def check(value: Any, path: str, faults: Faults) -> None:
        if not isinstance(value, str) or not is_uri(value):
            faults.add(path, value, "a URI")
            return
        try:
            came = _level(value, path)
        except MalformedError as error:
            faults.note(error)
            return
        if level and came and came != level:
            faults.add(path, value, "one thing, not a class of things" if level == "instance" else "a class of things")

    return check


def _level(value: str, path: str) -> str | None:
    if is_epc_urn(value):
        return parse_epc_urn(value, path).level
    if value.startswith((f"https://{CANONICAL_HOST}/", f"http://{CANONICAL_HOST}/")):
        return parse_digital_link(value, path).level
    return None


def many(check: Check, *, least: int = 0, distinct: bool = False) -> Check:
    """Return a check for a list: what each element must be, how many there must be, and whether none comes twice."""

    def check_all(value: Any, path: str, faults: Faults) -> None:
        if not isinstance(value, list):
            faults.add(path, value, "a list")
            return
        if len(value) < least:
            faults.add(path, value, f"at least {least}")
        seen: set[str] = set()
        for place, each in enumerate(value):
            check(each, f"{path}[{place}]", faults)
            if distinct and isinstance(each, str):
                if each in seen:
                    faults.add(f"{path}[{place}]", each, "each once")
                seen.add(each)

    return check_all


def one_or_many(check: Check) -> Check:
    """Return a check for a value, or a list of such values."""
    several = many(check)

    def check_either(value: Any, path: str, faults: Faults) -> None:
        (several if isinstance(value, list) else check)(value, path, faults)

    return check_either


def record(required: Mapping[str, Check], optional: Mapping[str, Check], *, extensible: bool) -> Check:
    """Return a check for an object: its fields, and whether names with a colon may stand beside them."""
    known = {**optional, **required}  # a field that is required may be narrower than where it is optional
    expected = "only the fields of the standard" + (", or extension names with a colon" if extensible else "")

    def check(value: Any, path: str, faults: Faults) -> None:
        if not isinstance(value, dict):
            faults.add(path, value, "an object")
            return
        for name in required:
            if name not in value:
                faults.add(_below(path, name), "nothing", "a value; it is required")
        for name, member in value.items():
            if name in known:
                known[name](member, _below(path, name), faults)
            elif not extensible or not is_uri(name):
                faults.add(path, f"the field {name[:80]!r}", expected)

    return check


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
