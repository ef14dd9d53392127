"""From the identifiers of EPCIS events to Suyuan's subjects, and back.

EPC URNs and GS1 Digital Links of any host name the same things in many spellings; a subject has one (docs/formats.md,
section 3). These are pure functions; what has no canonical subject is refused with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping

from ledger.readers.epcis.digital_link import DigitalLink, parse_digital_link
from ledger.readers.epcis.epc_urn import EpcUrn, is_epc_urn, parse_epc_urn
from ledger.readers.epcis.gs1 import read_component, require_component, spell_in_link, spell_in_urn, with_check_digit
from verifier.errors import MalformedError, UnsupportedError
from verifier.ledgerformat.subject import form_of

_GS1 = "https://id.gs1.org"
_KNOWN = "an item, lot, product, logistic unit, place or party (SGTIN, LGTIN, SSCC, SGLN, PGLN or the same as a link)"
_REASONS: Mapping[str, str] = {
    "grai": "a returnable asset",
    "giai": "an individual asset",
    "gsrn": "a service recipient",
    "gsrnp": "a service provider",
    "gdti": "a document",
    "cpi": "a component part",
    "sgcn": "a coupon",
    "ginc": "a consignment",
    "gsin": "a shipment",
    "itip": "a piece of a trade item",
    "upui": "a tobacco pack",
}
_URNS: Mapping[str, str] = {
    "item": "urn:epc:id:sgtin:{}.{}.{}",
    "lot": "urn:epc:class:lgtin:{}.{}.{}",
    "product": "urn:epc:idpat:sgtin:{}.{}.*",
    "unit": "urn:epc:id:sscc:{}.{}",
    "place": "urn:epc:id:sgln:{}.{}.0",
    "party": "urn:epc:id:pgln:{}.{}",
}


def canonical_subject(uri: str, what: str = "identifier") -> str:
    """Return the one subject that an EPC URN or Digital Link names.

    Raises:
        MalformedError: the identifier is misspelt.
        UnsupportedError: it names something that is no subject of Suyuan's.
    """
    if is_epc_urn(uri):
        return _from_urn(parse_epc_urn(uri, what), what)
    if uri[:8].lower().startswith(("https://", "http://")):
        return _from_link(parse_digital_link(uri, what), what)
    raise UnsupportedError(what, came=uri[:80], expected=_KNOWN, todo="Neither an EPC URN nor a GS1 Digital Link.")


def epc_urn_of(subject: str, *, prefix_length: int) -> str:
    """Return a GS1 subject as EPC URN; a product as the pattern of its items.

    Args:
        subject: of form item, lot, product, unit, place or party.
        prefix_length: digits of the company prefix, 6 to 12. It cannot be seen in the subject.

    Raises:
        MalformedError: no subject, or no such prefix.
        UnsupportedError: a subject that is not GS1's.
    """
    form = form_of(subject)
    if not 6 <= prefix_length <= 12:
        raise MalformedError("prefix_length", came=prefix_length, expected="6 to 12")
    if form not in _URNS:
        raise UnsupportedError("subject", came=subject, expected=_KNOWN)
    key, *qualifier = subject.removeprefix(f"{_GS1}/").split("/")[1:]
    digits, size = key[:-1], prefix_length
    if form in ("place", "party"):
        return _URNS[form].format(digits[:size], digits[size:])
    serial = spell_in_urn(read_component(qualifier[1], "subject", most=20)) if qualifier else ""
    return _URNS[form].format(digits[1 : size + 1], digits[0] + digits[size + 1 :], serial)


def lot_subject(product: str, lot: str, what: str = "lot") -> str:
    """Return the subject of a lot of a product.

    Raises:
        MalformedError: a lot number of other than 1 to 20 signs of character set 82.
    """
    return f"{product}/10/{spell_in_link(require_component(lot, what, most=20))}"


def _from_urn(urn: EpcUrn, what: str) -> str:
    prefix, reference = urn.prefix, urn.reference
    if urn.scheme in ("sgln", "pgln"):
        if urn.scheme == "sgln" and urn.rest != "0":
            raise _without_subject("a place within a place (GLN extension)", what)
        gln = with_check_digit(prefix + reference)
        return f"{_GS1}/414/{gln}" if urn.scheme == "sgln" else f"{_GS1}/417/{gln}"
    if urn.scheme not in ("sgtin", "lgtin", "sscc"):
        raise _without_subject(_REASONS.get(urn.scheme, f"an identifier of scheme {urn.scheme}"), what)
    digits = with_check_digit(reference[0] + prefix + reference[1:])
    if urn.scheme == "sscc":
        return f"{_GS1}/00/{digits}"
    if urn.rest == "*" and urn.level == "class" and urn.scheme == "sgtin":
        return f"{_GS1}/01/{digits}"
    qualifier = "21" if urn.scheme == "sgtin" else "10"
    return f"{_GS1}/01/{digits}/{qualifier}/{spell_in_link(read_component(urn.rest, what, most=20))}"


def _from_link(link: DigitalLink, what: str) -> str:
    base = f"{_GS1}/{link.key}/{link.value}"
    names = link.qualifiers.keys()
    if link.key == "01" and "235" not in names:
        if "21" in names:  # GTIN and serial number name the item; lot and variant only describe it (CBV 2.0 chapter 8)
            return f"{base}/21/{spell_in_link(link.qualifiers['21'])}"
        if "22" in names:
            raise _without_subject("a consumer product variant", what)
        return f"{base}/10/{spell_in_link(link.qualifiers['10'])}" if "10" in names else base
    if link.key in ("00", "414", "417") and not names:
        return base
    raise _without_subject(f"a link with key {link.key} {'/'.join(names)}".rstrip(), what)


def _without_subject(came: str, what: str) -> UnsupportedError:
    return UnsupportedError(what, came=came, expected=_KNOWN, todo="It has no canonical subject.")
