"""Type files: the vocabulary as data (docs/formats.md, section 5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from verifier.errors import MalformedError, TooLargeError, UnsupportedError
from verifier.ledgerformat.disclosure import require_pointer
from verifier.ledgerformat.head import MAX_LINKS, MAX_TYPE
from verifier.ledgerformat.subject import TYPE
from verifier.ledgerformat.type_roles import Role, parse_roles
from verifier.ledgerformat.type_rules import CountRule, OrderRule, parse_counts, parse_order
from verifier.ledgerformat.type_words import (
    is_switched,
    matches,
    matches_any,
    require_object,
    require_patterns,
    require_positive,
    require_title,
    require_word,
    require_words,
)
from verifier.primitives.strict_json import parse_json

__all__ = [
    "Answers",
    "CountRule",
    "DisclosureRule",
    "EventType",
    "OrderRule",
    "Role",
    "matches",
    "matches_any",
    "parse_type",
    "require_patterns",
    "require_title",
    "require_words",
]

MAX_TYPE_FILE = 32_768
NOTE = "note"  # histories of this kind hold hash envelopes, which have no type
AUDIENCES = ("public", "parties", "agencies")
ANSWERERS = frozenset({"agency", "principal", "recipient"})
ANSWERED_KINDS = frozenset({"trace", "case", "registry"})
MEMBER = "member"  # which an answer joins where what it answers joins none of these
_REQUIRED = {"type", "version", "mapping", "stage", "title", "roles", "subjects", "head", "schema", "disclosures"}
_OPTIONAL = {"answers", "closes", "ends", "permanent", "order", "counts", "late", "own"}
_WORDS = ("required", "optional")
_OPENED_PERMANENTLY = {"product", "party", "place", "unit"}
_TYPE = re.compile(TYPE)


@dataclass(frozen=True, slots=True)
class Answers:
    """Which events a type answers, how many, and who may: `agency`, `principal`, `recipient`."""

    types: tuple[str, ...]
    most: int
    by: frozenset[str]


@dataclass(frozen=True, slots=True)
class DisclosureRule:
    """Who may see a disclosed field, and whether it is an attachment."""

    audience: str
    attachment: bool


@dataclass(frozen=True)
class EventType:
    """A parsed type file."""

    name: str
    version: int
    stage: str
    title: Mapping[str, str]
    roles: frozenset[str]
    subjects: Mapping[str, Role]
    answers: Answers | None
    closes: bool
    ends: bool
    head: Mapping[str, bool]
    schema: Mapping[str, Any]
    disclosures: Mapping[str, DisclosureRule]
    permanent: bool
    order: tuple[OrderRule, ...]
    late: int | None
    counts: tuple[CountRule, ...] = ()
    own: tuple[str, ...] = ()

    @cached_property
    def joined_kinds(self) -> frozenset[str]:
        """Return every kind that an event of this type can join."""
        own = {kind for role in self.subjects.values() for kind in role.joins}
        return frozenset(own | (ANSWERED_KINDS | {MEMBER} if self.answers else set()))

    @cached_property
    def followed_kinds(self) -> frozenset[str]:
        """Return every kind that an event of this type can follow."""
        return frozenset(kind for role in self.subjects.values() for kind in role.follows)

    @cached_property
    def refuses(self) -> bool:
        """Return whether admission refuses events for a rule of order."""
        return any(rule.refuse for rule in self.order)

    @cached_property
    def opened_forms(self) -> frozenset[str]:
        """Return every form that an event of this type can open."""
        return frozenset(form for role in self.subjects.values() for form in role.opens)


@lru_cache(maxsize=512)  # a vocabulary is read again with every ledger and proof, and is the same; 16 MiB at most
def parse_type(data: bytes, what: str = "type") -> EventType:
    """Return the type that a type file describes: nobody changes it, so equal bytes may give one and the same.

    Raises:
        MalformedError: unknown members, or values that make no type.
        UnsupportedError: a mapping version that is not 1.
    """
    if len(data) > MAX_TYPE_FILE:
        raise TooLargeError(what, came=f"{len(data)} bytes", expected=f"at most {MAX_TYPE_FILE}")
    value = parse_json(data, what)
    if not isinstance(value, dict) or not _REQUIRED <= value.keys() <= _REQUIRED | _OPTIONAL:
        raise MalformedError(
            what, came=sorted(value) if isinstance(value, dict) else value, expected="a type's members"
        )
    if value["mapping"] is True or value["mapping"] != 1:
        raise UnsupportedError(f"{what}.mapping", came=value["mapping"], expected="1")
    name = value["type"]
    if not isinstance(name, str) or not _TYPE.fullmatch(name) or len(name) > MAX_TYPE:
        raise MalformedError(f"{what}.type", came=name, expected="a type name like clearance.release")
    parsed = EventType(
        name=name,
        version=require_positive(value["version"], f"{what}.version"),
        stage=require_word(value["stage"], f"{what}.stage"),
        title=require_title(value["title"], f"{what}.title"),
        roles=_roles(value["roles"], f"{what}.roles"),
        subjects=parse_roles(value["subjects"], f"{what}.subjects"),
        answers=_answers(value["answers"], f"{what}.answers") if "answers" in value else None,
        closes=is_switched(value, "closes", what, allowed="follows"),
        ends=is_switched(value, "ends", what, allowed="custody"),
        head=_head(value["head"], f"{what}.head"),
        schema=require_object(value["schema"], f"{what}.schema"),
        disclosures=_disclosures(value["disclosures"], f"{what}.disclosures"),
        permanent=is_switched(value, "permanent", what),
        order=parse_order(value.get("order", []), f"{what}.order"),
        counts=parse_counts(value.get("counts", []), f"{what}.counts"),
        late=require_positive(value["late"], f"{what}.late") if "late" in value else None,
        own=_own(value["own"], f"{what}.own") if "own" in value else (),
    )
    _require_consistent(parsed, what)
    return parsed


def _require_consistent(parsed: EventType, what: str) -> None:
    if parsed.opened_forms & _OPENED_PERMANENTLY and not parsed.permanent:
        raise MalformedError(f"{what}.permanent", came="not permanent", expected="true where a GS1 prefix decides")
    if parsed.closes and not parsed.answers:
        raise MalformedError(f"{what}.closes", came="no answers", expected="a type that answers what it closes")
    if not parsed.joined_kinds:
        raise MalformedError(f"{what}.subjects", came="no joins", expected="at least one history to join")
    for role in parsed.subjects.values():
        source = parsed.subjects.get(role.of) if role.of else None
        if role.of and (source is None or not _derives(source.forms, role.forms)):
            expected = "a role of items or lots, of a product; of book lines, of a book; or of sets, of an enterprise"
            raise MalformedError(f"{what}.subjects.{role.name}.of", came=role.of, expected=expected)
    if any(own == pointer or _overlap(own, pointer) for own in parsed.own for pointer in parsed.disclosures):
        raise MalformedError(f"{what}.own", came="a disclosure, or a part of one", expected="pointers of clear data")
    _require_rules_of_this_type(parsed, what)


def _derives(source: frozenset[str], derived: frozenset[str]) -> bool:
    if derived == {"product"}:
        return source <= {"item", "lot"}
    return (source == {"book-line"} and derived == {"book"}) or (source == {"set"} and derived == {"enterprise"})


def _require_rules_of_this_type(parsed: EventType, what: str) -> None:
    """Refuse rules that no event of the type could meet, or that none could break."""
    for place, rule in enumerate(parsed.order):
        where = f"{what}.order[{place}]"
        if rule.kind and (rule.kind not in parsed.joined_kinds or rule.kind == NOTE):
            raise MalformedError(f"{where}.in", came=rule.kind, expected="history, reach, or a kind that it joins")
        if rule.demand == "advances" and not parsed.head.get("state"):
            raise MalformedError(f"{where}.advances", came="no state", expected="a type whose head requires state")
    for place, count in enumerate(parsed.counts):
        _require_counter_of_this_type(parsed, count, f"{what}.counts[{place}]")


def _require_counter_of_this_type(parsed: EventType, count: CountRule, where: str) -> None:
    if count.role not in parsed.subjects:
        raise MalformedError(f"{where}.role", came=count.role, expected="a role of this type")
    if not parsed.subjects[count.role].joins:
        expected = "a role that joins something: what moves a counter stands in a history of its subject"
        raise MalformedError(f"{where}.role", came=count.role, expected=expected)
    if any(_overlap(count.amount, pointer) for pointer in parsed.disclosures if pointer != count.amount):
        raise MalformedError(f"{where}.amount", came=count.amount, expected="a whole disclosure, or clear data")
    if (shown := parsed.disclosures.get(count.amount)) and shown.attachment:
        raise MalformedError(f"{where}.amount", came="an attachment", expected="a decimal")


def _overlap(one: str, other: str) -> bool:
    return one.startswith(f"{other}/") or other.startswith(f"{one}/")


def _own(value: Any, what: str) -> tuple[str, ...]:
    """Return the pointers of codes of which one is the speaker's own."""
    if not isinstance(value, list) or not value or any(not isinstance(each, str) for each in value):
        raise MalformedError(what, came=value, expected="a non-empty list of JSON pointers")
    for each in value:
        require_pointer(each, what)
    if len(set(value)) < len(value):
        raise MalformedError(what, came=value, expected="distinct pointers")
    return tuple(value)


def _answers(value: Any, what: str) -> Answers:
    if not isinstance(value, dict) or value.keys() != {"types", "most", "by"}:
        raise MalformedError(what, came=value, expected="exactly types, most and by")
    most = require_positive(value["most"], f"{what}.most")
    by = frozenset(require_words(value["by"], f"{what}.by"))
    if most > MAX_LINKS or not by or not by <= ANSWERERS:
        expected = f"most up to {MAX_LINKS}; by {', '.join(sorted(ANSWERERS))}, or some of them"
        raise MalformedError(what, came=value, expected=expected)
    return Answers(require_patterns(value["types"], f"{what}.types"), most, by)


def _head(value: Any, what: str) -> dict[str, bool]:
    members = require_object(value, what)
    if not members.keys() <= {"to", "until", "state"} or any(word not in _WORDS for word in members.values()):
        raise MalformedError(what, came=value, expected="to, until, state: required or optional")
    return {name: word == "required" for name, word in members.items()}


def _disclosures(value: Any, what: str) -> dict[str, DisclosureRule]:
    rules = {}
    for pointer, given in require_object(value, what).items():
        where = f"{what}[{pointer!r}]"
        require_pointer(pointer, where)
        if not isinstance(given, dict) or not {"audience"} <= given.keys() <= {"audience", "attachment"}:
            raise MalformedError(where, came=given, expected="audience, and at most attachment")
        if given["audience"] not in AUDIENCES:
            raise MalformedError(f"{where}.audience", came=given["audience"], expected=f"one of {AUDIENCES}")
        attachment = is_switched(given, "attachment", where)
        rules[pointer] = DisclosureRule(given["audience"], attachment)
    if any(one != other and other.startswith(f"{one}/") for one in rules for other in rules):
        raise MalformedError(what, came="a pointer inside another", expected="pointers apart from each other")
    return rules


def _roles(value: Any, what: str) -> frozenset[str]:
    return frozenset(("*",) if value == ["*"] else require_words(value, what))
