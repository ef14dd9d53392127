"""Complaints and return requests: taken from a person without a key, said by the desk, followed with a secret.

In the ledger they stand under a random handle. The person's text is a disclosure; head and body hold a category, the
goods, and the SHA-256 of a secret with which the person asks for the answers.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from ledger.activation.reading import events_of
from ledger.client.reading import read_disclosures
from ledger.compose.event import Draft
from ledger.errors import PrivateError, UnknownError
from ledger.publicdesk.file import DeskFile
from ledger.publicdesk.outbox import Outbox
from ledger.publicdesk.setting import Setting
from ledger.trade.speaker import Said
from verifier.errors import MalformedError
from verifier.ledgerformat.subject import form_of
from verifier.primitives.base64strict import format_base64url
from verifier.proof.verdict import StoryEvent

COMPLAINT, RETURN, ANSWER = "aftersales.public-complaint", "aftersales.return-request", "aftersales.public-answer"
CATEGORIES: Mapping[str, tuple[str, ...]] = {
    COMPLAINT: ("authenticity", "quality", "delivery", "returns", "price", "privacy", "other"),
    RETURN: ("unwanted", "damaged", "wrong-goods", "quality", "recalled", "other"),
}
_ROLES = {COMPLAINT: ("complaint", "complaint"), RETURN: ("request", "return-request")}
_GOODS = {"product", "lot", "item"}
MOST_TEXT, MOST_CONTACT = 2_000, 200  # characters


@dataclass(frozen=True, slots=True)
class Lodged:
    """What somebody lodges.

    Attributes:
        type: `COMPLAINT` or `RETURN`.
        goods: URI of a product, lot or item.
        category: a word of `CATEGORIES`.
        text: in the person's own words.
        contact: how to be reached, if the person wants to be; empty for nothing.
        claim: SHA-256 of the secret with which the person asks for answers, 32 bytes.
        handle: under which it stands.
    """

    type: str
    goods: str
    category: str
    text: str
    contact: str
    claim: bytes
    handle: str


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer: who gave it, when it was recorded, its outcome, and its text as far as the desk may read it."""

    issuer: str
    names: Mapping[str, str]
    time: int
    outcome: str
    text: str | None


def make_lodged(type_: str, *, goods: str, category: str, text: str, contact: str, claim: bytes) -> Lodged:
    """Return what somebody lodges, under a new handle.

    Raises:
        MalformedError: a member that is not as it must be.
    """
    if form_of(goods, "goods") not in _GOODS:
        raise MalformedError("goods", came=goods, expected="a product, lot or item")
    if category not in CATEGORIES[type_]:
        raise MalformedError("category", came=category, expected=" | ".join(CATEGORIES[type_]))
    for name, value, most, least in (("text", text, MOST_TEXT, 1), ("contact", contact, MOST_CONTACT, 0)):
        if not least <= len(value.strip()) <= most:
            raise MalformedError(name, came=f"{len(value)} characters", expected=f"{least} to {most}")
    if len(claim) != sha256().digest_size:
        raise MalformedError("claim", came=f"{len(claim)} bytes", expected="32, a SHA-256")
    handle = f"urn:suyuan:{_ROLES[type_][1]}:{secrets.token_hex(16)}"
    return Lodged(type_, goods, category, text.strip(), contact.strip(), claim, handle)


class Lodging:
    """Takes in and follows."""

    def __init__(self, file: DeskFile, outbox: Outbox, setting: Setting) -> None:
        """Keep in the desk's file what is to be said."""
        self._file, self._outbox, self._setting = file, outbox, setting

    def keep(self, lodged: Lodged, *, pass_on: bool = True) -> bytes:
        """Sign and keep what was lodged; return the event's name.

        Args:
            lodged: what was lodged.
            pass_on: whether it goes to the enterprise that opened the goods; else to agencies alone.

        Raises:
            UnknownError: nothing is recorded of these goods.
        """
        owner = self._owner_of(lodged.goods) if pass_on else None
        role, _ = _ROLES[lodged.type]
        disclosed = {"/text": lodged.text, **({"/contact": lodged.contact} if lodged.contact else {})}
        data = {"category": lodged.category, "claim": format_base64url(lodged.claim)}
        subjects: dict[str, str | list[str]] = {role: lodged.handle, "goods": lodged.goods}
        draft = Draft(lodged.type, self._setting.clock(), subjects, data, disclosed, to=owner)
        signed = self._outbox.sign(Said(draft))
        with self._file.use() as connection:
            self._outbox.keep(connection, signed)
        return signed.event

    def follow(self, handle: str, secret: bytes) -> tuple[StoryEvent, list[Answered]]:
        """Return what was lodged, as it is recorded, and its answers.

        Raises:
            UnknownError: no such handle, or another secret: both are answered alike.
        """
        told = self._setting.story_of(handle)
        lodged = next((each for each in told if each.event.head.type in CATEGORIES), None)
        claim = lodged.event.body.data.get("claim") if lodged and lodged.event.body else None
        if lodged is None or claim != format_base64url(sha256(secret).digest()):
            todo = "Look at the receipt. What was lodged a moment ago may not be recorded yet."
            raise UnknownError("handle", came="no such handle, or another secret", expected="both as given", todo=todo)
        name = lodged.event.name
        answers = [each for each in told if each.event.head.type == ANSWER and name in each.event.head.about]
        return lodged, [self._answer(each) for each in answers]

    def _answer(self, told: StoryEvent) -> Answered:
        body = told.event.body
        outcome = str(body.data.get("outcome", "")) if body else ""
        return Answered(told.issuer.uri, told.issuer.names, told.time, outcome, self._text_of(told))

    def _text_of(self, told: StoryEvent) -> str | None:
        if told.event.body is None:
            return None
        try:
            shown = read_disclosures(self._setting.client, told.event.name, told.event.body)
        except (PrivateError, UnknownError):
            return None
        value = shown["/text"].value if "/text" in shown else None
        return value if isinstance(value, str) else None

    def _owner_of(self, goods: str) -> str | None:
        """Return who opened the goods, to whom the case is passed where it is an enterprise."""
        told = events_of(self._setting.story_of(goods), goods)
        if not told:
            raise UnknownError("goods", came=goods, expected="goods of which something is recorded")
        owner = told[0].event.head.principal
        return owner if owner.startswith("urn:suyuan:enterprise:") else None
