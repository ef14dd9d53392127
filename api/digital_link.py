"""GS1 Digital Link addresses, and what people type, to subjects in canonical spelling (formats, section 3)."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from verifier.errors import MalformedError
from verifier.ledgerformat.subject import form_of, is_gs1_check_digit_right

RESOLVER = "https://id.gs1.org"
_DIGITS = {"01": ("gtin", 14), "00": ("sscc", 18), "414": ("gln", 13), "417": ("gln", 13)}
_QUALIFIERS = {"10": "lot", "21": "serial"}
_KEPT = re.compile(r"[A-Za-z0-9._-]")
_CUT_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_LINK = re.compile(r"https?://[^/?#]+(/(?:01|00|414|417)/[^?#]*)(?:[?#].*)?")
_PATH_OF_LINK = re.compile(r"/(?:01|00|414|417)/.+")


def subject_of_path(path: str) -> str:
    """Return the subject of a path like `/01/06901234567892/21/A%2F1`.

    Raises:
        MalformedError: no such key, wrong digits, or a lot or serial beyond GS1 character set 82.
    """
    parts = path.split("/")[1:]
    if len(parts) not in (2, 4) or parts[0] not in _DIGITS or (len(parts) == 4 and parts[2] not in _QUALIFIERS):
        raise MalformedError("path", came=path, expected="/01/…, /01/…/10/…, /01/…/21/…, /00/…, /414/… or /417/…")
    name, length = _DIGITS[parts[0]]
    subject = f"{RESOLVER}/{parts[0]}/{_require_digits(parts[1], name, length)}"
    if len(parts) == 4:
        what = _QUALIFIERS[parts[2]]
        subject += f"/{parts[2]}/{_canonical(parts[3], what)}"
        form_of(subject, what)  # refuses characters beyond GS1 set 82
    return subject


def path_of(subject: str) -> str | None:
    """Return the Digital Link path of a GS1 subject, None for others."""
    return subject.removeprefix(RESOLVER) if subject.startswith(f"{RESOLVER}/") else None


def subject_of_text(text: str) -> str:
    """Return the subject that somebody typed: a GTIN, a Digital Link of any host, or a subject.

    Raises:
        MalformedError: it is none of these.
    """
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) in (8, 12, 13, 14):
        return subject_of_path(f"/01/{text.zfill(14)}")
    if text.isascii() and text.isdigit() and len(text) == 18:
        return subject_of_path(f"/00/{text}")
    if link := _LINK.fullmatch(text):
        return subject_of_path(link[1])
    if _PATH_OF_LINK.fullmatch(text):
        return subject_of_path(text)
    form_of(text, "q")
    return text


def _require_digits(digits: str, what: str, length: int) -> str:
    if not digits.isascii() or not digits.isdigit():
        raise MalformedError(what, came=digits, expected=f"{length} digits")
    if what == "gtin" and len(digits) in (8, 12, 13):
        spelt = digits.zfill(length)
        raise MalformedError(what, came=digits, expected=f"14 digits: {spelt}", todo=f"Ask for /01/{spelt}.")
    if len(digits) != length:
        raise MalformedError(what, came=f"{len(digits)} digits", expected=f"{length} digits")
    if not is_gs1_check_digit_right(digits):
        raise MalformedError(what, came=digits, expected="a right check digit at the end")
    return digits


def _canonical(escaped: str, what: str) -> str:
    """Return a lot or serial with exactly the escapes that the canonical spelling has."""
    if cut := _CUT_ESCAPE.search(escaped):
        raise MalformedError(what, came=escaped[cut.start() :][:3], expected="% and two hexadecimal digits")
    try:
        text = unquote_to_bytes(escaped).decode("ascii")
    except UnicodeDecodeError:
        raise MalformedError(what, came="other characters", expected="GS1 character set 82") from None
    if not 0 < len(text) <= 20:
        raise MalformedError(what, came=f"{len(text)} characters", expected="1 to 20")
    return "".join(each if _KEPT.fullmatch(each) else f"%{ord(each):02X}" for each in text)
