"""Recognition policies as the registry states them (docs/formats.md, sections 12 and 14)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from verifier.errors import MalformedError
from verifier.judgement.participants import data_of, subject_of
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.subject import is_agency
from verifier.ledgerformat.vocabulary import require_title, require_words

MAX_RULE_DEPTH = 8
MAX_DEADLINE = 10 * 366 * 24 * 3_600_000  # milliseconds: ten years


@dataclass(frozen=True, slots=True)
class ByRole:
    """Met by an agency that holds this role, and this jurisdiction where one is named."""

    role: str
    jurisdiction: str | None = None


@dataclass(frozen=True, slots=True)
class ByAgency:
    """Met by this agency."""

    agency: str


@dataclass(frozen=True, slots=True)
class Some:
    """Met when at least `least` of the inner rules are."""

    least: int
    rules: tuple[Rule, ...]


Rule: TypeAlias = ByRole | ByAgency | Some


@dataclass(frozen=True, slots=True)
class Policy:
    """A recognition policy.

    Attributes:
        subject: `urn:suyuan:policy:…`.
        types: names of the types that it judges.
        rule: whose recognition it asks for.
        basis: the legal basis, for people.
        since: first leaf at which it is in force.
        until: ledger time from which it is not, if any.
        zone: the zone that it speaks for, None where it holds in all.
        deadline: milliseconds from an event's ledger time within which it asks for answers, None where it
            names none; it changes no outcome.
    """

    subject: str
    types: frozenset[str]
    rule: Rule
    basis: Mapping[str, str]
    since: int
    until: int | None
    zone: str | None = None
    deadline: int | None = None


def parse_policy(event: Event) -> Policy:
    """Return the policy that an event states, in force from the leaf after the event."""
    data = data_of(event, {"rule", "basis"}, frozenset({"zone", "deadline"}))
    types = event.body.of_role("types") if event.body else ()
    return Policy(
        subject=subject_of(event, "policy"),
        types=frozenset(each.removeprefix("urn:suyuan:type:") for each in types),
        rule=parse_rule(data["rule"]),
        basis=require_title(data["basis"], "policy.basis"),
        since=event.leaf + 1,
        until=event.head.until,
        zone=require_words([data["zone"]], "policy.zone")[0] if "zone" in data else None,
        deadline=_parse_deadline(data["deadline"]) if "deadline" in data else None,
    )


def _parse_deadline(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= MAX_DEADLINE:
        raise MalformedError("policy.deadline", came=value, expected=f"1 to {MAX_DEADLINE} milliseconds")
    return value


def parse_rule(value: Any, what: str = "policy.rule", depth: int = MAX_RULE_DEPTH) -> Rule:
    """Return a rule: {"role": word, "jurisdiction"?: word}, {"agency": URI} or {"k": n, "of": [rules]}."""
    if depth == 0 or not isinstance(value, dict):
        raise MalformedError(what, came=value, expected=f"a rule, at most {MAX_RULE_DEPTH} deep")
    if {"role"} <= value.keys() <= {"role", "jurisdiction"}:
        words = {member: require_words([word], f"{what}.{member}")[0] for member, word in value.items()}
        return ByRole(words["role"], words.get("jurisdiction"))
    if value.keys() == {"agency"} and is_agency(str(value["agency"])):
        return ByAgency(str(value["agency"]))
    if value.keys() != {"k", "of"} or not isinstance(value["of"], list) or not 0 < len(value["of"]) <= 64:
        raise MalformedError(what, came=value, expected='{"role"}, {"agency"} or {"k", "of"}')
    least = value["k"]
    if not isinstance(least, int) or isinstance(least, bool) or not 1 <= least <= len(value["of"]):
        raise MalformedError(f"{what}.k", came=least, expected=f"1 to {len(value['of'])}")
    inner = (parse_rule(each, f"{what}.of[{place}]", depth - 1) for place, each in enumerate(value["of"]))
    return Some(least, tuple(inner))
