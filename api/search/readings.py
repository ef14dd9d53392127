"""Every way in which a typed text can be read: pure, and blind to what is recorded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from api.digital_link import subject_of_path, subject_of_text
from ledger.readers.epcis.epc_urn import is_epc_urn
from ledger.readers.epcis.identifiers import canonical_subject
from verifier.errors import MalformedError, SuyuanError
from verifier.ledgerformat.subject import is_subject, is_uscc

SUBJECT, EVENT, STATEMENT, LEAF = "subject", "event", "statement", "leaf"
HANDLES = (
    "order", "parcel", "declaration", "summary", "order-line", "consignment", "batch", "permit", "purchase",
    "authorisation", "complaint", "contract", "service", "transit", "seal", "overseas-warehouse", "rules", "mandate",
    "grant", "assistance",
)  # fmt: skip
EXPECTED = (
    "a barcode number of 8, 12, 13 or 14 digits, an SSCC of 18, a GLN of 13, (01)…(10)… or (01)…(21)…, a Digital Link, "
    "a code of 18 signs (统一社会信用代码), a subject, an agency, a leaf number, or a hash of 64 hexadecimal digits"
)
_GS1 = "https://id.gs1.org"
_GS1_FIELDS = ("gtin", "sscc", "gln", "lot", "serial")
_GTIN_LENGTHS = (8, 12, 13, 14)
_HASH, _HANDLE = re.compile(r"[0-9a-fA-F]{64}"), re.compile(r"[0-9a-fA-F]{32}")
_LEAF = re.compile(r"0|[1-9][0-9]{0,14}")
_LABEL = re.compile(r"[a-z][a-z0-9-]{1,62}")
_ENTRY = re.compile(r"[a-z][a-z0-9-]{0,62}:[A-Za-z0-9._-]{1,64}")
_TYPE = re.compile(r"[a-z][a-z-]*(?:\.[a-z][a-z-]*)+")
_OWN = re.compile(r"(?:https?://[^/?#]+)?/(events|statements|filings|entries)/([0-9a-f]{64}|[0-9]{1,15})(?:[/?#].*)?")
_BRACKETS = re.compile(r"\((00|01|414|417)\)([0-9]+)(?:\((10|21)\)(.+))?")
_BARE = re.compile(r"01([0-9]{14})(10|21)(.{1,20})")  # an element string as a scanner types it


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a text.

    Attributes:
        kind: SUBJECT, EVENT, STATEMENT or LEAF.
        value: a subject in canonical spelling, 64 hexadecimal digits, or decimal digits.
    """

    kind: str
    value: str


def read_text(text: str) -> tuple[Reading, ...]:
    """Return every way to read a text, each once, the likeliest first.

    Raises:
        MalformedError: there is none; it says what comes nearest.
    """
    text = text.strip()
    found = tuple(dict.fromkeys(_readings(text)))
    if not found:
        raise _refusal(text)
    return found


def _readings(text: str) -> Iterator[Reading]:
    if own := _OWN.fullmatch(text):
        yield _own(*own.groups())
    if subject := _said(text):
        yield Reading(SUBJECT, subject)
        return
    for subject in (*_numbered(text), *_labelled(text)):
        if is_subject(subject):
            yield Reading(SUBJECT, subject)
    if _HASH.fullmatch(text):
        yield Reading(EVENT, text.lower())
        yield Reading(STATEMENT, text.lower())
    if _LEAF.fullmatch(text):
        yield Reading(LEAF, text)


def _own(page: str, name: str) -> Reading:
    """Return what an address of this server names; numbers are leaves."""
    if len(name) < 64:
        return Reading(LEAF, name)
    return Reading(EVENT if page in ("events", "filings") else STATEMENT, name)


def _said(text: str) -> str | None:
    """Return the subject that a text spells out, None where it spells none; a bare number spells nothing out."""
    with suppress(SuyuanError):
        return None if text.isdigit() else _spelt(text)
    return None


def _spelt(text: str) -> str:
    """Return the subject of an EPC URN, an element string, a Digital Link or a subject."""
    if is_epc_urn(text):
        return canonical_subject(text, "q")
    if match := _BRACKETS.fullmatch(text):
        return _of_element(*match.groups())
    if match := _BARE.fullmatch(text):
        return _of_element("01", *match.groups())
    return subject_of_text(text)


def _of_element(key: str, digits: str, qualifier: str | None, value: str | None) -> str:
    """Return the subject of a GS1 element string; its lot or serial stands unescaped there."""
    if key == "01" and qualifier is None:
        digits = digits.zfill(14)
    tail = "".join(f"%{ord(each):02X}" if ord(each) < 128 else each for each in value or "")
    return subject_of_path(f"/{key}/{digits}/{qualifier}/{tail}" if qualifier else f"/{key}/{digits}")


def _numbered(text: str) -> Iterator[str]:
    """Yield the subjects that a number or code may be; a wrong check digit makes it none."""
    if text.isascii() and text.isdigit():
        if len(text) in _GTIN_LENGTHS:
            yield f"{_GS1}/01/{text.zfill(14)}"
        if len(text) == 13:
            yield from (f"{_GS1}/{key}/{text}" for key in ("414", "417"))
        if len(text) == 18:
            yield f"{_GS1}/00/{text}"
    if is_uscc(text.upper()):
        yield f"urn:suyuan:enterprise:{text.upper()}"
    if _HASH.fullmatch(text):
        yield f"urn:suyuan:key:{text.lower()}"
    if _HANDLE.fullmatch(text):
        yield from (f"urn:suyuan:{each}:{text.lower()}" for each in HANDLES)


def _labelled(text: str) -> Iterator[str]:
    """Yield the subjects that a word may be."""
    if _LABEL.fullmatch(text):
        yield from (f"urn:suyuan:{each}:{text}" for each in ("agency", "policy", "kind"))
    if _TYPE.fullmatch(text):
        yield f"urn:suyuan:type:{text}"
    if _ENTRY.fullmatch(text):
        yield f"urn:suyuan:list:{text}"


def _refusal(text: str) -> MalformedError:
    """Return why a text cannot be read: where it nearly is a GS1 number, what that number lacks."""
    try:
        _spelt(text)
    except SuyuanError as error:
        if error.field in _GS1_FIELDS:
            return MalformedError("q", came=text, expected=error.expected)
    return MalformedError("q", came=text, expected=EXPECTED)
