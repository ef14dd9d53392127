"""What mandates, grants, re-attestations and orders to erase bring about (docs/formats.md, section 12)."""

from __future__ import annotations

from typing import Any

from verifier.errors import MalformedError, NotPermittedError
from verifier.judgement.acts import Erasure, Grant, Mandate
from verifier.judgement.moment import Effect, Moment
from verifier.judgement.participants import data_of, parse_prefixes, subject_of
from verifier.judgement.registry import Registry
from verifier.ledgerformat.disclosure import require_pointer
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.subject import subject_name
from verifier.ledgerformat.vocabulary import require_patterns

BODY = "body"
_REGISTRY = "registry"


def give_mandate(registry: Registry, event: Event, moment: Moment) -> Effect:
    """Let an agent act for the principal who says so."""
    data = data_of(event, {"types", "subjects"})
    mandate = Mandate(
        subject=subject_of(event, "mandate"),
        principal=subject_of(event, "principal"),
        agent=subject_of(event, "agent"),
        types=require_patterns(data["types"], "mandate.types"),
        subjects=parse_prefixes(data["subjects"], "mandate.subjects"),
        since=moment.since,
        until=_until(event),
        event=event.name,
    )
    if mandate.principal != event.head.issuer:
        raise NotPermittedError(
            "mandate.principal", came=mandate.principal, expected=f"{event.head.issuer}, who says it"
        )
    if mandate.agent == mandate.principal:
        raise NotPermittedError("mandate.agent", came=mandate.agent, expected="another participant")
    if registry.mandate(mandate.subject):
        raise NotPermittedError("mandate", came=mandate.subject, expected="a handle that no mandate has")
    return lambda: registry.set_mandate(mandate)


def give_grant(registry: Registry, event: Event, moment: Moment) -> Effect:
    """Let a grantee read fields of events."""
    grant = Grant(
        subject=subject_of(event, "grant"),
        principal=event.head.issuer,
        grantee=subject_of(event, "grantee"),
        about=event.head.about,
        fields=_fields(data_of(event, {"fields"})["fields"], "grant.fields"),
        since=moment.since,
        until=_until(event),
        event=event.name,
    )
    if any(pair != (_REGISTRY, subject_name(grant.subject)) for pair in event.head.joins if pair[0] == _REGISTRY):
        raise NotPermittedError("head.about", came="a registry event", expected="events that are not the registry's")
    if registry.grant(grant.subject):
        raise NotPermittedError("grant", came=grant.subject, expected="a handle that no grant has")
    return lambda: registry.set_grant(grant)


def attest_again(registry: Registry, event: Event, moment: Moment) -> Effect:
    """Note that an agency stands for events whose key, or what they rest on, became suspect."""
    del moment  # it heals what stands before it, whenever that was
    data_of(event, set())
    require_one_part(event)

    def effect() -> None:
        for target in event.head.about:
            registry.set_reattestation(target, event.name)

    return effect


def order_erasure(registry: Registry, event: Event, moment: Moment) -> Effect:
    """Put an order to erase into force."""
    what = _fields(data_of(event, {"what", "basis"})["what"], "erasure.what")
    if not what or (BODY in what and len(what) > 1):
        raise MalformedError("erasure.what", came=what, expected='pointers of disclosures, or ["body"]')
    require_one_part(event)
    if len(event.head.about) != 1:
        raise MalformedError("head.about", came=f"{len(event.head.about)} events", expected="the one to erase of")
    return lambda: registry.set_erasure(Erasure(event.name, event.head.about[0], what, moment.since))


def require_one_part(event: Event) -> None:
    """Return if an answer stands in registry histories only, or in none: a proof shows it in one of its parts.

    Raises:
        NotPermittedError: it answers registry events and others at once.
    """
    kinds = {kind for kind, _ in event.head.joins}
    if _REGISTRY in kinds and len(kinds) > 1:
        came = "registry events and others at once"
        raise NotPermittedError("head.about", came=came, expected="one of both", todo="Answer them in two events.")


def _until(event: Event) -> int:
    if event.head.until is None:
        raise MalformedError("head.until", came="nothing", expected="the end of its term")
    return event.head.until


def _fields(value: Any, what: str) -> tuple[str, ...]:
    """Return JSON pointers, or the word for the body, each once."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise MalformedError(what, came=value, expected='pointers of disclosures, or "body"')
    if len(set(value)) != len(value):
        raise MalformedError(what, came=value, expected="each field once")
    for each in value:
        if each != BODY:
            require_pointer(each, what)
    return tuple(value)
