"""What admissions, keys, types, kinds and policies bring about (docs/formats.md, section 12)."""

from __future__ import annotations

from dataclasses import replace

from verifier.errors import MalformedError, NotPermittedError
from verifier.judgement.moment import Effect, Moment
from verifier.judgement.participants import (
    Participant,
    data_of,
    parse_agency,
    parse_enterprise,
    parse_registered_key,
    parse_words,
    subject_of,
)
from verifier.judgement.policies import parse_policy
from verifier.judgement.registry import Registry
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.subject import is_agency
from verifier.ledgerformat.vocabulary import parse_type


def admit_agency(registry: Registry, event: Event, moment: Moment) -> Effect:
    """Admit an agency, or replace what was stated of it, its administrators included."""
    agency = parse_agency(event)
    for key in agency.administrators.values():
        known = registry.administrator(key.kid)
        if registry.is_key_taken(key.raw) and (known is None or known.agency != agency.uri):
            raise NotPermittedError("agency.administrators", came=key.kid, expected="keys that stand nowhere else")
    return lambda: registry.set_participant(replace(agency, since=moment.since))


def admit_enterprise(registry: Registry, event: Event, moment: Moment) -> Effect:
    """Admit an enterprise, or replace what was stated of it."""
    enterprise = parse_enterprise(event)
    return lambda: registry.set_participant(replace(enterprise, since=moment.since))


def set_roles(registry: Registry, event: Event, moment: Moment) -> Effect:
    """Replace an agency's roles, where it is admitted."""
    agency, roles = subject_of(event, "agency"), frozenset(parse_words(event, "roles"))
    before = registry.participant_at(agency, moment.since)
    return lambda: _restate(registry, before and replace(before, roles=roles), event, moment)


def set_jurisdiction(registry: Registry, event: Event, moment: Moment) -> Effect:
    """Replace an agency's jurisdiction, where it is admitted."""
    agency, zones = subject_of(event, "agency"), parse_words(event, "jurisdiction")
    before = registry.participant_at(agency, moment.since)
    return lambda: _restate(registry, before and replace(before, jurisdiction=zones), event, moment)


def _restate(registry: Registry, agency: Participant | None, event: Event, moment: Moment) -> None:
    if agency:
        registry.set_participant(replace(agency, since=moment.since, events=(*agency.events, event.name)))


def register_key(registry: Registry, event: Event, moment: Moment) -> Effect:
    """Register a key: of an agency or of an enterprise, as the event's type says."""
    key = parse_registered_key(event)
    if is_agency(key.holder) != (event.head.type == "registry.key"):
        raise NotPermittedError("key.holder", came=key.holder, expected=f"another holder for {event.head.type}")
    if registry.is_key_taken(key.key.raw):
        raise NotPermittedError("key", came=key.key.kid, expected="a key that stands nowhere else: one key, one use")
    return lambda: registry.set_key(replace(key, since=moment.since))


def register_type(registry: Registry, event: Event, moment: Moment) -> Effect:
    """Put a version of a type into force."""
    text = data_of(event, {"file"})["file"]
    if not isinstance(text, str):
        raise MalformedError("type.file", came=text, expected="the type file's text")
    parsed = parse_type(text.encode())
    if (named := subject_of(event, "type")) != f"urn:suyuan:type:{parsed.name}":
        raise MalformedError("type.subject", came=named, expected=f"urn:suyuan:type:{parsed.name}")
    if parsed.name.startswith("registry."):
        raise NotPermittedError("type.type", came=parsed.name, expected="another prefix: the registry is built in")
    if parsed.version <= (before := registry.type_version(parsed.name)):
        raise NotPermittedError("type.version", came=parsed.version, expected=f"a version after {before}")
    return lambda: registry.set_type(parsed, moment.since)


def begin_kind(registry: Registry, event: Event, moment: Moment) -> Effect:
    """Let a kind of history begin."""
    kind = subject_of(event, "kind").removeprefix("urn:suyuan:kind:")
    return lambda: registry.set_kind(kind, moment.since)


def adopt_policy(registry: Registry, event: Event, moment: Moment) -> Effect:
    """Put a version of a recognition policy into force."""
    policy = parse_policy(event)
    return lambda: registry.set_policy(replace(policy, since=moment.since))
