"""Matches recomputed: from what their recorder says it looked at, and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.errors import MalformedError, MismatchError
from verifier.primitives.base64strict import format_base64url, parse_base64url, parse_hash_hex
from verifier.results import normalisation
from verifier.results.findings import DIFFERS, INCOMPLETE, Finding, Result, format_result, parse_result
from verifier.results.matching import match
from verifier.results.recomputation import (
    CONFIRMED,
    REFUTED,
    UNRECORDED,
    UNTOLD,
    Input,
    Recomputation,
    in_log_order,
    lacking,
    read_input,
    worst_of,
)
from verifier.results.rules import EXPORT_VERSION, RULE_SETS, VERSION

MATCH = "clearance.match"
SOURCES_OF = {version: {kind: source for source, kind in RULE_SETS[version].sources.items()}
              for version in (VERSION, EXPORT_VERSION)}  # fmt: skip
_EVERY_SOURCE = tuple(dict.fromkeys(source for each in RULE_SETS.values() for source in each.sources))
_LINKING = ("parcel", "declaration")  # roles by which documents that name no order come to theirs


@dataclass(frozen=True, slots=True)
class Looked:
    """What a recorder says it looked at, of one document: the event, and digests of the disclosures that it saw."""

    event: bytes
    seen: frozenset[bytes]


def record_match(result: Result, documents: Mapping[str, Input]) -> dict[str, Any]:
    """Return the data of a `clearance.match`: the result in clear, the events, and the disclosures that were seen."""
    looked = {
        source: {
            "event": each.event.name.hex(),
            "seen": sorted(format_base64url(disclosure.digest) for disclosure in each.disclosures),
        }
        for source, each in documents.items()
    }
    return {**format_result(result), "documents": looked}


def parse_documents(data: Any, what: str = f"{MATCH}.documents") -> dict[str, Looked]:
    """Return what a recorder looked at, by source.

    Raises:
        MalformedError: another shape, or a source that is none.
    """
    if not isinstance(data, Mapping) or not data.keys() <= set(_EVERY_SOURCE):
        expected = f"an object with some of {', '.join(_EVERY_SOURCE)}"
        raise MalformedError(what, came="another shape", expected=expected)
    looked = {}
    for source, each in data.items():
        if not isinstance(each, Mapping) or not isinstance(each.get("seen"), list):
            raise MalformedError(f"{what}.{source}", came="another shape", expected="an object with event and seen")
        seen = frozenset(parse_base64url(str(digest), f"{what}.{source}.seen") for digest in each["seen"])
        looked[source] = Looked(parse_hash_hex(str(each.get("event")), f"{what}.{source}.event"), seen)
    return looked


def recompute_matches(inputs: Iterable[Input]) -> list[Recomputation]:
    """Return every recorded match recomputed, then a match for every order that has none.

    A recorded match is recomputed from the documents and disclosures that it names; an order without one from the
    latest of each kind of document that names the order, with all that is disclosed here.

    Raises:
        MalformedError: a recorded match that is none.
        MismatchError: a recorded match that contradicts itself, or looked at what it does not answer.
    """
    shown = in_log_order(inputs)
    by_name = {each.event.name: each for each in shown}
    found = [_recompute(each, by_name) for each in shown if each.event.head.type == MATCH]
    matched = {name for each in found for name in each.inputs}
    for rules, documents in _orders(shown):
        if not matched & {each.event.name for each in documents.values()}:
            result = match({source: read_input(source, each) for source, each in documents.items()}, rules=rules)
            names = tuple(each.event.name for each in documents.values())
            found.append(Recomputation("match", None, UNRECORDED, result, {}, names, lacking(result)))
    return found


def _recompute(recorded: Input, by_name: Mapping[bytes, Input]) -> Recomputation:
    event = recorded.event
    if event.body is None:
        return Recomputation("match", event.name, UNTOLD, None, {}, (), ("result",))
    stated, looked = parse_result(event.body.data, MATCH), parse_documents(event.body.data.get("documents"))
    _require_answered(recorded, looked, by_name, rules=stated.rules)
    there = {source: by_name[each.event] for source, each in looked.items() if each.event in by_name}
    documents = {source: each for source, each in there.items() if each.event.body}
    _require_own(looked, documents)
    names = tuple(each.event for each in looked.values() if each.event in by_name)
    if stated.rules not in RULE_SETS or stated.normalisation != normalisation.VERSION:
        versions = (f"rules {stated.rules}", f"normalisation {stated.normalisation}")
        return Recomputation("match", event.name, UNTOLD, None, {}, names, versions)
    read = {source: read_input(source, each, seen=looked[source].seen) for source, each in documents.items()}
    result = match(read, rules=stated.rules)
    unseen = _unseen(looked, documents)
    rules = compare(stated, result, whole=not unseen)
    return Recomputation("match", event.name, worst_of(rules.values()), result, rules, names, unseen)


def _require_answered(
    recorded: Input, looked: Mapping[str, Looked], by_name: Mapping[bytes, Input], *, rules: str
) -> None:
    """Require that a match answers what it looked at, and that each is of the type that its rules mean."""
    types = RULE_SETS[rules].sources if rules in RULE_SETS else {}
    for source, each in looked.items():
        field = f"{MATCH}.documents.{source}"
        if each.event not in recorded.event.head.about:
            raise MismatchError(field, came=each.event, expected="an event that the match answers")
        kind = by_name[each.event].event.head.type if types and each.event in by_name else None
        if kind is not None and kind != types.get(source):
            raise MismatchError(field, came=kind, expected=types.get(source, f"no document of rules {rules}"))


def _require_own(looked: Mapping[str, Looked], documents: Mapping[str, Input]) -> None:
    """Require that what a recorder saw are disclosures of these documents, and that they are of one order."""
    orders: list[set[str]] = []
    for source, each in documents.items():
        body = each.event.body
        if body is None:
            continue
        if strange := looked[source].seen - set(body.digests.values()):
            expected = f"disclosures of {each.event.name.hex()}"
            raise MismatchError(f"{MATCH}.documents.{source}.seen", came=min(strange), expected=expected)
        orders += [set(named)] if (named := body.of_role("order")) else []
    if orders and not set.intersection(*orders):
        raise MismatchError(f"{MATCH}.documents", came="documents of several orders", expected="those of one")


def _unseen(looked: Mapping[str, Looked], documents: Mapping[str, Input]) -> tuple[str, ...]:
    """Return what the recorder looked at and is not here: documents, and fields of those that are."""
    missing = [source for source in looked if source not in documents]
    for source, each in documents.items():
        here = {disclosure.digest for disclosure in each.disclosures}
        digests = each.event.body.digests if each.event.body else {}
        missing += [f"{source}{pointer}" for pointer, digest in digests.items() if digest in looked[source].seen - here]
    return tuple(sorted(missing))


def compare(stated: Result, made: Result, *, whole: bool) -> dict[str, str]:
    """Return for each rule whether what is stated of it is confirmed, refuted, or cannot be told.

    Args:
        stated: what an event says.
        made: what was recomputed.
        whole: whether all that its recorder looked at is here.
    """
    ours = {each.rule: each for each in made.findings}
    rules = {each.rule: _compare_rule(each, ours.get(each.rule), whole=whole) for each in stated.findings}
    return rules | {rule: REFUTED if whole else UNTOLD for rule in ours if rule not in rules}


def _compare_rule(stated: Finding, made: Finding | None, *, whole: bool) -> str:
    if made is None:
        return UNTOLD  # it was judged by something that no document says: what the buyer used of the year
    if (stated.outcome, stated.fields) == (made.outcome, made.fields):
        return CONFIRMED if whole or made.outcome != INCOMPLETE else UNTOLD
    if whole:
        return REFUTED
    if made.outcome == DIFFERS:  # what differs here differs for whoever sees more
        return UNTOLD if stated.outcome == DIFFERS and set(made.fields) <= set(stated.fields) else REFUTED
    return UNTOLD


def _orders(shown: Sequence[Input]) -> list[tuple[str, dict[str, Input]]]:
    """Return the documents of each order, the latest of each kind, with the version of the rules that are for them."""
    orders: dict[tuple[str, str], dict[str, Input]] = {}
    of: dict[str, str] = {}  # parcels and declarations to their order
    for each in shown:
        for order in _named(each, ("order",)):
            of.update(dict.fromkeys(_named(each, _LINKING), order))
    for each in shown:
        for order in _named(each, ("order",)) or {of[one] for one in _named(each, _LINKING) if one in of}:
            for version, sources in SOURCES_OF.items():
                if source := sources.get(each.event.head.type):
                    orders.setdefault((version, order), {})[source] = each
    return [(version, documents) for (version, _), documents in orders.items()]


def _named(given: Input, roles: Iterable[str]) -> list[str]:
    """Return the subjects of an event in some roles; none where its body is not shown."""
    body = given.event.body
    return [subject for role in roles for subject in body.of_role(role)] if body else []
