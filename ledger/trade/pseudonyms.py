"""Keyed pseudonyms: the subjects of claims and of buyers' yearly quotas (docs/formats.md, section 3).

Numbers of invoices and of people are few enough to be tried out, so a hash would hide none. HMAC-SHA-256 under a key
that one agency holds does: the same number gives the same subject, and without the key nobody can tell which.

A key has one use. A quota's key is of one calendar year, so that once it is destroyed nobody, its agency included, can
find a person in that year's quotas again. A claim's key has no year: an invoice must not be claimed again in the next.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from verifier.errors import MalformedError
from verifier.ledgerformat.subject import claim_message, claim_subject, is_agency, quota_message, quota_subject
from verifier.results.normalisation import normalise

Use = Literal["claim", "quota"]
SIZE = 32
MAX_NUMBER = 128
_YEARS = range(2000, 10_000)


@dataclass(frozen=True, slots=True)
class PseudonymKey:
    """An agency's key for one use.

    Attributes:
        agency: URI of the agency.
        use: what it names: claims, or quotas.
        year: of the quotas; None for claims.
        secret: 32 random bytes; in no representation of this.
    """

    agency: str
    use: Use
    year: int | None
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not is_agency(self.agency):
            raise MalformedError("agency", came=self.agency, expected="an agency's URI, urn:suyuan:agency:…")
        if self.use not in ("claim", "quota"):
            raise MalformedError("use", came=self.use, expected="claim or quota")
        if (self.year in _YEARS) != (self.use == "quota"):
            expected = "a year from 2000 to 9999" if self.use == "quota" else "no year: a claim counts in every one"
            raise MalformedError("year", came=self.year or "nothing", expected=expected)
        if len(self.secret) != SIZE:
            raise MalformedError("secret", came=f"{len(self.secret)} bytes", expected=f"{SIZE} bytes")

    def name_claim(self, *, class_: str, number: str) -> str:
        """Return the subject of a claim on a document.

        Args:
            class_: a label that says what is claimed: `invoice`, `list`, `warehouse-receipt`.
            number: the document's; spaces, width and case of letters do not count.

        Raises:
            MalformedError: a key for quotas, no label, no number. No error tells a number.
        """
        self._require("claim")
        message = claim_message(class_=class_, number=canonical_number(number))
        return claim_subject(self.agency, self._digest(message))

    def name_quota(self, *, id_type: str, id_number: str) -> str:
        """Return the subject of a buyer's quota of the key's year.

        Args:
            id_type: code of the document of identity, as customs messages have it (`buyerIdType`).
            id_number: its number; spaces, width and case of letters do not count.

        Raises:
            MalformedError: a key for claims, no type, no number. No error tells a number.
        """
        year = self._require("quota")
        message = quota_message(year=year, id_type=normalise(id_type), id_number=canonical_number(id_number))
        return quota_subject(self.agency, year=year, mac=self._digest(message))

    def _require(self, use: Use) -> int:
        if self.use != use:
            raise MalformedError("key", came=f"a key for a {self.use}", expected=f"a key for a {use}")
        return self.year or 0

    def _digest(self, message: bytes) -> bytes:
        return hmac.digest(self.secret, message, "sha256")


def draw_key(agency: str, use: Use, year: int | None, *, random: Callable[[int], bytes]) -> PseudonymKey:
    """Return a new key.

    Raises:
        MalformedError: no agency, another use, or a year that does not fit the use.
    """
    return PseudonymKey(agency, use, year, random(SIZE))


def _plain(text: str) -> str:
    return "".join(normalise(text).split()).upper()


def canonical_number(number: str) -> str:
    """Return a number as it is named: normalisation version 1, without spaces, letters as capitals.

    So that nobody has a second quota by writing a full-width digit or the `x` of an identity number small.

    Raises:
        MalformedError: nothing is left, or more than 128 characters. It does not tell the number.
    """
    plain, written = _plain(number), number
    while plain != written:  # what loses a space, or its small letters, may compose to other signs
        plain, written = _plain(plain), plain
    if not 0 < len(plain) <= MAX_NUMBER or not plain.isprintable():
        raise MalformedError("number", came=f"{len(plain)} characters", expected=f"1 to {MAX_NUMBER}, all printable")
    return plain
