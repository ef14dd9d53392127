"""GS1 keys as the event hash spells them: every EPC URN and Digital Link as constrained canonical link.

Source: CBV 2.0 chapter 8 (event hash ID, rules for identifiers). Wider than `identifiers`: it names assets, documents
and so on too, which are no subjects of the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from ledger.readers.epcis.digital_link import parse_digital_link
from ledger.readers.epcis.epc_urn import EpcUrn, is_epc_urn, parse_epc_urn
from ledger.readers.epcis.gs1 import with_check_digit
from verifier.errors import SuyuanError

_ROOT = "https://id.gs1.org"
# Signs that stand in EPC URNs as they are, and not in a link.
_ESCAPED = str.maketrans({sign: f"%{ord(sign):02X}" for sign in "!()*+,:"})
_FINEST: Mapping[str, tuple[str, ...]] = {  # by key: the qualifiers that name something finer, finest first
    "01": ("21", "235", "10"),
    "414": ("254",),
    "8006": ("21", "10"),
    "8010": ("8011",),
}


@lru_cache(maxsize=4096)  # places and products: the same few in very many events
def canonical_link(text: str) -> str:
    """Return the link of what a URN or link names; any other text as it is."""
    try:
        if is_epc_urn(text):
            return _of_urn(parse_epc_urn(text, "identifier")) or text
        if text.startswith(("https://", "http://")):
            return _of_link(text)
    except SuyuanError:
        pass
    return text


def _of_link(text: str) -> str:
    link = parse_digital_link(text.partition("?")[0].partition("#")[0], "identifier")
    base = f"{_ROOT}/{link.key}/{link.value.translate(_ESCAPED)}"
    finest = next((name for name in _FINEST.get(link.key, ()) if name in link.qualifiers), None)
    return f"{base}/{finest}/{link.qualifiers[finest].translate(_ESCAPED)}" if finest else base


def _of_urn(urn: EpcUrn) -> str | None:
    """Return the link of a URN; None for a scheme that has no key in Digital Links."""
    prefix, reference, rest = urn.prefix, urn.reference, urn.rest.translate(_ESCAPED)
    serial = "" if urn.rest == "*" else rest
    if urn.scheme in _TRADE_ITEMS:
        return _of_trade_item(urn.scheme, with_check_digit(reference[0] + prefix + reference[1:]), serial)
    if urn.scheme in _PLAIN:
        return f"{_ROOT}/{_PLAIN[urn.scheme]}/{prefix}{reference.translate(_ESCAPED)}"
    if urn.scheme == "cpi":
        return f"{_ROOT}/8010/{prefix}{reference}" + (f"/8011/{serial}" if serial else "")
    if urn.scheme == "sgln":
        extension = "" if urn.rest == "0" else f"/254/{serial}"
        return f"{_ROOT}/414/{with_check_digit(prefix + reference)}{extension}"
    key = _CHECKED.get(urn.scheme)
    digits = {"grai": "0" + prefix + reference, "sscc": reference[:1] + prefix + reference[1:]}
    return f"{_ROOT}/{key}/{with_check_digit(digits.get(urn.scheme, prefix + reference))}{serial}" if key else None


_TRADE_ITEMS = frozenset({"sgtin", "lgtin", "itip", "upui"})
_PLAIN = {"giai": "8004", "ginc": "401"}
_CHECKED = {
    "sscc": "00", "pgln": "417", "grai": "8003", "gsrn": "8018", "gsrnp": "8017", "gdti": "253",
    "sgcn": "255", "gsin": "402",
}  # fmt: skip


def _of_trade_item(scheme: str, gtin: str, rest: str) -> str:
    if scheme == "itip":
        piece, total, *serial = rest.split(".", 2) if rest else ("", "", "")
        pieces = f"{_ROOT}/8006/{gtin}{piece}{total}"
        return f"{pieces}/21/{serial[0]}" if serial and serial[0] not in ("", "*", "%2A") else pieces
    qualifier = {"sgtin": "21", "lgtin": "10", "upui": "235"}[scheme]
    return f"{_ROOT}/01/{gtin}/{qualifier}/{rest}" if rest else f"{_ROOT}/01/{gtin}"
