"""What is followed, and how it stands: lists by `declarations`, summaries and returns by their receipts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.trade.declarations import LISTS, OPEN, REJECTED, STATUS, Told, project_one
from verifier.results.declaration import follow_statuses

LIST, SUMMARY, RETURN = "list", "summary", "return"
KINDS = (LIST, SUMMARY, RETURN)
CONCLUDED, CLOSED = "concluded", "closed"
# Type to kind and the receipt by which it stands.
PAPERS = {
    **{type_: (LIST, receipt) for type_, (receipt, _) in LISTS.items()},
    "clearance.summary": (SUMMARY, "702"),
    "aftersales.return": (RETURN, "626"),
    "aftersales.export-return": (RETURN, "214"),
}
_RESULT, _CLOSING = "clearance.summary-result", "aftersales.return-closed"
STATUSES = (STATUS, "clearance.summary-status")
_CONCLUDING = {"702": ("399",), "626": ("399",), "214": ("800",)}


@dataclass(frozen=True, slots=True)
class Stand:
    """How a paper stands.

    Attributes:
        standing: one word.
        code: the newest returnStatus; empty before the first.
        irregular: whether a receipt said what could not be then.
        moved: ledger time of the newest event about it.
    """

    standing: str
    code: str
    irregular: bool
    moved: int


def stand_of(paper: Told, about: Sequence[Told]) -> Stand:
    """Return how a paper stands, from itself and the events about it in log order."""
    kind, receipt = PAPERS[paper.type]
    if kind == LIST:
        found = project_one(paper, about)
        return Stand(found.standing, found.state.code, bool(found.irregular), found.moved)
    statuses = sorted((each for each in about if each.type in STATUSES and each.data), key=lambda each: each.claimed)
    state = follow_statuses(receipt, (str((each.data or {}).get("code")) for each in statuses))
    moved = max([paper.time, *(each.time for each in about)])
    types = {each.type for each in about}
    return Stand(_standing(types, state.code, receipt), state.code, bool(state.irregular), moved)


def _standing(types: set[str], code: str, receipt: str) -> str:
    if _CLOSING in types:
        return CLOSED
    if _RESULT in types or code in _CONCLUDING[receipt]:
        return CONCLUDED
    return REJECTED if code in ("4", "100") else OPEN
