"""GS1 Digital Link URIs of any host, taken apart; nothing is resolved or fetched.

Source: GS1 Digital Link URI Syntax: a path may have anything in front, then a primary key and its qualifiers in
their order, each as `/{application identifier}/{value}`. The query holds attributes; in EPCIS an identifier has none
(CBV 2.0 chapter 8), and a serial number in the query would make another thing of it: queries and fragments are refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ledger.readers.epcis.gs1 import LENGTHS, read_component, require_key
from verifier.errors import MalformedError
from verifier.primitives.quick import maker_of

CANONICAL_HOST = "id.gs1.org"
_LINK = re.compile(r"(?i:https?)://(?P<host>[A-Za-z0-9.-]+(?::[0-9]{1,5})?)/(?P<path>[^?#\s]+)")
_SHORTER_GTINS = (8, 12, 13)
_SHORT = 256  # signs of a link that is remembered

# Primary keys, and the qualifiers that may follow each, in this order.
_KEYS: Mapping[str, tuple[str, ...]] = {
    "00": (),
    "01": ("22", "10", "21", "235"),
    "253": (),
    "255": (),
    "401": (),
    "402": (),
    "414": ("254", "7040"),
    "417": ("7040",),
    "8003": (),
    "8004": ("7040",),
    "8006": ("22", "10", "21"),
    "8010": ("8011",),
    "8013": (),
    "8017": ("8019",),
    "8018": ("8019",),
}
_SERIALS = {"01": {"21", "235"}, "8006": {"21"}, "8010": {"8011"}}
_QUALIFIER_LENGTHS = {"10": 20, "21": 20, "22": 20, "235": 28, "254": 20, "7040": 4, "8011": 12, "8019": 10}


@dataclass(frozen=True, slots=True)
class DigitalLink:
    """A Digital Link URI.

    Attributes:
        host: as it came.
        key: the primary key's application identifier, like `01`.
        value: the key; a GTIN always has 14 digits.
        qualifiers: application identifier to value, decoded.
    """

    host: str
    key: str
    value: str
    qualifiers: Mapping[str, str]

    @property
    def level(self) -> str:
        """Return `class` for a GTIN, ITIP or CPID without its serial number, `instance` for everything else."""
        serial = _SERIALS.get(self.key)
        return "class" if serial and not serial & self.qualifiers.keys() else "instance"


_make_link = maker_of(DigitalLink)


def parse_digital_link(uri: str, what: str) -> DigitalLink:
    """Return a Digital Link's parts.

    Raises:
        MalformedError: no Digital Link, a query, qualifiers that do not belong to the key or stand in another order,
            signs outside character set 82, or a wrong length or check digit.
    """
    return (_remembered(uri) if len(uri) <= _SHORT else None) or _parse(uri, what)


@lru_cache(maxsize=2048)  # each is read several times over, and places come again and again
def _remembered(uri: str) -> DigitalLink | None:
    """Return a Digital Link's parts; None where there is something wrong with it."""
    try:
        return _parse(uri, "")
    except MalformedError:
        return None


def _parse(uri: str, what: str) -> DigitalLink:
    expected = "a GS1 Digital Link, like https://id.gs1.org/01/{gtin}/21/{serial}, without query"
    if not (match := _LINK.fullmatch(uri)):
        raise MalformedError(what, came=uri[:80], expected=expected)
    steps = match["path"].split("/")
    at = _find_key(steps)
    if at is None:
        raise MalformedError(what, came=uri[:80], expected=expected)
    key, value, *rest = steps[at:]
    names = rest[::2]
    if names != [name for name in _KEYS[key] if name in names]:
        raise MalformedError(what, came="/".join(names), expected=f"qualifiers of {key}, in order: {_KEYS[key]}")
    qualifiers = {
        name: read_component(spelt, what, most=_QUALIFIER_LENGTHS[name])
        for name, spelt in zip(names, rest[1::2], strict=True)
    }
    return _make_link(match["host"], key, _read_key(key, value, what), qualifiers)


def _find_key(steps: list[str]) -> int | None:
    """Return where the primary key stands: pairs are read from the end, because anything may stand in front."""
    for at in range(len(steps) - 2, -1, -2):
        if steps[at] in _KEYS:
            return at
        if steps[at] not in _QUALIFIER_LENGTHS:
            return None
    return None


def _read_key(key: str, spelt: str, what: str) -> str:
    value = read_component(spelt, what, most=30)
    if key == "01" and len(value) in _SHORTER_GTINS:
        value = value.zfill(
            14
        )  # GTIN-8, -12 and -13 are the same keys with zeros in front (General Specifications, AI 01)
    return require_key(key, value, what) if key in LENGTHS else value
