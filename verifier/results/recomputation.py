"""Recomputing what events record: the results that stand in them follow from their inputs, or they do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from verifier.errors import IncompleteError
from verifier.ledgerformat.disclosure import Disclosure
from verifier.ledgerformat.event import Event
from verifier.results import normalisation
from verifier.results.documents import SOURCES, Document, read_document
from verifier.results.findings import DIFFERS, INCOMPLETE, Finding, Result, parse_result
from verifier.results.matching import match
from verifier.results.rules import TOLERANCES

MATCH = "clearance.match"
CONFIRMED, SETTLED, REFUTED, UNTOLD, UNRECORDED = "confirmed", "settled", "refuted", "untold", "unrecorded"
_SOURCE_OF = {kind: source for source, kind in SOURCES.items()}


@dataclass(frozen=True, slots=True)
class Input:
    """An event that a verified proof shows, with its disclosures."""

    event: Event
    disclosures: tuple[Disclosure, ...]


@dataclass(frozen=True, slots=True)
class Recomputation:
    """What became of one result.

    Attributes:
        recorded: name of the event that records it, 32 bytes; None where nobody recorded one.
        outcome: confirmed (it follows from what is here), settled (what it leaves open can be told by now), refuted (it
            does not follow), untold (inputs are missing), or unrecorded (there is nothing to compare with).
        result: as recomputed.
        rules: outcome of each rule, the first four; empty where nothing is recorded.
        inputs: names of the events that it was recomputed from.
        missing: documents, fields and versions that keep it from being told.
    """

    recorded: bytes | None
    outcome: str
    result: Result | None
    rules: Mapping[str, str]
    inputs: tuple[bytes, ...]
    missing: tuple[str, ...] = ()


def recompute_matches(inputs: Iterable[Input]) -> list[Recomputation]:
    """Return every recorded match recomputed, and a match for every order that has none, in log order.

    A recorded match is recomputed from the events that it answers and from no others; an order without one from the
    latest of each kind of document that names the order.

    Raises:
        VerificationError, MalformedError: a recorded match contradicts itself, or is none.
    """
    shown = sorted({each.event.name: each for each in inputs}.values(), key=lambda each: each.event.place)
    by_name = {each.event.name: each for each in shown}
    found = [_recompute(each, by_name) for each in shown if each.event.head.type == MATCH]
    matched = {name for each in found for name in each.inputs}
    for documents in _orders(shown):
        if not matched & {each.event.name for each in documents.values()}:
            read = {source: _document(source, each) for source, each in documents.items()}
            names = tuple(each.event.name for each in documents.values())
            result = match(read)
            found.append(Recomputation(None, UNRECORDED, result, {}, names, _lacking(result)))
    return found


def _recompute(recorded: Input, by_name: Mapping[bytes, Input]) -> Recomputation:
    event = recorded.event
    if event.body is None:
        return Recomputation(event.name, UNTOLD, None, {}, (), ("result",))
    stated = parse_result(event.body.data, MATCH)
    answered = [by_name[name] for name in event.head.about if name in by_name]
    told = [each for each in answered if each.event.body and each.event.head.type in _SOURCE_OF]
    documents = {_SOURCE_OF[each.event.head.type]: each for each in told}
    names = tuple(each.event.name for each in documents.values())
    if stated.rules not in TOLERANCES or stated.normalisation != normalisation.VERSION:
        versions = (f"rules {stated.rules}", f"normalisation {stated.normalisation}")
        return Recomputation(event.name, UNTOLD, None, {}, names, versions)
    result = match({source: _document(source, each) for source, each in documents.items()}, rules=stated.rules)
    rules = compare(stated, result, whole=_are_whole(event, documents))
    outcome = next((each for each in (REFUTED, UNTOLD, SETTLED) if each in rules.values()), CONFIRMED)
    return Recomputation(event.name, outcome, result, rules, names, _lacking(result))


def compare(stated: Result, made: Result, *, whole: bool) -> dict[str, str]:
    """Return for each rule whether what is stated of it is confirmed, settled, refuted, or cannot be told.

    Args:
        stated: what an event says.
        made: what was recomputed.
        whole: whether all documents that the event names are there, with all their values.
    """
    ours = {each.rule: each for each in made.findings}
    rules = {each.rule: _compare_rule(each, ours.get(each.rule), whole=whole) for each in stated.findings}
    return rules | {rule: REFUTED if whole else UNTOLD for rule in ours if rule not in rules}


def _compare_rule(stated: Finding, made: Finding | None, *, whole: bool) -> str:
    if made is None:
        return UNTOLD  # it was judged by something that no document says: what the buyer used of the year
    if (stated.outcome, stated.fields) == (made.outcome, made.fields):
        return CONFIRMED
    if stated.outcome == INCOMPLETE:
        return SETTLED if made.outcome != INCOMPLETE else UNTOLD
    if made.outcome == DIFFERS and not set(made.fields) <= set(stated.fields):
        return REFUTED
    return REFUTED if whole else UNTOLD


def _are_whole(event: Event, documents: Mapping[str, Input]) -> bool:
    """Return whether everything that an event answers is here, and nothing of it is withheld."""
    there = {each.event.name for each in documents.values()}
    return set(event.head.about) <= there and not any(_document(*each).withheld for each in documents.items())


def _orders(shown: Sequence[Input]) -> list[dict[str, Input]]:
    """Return the documents of each order, the latest of each kind."""
    orders: dict[str, dict[str, Input]] = {}
    for each in shown:
        source = _SOURCE_OF.get(each.event.head.type)
        for order in each.event.body.of_role("order") if each.event.body and source else ():
            orders.setdefault(order, {})[str(source)] = each
    return list(orders.values())


def _document(source: str, given: Input) -> Document:
    body = given.event.body
    if body is None:
        raise IncompleteError("body", came="none", expected=f"that of {given.event.name.hex()}")
    disclosed = {each.pointer: each.value for each in given.disclosures}
    return read_document(source, body.data, disclosed, body.digests)


def _lacking(result: Result) -> tuple[str, ...]:
    return tuple(sorted({field for each in result.findings if each.outcome == INCOMPLETE for field in each.fields}))
