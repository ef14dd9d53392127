"""A line of a bonded account book as it stands: from a proof of its history, checked and reckoned here.

A proof since the newest reconciliation is as long as what came after it, however long the line's history is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ledger.client.client import LedgerClient
from ledger.client.reading import read_body, read_disclosures
from ledger.compose.event import AttachmentDraft, Draft
from ledger.errors import PrivateError, UnknownError
from verifier.errors import IncompleteError, MalformedError, NotPermittedError
from verifier.ledgerformat.head import State
from verifier.ledgerformat.history import History, fold, push
from verifier.ledgerformat.index import entry_hash
from verifier.ledgerformat.mapping import check_body, check_links
from verifier.ledgerformat.subject import book_of, form_of, subject_name
from verifier.primitives.checkpoint import parse_signed_checkpoint
from verifier.proof.examination import Standpoint
from verifier.proof.traceproof import parse_trace_proof
from verifier.proof.verdict import NOT_RECORDED, Story, StoryEvent
from verifier.proof.verify import RefusedError, examine_trace
from verifier.results.amounts import read_amount, spell_amount
from verifier.results.recomputation import Input, Recomputation
from verifier.results.recomputed_balances import RECONCILED, recompute_balances

MEMBER = "member"
LATEST = "latest"


@dataclass(frozen=True, slots=True)
class BookLine:
    """A line as a verified proof has it.

    Attributes:
        line: its URI.
        outcome: of the proof.
        size: leaves that the proof covers.
        count: events of the line.
        place: leaf and position of the newest of them; None where there is none.
        since: how many of the first events the proof does not show: a reconciliation stands for them.
        state: count and root of all events of the line, as a reconciliation states them; None where there is none.
        unit: in which the newest event counts that says so.
        balance: the balance, recomputed; None where the line has no event.
        reconciliations: those whose balance could be compared with the events before them, and those that could not.
    """

    line: str
    outcome: str
    size: int
    count: int
    place: tuple[int, int] | None
    since: int
    state: State | None
    unit: str | None
    balance: Recomputation | None
    reconciliations: tuple[Recomputation, ...]

    @property
    def amount(self) -> str | None:
        """Return the balance as a decimal text, None where an amount is not shown."""
        return self.balance.facts["amount"] if self.balance else "0"


def read_line(client: LedgerClient, line: str, standpoint: Standpoint, *, whole: bool = False) -> BookLine:
    """Return a line as it stands, from a proof that is fetched and checked.

    Args:
        client: asks the ledger as an agency, or as whose book it is.
        line: its URI.
        standpoint: whom the reader trusts.
        whole: ask for the whole history, instead of what came after the newest reconciliation.

    Raises:
        MalformedError: no book line.
        PrivateError: its history is not open to whoever asks.
        RefusedError: the proof does not verify.
        MismatchError: something else than an event commits to.
    """
    if form_of(line) != "book-line":
        raise MalformedError("LINE", came=line, expected="urn:suyuan:book-line:BOOK:LINE")
    data = _history(client, line, whole=whole)
    verdict = examine_trace(data, standpoint, subject=line, walk=MEMBER)
    proof = parse_trace_proof(data)
    if verdict.outcome == NOT_RECORDED:  # which is proved, too
        size = parse_signed_checkpoint(proof.checkpoint)[0].size
        return BookLine(line, verdict.outcome, size, 0, None, 0, None, None, None, ())
    if verdict.story is None:
        raise RefusedError(verdict)
    start = (proof.since.count, proof.since.subtrees) if proof.since else (0, b"")
    inputs = [_open(client, each) for each in verdict.story.timeline]
    return _reckon(line, verdict.outcome, verdict.story, start, inputs)


def _reckon(line: str, outcome: str, story: Story, start: History, inputs: Sequence[Input]) -> BookLine:
    """Return the line as its events leave it, `start` standing for those before them."""
    found = recompute_balances(inputs, {(MEMBER, subject_name(line)): start[0]})
    units = [each.event.body.data.get("unit") for each in inputs if each.event.body]
    return BookLine(
        line=line,
        outcome=outcome,
        size=story.size,
        count=start[0] + len(inputs),
        place=story.timeline[-1].event.place if story.timeline else None,
        since=start[0],
        state=_state(line, start, story),
        unit=next((each for each in reversed(units) if isinstance(each, str)), None),
        balance=next((each for each in found if each.recorded is None), None),
        reconciliations=tuple(each for each in found if each.recorded is not None),
    )


def draft_reconciliation(
    found: BookLine,
    *,
    counted: str,
    time: int,
    unit: str | None = None,
    attachments: Mapping[str, AttachmentDraft] | None = None,
) -> Draft:
    """Return the reconciliation of a line as it stands with what was counted.

    Args:
        found: the line.
        counted: what was counted, a decimal.
        time: claimed, milliseconds since 1970.
        unit: in which it was counted; None for the line's own.
        attachments: a report, by pointer.

    Raises:
        IncompleteError: the balance cannot be told, or the line has no event.
        MalformedError: no decimal.
        NotPermittedError: another unit than the line's, or a reconciliation that does not follow.
    """
    stock = read_amount(counted)
    if stock is None or stock < 0:
        raise MalformedError("--counted", came=counted, expected="a decimal, 0 or more")
    if found.state is None or found.balance is None:
        raise IncompleteError("line", came="no event", expected="a line with events to reconcile")
    if found.amount is None or (made := read_amount(found.amount)) is None:
        raise IncompleteError("balance", came="amounts that are not shown", expected="all since a reconciliation")
    chosen = _unit_of(found, unit)
    outcome = "agrees" if stock == made else "surplus" if stock > made else "shortage"
    return Draft(
        RECONCILED,
        time,
        {"line": found.line, "book": book_of(found.line)},
        {"unit": chosen, "outcome": outcome},
        {"/balance": found.amount, "/counted": spell_amount(stock)},
        attachments or {},
        state=found.state,
    )


def _unit_of(found: BookLine, unit: str | None) -> str:
    """Return in which unit a line is counted: the line's own, or the one given where it has none."""
    if unit is not None and found.unit not in (None, unit):
        raise NotPermittedError("--unit", came=unit, expected=f"{found.unit}, the line's")
    chosen = unit or found.unit
    if chosen is None:
        raise IncompleteError("--unit", came="none", expected="the unit: no event that is shown names it")
    return chosen


def _history(client: LedgerClient, line: str, *, whole: bool) -> bytes:
    """Return the proof since the newest reconciliation; of the whole history where there is none."""
    if not whole:
        try:
            return client.history(MEMBER, line, since=LATEST)
        except UnknownError:
            pass
    return client.history(MEMBER, line)


def _open(client: LedgerClient, told: StoryEvent) -> Input:
    """Return an event with the body and disclosures that are open to whoever asks, each checked."""
    event = told.event
    try:
        if event.body is None:
            body = read_body(client, event.name, event.head)
            check_body(told.kind, body)
            if not event.head.about:
                check_links(told.kind, event.head, body)
            event = replace(event, body=body)
        shown = tuple(read_disclosures(client, event.name, event.body).values()) if event.body else ()
    except (PrivateError, UnknownError):
        shown = told.disclosures
    return Input(event, told.kind, shown or told.disclosures)


def _state(line: str, start: History, story: Story) -> State | None:
    count, subtrees = start
    for each in story.timeline:
        subtrees = push(subtrees, count, entry_hash(each.event.entry))
        count += 1
    return State(MEMBER, subject_name(line), count, fold(subtrees)) if count else None
