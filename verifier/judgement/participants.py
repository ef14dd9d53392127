"""What the registry says of agencies, enterprises and keys (docs/formats.md, section 12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
        administrators: the keys, by kid, with which an agency changes its own keys.
        administrator_threshold: how many of them must approve; 0 for none.
        events: names of the events that this version rests on, oldest first.
    """

    uri: str
    since: int
    names: Mapping[str, str]
    roles: frozenset[str]
    prefixes: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    jurisdiction: tuple[str, ...] = ()
    administrators: Mapping[bytes, PublicKey] = field(default_factory=dict)
    administrator_threshold: int = 0
    events: tuple[bytes, ...] = ()

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
        event: name of the event that registered it.
    """

    key: PublicKey
    holder: str
    use: str
    types: tuple[str, ...]
    subjects: tuple[str, ...]
    since: int
    until: int | None
    event: bytes = b""

    def has_term_at(self, leaf: int, time: int) -> bool:
        """Return whether a log position of this ledger time lies in its term: nothing ended it by itself."""
        return self.since <= leaf and (self.until is None or time < self.until)

    def may_sign(self, type_name: str) -> bool:
        """Return whether its scope has this type."""
        return matches_any(self.types, type_name)

    def may_name(self, subject: str) -> bool:
        """Return whether its scope has this subject."""
        return not self.subjects or subject.startswith(self.subjects)


def parse_agency(event: Event) -> Participant:
    """Return the agency that an admission states, valid from the leaf after the event."""
    data = _data(event, {"names", "roles", "jurisdiction"}, {"administrators", "administratorThreshold"})
    administrators, threshold = _administrators(data)
    return Participant(
        uri=_subject(event, "agency"),
        since=event.leaf + 1,
        names=require_title(data["names"], "agency.names"),
        roles=frozenset(require_words(data["roles"], "agency.roles")),
        jurisdiction=require_words(data["jurisdiction"], "agency.jurisdiction"),
        administrators=administrators,
        administrator_threshold=threshold,
        events=(event.name,),
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
        events=(event.name,),
    )


def parse_registered_key(event: Event) -> Key:
    """Return the key that an event registers, valid from the leaf after the event."""
    data = _data(event, {"use", "key", "types", "subjects"})
    if data["use"] not in KEY_USES:
        raise MalformedError("key.use", came=data["use"], expected=f"one of {', '.join(KEY_USES)}")
    key = parse_key(data["key"])
    if (named := _subject(event, "key")) != key_subject(key.kid):
        raise MalformedError("key.subject", came=named, expected=key_subject(key.kid))
    return Key(
        key=key,
        holder=_subject(event, "holder"),
        use=data["use"],
        types=require_patterns(data["types"], "key.types"),
        subjects=_texts(data["subjects"], "key.subjects"),
        since=event.leaf + 1,
        until=event.head.until,
        event=event.name,
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


def parse_prefixes(value: Any, what: str) -> tuple[str, ...]:
    """Return a list of non-empty texts, with which subjects must start."""
    return _texts(value, what)


def key_subject(kid: bytes) -> str:
    """Return the subject of a key."""
    return f"urn:suyuan:key:{kid.hex()}"


def _administrators(data: Mapping[str, Any]) -> tuple[dict[bytes, PublicKey], int]:
    """Return an agency's administrator keys by kid, and how many of them must approve; none and 0 where none are."""
    what = "agency.administrators"
    listed, threshold = data.get("administrators"), data.get("administratorThreshold")
    if listed is None and threshold is None:
        return {}, 0
    if not isinstance(listed, list) or not listed:
        raise MalformedError(what, came=listed, expected="a list of keys, together with administratorThreshold")
    keys = {key.kid: key for key in (parse_key(each, f"{what}[{place}]") for place, each in enumerate(listed))}
    if len(keys) != len(listed):
        raise MalformedError(what, came="a key twice", expected="distinct keys")
    if not isinstance(threshold, int) or isinstance(threshold, bool) or not 1 <= threshold <= len(keys):
        raise MalformedError("agency.administratorThreshold", came=threshold, expected=f"1 to {len(keys)}")
    return keys, threshold


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
