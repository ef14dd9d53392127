"""EPC URNs: the syntax of every scheme that may stand in an EPCIS event.

Sources: EPC Tag Data Standard 2.0 §6 (pure identity URIs) and §8 (patterns); CBV 2.0 chapter 8 (`urn:epc:class:lgtin`).
In the GS1 schemes a company prefix of 6 to 12 digits and a reference fill a fixed number of digits together; check
digits are not written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ledger.readers.epcis.gs1 import COMPONENT
from verifier.errors import MalformedError

Level = Literal["instance", "class"]


@dataclass(frozen=True, slots=True)
class EpcUrn:
    """An EPC URN, taken apart.

    Attributes:
        scheme: like `sgtin`.
        level: of one thing (`urn:epc:id:`), or of a class of things (`urn:epc:class:`, `urn:epc:idpat:`).
        prefix: the company prefix, digits; empty in the schemes that are not GS1's.
        reference: what follows it; its first digit is a GTIN's indicator or an SSCC's extension digit.
        rest: what follows that, still spelt as in the URN: a serial number, a lot, an extension.
    """

    scheme: str
    level: Level
    prefix: str
    reference: str
    rest: str


@dataclass(frozen=True, slots=True)
class _Scheme:
    """How a scheme is spelt: the pattern behind its name, and how many digits prefix and reference have; 0: any."""

    pattern: re.Pattern[str]
    digits: int = 0


def _scheme(reference: str, rest: str = "", *, digits: int = 0) -> _Scheme:
    tail = rf"\.(?P<rest>{rest})" if rest else "(?P<rest>)"
    return _Scheme(re.compile(rf"(?P<prefix>[0-9]{{6,12}})\.(?P<reference>{reference}){tail}"), digits)


def _foreign(pattern: str) -> _Scheme:
    return _Scheme(re.compile(rf"(?P<prefix>)(?P<reference>)(?P<rest>{pattern})"))


def _signs(most: int) -> str:
    return rf"{COMPONENT}{{1,{most}}}"


_ITEM = "[0-9]{1,7}"
_SHORT = "[0-9]{0,6}"
_PART = r"(?:[0-9A-Z-]|%23|%2[Ff]){1,30}"
_ANY = r"[A-Za-z0-9!'()*+,.:;=_%/-]+"
_INSTANCES: Mapping[str, _Scheme] = {
    "sgtin": _scheme(_ITEM, _signs(20), digits=13),
    "sscc": _scheme("[0-9]{5,11}", digits=17),
    "sgln": _scheme(_SHORT, _signs(20), digits=12),
    "pgln": _scheme(_SHORT, digits=12),
    "grai": _scheme(_SHORT, _signs(16), digits=12),
    "giai": _scheme(_signs(24)),
    "gsrn": _scheme("[0-9]{5,11}", digits=17),
    "gsrnp": _scheme("[0-9]{5,11}", digits=17),
    "gdti": _scheme(_SHORT, _signs(17), digits=12),
    "cpi": _scheme(_PART, "[0-9]{1,12}"),
    "sgcn": _scheme(_SHORT, "[0-9]{1,12}", digits=12),
    "ginc": _scheme(_signs(24)),
    "gsin": _scheme("[0-9]{4,10}", digits=16),
    "itip": _scheme(_ITEM, rf"[0-9]{{2}}\.[0-9]{{2}}\.{_signs(20)}", digits=13),
    "upui": _scheme(_ITEM, _signs(28), digits=13),
    "gid": _foreign(r"[0-9]+\.[0-9]+\.[0-9]+"),
    "usdod": _foreign(_ANY),
    "adi": _foreign(_ANY),
    "bic": _foreign(_ANY),
    "imovn": _foreign(_ANY),
}
_PATTERNS: Mapping[str, _Scheme] = {
    "sgtin": _scheme(_ITEM, r"\*", digits=13),
    "grai": _scheme(_SHORT, r"\*", digits=12),
    "gdti": _scheme(_SHORT, r"\*", digits=12),
    "sgcn": _scheme(_SHORT, r"\*", digits=12),
    "cpi": _scheme(_PART, r"\*"),
    "itip": _scheme(_ITEM, r"(?:[0-9]{2}|\*)\.(?:[0-9]{2}|\*)\.\*", digits=13),
    "upui": _scheme(_ITEM, r"\*", digits=13),
}
_CLASSES: Mapping[str, _Scheme] = {"lgtin": _scheme(_ITEM, _signs(20), digits=13)}
_SPACES: Mapping[str, tuple[Level, Mapping[str, _Scheme]]] = {
    "id": ("instance", _INSTANCES),
    "class": ("class", _CLASSES),
    "idpat": ("class", _PATTERNS),
}


def is_epc_urn(uri: str) -> bool:
    """Return whether a URI claims to be an EPC URN, rightly or not."""
    return uri[:8].lower() == "urn:epc:"


def parse_epc_urn(uri: str, what: str) -> EpcUrn:
    """Return an EPC URN's parts.

    Raises:
        MalformedError: no such scheme, or not as the scheme is spelt.
    """
    steps = uri.split(":", 4)
    if len(steps) != 5 or steps[:2] != ["urn", "epc"] or steps[2] not in _SPACES:
        raise MalformedError(what, came=uri[:80], expected="urn:epc:id:…, urn:epc:class:… or urn:epc:idpat:…")
    level, schemes = _SPACES[steps[2]]
    scheme = schemes.get(steps[3])
    if scheme is None:
        raise MalformedError(what, came=uri[:80], expected=f"one of the schemes {', '.join(schemes)}")
    match = scheme.pattern.fullmatch(steps[4])
    if not match or (scheme.digits and len(match["prefix"] + match["reference"]) != scheme.digits):
        length = f" and {scheme.digits} digits of prefix and reference" if scheme.digits else ""
        raise MalformedError(
            what, came=uri[:80], expected=f"the syntax of {steps[3]}{length} (EPC Tag Data Standard §6)"
        )
    return EpcUrn(steps[3], level, match["prefix"], match["reference"], match["rest"])
