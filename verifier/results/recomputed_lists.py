"""What a match says of reference lists, recomputed: by the version that was in force, from the lists' own histories.

A match names the version by which it judged, its place, and the position of the log up to which presence and absence
were proved. Here the histories of the list and of each entry that the declaration names say it again. The term of an
entry is judged at the time that the match claims.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verifier.ledgerformat.head import Pair
from verifier.ledgerformat.subject import subject_name
from verifier.results import normalisation
from verifier.results.documents import Document
from verifier.results.findings import Difference, Finding, Result, conclude
from verifier.results.recomputation import (
    STATUS,
    UNTOLD,
    Input,
    Recomputation,
    in_log_order,
    lacking,
    read_input,
    worst_of,
)
from verifier.results.recomputed_matches import MATCH, parse_documents
from verifier.results.reference_lists import Said, judge_entries, standing_entry, version_in_force
from verifier.results.rules import VERSION

IN_FORCE, JUDGED = "list.version", "list.presence"
_KIND, _SOURCE = "list", "list"


@dataclass(frozen=True, slots=True)
class Shown:
    """A history that a proof shows whole: its events in log order, each with who speaks, and the leaves it covers."""

    told: Sequence[Said]
    size: int


def recompute_lists(inputs: Iterable[Input], histories: Mapping[Pair, Shown]) -> list[Recomputation]:
    """Return what every recorded match says of each reference list, recomputed.

    Args:
        inputs: the events that are here: matches, and the declarations that they are about.
        histories: whole histories of kind `list`, also those that are proved to have no entry.

    Raises:
        MalformedError: a recorded match that is none.
    """
    shown = in_log_order(inputs)
    by_name = {each.event.name: each for each in shown}
    found = []
    for each in shown:
        if each.event.head.type == MATCH and each.event.body:
            stated = each.event.body.data.get("lists", ())
            found += [_recompute(each, one, by_name, histories) for one in stated if isinstance(one, Mapping)]
    return found


def _recompute(
    recorded: Input, stated: Mapping[str, Any], by_name: Mapping[bytes, Input], histories: Mapping[Pair, Shown]
) -> Recomputation:
    label, size = str(stated.get("list")), int(stated.get("size", 0))
    facts = {"list": label, "version": str(stated.get("version"))}
    meta = _up_to(histories, f"urn:suyuan:list:{label}:meta", size)
    document = _declaration(recorded, by_name)
    if meta is None or document is None:
        missing = ("result/lists",) if meta is None else (_SOURCE,)
        return Recomputation("lists", recorded.event.name, UNTOLD, None, {}, (), missing, facts)
    version = version_in_force(meta)
    findings = [_check_version(stated, version, judged=document[1], recorded=recorded.event.leaf)]
    unproved: list[str] = []
    if version is not None:
        findings.append(_check_entries(recorded, stated, document[0], version, histories, unproved))
    result = Result(VERSION, normalisation.VERSION, tuple(findings))
    rules = {each.rule: STATUS[each.outcome] for each in findings}
    names = (version.event.name,) if version else ()
    return Recomputation(
        "lists", recorded.event.name, worst_of(rules.values()), result, rules, names, lacking(result), facts
    )


def _check_version(stated: Mapping[str, Any], version: Said | None, *, judged: int, recorded: int) -> Finding:
    """Return whether a match judged by the version in force, at a position behind the declaration and before itself.

    Args:
        stated: what the match says of the list.
        version: in force at the position that it states.
        judged: leaf of the declaration: a list as it stood before that says nothing about it.
        recorded: leaf of the match.
    """
    if not judged < int(stated.get("size", 0)) <= recorded:
        values = {"result/size": stated.get("size"), "expected": f"{judged + 1} to {recorded}"}
        return conclude(IN_FORCE, [Difference(values)], ())
    if version is None or version.event.body is None:
        return conclude(IN_FORCE, [Difference({"result/version": stated.get("version"), "expected": None})], ())
    data = version.event.body.data
    actual = {
        "event": version.event.name.hex(),
        "leaf": version.event.leaf,
        "version": data["version"],
        "kind": data["listed"],
    }
    wrong = [each for each in actual if stated.get(each) != actual[each]]
    return conclude(
        IN_FORCE,
        [Difference({f"result/{each}": stated.get(each), "expected": actual[each]}) for each in wrong],
        (),
    )


def _check_entries(  # noqa: PLR0917 - one comparison with all that it looks at
    recorded: Input,
    stated: Mapping[str, Any],
    document: Document,
    version: Said,
    histories: Mapping[Pair, Shown],
    unproved: list[str],
) -> Finding:
    """Return whether presence and absence of what the declaration names make what the match says."""
    label, size, time = str(stated.get("list")), int(stated.get("size", 0)), recorded.event.head.time

    def is_listed(entry: str) -> bool:
        told = _up_to(histories, f"urn:suyuan:list:{label}:{entry}", size)
        if told is None:
            unproved.append(f"{label}/{entry}")
            return False
        return standing_entry(told, version.speaker, time)[1]

    data = version.event.body.data if version.event.body else {}
    outcome, fields = judge_entries(document, kind=str(data["listed"]), of=str(data["of"]), is_listed=is_listed)
    if unproved:
        return conclude(JUDGED, (), unproved)
    same = (stated.get("outcome"), list(stated.get("fields", ()))) == (outcome, fields)
    said = {"result/outcome": stated.get("outcome"), "expected": outcome}
    return conclude(JUDGED, () if same else [Difference(said)], ())


def _up_to(histories: Mapping[Pair, Shown], subject: str, size: int) -> list[Said] | None:
    """Return the events of a history below a position; None where no proof here covers it so far."""
    shown = histories.get((_KIND, subject_name(subject)))
    if shown is None or shown.size < size:
        return None
    return [each for each in shown.told if each.event.leaf < size]


def _declaration(recorded: Input, by_name: Mapping[bytes, Input]) -> tuple[Document, int] | None:
    """Return the list that a match looked at, as its recorder saw it, and its leaf; None where that is not here."""
    data = recorded.event.body.data.get("documents") if recorded.event.body else None
    looked = parse_documents(data).get(_SOURCE)
    there = by_name.get(looked.event) if looked else None
    if looked is None or there is None or there.event.body is None:
        return None
    if looked.seen - {each.digest for each in there.disclosures}:
        return None
    return read_input(_SOURCE, there, seen=looked.seen), there.event.leaf
