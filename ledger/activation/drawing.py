"""Drawing hidden codes at packing: the digest goes to the ledger, the code to the printer, and nothing is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ledger.compose.event import Draft
from verifier.errors import MalformedError
from verifier.ledgerformat.hidden_code import (
    CODE_BITS,
    COMMITTED,
    SALT,
    HiddenCode,
    hidden_digest,
    make_hidden_code,
)
from verifier.ledgerformat.subject import form_of
from verifier.primitives.base64strict import format_base64url


@dataclass(frozen=True, slots=True)
class Drawn:
    """An item with the code that is printed under its layer."""

    item: str
    hidden: HiddenCode

    def draft(self, time: int) -> Draft:
        """Return what commits the item to its code."""
        digest = format_base64url(hidden_digest(self.item, self.hidden))
        return Draft(COMMITTED, time, {"item": self.item}, {"hidden": digest})


def draw_codes(items: Sequence[str], random: Callable[[int], bytes]) -> list[Drawn]:
    """Return each item with a code drawn for it.

    Raises:
        MalformedError: something that is no item, or an item twice.
    """
    for place, item in enumerate(items):
        if form_of(item, f"items[{place}]") != "item":
            raise MalformedError(f"items[{place}]", came=item, expected="an item, with a serial number")
    if len(set(items)) != len(items):
        raise MalformedError("items", came="an item twice", expected="each item once: it has one code")
    return [Drawn(item, make_hidden_code(random(SALT), _number(random))) for item in items]


def _number(random: Callable[[int], bytes]) -> int:
    return int.from_bytes(random(3), "big") & (1 << CODE_BITS) - 1
