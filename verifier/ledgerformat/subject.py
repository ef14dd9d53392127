"""Subjects: what has a history, each in its one canonical spelling (docs/formats.md, section 3)."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256

from verifier.errors import MalformedError

MAX_LENGTH = 256
_GS1 = "https://id.gs1.org/"
_GS1_PATH = re.compile(
    r"(?:(?=00/[0-9]{18}$|01/[0-9]{14}(?:/|$)|41[47]/[0-9]{13}$))(00|01|414|417)/([0-9]+)(?:/(10|21)/(.+))?"
)
_GS1_FORMS = {"00": "unit", "01": "product", "10": "lot", "21": "item", "414": "place", "417": "party"}
_ZERO = ord("0")
_PARTICIPANTS = ("agency", "enterprise")
_SERIAL = re.compile(r"(?:[A-Za-z0-9._-]|%(?:2[1256789A-CF]|3[A-F]))+")  # GS1 character set 82, percent-encoded
_ESCAPED = re.compile(r"%..")
_LABEL = r"[a-z][a-z0-9-]{0,62}"
_WORD = r"[A-Za-z0-9._-]{1,64}"
_USCC_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"

TYPE = r"[a-z][a-z-]*(?:\.[a-z][a-z-]*)+"
KIND = r"[a-z][a-z0-9-]{0,15}"
ORIGIN = r"[!-*,-~]{1,200}"  # printable ASCII, no plus: a C2SP key name that fits into a subject


@lru_cache(maxsize=4096)
def subject_name(subject: str) -> bytes:
    """Return SHA-256("suyuan/name/v1|" || subject), 32 bytes."""
    return sha256(b"suyuan/name/v1|" + subject.encode()).digest()


def form_of(subject: str, what: str = "subject") -> str:
    """Return the form of a subject, like `item`, `enterprise` or `handle:parcel`.

    Raises:
        MalformedError: it is none, or not in its canonical spelling.
    """
    if form := _form(subject):
        return form
    raise MalformedError(what, came=subject, expected="a subject in canonical spelling (docs/formats.md, section 3)")


def is_subject(text: str) -> bool:
    """Return whether this is a subject in its canonical spelling."""
    return _form(text) is not None


def is_form(text: str) -> bool:
    """Return whether a subject can have this form: one of the table, or `handle:` and a class that is free."""
    word, colon, class_ = text.partition(":")
    free = colon and class_ not in _URN_FORMS and _CLASS.fullmatch(class_)
    return bool(word == "handle" and free) or text in FORMS


def is_participant(subject: str) -> bool:
    """Return whether this is the URI of an agency or enterprise: who may issue, act for others and take custody."""
    return _form(subject) in _PARTICIPANTS


def is_agency(subject: str) -> bool:
    """Return whether this is the URI of an agency, in its canonical spelling."""
    return _form(subject) == "agency"


@lru_cache(maxsize=32768)
def _form(subject: str) -> str | None:
    if len(subject) > MAX_LENGTH or not subject.isascii():
        return None
    if subject.startswith(_GS1):
        return _gs1_form(subject[len(_GS1) :])
    if not (match := _URN.fullmatch(subject)):
        return None
    word, rest = match.groups()
    if word not in _URN_FORMS:
        return f"handle:{word}" if _HANDLE.fullmatch(rest) else None
    form, accepts = _URN_FORMS[word]
    return form if accepts(rest) else None


def product_of(subject: str) -> str:
    """Return the product of an item or lot: the same URI cut after the GTIN."""
    return subject[: len(_GS1) + len("01/") + 14]


def book_of(line: str) -> str:
    """Return the account book of a book line."""
    return f"urn:suyuan:book:{line.split(':')[3]}"


def enterprise_of(set_: str) -> str:
    """Return the enterprise whose code stands at the owner's place of a set; whether it is one, its form tells."""
    return f"urn:suyuan:enterprise:{set_.split(':')[4]}"


def lot_set(lot: str) -> str:
    """Return the set which the items of a lot join: `urn:suyuan:set:lot-items:{gtin14}:{lot}`.

    In the lot, `.` stands as `.2E`, and the percent sign of an escaped character as `.`: no two lots share a set.

    Raises:
        MalformedError: it is no lot.
    """
    if _form(lot) != "lot":
        raise MalformedError("lot", came=lot, expected="https://id.gs1.org/01/{gtin14}/10/{lot}")
    gtin, number = lot[len(_GS1) + len("01/") :].split("/10/")
    return f"urn:suyuan:set:lot-items:{gtin}:{number.replace('.', '.2E').replace('%', '.')}"


def claim_message(*, class_: str, number: str) -> bytes:
    """Return what an agency's HMAC-SHA-256 of an invoice, list or warehouse receipt is over.

    Args:
        class_: a label like `invoice`.
        number: as it stands on the document.

    Raises:
        MalformedError: no label, or no number.
    """
    if not _CLASS.fullmatch(class_) or not number:
        # The number is what the pseudonym hides: no error may tell it.
        raise MalformedError("claim", came="other parts", expected="a label like invoice, and a number")
    return f"suyuan/claim/v1|{class_}|{number}".encode()


def claim_subject(agency: str, mac: bytes) -> str:
    """Return the subject of a claim: `urn:suyuan:claim:{agency label}:{hmac}`.

    Args:
        agency: URI of whoever holds the key.
        mac: HMAC-SHA-256 of `claim_message`, 32 bytes.

    Raises:
        MalformedError: no agency, or another length.
    """
    return f"urn:suyuan:claim:{_label_of(agency)}:{_mac(mac)}"


def quota_message(*, year: int, id_type: str, id_number: str) -> bytes:
    """Return what an agency's HMAC-SHA-256 of a buyer is over, for one calendar year.

    Args:
        year: of the purchase, 4 digits.
        id_type: code of the document of identity, without `|`.
        id_number: its number.

    Raises:
        MalformedError: a part that is empty, or a year of other than 4 digits.
    """
    if not 1000 <= year <= 9999 or not id_type or "|" in id_type or not id_number:
        raise MalformedError("quota", came="other parts", expected="a year of 4 digits, a type without |, a number")
    return f"suyuan/quota/v1|{year}|{id_type}|{id_number}".encode()


def quota_subject(agency: str, *, year: int, mac: bytes) -> str:
    """Return the subject of a buyer's quota of a year: `urn:suyuan:quota:{agency label}:{year}:{hmac}`.

    Args:
        agency: URI of whoever holds the key.
        year: 4 digits.
        mac: HMAC-SHA-256 of `quota_message`, 32 bytes.

    Raises:
        MalformedError: no agency, or another length.
    """
    if not 1000 <= year <= 9999:
        raise MalformedError("quota.year", came=year, expected="4 digits")
    return f"urn:suyuan:quota:{_label_of(agency)}:{year}:{_mac(mac)}"


def _label_of(agency: str) -> str:
    if not is_agency(agency):
        raise MalformedError("agency", came=agency, expected="an agency URI")
    return agency.rpartition(":")[2]


def _mac(mac: bytes) -> str:
    if len(mac) != 32:
        raise MalformedError("mac", came=f"{len(mac)} bytes", expected="32 bytes of HMAC-SHA-256")
    return mac.hex()


def gs1_digits(subject: str) -> str | None:
    """Return the digits in which a GS1 company prefix stands: behind the indicator or extension digit; all of a GLN."""
    if not subject.startswith(_GS1):
        return None
    identifier, digits = subject[len(_GS1) :].split("/")[:2]
    return digits if identifier in ("414", "417") else digits[1:]


@lru_cache(maxsize=4096)  # many items, fewer products
def is_gs1_check_digit_right(digits: str) -> bool:
    """Return whether the last digit is the check digit of those before (GS1 General Specifications 7.9.1)."""
    signs = digits.encode()
    ones, threes = signs[::-2], signs[-2::-2]
    return (sum(ones) - _ZERO * len(ones) + 3 * (sum(threes) - _ZERO * len(threes))) % 10 == 0


def is_uscc(text: str) -> bool:
    """Return whether this is a valid unified social credit code (GB 32100-2015)."""
    if len(text) != 18 or any(each not in _USCC_SIGNS for each in text):
        return False
    total = sum(_USCC_SIGNS.index(each) * 3**place for place, each in enumerate(text[:17]))
    return _USCC_SIGNS[-total % 31] == text[17]


def _gs1_form(path: str) -> str | None:
    """Return the form of what follows `https://id.gs1.org/`, None if it has none."""
    match = _GS1_PATH.fullmatch(path)
    if match is None:
        return None
    identifier, digits, qualifier, serial = match.groups()
    if not is_gs1_check_digit_right(digits):
        return None
    if qualifier is None:
        return _GS1_FORMS[identifier]
    return _GS1_FORMS[qualifier] if identifier == "01" and _is_serial(serial) else None


def _is_serial(text: str) -> bool:
    length = len(_ESCAPED.sub("x", text)) if "%" in text else len(text)
    return length <= 20 and bool(_SERIAL.fullmatch(text))


def _matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda text: bool(compiled.fullmatch(text))


_CLASS = re.compile(_LABEL)
_HANDLE = re.compile(r"[0-9a-f]{32}")
_URN = re.compile(rf"urn:suyuan:({_LABEL}):(.+)")
_URN_FORMS: dict[str, tuple[str, Callable[[str], bool]]] = {
    "enterprise": ("enterprise", is_uscc),
    "agency": ("agency", _matches(_LABEL)),
    "ledger": ("ledger", _matches(ORIGIN)),
    "key": ("key", _matches(r"[0-9a-f]{64}")),
    "type": ("type", _matches(rf"(?=.{{1,64}}\Z){TYPE}")),
    "policy": ("policy", _matches(_LABEL)),
    "kind": ("kind", _matches(KIND)),
    "list": ("list-entry", _matches(rf"{_LABEL}:{_WORD}")),
    "book": ("book", _matches(_WORD)),
    "book-line": ("book-line", _matches(rf"{_WORD}:{_WORD}")),
    "claim": ("claim", _matches(rf"{_LABEL}:[0-9a-f]{{64}}")),
    "quota": ("quota", _matches(rf"{_LABEL}:[0-9]{{4}}:[0-9a-f]{{64}}")),
    "set": ("set", _matches(rf"{_LABEL}:{_WORD}:{_WORD}")),
}
FORMS = {"product", "lot", "item", "unit", "place", "party"} | {form for form, _ in _URN_FORMS.values()}
