"""SimpleEventQuery: its parameters, read strictly (EPCIS 2.0 chapter 8, SimpleEventQuery).

Nothing that is asked for is passed over: what is not known here is refused by its name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ledger.epcis.shapes import DOCUMENTS, EVENT_TYPES, Role
from ledger.epcis.store import RESERVED, names_of
from ledger.readers.epcis.cbv import short_name
from ledger.readers.epcis.identifiers import canonical_subject
from ledger.readers.epcis.times import parse_time
from ledger.readers.epcis.zone_vocabulary import TRANSACTION_TYPE
from verifier.errors import MalformedError, SuyuanError

MAX_PAGE, DEFAULT_PAGE, MAX_VALUES = 1_000, 30, 64
MAX_COUNT = 10_000
_THINGS: Mapping[str, tuple[Role, ...]] = {
    "MATCH_epc": ("epc",),
    "MATCH_parentID": ("parent",),
    "MATCH_inputEPC": ("input",),
    "MATCH_outputEPC": ("output",),
    "MATCH_anyEPC": ("epc", "parent", "input", "output"),
    "MATCH_epcClass": ("epc",),  # lots and products stand among the things: one name finds either
    "MATCH_inputEPCClass": ("input",),
    "MATCH_outputEPCClass": ("output",),
    "MATCH_anyEPCClass": ("epc", "input", "output"),
}
_DOCUMENTS: Mapping[str, Role] = {f"EQ_bizTransaction_{TRANSACTION_TYPE}{role}": role for role in DOCUMENTS}
_WORDS = {"EQ_bizStep": "bizStep", "EQ_disposition": "disposition"}
_PLACES = {"EQ_readPoint": "readPoint", "EQ_bizLocation": "bizLocation"}
_TIMES = ("eventTime", "recordTime")
PARAMETERS = (
    "eventType", "GE_eventTime", "LT_eventTime", "GE_recordTime", "LT_recordTime", "EQ_action", *_WORDS, *_PLACES,
    *_THINGS, *_DOCUMENTS, "EQ_eventID", "EXISTS_errorDeclaration", "orderBy", "orderDirection", "perPage",
    "eventCountLimit", "maxEventCount",
)  # fmt: skip
NAMED_ONLY_ONCE = frozenset({"perPage", "nextPageToken"})
_MOST = 256


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: SQL over the row `e` of an event, and its values."""

    sql: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class EventQuery:
    """A query that was read.

    Attributes:
        conditions: all of which must hold.
        named: whether it names things or events, which whoever asks must know already.
        order: `eventTime` or `recordTime`.
        ascending: oldest first.
        page: events of a page.
        limit: events at most, of all pages together; None for all.
        most: of how many events at most the answer may consist; more is refused.
        since: GE_recordTime, milliseconds since 1970; 0 where none is given.
    """

    conditions: tuple[Condition, ...] = ()
    named: bool = False
    order: str = "eventTime"
    ascending: bool = False
    page: int = DEFAULT_PAGE
    limit: int | None = None
    most: int | None = None
    since: int = 0


@dataclass(slots=True)
class _Reading:
    """A query that is being read, by somebody who may list everything, or what is its own."""

    everything: bool
    own: str | None
    conditions: list[Condition] = field(default_factory=list)
    named: bool = False
    since: int = 0


def parse_query(given: Mapping[str, Sequence[str]], *, everything: bool = False, own: str | None = None) -> EventQuery:
    """Return the query that parameters spell; a parameter's values are alternatives.

    Args:
        given: parameters by name.
        everything: whether whoever asks may list everything: then it finds by things that are reserved, too.
        own: who asks, who finds its own events by them.

    Raises:
        MalformedError: an unknown parameter, or one that is misspelt; it names it.
    """
    for name, values in given.items():
        if name not in PARAMETERS:
            raise MalformedError(f"query.{name}", came=name, expected=f"one of {', '.join(PARAMETERS)}")
        if not 0 < len(values) <= MAX_VALUES or not all(0 < len(each) <= _MOST for each in values):
            expected = f"1 to {MAX_VALUES} values of 1 to {_MOST} characters"
            raise MalformedError(f"query.{name}", came=f"{len(values)} values", expected=expected)
    reading = _Reading(everything, own)
    _read_times(given, reading)
    _read_words(given, reading)
    _read_things(given, reading)
    limit, most = _count(given, "eventCountLimit"), _count(given, "maxEventCount")
    if limit is not None and most is not None:
        raise MalformedError("query.maxEventCount", came="beside eventCountLimit", expected="one of the two")
    order = _one_of(given, "orderBy", _TIMES, "eventTime")
    direction = _one_of(given, "orderDirection", ("ASC", "DESC"), "DESC")
    page = _count(given, "perPage", MAX_PAGE) or DEFAULT_PAGE
    ascending = direction == "ASC"
    return EventQuery(tuple(reading.conditions), reading.named, order, ascending, page, limit, most, reading.since)


def _read_times(given: Mapping[str, Sequence[str]], reading: _Reading) -> None:
    for column in _TIMES:
        for prefix, sign in (("GE_", ">="), ("LT_", "<")):
            name = prefix + column
            if name in given:
                time = parse_time(_single(given, name), f"query.{name}")
                reading.conditions.append(Condition(f"e.{column} {sign} ?", (time,)))
                reading.since = time if name == "GE_recordTime" else reading.since


def _read_words(given: Mapping[str, Sequence[str]], reading: _Reading) -> None:
    if "eventType" in given:
        reading.conditions.append(_among("type", _all_of(given, "eventType", EVENT_TYPES)))
    if "EQ_action" in given:
        reading.conditions.append(_among("action", _all_of(given, "EQ_action", ("ADD", "OBSERVE", "DELETE"))))
    for name, column in _WORDS.items():
        if name in given:
            reading.conditions.append(_among(column, [short_name(each) for each in given[name]]))
    for name, column in _PLACES.items():
        if name in given:
            reading.conditions.append(_among(column, [_subject_or_itself(each) for each in given[name]]))
    if "EXISTS_errorDeclaration" in given:
        wanted = _one_of(given, "EXISTS_errorDeclaration", ("true", "false"), "true")
        reading.conditions.append(Condition("e.error = ?", (int(wanted == "true"),)))


def _read_things(given: Mapping[str, Sequence[str]], reading: _Reading) -> None:
    if "EQ_eventID" in given:
        reading.conditions.append(_named(tuple(given["EQ_eventID"])))
        reading.named = True
    for name, roles in (*_THINGS.items(), *((name, (role,)) for name, role in _DOCUMENTS.items())):
        if name in given:
            _require_no_pattern(given[name], name)
            uris = tuple(thing_of(each, f"query.{name}") for each in given[name])
            reading.conditions.append(_about(uris, roles, reading))
            reading.named = True


def _named(ids: tuple[str, ...]) -> Condition:
    """Return the condition that an event has one of these eventIDs: told, its hash, or of our own making."""
    own = tuple(names_of(ids))
    found = " UNION ".join(
        (
            f"SELECT id FROM event WHERE eventID IN ({_marks(ids)})",  # noqa: S608 - own columns
            f"SELECT id FROM event WHERE alias IN ({_marks(ids)})",  # noqa: S608
            f"SELECT id FROM event WHERE name IN ({_marks(own)}) AND eventID IS NULL",  # noqa: S608
        )
    )
    return Condition(f"e.id IN ({found})", (*ids, *ids, *own))


def _require_no_pattern(uris: Sequence[str], name: str) -> None:
    """Refuse a pattern, which means all items of a product: here it would find the product alone."""
    pattern = next((each for each in uris if each.lower().startswith("urn:epc:idpat:")), None)
    if pattern is not None and not name.endswith("Class"):
        todo = f"Name the items; what was told of the product itself finds {name}Class."
        raise MalformedError(f"query.{name}", came=pattern, expected="one thing, no pattern", todo=todo)


def _about(uris: Sequence[str], roles: Sequence[str], reading: _Reading) -> Condition:
    """Return the condition that an event has one of these things in one of these roles, and the asker may find it."""
    named = f"SELECT event FROM thing WHERE uri IN ({_marks(uris)}) AND role IN ({_marks(roles)})"  # noqa: S608
    reserved = (*uris, *(RESERVED + each for each in roles))
    if reading.everything:
        return Condition(f"e.id IN ({named} UNION {named})", (*uris, *roles, *reserved))
    if reading.own is None:
        return Condition(f"e.id IN ({named})", (*uris, *roles))
    mine = f"{named} AND event IN (SELECT event FROM party WHERE uri = ?)"  # noqa: S608
    return Condition(f"e.id IN ({named} UNION {mine})", (*uris, *roles, *reserved, reading.own))


def thing_of(uri: str, what: str) -> str:
    """Return the subject that an EPC names, in any spelling; raise MalformedError where it names none."""
    if uri.startswith("urn:suyuan:"):
        return uri
    try:
        return canonical_subject(uri, what)
    except SuyuanError as error:
        raise MalformedError(what, came=error.came, expected=error.expected) from None


def _among(column: str, values: Sequence[str]) -> Condition:
    return Condition(f"e.{column} IN ({_marks(values)})", tuple(values))


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))


def _subject_or_itself(uri: str) -> str:
    try:
        return canonical_subject(uri)
    except SuyuanError:
        return uri


def _single(given: Mapping[str, Sequence[str]], name: str) -> str:
    values = given[name]
    if len(values) != 1:
        raise MalformedError(f"query.{name}", came=f"{len(values)} values", expected="one")
    return values[0]


def _one_of(given: Mapping[str, Sequence[str]], name: str, words: Sequence[str], otherwise: str) -> str:
    if name not in given:
        return otherwise
    _single(given, name)
    return _all_of(given, name, words)[0]


def _all_of(given: Mapping[str, Sequence[str]], name: str, words: Sequence[str]) -> list[str]:
    for each in given[name]:
        if each not in words:
            raise MalformedError(f"query.{name}", came=each, expected=f"one of {', '.join(words)}")
    return list(given[name])


def _count(given: Mapping[str, Sequence[str]], name: str, most: int = MAX_COUNT) -> int | None:
    if name not in given:
        return None
    text = _single(given, name)
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or not 0 < int(text) <= most:
        raise MalformedError(f"query.{name}", came=text, expected=f"a number from 1 to {most}")
    return int(text)
