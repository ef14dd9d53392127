"""Type files: the vocabulary as data (docs/formats.md, section 5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from verifier.errors import MalformedError, TooLargeError, UnsupportedError
from verifier.ledgerformat.disclosure import require_pointer
from verifier.ledgerformat.head import FOLLOWED_KINDS, MAX_LINKS, MAX_TYPE
from verifier.ledgerformat.subject import KIND, TYPE, is_form
from verifier.primitives.strict_json import parse_json

MAX_TYPE_FILE = 32_768
AUDIENCES = ("public", "parties", "agencies")
ANSWERERS = frozenset({"agency", "principal", "recipient"})
ANSWERED_KINDS = frozenset({"trace", "case", "registry"})
_REQUIRED = {"type", "version", "mapping", "stage", "title", "roles", "subjects", "head", "schema", "disclosures"}
_OPTIONAL = {"answers", "closes", "ends", "permanent", "order", "late"}
_WORDS = ("required", "optional")
_ROLE_MEMBERS = {"form", "many", "optional", "joins", "follows", "opens", "of"}
_OPENED_PERMANENTLY = {"product", "party", "place", "unit"}
_WORD = re.compile(r"[a-z][a-z0-9-]{0,62}")
_ROLE_NAME = re.compile(r"[a-z][A-Za-z]{0,31}")
_TYPE = re.compile(TYPE)
_KIND = re.compile(KIND)
_PATTERN = re.compile(rf"\*|{TYPE}|[a-z][a-z-]*(?:\.[a-z][a-z-]*)*\.\*")


@dataclass(frozen=True, slots=True)
class Role:
    """What a type says of the subjects in one role."""

    name: str
    forms: frozenset[str]
    many: bool
    optional: bool
    joins: tuple[str, ...]
    follows: tuple[str, ...]
    opens: frozenset[str]
    of: str | None


@dataclass(frozen=True, slots=True)
class Answers:
    """Which events a type answers, how many, and who may: `agency`, `principal`, `recipient`."""

    types: tuple[str, ...]
    most: int
    by: frozenset[str]


@dataclass(frozen=True, slots=True)
class OrderRule:
    """A rule of order (docs/formats.md, section 15).

    Attributes:
        code: the rule's name, in errors and verdicts.
        after: type patterns of which one event must come before; empty for a `once` rule.
        reach: whether to look along open follows as well.
        by_time: whether claimed time decides, instead of log position.
        refuse: whether admission refuses, or only the trace is contradicted.
    """

    code: str
    after: tuple[str, ...]
    reach: bool
    by_time: bool
    refuse: bool

    @property
    def once(self) -> bool:
        """Return whether no event of the same type may come before."""
        return not self.after


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

    @cached_property
    def joined_kinds(self) -> frozenset[str]:
        """Return every kind that an event of this type can join."""
        own = {kind for role in self.subjects.values() for kind in role.joins}
        return frozenset(own | (ANSWERED_KINDS if self.answers else set()))

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


def matches(pattern: str, name: str) -> bool:
    """Return whether a type name matches a pattern: a full name, `prefix.*`, or `*`."""
    return pattern in ("*", name) or (pattern.endswith(".*") and name.startswith(pattern[:-1]))


def matches_any(patterns: tuple[str, ...], name: str) -> bool:
    """Return whether a type name matches one of the patterns."""
    return any(matches(pattern, name) for pattern in patterns)


def require_patterns(value: Any, what: str) -> tuple[str, ...]:
    """Return a non-empty list of type patterns."""
    if not isinstance(value, list) or not value or not all(isinstance(each, str) for each in value):
        raise MalformedError(what, came=value, expected="a list of type patterns")
    for each in value:
        if not _PATTERN.fullmatch(each):
            raise MalformedError(what, came=each, expected="a type name, prefix.*, or *")
    return tuple(value)


def require_words(value: Any, what: str) -> tuple[str, ...]:
    """Return a list of words like `customs`."""
    if not isinstance(value, list) or not all(isinstance(each, str) and _WORD.fullmatch(each) for each in value):
        raise MalformedError(what, came=value, expected="a list of words in lower case")
    return tuple(value)


def require_title(value: Any, what: str) -> Mapping[str, str]:
    """Return a text in Chinese and English."""
    if not isinstance(value, dict) or value.keys() != {"zh", "en"}:
        raise MalformedError(what, came=value, expected="exactly zh and en")
    if not all(isinstance(each, str) and 0 < len(each) <= 256 for each in value.values()):
        raise MalformedError(what, came=value, expected="texts of 1 to 256 characters")
    return value


def parse_type(data: bytes, what: str = "type") -> EventType:
    """Return the type that a type file describes.

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
        version=_positive(value["version"], f"{what}.version"),
        stage=_word(value["stage"], f"{what}.stage"),
        title=require_title(value["title"], f"{what}.title"),
        roles=_roles(value["roles"], f"{what}.roles"),
        subjects=_subjects(value["subjects"], f"{what}.subjects"),
        answers=_answers(value["answers"], f"{what}.answers") if "answers" in value else None,
        closes=_only(value, "closes", "follows", what),
        ends=_only(value, "ends", "custody", what),
        head=_head(value["head"], f"{what}.head"),
        schema=_object(value["schema"], f"{what}.schema"),
        disclosures=_disclosures(value["disclosures"], f"{what}.disclosures"),
        permanent=_only(value, "permanent", True, what),  # noqa: FBT003 - the value, not a switch
        order=_order(value.get("order", []), f"{what}.order"),
        late=_positive(value["late"], f"{what}.late") if "late" in value else None,
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
        if role.of and (source is None or not source.forms <= {"item", "lot"} or role.forms != {"product"}):
            raise MalformedError(f"{what}.subjects.{role.name}.of", came=role.of, expected="a role of items or lots")


def _subjects(value: Any, what: str) -> dict[str, Role]:
    roles = {}
    for name, given in _object(value, what).items():
        where = f"{what}.{name}"
        if not _ROLE_NAME.fullmatch(name):
            raise MalformedError(where, came=name, expected="a role name")
        if not isinstance(given, dict) or "form" not in given or not given.keys() <= _ROLE_MEMBERS:
            raise MalformedError(
                where, came=given, expected="form, and at most many, optional, joins, follows, opens, of"
            )
        roles[name] = _role(name, given, where)
    return roles


def _role(name: str, given: Mapping[str, Any], what: str) -> Role:
    form = given["form"]
    forms = frozenset(_forms(form if isinstance(form, list) else [form], f"{what}.form"))
    joins = _kinds(given.get("joins", []), f"{what}.joins")
    follows = _kinds(given.get("follows", []), f"{what}.follows")
    opens = frozenset(_forms(given.get("opens", []), f"{what}.opens"))
    if not forms or not opens <= forms or (opens and "trace" not in joins) or not set(follows) <= FOLLOWED_KINDS:
        raise MalformedError(what, came=given, expected="opens among form, with joins trace; follows of trace and case")
    of = given.get("of")
    if "of" in given and not isinstance(of, str):
        raise MalformedError(f"{what}.of", came=of, expected="a role name")
    many = _only(given, "many", True, what)  # noqa: FBT003 - the value, not a switch
    optional = _only(given, "optional", True, what)  # noqa: FBT003 - likewise
    return Role(name, forms, many, optional, joins, follows, opens, of)


def _forms(value: Any, what: str) -> list[str]:
    if not isinstance(value, list):
        raise MalformedError(what, came=value, expected="forms of section 3")
    for each in value:
        if not isinstance(each, str) or not is_form(each):
            raise MalformedError(what, came=each, expected="a form of section 3")
    return value


def _kinds(value: Any, what: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) and _KIND.fullmatch(each) for each in value):
        raise MalformedError(what, came=value, expected="a list of kinds")
    return tuple(value)


def _answers(value: Any, what: str) -> Answers:
    if not isinstance(value, dict) or value.keys() != {"types", "most", "by"}:
        raise MalformedError(what, came=value, expected="exactly types, most and by")
    most = _positive(value["most"], f"{what}.most")
    by = frozenset(require_words(value["by"], f"{what}.by"))
    if most > MAX_LINKS or not by or not by <= ANSWERERS:
        expected = f"most up to {MAX_LINKS}; by {', '.join(sorted(ANSWERERS))}, or some of them"
        raise MalformedError(what, came=value, expected=expected)
    return Answers(require_patterns(value["types"], f"{what}.types"), most, by)


def _head(value: Any, what: str) -> dict[str, bool]:
    members = _object(value, what)
    if not members.keys() <= {"to", "until", "state"} or any(word not in _WORDS for word in members.values()):
        raise MalformedError(what, came=value, expected="to, until, state: required or optional")
    return {name: word == "required" for name, word in members.items()}


def _disclosures(value: Any, what: str) -> dict[str, DisclosureRule]:
    rules = {}
    for pointer, given in _object(value, what).items():
        where = f"{what}[{pointer!r}]"
        require_pointer(pointer, where)
        if not isinstance(given, dict) or not {"audience"} <= given.keys() <= {"audience", "attachment"}:
            raise MalformedError(where, came=given, expected="audience, and at most attachment")
        if given["audience"] not in AUDIENCES:
            raise MalformedError(f"{where}.audience", came=given["audience"], expected=f"one of {AUDIENCES}")
        attachment = _only(given, "attachment", True, where)  # noqa: FBT003 - the value, not a switch
        rules[pointer] = DisclosureRule(given["audience"], attachment)
    if any(one != other and other.startswith(f"{one}/") for one in rules for other in rules):
        raise MalformedError(what, came="a pointer inside another", expected="pointers apart from each other")
    return rules


def _order(value: Any, what: str) -> tuple[OrderRule, ...]:
    if not isinstance(value, list):
        raise MalformedError(what, came=value, expected="a list of rules")
    return tuple(_order_rule(given, f"{what}[{place}]") for place, given in enumerate(value))


def _order_rule(given: Any, what: str) -> OrderRule:
    after, once = {"code", "after", "in", "by", "refuse"}, {"code", "once", "in", "refuse"}
    if not isinstance(given, dict) or given.keys() not in (after, once):
        raise MalformedError(what, came=given, expected="code, after, in, by, refuse; or code, once, in, refuse")
    by, within, refuse = given.get("by", "position"), given["in"], given["refuse"]
    if within not in ("history", "reach") or by not in ("position", "time") or not isinstance(refuse, bool):
        raise MalformedError(
            what, came=given, expected="in history or reach; by position or time; refuse true or false"
        )
    if given.get("once", True) is not True:
        raise MalformedError(f"{what}.once", came=given["once"], expected="true")
    patterns = require_patterns(given["after"], f"{what}.after") if "after" in given else ()
    return OrderRule(_word(given["code"], f"{what}.code"), patterns, within == "reach", by == "time", refuse)


def _roles(value: Any, what: str) -> frozenset[str]:
    return frozenset(("*",) if value == ["*"] else require_words(value, what))


def _object(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MalformedError(what, came=value, expected="an object")
    return value


def _positive(value: Any, what: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise MalformedError(what, came=value, expected="a positive number")
    return value


def _word(value: Any, what: str) -> str:
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        raise MalformedError(what, came=value, expected="a word in lower case")
    return value


def _only(members: Mapping[str, Any], name: str, allowed: str | bool, what: str) -> bool:  # noqa: FBT001 - its one value
    """Return whether a member is there; it may have one value only."""
    if name not in members:
        return False
    if members[name] != allowed or type(members[name]) is not type(allowed):
        raise MalformedError(f"{what}.{name}", came=members[name], expected=f"{allowed}, or nothing")
    return True
