"""Recomputing what events record: the results that stand in them follow from their inputs, or they do not.

What all recomputations share; matches, summaries and balances have a module each.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from verifier.errors import IncompleteError
from verifier.ledgerformat.disclosure import Disclosure
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.head import Pair
from verifier.ledgerformat.index import history_root
from verifier.ledgerformat.vocabulary import EventType
from verifier.results.documents import Document, read_document
from verifier.results.findings import AGREES, DIFFERS, INCOMPLETE, Result

CONFIRMED, REFUTED, UNTOLD, UNRECORDED = "confirmed", "refuted", "untold", "unrecorded"
STATUS = {AGREES: CONFIRMED, DIFFERS: REFUTED, INCOMPLETE: UNTOLD}  # of a rule that is judged against what is recorded


@dataclass(frozen=True, slots=True)
class Input:
    """An event that a verified proof shows, with its type and its disclosures."""

    event: Event
    kind: EventType
    disclosures: tuple[Disclosure, ...]


@dataclass(frozen=True, slots=True)
class Recomputation:
    """What became of one result.

    Attributes:
        what: `match`, `summary`, `balance` or `settlement`.
        recorded: name of the event that records it, 32 bytes; None where nobody recorded one.
        outcome: confirmed (it follows from its inputs), refuted (it does not), untold (inputs are missing), or
            unrecorded (there is nothing to compare with).
        result: as recomputed; None where it cannot be.
        rules: outcome of each rule, the first three; empty where nothing is recorded.
        inputs: names of the events that it was recomputed from.
        missing: documents, fields, histories and versions that keep it from being told.
        facts: of a balance: the `line`, its `amount` at the end of what is here (None where it cannot be told), and
            since which reconciliation it was reckoned (`since`: its name in hex; None from the start). Of a summary:
            the lists `cancelled` before it, those `cancelledSince`, and the events of lists that do not count
            since they were `changed`, names in hex.
    """

    what: str
    recorded: bytes | None
    outcome: str
    result: Result | None
    rules: Mapping[str, str]
    inputs: tuple[bytes, ...]
    missing: tuple[str, ...] = ()
    facts: Mapping[str, str | None] = field(default_factory=dict)


def in_log_order(inputs: Iterable[Input]) -> list[Input]:
    """Return each event once, in log order."""
    return sorted({each.event.name: each for each in inputs}.values(), key=lambda each: each.event.place)


def worst_of(statuses: Iterable[str]) -> str:
    """Return what rules make together: refuted before untold before confirmed."""
    found = set(statuses)
    return REFUTED if REFUTED in found else UNTOLD if UNTOLD in found or not found else CONFIRMED


def lacking(result: Result) -> tuple[str, ...]:
    """Return the documents and fields that a result lacks."""
    return tuple(sorted({field for each in result.findings if each.outcome == INCOMPLETE for field in each.fields}))


def read_input(source: str, given: Input, *, seen: Collection[bytes] | None = None) -> Document:
    """Return the document that an event states.

    Args:
        source: which it is.
        given: the event; its body is shown.
        seen: digests of the disclosures to look at; None for all that are here.

    Raises:
        IncompleteError: its body is not shown.
    """
    body = given.event.body
    if body is None:
        raise IncompleteError("body", came="none", expected=f"that of {given.event.name.hex()}")
    disclosed = {each.pointer: each.value for each in given.disclosures if seen is None or each.digest in seen}
    return read_document(source, body.data, disclosed, body.digests)


def history_of(shown: Iterable[Input], pair: Pair) -> list[Input]:
    """Return those that join a history, in the order in which they are given."""
    return [each for each in shown if each.event.joins(pair)]


def stated_count(given: Input) -> int | None:
    """Return how many first entries of a history an event states; None if it states none."""
    return given.event.head.state.count if given.event.head.state else None


def is_stated(given: Input, history: Sequence[Input], pair: Pair) -> bool:
    """Return whether the first entries of a history that an event states are all here, and these."""
    state = given.event.head.state
    if state is None or (state.kind, state.name) != pair or not 0 < state.count <= len(history):
        return False
    return history_root(each.event.entry for each in history[: state.count]) == state.root
