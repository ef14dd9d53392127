"""What the registry says of agencies, enterprises and keys (docs/formats.md, section 12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verifier.errors import MalformedError
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.vocabulary import matches_any, require_patterns, require_title, require_words
from verifier.primitives.keys import PublicKey, parse_key

KEY_USES = (
    "root", "administrator", "statement", "seal", "receipt", "checkpoint", "cosignature", "replay-cosignature",
    "mirror", "request",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Participant:
    """An agency or enterprise, as admitted from a leaf on.

    Attributes:
        uri: who.
        since: first leaf at which this holds.
        names: for people.
        roles: role words.
        prefixes: GS1 company prefixes.
        subjects: subjects it may open by name.
        jurisdiction: zone words, of an agency.
    """

    uri: str
    since: int
    names: Mapping[str, str]
    roles: frozenset[str]
    prefixes: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    jurisdiction: tuple[str, ...] = ()

    @property
    def is_agency(self) -> bool:
        """Return whether this is an agency."""
        return self.uri.startswith("urn:suyuan:agency:")


@dataclass(frozen=True, slots=True)
class Key:
    """A registered key.

    Attributes:
        key: the public key.
        holder: participant URI.
        use: one of KEY_USES.
        types: patterns of the types that it may sign.
        subjects: prefixes that all subjects must start with; empty for any.
        since: first leaf at which it is valid.
        until: ledger time from which it is not, if any.
        revoked: first leaf at which it is not, if any.
    """

    key: PublicKey
    holder: str
    use: str
    types: tuple[str, ...]
    subjects: tuple[str, ...]
    since: int
    until: int | None
    revoked: int | None = None

    def valid_at(self, leaf: int, time: int) -> bool:
        """Return whether it is valid at a log position of this ledger time."""
        begun = self.since <= leaf and (self.until is None or time < self.until)
        return begun and (self.revoked is None or leaf < self.revoked)

    def may_sign(self, type_name: str) -> bool:
        """Return whether its scope has this type."""
        return matches_any(self.types, type_name)

    def may_name(self, subject: str) -> bool:
        """Return whether its scope has this subject."""
        return not self.subjects or subject.startswith(self.subjects)


def parse_agency(event: Event) -> Participant:
    """Return the agency that an admission states, valid from the leaf after the event."""
    data = _data(event, {"names", "roles", "jurisdiction"}, {"administrators", "administratorThreshold"})
    return Participant(
        uri=_subject(event, "agency"),
        since=event.leaf + 1,
        names=require_title(data["names"], "agency.names"),
        roles=frozenset(require_words(data["roles"], "agency.roles")),
        jurisdiction=require_words(data["jurisdiction"], "agency.jurisdiction"),
    )


def parse_enterprise(event: Event) -> Participant:
    """Return the enterprise that an admission states, valid from the leaf after the event."""
    data = _data(event, {"names", "roles", "gs1Prefixes", "subjects"})
    prefixes = _texts(data["gs1Prefixes"], "enterprise.gs1Prefixes")
    if any(not (each.isascii() and each.isdigit()) for each in prefixes):
        raise MalformedError("enterprise.gs1Prefixes", came=prefixes, expected="ASCII digits")
    return Participant(
        uri=_subject(event, "enterprise"),
        since=event.leaf + 1,
        names=require_title(data["names"], "enterprise.names"),
        roles=frozenset(require_words(data["roles"], "enterprise.roles")),
        prefixes=prefixes,
        subjects=_texts(data["subjects"], "enterprise.subjects"),
    )


def parse_registered_key(event: Event) -> Key:
    """Return the key that an event registers, valid from the leaf after the event."""
    data = _data(event, {"use", "key", "types", "subjects"})
    if data["use"] not in KEY_USES:
        raise MalformedError("key.use", came=data["use"], expected=f"one of {', '.join(KEY_USES)}")
    key = parse_key(data["key"])
    if (named := _subject(event, "key")) != f"urn:suyuan:key:{key.kid.hex()}":
        raise MalformedError("key.subject", came=named, expected=f"urn:suyuan:key:{key.kid.hex()}")
    return Key(
        key=key,
        holder=_subject(event, "holder"),
        use=data["use"],
        types=require_patterns(data["types"], "key.types"),
        subjects=_texts(data["subjects"], "key.subjects"),
        since=event.leaf + 1,
        until=event.head.until,
    )


def parse_words(event: Event, member: str) -> tuple[str, ...]:
    """Return the one list of words that an event of one member states (roles, jurisdiction)."""
    return require_words(_data(event, {member})[member], member)


def subject_of(event: Event, role: str) -> str:
    """Return the one subject of a role."""
    return _subject(event, role)


def data_of(event: Event, required: set[str], optional: frozenset[str] = frozenset()) -> Mapping[str, Any]:
    """Return the data of a registry event, once it has these members."""
    return _data(event, required, set(optional))


def _data(event: Event, required: set[str], optional: set[str] | None = None) -> Mapping[str, Any]:
    if event.body is None:
        raise MalformedError(event.head.type, came="no body", expected="the body of a registry event")
    if not required <= event.body.data.keys() <= required | (optional or set()):
        raise MalformedError(f"{event.head.type}.data", came=sorted(event.body.data), expected=f"{sorted(required)}")
    return event.body.data


def _subject(event: Event, role: str) -> str:
    subjects = event.body.of_role(role) if event.body else ()
    if len(subjects) != 1:
        raise MalformedError(f"{event.head.type}.subjects.{role}", came=subjects, expected="one subject")
    return subjects[0]


def _texts(value: Any, what: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise MalformedError(what, came=value, expected="a list of texts")
    return tuple(value)
