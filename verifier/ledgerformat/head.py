"""Heads: who, what type, when, which histories, in answer to what (docs/formats.md, section 4).

A head is never erased and holds no personal data; index, links, authority and recognition are
computed from heads alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import pairwise
from typing import TypeAlias, TypeVar

from verifier.errors import MalformedError, TooLargeError
from verifier.ledgerformat.head_quick import quick_head
from verifier.ledgerformat.subject import KIND, TYPE, is_participant
from verifier.primitives.cbor import Value, format_cbor, head_bytes, parse_cbor
from verifier.primitives.quick import maker_of
from verifier.primitives.strict_json import MAX_INTEGER

Pair: TypeAlias = tuple[str, bytes]
_Sortable = TypeVar("_Sortable", Pair, bytes)

MAX_HEAD = 16_384
MAX_LINKS = 64
MAX_TYPE = 64
FOLLOWED_KINDS = frozenset({"trace", "case"})
_LABELS = frozenset(range(1, 13))
_REQUIRED = frozenset({1, 2, 3, 5, 6, 12})
_TYPE = re.compile(TYPE)
_KIND = re.compile(KIND)


@dataclass(frozen=True, slots=True)
class State:
    """The root of a history's first `count` entries, as an event states it."""

    kind: str
    name: bytes
    count: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """An event's head.

    Attributes:
        type: the event's type.
        id: UUIDv7, 16 bytes.
        issuer: participant URI; equals the statement's iss.
        time: claimed, milliseconds since 1970.
        joins: histories that the event enters, sorted.
        body: SHA-256(0x05 || body), 32 bytes.
        behalf: the principal, under a mandate.
        follows: where a trace goes on, sorted.
        about: names of the events that it answers, sorted.
        to: the participant to whom custody passes.
        until: end of a term, milliseconds since 1970.
        state: a history's root that the event states.
    """

    type: str
    id: bytes
    issuer: str
    time: int
    joins: tuple[Pair, ...]
    body: bytes
    behalf: str | None = None
    follows: tuple[Pair, ...] = ()
    about: tuple[bytes, ...] = ()
    to: str | None = None
    until: int | None = None
    state: State | None = None

    @property
    def principal(self) -> str:
        """Return whose event it is: `behalf` if there is one, else the issuer."""
        return self.behalf or self.issuer


make_head = maker_of(Head)  # the same, quickly


def event_name(head: bytes) -> bytes:
    """Return SHA-256(0x00 || head): the event's name, and its leaf in the batch."""
    return sha256(b"\x00" + head).digest()


def parse_head(data: bytes, what: str = "head") -> Head:
    """Return the head that these bytes spell.

    Raises:
        MalformedError: not strict CBOR, unknown or missing labels, unsorted links, bad values.
    """
    if len(data) > MAX_HEAD:
        raise TooLargeError(what, came=f"{len(data)} bytes", expected=f"at most {MAX_HEAD}")
    if quick := quick_head(data):
        type_, id_, issuer, time, joins, body, follows, about = quick
        return make_head(type_, id_, issuer, time, joins, body, None, follows, about)
    value = parse_cbor(data, what)
    if not isinstance(value, dict) or not _REQUIRED <= value.keys() <= _LABELS:
        raise MalformedError(what, came="other labels", expected="a map of labels 1 to 12 with 1, 2, 3, 5, 6 and 12")
    about = _hashes(value[8], f"{what}.about") if 8 in value else ()
    return Head(
        type=_type(value[1], f"{what}.type"),
        id=_uuid7(value[2], f"{what}.id"),
        issuer=_participant(value[3], f"{what}.issuer"),
        behalf=_participant(value[4], f"{what}.behalf") if 4 in value else None,
        time=_time(value[5], f"{what}.time"),
        joins=_pairs(value[6], f"{what}.joins"),
        follows=_follows(value[7], f"{what}.follows") if 7 in value else (),
        about=about,
        to=_participant(value[9], f"{what}.to") if 9 in value else None,
        until=_time(value[10], f"{what}.until") if 10 in value else None,
        state=_state(value[11], f"{what}.state") if 11 in value else None,
        body=_hash(value[12], f"{what}.body"),
    )


def format_head(head: Head) -> bytes:
    """Return the head's one spelling: a map whose labels stand in ascending order, as they are written here."""
    written = [b"\x01", _text(head.type), b"\x02", _id(head.id), b"\x03", _text(head.issuer)]
    if head.behalf is not None:
        written += (b"\x04", _text(head.behalf))
    written += (b"\x05", _moment(head.time), b"\x06", *_spell_pairs(head.joins))
    if head.follows:
        written += (b"\x07", *_spell_pairs(head.follows))
    if head.about:
        written += (b"\x08", head_bytes(4, len(head.about)), *map(_bytes, head.about))
    if head.to is not None:
        written += (b"\x09", _text(head.to))
    if head.until is not None:
        written += (b"\x0a", format_cbor(head.until))
    if state := head.state:
        written += (b"\x0b", format_cbor([state.kind, state.name, state.count, state.root]))
    written += (b"\x0c", _bytes(head.body))
    further = (head.behalf, head.follows or None, head.about or None, head.to, head.until, head.state)
    members = len(_REQUIRED) + sum(each is not None for each in further)
    return head_bytes(5, members) + b"".join(written)


def _spell_pairs(pairs: Sequence[Pair]) -> list[bytes]:
    return [head_bytes(4, len(pairs)), *[b"\x82" + _text(kind) + _bytes(name) for kind, name in pairs]]


def _bytes(given: bytes) -> bytes:
    """Return the spelling of bytes; names and hashes, by far the commonest, have 32 of them."""
    return b"\x58\x20" + given if len(given) == 32 else format_cbor(given)


def _id(given: bytes) -> bytes:
    return b"\x50" + given if len(given) == 16 else format_cbor(given)


def _moment(time: int) -> bytes:
    """Return the spelling of a number; times from 1970-02-19 on take eight bytes."""
    return b"\x1b" + time.to_bytes(8, "big") if 1 << 32 <= time < 1 << 63 else format_cbor(time)


@lru_cache(maxsize=4096)  # types, kinds and participants: the same few again and again
def _text(text: str) -> bytes:
    return format_cbor(text)


def _type(value: Value, what: str) -> str:
    if not isinstance(value, str) or len(value) > MAX_TYPE or not _TYPE.fullmatch(value):
        raise MalformedError(what, came=value, expected="a type name like clearance.release")
    return value


def _uuid7(value: Value, what: str) -> bytes:
    """Return a UUIDv7 (RFC 9562 §5.7): version 7, variant 10."""
    if not isinstance(value, bytes) or len(value) != 16 or value[6] >> 4 != 7 or value[8] >> 6 != 2:
        raise MalformedError(what, came=value, expected="16 bytes of a UUIDv7")
    return value


def _participant(value: Value, what: str) -> str:
    if not isinstance(value, str) or not is_participant(value):
        raise MalformedError(what, came=value, expected="an agency or enterprise URI")
    return value


def _time(value: Value, what: str) -> int:
    if not isinstance(value, int) or not 0 <= value <= MAX_INTEGER:
        raise MalformedError(what, came=value, expected="milliseconds since 1970, at most 2**53 - 1")
    return value


def _hash(value: Value, what: str) -> bytes:
    if not isinstance(value, bytes) or len(value) != 32:
        raise MalformedError(what, came=value, expected="32 bytes")
    return value


def _kind(value: Value, what: str) -> str:
    if not isinstance(value, str) or not _KIND.fullmatch(value):
        raise MalformedError(what, came=value, expected="a kind like trace")
    return value


def _list(value: Value, what: str) -> list[Value]:
    """Return a list that has something in it; an empty one is left out instead."""
    if not isinstance(value, list) or not 0 < len(value) <= MAX_LINKS:
        raise MalformedError(what, came=value, expected=f"a list of 1 to {MAX_LINKS}")
    return value


def _pairs(value: Value, what: str) -> tuple[Pair, ...]:
    pairs = []
    for place, each in enumerate(_list(value, what)):
        where = f"{what}[{place}]"
        if not isinstance(each, list) or len(each) != 2:
            raise MalformedError(where, came=each, expected="[kind, name]")
        pairs.append((_kind(each[0], where), _hash(each[1], where)))
    return _sorted_once(pairs, what)


def _follows(value: Value, what: str) -> tuple[Pair, ...]:
    pairs = _pairs(value, what)
    if any(kind not in FOLLOWED_KINDS for kind, _ in pairs):
        raise MalformedError(what, came="another kind", expected="follows of kinds trace and case only")
    return pairs


def _hashes(value: Value, what: str) -> tuple[bytes, ...]:
    hashes = [_hash(each, f"{what}[{place}]") for place, each in enumerate(_list(value, what))]
    return _sorted_once(hashes, what)


def _sorted_once(values: Sequence[_Sortable], what: str) -> tuple[_Sortable, ...]:
    if any(before >= after for before, after in pairwise(values)):
        raise MalformedError(what, came="another order", expected="sorted, none twice")
    return tuple(values)


def _state(value: Value, what: str) -> State:
    if not isinstance(value, list) or len(value) != 4 or not isinstance(value[2], int) or value[2] < 0:
        raise MalformedError(what, came=value, expected="[kind, name, count, root]")
    return State(_kind(value[0], what), _hash(value[1], what), value[2], _hash(value[3], what))
