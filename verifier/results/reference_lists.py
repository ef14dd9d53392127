"""Reference lists: which version is in force, what stands on it, and what it says of a declaration.

One definition for who judges by a ledger's service and for who recomputes it from files. A list is its agency's that
registered it first, and whoever carries on for that one: what others say in its histories counts for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.ledgerformat.event import Event
from verifier.ledgerformat.subject import is_gs1_check_digit_right
from verifier.results.documents import Document
from verifier.results.findings import AGREES, DIFFERS, INCOMPLETE, MOST_FIELDS
from verifier.results.normalisation import normalise

LIST, ENTRY, REMOVED = "reference.list", "reference.entry", "reference.entry-removed"
POSITIVE, NEGATIVE = "positive", "negative"
_SPELT = {
    "hs-code": re.compile(r"[0-9]{10}"),
    "product": re.compile(r"[0-9]{8}|[0-9]{12,14}"),  # GTIN-8, -12, -13 and -14
    "enterprise": re.compile(r"[0-9A-Z]{10}|[0-9A-Z]{18}"),  # registered with customs, or its credit code
}
_NOTHING = ("", "无")  # what a declarant writes where there is no bar code
MEMBERS = {"hs-code": "hsCode", "product": "barCode"}  # what entries name, and the member of a line that has it


@dataclass(frozen=True, slots=True)
class Said:
    """An event of a list's or entry's history, and the URI of whoever said it or carries on for them."""

    event: Event
    speaker: str


def version_in_force(told: Sequence[Said]) -> Said | None:
    """Return the version that a list's own history, in log order, has in force: its agency's latest; None for none."""
    versions = [each for each in told if each.event.head.type == LIST and each.event.body]
    own = [each for each in versions if each.speaker == versions[0].speaker]
    return own[-1] if own else None


def standing_entry(told: Sequence[Said], agency: str, time: int) -> tuple[Event | None, bool]:
    """Return the event that decides whether an entry is on its agency's list at a time, and whether it is.

    Entered, not removed, and its term not over; a removal counts of what stands only.

    Args:
        told: the entry's history, in log order.
        agency: whose list it is.
        time: milliseconds since 1970.
    """
    last: Event | None = None
    stands = False
    for each in told:
        head = each.event.head
        if each.speaker != agency:
            continue
        if head.type == ENTRY:
            last, stands = each.event, head.until is None or time < head.until
        elif head.type == REMOVED and last is not None and last.name in head.about:
            last, stands = each.event, False
    return last, stands


def canonical_entry(of: str, stated: str) -> str | None:
    """Return how a list spells what somebody states; None for what cannot be on such a list.

    Width, spaces, the case of letters, the points of an HS code and the leading zeros of a GTIN do not count: else
    whoever is on a negative list would leave it by another spelling.

    Args:
        of: what the list's entries name; of anything but `hs-code`, `product` and `enterprise` any spelling is another.
        stated: a code.
    """
    if of not in _SPELT:
        return stated
    plain = "".join(normalise(stated).split()).upper()
    plain = plain.replace(".", "") if of == "hs-code" else plain
    if not _SPELT[of].fullmatch(plain):
        return None
    if of != "product":
        return plain
    return plain.zfill(14) if is_gs1_check_digit_right(plain) else None


def judge_entries(document: Document, *, kind: str, of: str, is_listed: Callable[[str], bool]) -> tuple[str, list[str]]:
    """Return what a list says of a declaration, and the fields that differ or are missing.

    Args:
        document: the declaration.
        kind: positive or negative.
        of: what the list's entries name: `hs-code`, `product` or `enterprise`.
        is_listed: whether an entry, in its one spelling, is on the list.
    """
    missing, refused = [], []
    for field, stated in entries_of(document, of):
        entry = canonical_entry(of, stated) if stated is not None else None
        if stated is None:
            missing.append(field)
        elif entry is None or is_listed(entry) != (kind == POSITIVE):
            refused.append(field)  # no code at all is neither on a positive list nor sure to be off a negative one
    outcome = DIFFERS if refused else INCOMPLETE if missing else AGREES
    return outcome, sorted(refused or missing)[:MOST_FIELDS]


def entries_of(document: Document, of: str) -> Iterator[tuple[str, str | None]]:
    """Yield each field that has to be looked up, with what it states; None where it is not shown."""
    if of == "enterprise":
        yield "list/seller/code", _text(document.find("/seller/code"))
        return
    if not document.items:
        yield "list/lines/items", None
    for place, item in enumerate(document.items, 1):
        number = _text(item.get("number"))
        where = number if number and number.isascii() and number.isalnum() else str(place)
        yield f"list/lines/items/{where}/{MEMBERS[of]}", _text(item.get(MEMBERS[of]))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() not in _NOTHING else None
