"""Summary declarations (汇总申报): what the next one of an enterprise and month has to cover, from a checked proof.

A proof since the newest summary is as long as what came after it, however many lists the month has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from ledger.client.client import LedgerClient
from ledger.client.reading import read_body, read_disclosures
from ledger.compose.event import Draft
from ledger.errors import PrivateError, UnknownError
from verifier.errors import IncompleteError, MalformedError, NotPermittedError
from verifier.ledgerformat.head import State
from verifier.ledgerformat.history import fold, push
from verifier.ledgerformat.index import entry_hash
from verifier.ledgerformat.mapping import check_body, check_links
from verifier.ledgerformat.subject import form_of, subject_name
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.proof.examination import Standpoint
from verifier.proof.traceproof import parse_trace_proof
from verifier.proof.verdict import NOT_RECORDED, StoryEvent
from verifier.proof.verify import RefusedError, examine_trace
from verifier.results.amounts import add, read_amount, spell_amount
from verifier.results.documents import Document
from verifier.results.recomputation import Input, read_input
from verifier.results.recomputed_summaries import SUMMARY, member_of
from verifier.results.totals import Member, newest_of

MEMBER, LATEST = "member", "latest"
_CHANGE = "2"  # appType of a message that changes what was declared before
_WEIGHTS = {"grossWeight": "/lines/grossWeight", "netWeight": "/lines/netWeight"}


@dataclass(frozen=True, slots=True)
class Period:
    """The lists of an enterprise's month, as far as no summary covers them.

    Attributes:
        set: the set's URI.
        size: leaves that the proof covers.
        covered: first entries of the history that the newest summary states; 0 for none.
        state: count and root of all entries, as the next summary states them; None where there is none.
        lists: events that no summary covers and that were not cancelled, in log order, with what of them is open to
            whoever asks.
        cancelled: names of lists that were cancelled before a summary covered them.
        since: names of lists that were cancelled after a summary covered them.
        changed: names of events of lists that do not count: a newer event of the list does, or an earlier summary
            covers it.
    """

    set: str
    size: int
    covered: int
    state: State | None
    lists: tuple[Input, ...]
    cancelled: tuple[bytes, ...] = ()
    since: tuple[bytes, ...] = ()
    changed: tuple[bytes, ...] = ()

    @property
    def documents(self) -> tuple[Document, ...]:
        """Return the lists whose bodies are shown."""
        return tuple(read_input("list", each) for each in self.lists if each.event.body)

    @property
    def totals(self) -> dict[str, str] | None:
        """Return what the lists make together; None where one of them does not show what it is made of.

        Weights that not every list states are left out.
        """
        documents = self.documents
        goods = [_goods(each) for each in documents]
        known = [each for each in goods if each is not None]
        if len(known) < len(self.lists):
            return None
        totals = {"lists": str(len(self.lists)), "goods": spell_amount(add(known))}
        for name, pointer in _WEIGHTS.items():
            weights = [read_amount(each.find(pointer)) for each in documents]
            if weights and None not in weights:
                totals[name] = spell_amount(add(each for each in weights if each is not None))
        return totals


def _goods(document: Document) -> Decimal | None:
    amounts = [read_amount(each.get("total")) for each in document.items]
    known = [each for each in amounts if each is not None]
    return add(known) if amounts and len(known) == len(amounts) else None


def read_period(client: LedgerClient, set_: str, standpoint: Standpoint) -> Period:
    """Return what of a set of lists no summary covers yet.

    Args:
        client: asks the ledger as the enterprise, its agent, or an agency.
        set_: `urn:suyuan:set:lists:…` or `urn:suyuan:set:export-lists:…`.
        standpoint: whom the reader trusts.

    Raises:
        MalformedError: no set.
        PrivateError: its history is not open to whoever asks.
        RefusedError: the proof does not verify.
    """
    if form_of(set_) != "set":
        raise MalformedError("PERIOD", came=set_, expected="urn:suyuan:set:export-lists:{uscc}:{YYYY-MM}")
    found = _read(client, set_, standpoint, _history(client, set_))
    if not any(map(_is_change, found.lists)):
        return found
    return _read(client, set_, standpoint, client.history(MEMBER, set_))  # what it changes may have been covered before


def _is_change(listed: Input) -> bool:
    document = listed.event.body.data.get("document") if listed.event.body else None
    return isinstance(document, dict) and document.get("appType") == _CHANGE


def _read(client: LedgerClient, set_: str, standpoint: Standpoint, data: bytes) -> Period:
    """Return what a proof of the set's history shows of it."""
    verdict = examine_trace(data, standpoint, subject=set_, walk=MEMBER)
    if verdict.story is None and verdict.outcome != NOT_RECORDED:
        raise RefusedError(verdict)
    proof = parse_trace_proof(data)
    if verdict.story is None:
        return Period(set_, parse_signed_checkpoint(proof.checkpoint)[0].size, 0, None, ())
    count, subtrees = (proof.since.count, proof.since.subtrees) if proof.since else (0, b"")
    first, timeline = count, verdict.story.timeline
    covered = max((_stated(each, set_) for each in timeline), default=0) or first
    for each in timeline:
        subtrees, count = push(subtrees, count, entry_hash(each.event.entry)), count + 1
    state = State(MEMBER, subject_name(set_), count, fold(subtrees))
    past, rest = timeline[: max(0, covered - first)], timeline[max(0, covered - first) :]
    lists, ended = _lists_of(past, rest)
    uncovered = {each.event.name: each for each in rest}
    open_ = tuple(_open(client, uncovered[each.name]) for each in lists.counted)
    return Period(set_, verdict.story.size, covered, state, open_, lists.cancelled, ended, lists.changed)


@dataclass(frozen=True, slots=True)
class _Lists:
    """The lists that no summary covers: those that count, and names of events of those that do not."""

    counted: tuple[Member, ...]
    cancelled: tuple[bytes, ...]
    changed: tuple[bytes, ...]


def _lists_of(past: Sequence[StoryEvent], rest: Sequence[StoryEvent]) -> tuple[_Lists, tuple[bytes, ...]]:
    """Return what is open behind the newest summary, and which lists that it covers were cancelled since."""
    known = {each.event.name: member_of(each.event.name, each.event.head) for each in (*past, *rest)}
    listed = [known[each.event.name] for each in rest if known[each.event.name].listed]
    ended = list(dict.fromkeys(name for each in rest for name in known[each.event.name].cancels))
    over = {known[name].list for name in ended if name in known}
    before = {known[each.event.name].list for each in past if known[each.event.name].listed}
    newest, older = newest_of(listed, before)
    own = {each.name for each in listed}
    found = _Lists(
        tuple(each for each in newest if each.list not in over),
        tuple(each.name for each in newest if each.list in over),
        tuple(each.name for each in older),
    )
    return found, tuple(name for name in ended if name not in own)


def _stated(told: StoryEvent, set_: str) -> int:
    """Return how many first entries a summary of this set states; 0 of anything else."""
    state = told.event.head.state
    own = told.event.head.type == SUMMARY and state is not None
    return state.count if own and state and (state.kind, state.name) == (MEMBER, subject_name(set_)) else 0


def draft_summary(
    period: Period,
    *,
    summary: str,
    enterprise: str,
    data: Mapping[str, Any],
    disclosed: Mapping[str, Any],
    time: int,
) -> Draft:
    """Return the summary declaration that covers everything of a period up to the proof.

    Args:
        period: as read.
        summary: the handle that it opens.
        enterprise: URI of whose lists they are.
        data: district and firms (`clearance.summary`).
        disclosed: further disclosures; `/totals` is reckoned here.
        time: claimed, milliseconds since 1970.

    Raises:
        NotPermittedError: no list is left to be covered.
        IncompleteError: a list does not show what its totals are made of.
    """
    if period.state is None or not period.lists:
        raise NotPermittedError("PERIOD", came="no list that is in no summary", expected="at least one")
    totals = period.totals
    if totals is None:
        todo = "Sign requests with the enterprise's request key (--request-key)."
        raise IncompleteError("lists", came="lines that are not shown", expected="those of every list", todo=todo)
    subjects = {"summary": summary, "enterprise": enterprise, "period": period.set}
    return Draft(SUMMARY, time, subjects, data, {**disclosed, "/totals": totals}, state=period.state)


def _history(client: LedgerClient, set_: str) -> bytes:
    """Return the proof since the newest summary; of the whole history where there is none."""
    try:
        return client.history(MEMBER, set_, since=LATEST)
    except UnknownError:
        return client.history(MEMBER, set_)


def _open(client: LedgerClient, told: StoryEvent) -> Input:
    """Return a list with the body and disclosures that are open to whoever asks, each checked."""
    event = told.event
    try:
        if event.body is None:
            body = read_body(client, event.name, event.head)
            check_body(told.kind, body)
            check_links(told.kind, event.head, body)
            event = replace(event, body=body)
        shown = tuple(read_disclosures(client, event.name, event.body).values()) if event.body else ()
    except (PrivateError, UnknownError):
        shown = ()
    return Input(event, told.kind, shown or told.disclosures)
