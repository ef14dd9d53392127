"""The buyer's yearly quota: what was used before, and the use that a declaration makes, under customs' pseudonym."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ledger.client.client import LedgerClient
from ledger.client.reading import read_disclosures
from ledger.compose.event import Draft
from ledger.matching.judging import QUOTA_USE, Case
from ledger.trade.histories import read_history
from ledger.trade.pseudonyms import PseudonymKey
from verifier.errors import MalformedError
from verifier.ledgerformat.disclosure import Disclosure
from verifier.proof.examination import Standpoint
from verifier.proof.verdict import StoryEvent
from verifier.results.amounts import add, read_amount, spell_amount, subtract
from verifier.results.comparison import Comparison
from verifier.results.documents import Document
from verifier.results.limits import limits_on
from verifier.results.listed import assess_list
from verifier.results.recomputation import read_input

_RESTORED = "clearance.quota-restored"
_BASIS_EN = "Announcement on the limits of retail imports"


@dataclass(frozen=True, slots=True)
class Use:
    """A use of a quota that a declaration makes.

    Attributes:
        subject: the quota's pseudonym.
        declaration: URI.
        amount: yuan, the dutiable amount.
        before: yuan that were used before it in the year.
        day: of the declaration, YYYYMMDD.
    """

    subject: str
    declaration: str
    amount: Decimal
    before: Decimal
    day: str


def use_of(case: Case, key: PseudonymKey, client: LedgerClient, standpoint: Standpoint) -> Use | None:
    """Return the use that a case's declaration makes of its buyer's quota.

    None where it is not told yet, or the declaration is of another year than the key.

    Raises:
        RefusedError: the proof of the quota's history does not verify.
        IncompleteError: an amount of it is not shown.
    """
    given = case.inputs.get("list")
    document = read_input("list", given) if given else None
    declared = given.event.body.of_role("declaration") if given and given.event.body else ()
    day = document.find("/declaredOn") if document else None
    amount = dutiable_amount(document) if document else None
    if document is None or amount is None or not declared or not isinstance(day, str) or day[:4] != str(key.year):
        return None
    subject = _subject_of(document, key)
    if subject is None:
        return None
    return Use(subject, declared[0], amount, used_before(subject, declared[0], client, standpoint), day)


def _subject_of(document: Document, key: PseudonymKey) -> str | None:
    id_type, number = document.find("/buyer/idType"), document.find("/buyer/idNumber")
    if not isinstance(id_type, str) or not isinstance(number, str):
        return None
    try:
        return key.name_quota(id_type=id_type, id_number=number)
    except MalformedError:
        return None  # what no number can be has no quota; the rules about the buyer say so


def dutiable_amount(document: Document) -> Decimal | None:
    """Return a declaration's dutiable amount in yuan: lines, freight and insurance; None where it cannot be told."""
    assessment = assess_list(Comparison({"list": document}), Decimal(0))
    if assessment is None or assessment.left is None:
        return None
    return subtract(assessment.limits.yearly, assessment.left)


def used_before(subject: str, declaration: str, client: LedgerClient, standpoint: Standpoint) -> Decimal:
    """Return what a quota's proved history says was used of it, without what this declaration used.

    Raises:
        RefusedError: the proof does not verify, or an amount in it is not shown.
    """
    used, own = [], set()
    for each in read_history(client, "quota", subject, standpoint).events:
        body = each.event.body
        if each.event.head.type == QUOTA_USE and body and declaration in body.of_role("declaration"):
            own.add(each.event.name)
        elif each.event.head.type == QUOTA_USE:
            used.append(_amount(each, client))
        elif each.event.head.type == _RESTORED and not own & set(each.event.head.about):
            used.append(-_amount(each, client))
    return add(used)


def _amount(told: StoryEvent, client: LedgerClient) -> Decimal:
    body = told.event.body
    shown: Mapping[str, Disclosure] = read_disclosures(client, told.event.name, body) if body else {}
    amount = read_amount(shown["/amount"].value) if "/amount" in shown else None
    if amount is None:
        raise MalformedError("/amount", came="no amount", expected=f"that of {told.event.name.hex()}")
    return amount


def draft_use(use: Use, *, rules: str, time: int) -> Draft:
    """Return the event that records a use; its amount is a disclosure for agencies."""
    limits = limits_on(use.day)
    basis = {"zh": limits.basis if limits else "", "en": f"{_BASIS_EN}: {limits.basis if limits else ''}"}
    return Draft(
        QUOTA_USE,
        time,
        {"quota": use.subject, "declaration": use.declaration},
        {"year": use.day[:4], "rule": f"match.yearly-limit {rules}", "basis": basis},
        {"/amount": spell_amount(use.amount)},
    )
