"""What revocations, suspensions, restorations and successions bring about (docs/formats.md, section 12)."""

from __future__ import annotations

from typing import Any

from verifier.errors import MalformedError, NotPermittedError
from verifier.judgement.acts import Succession
from verifier.judgement.life import REACH, Restoration, Revocation, Suspension
from verifier.judgement.moment import Effect, Moment
from verifier.judgement.participants import data_of, subject_of
from verifier.judgement.registry import Registry
from verifier.ledgerformat.event import Event

REVOCABLE = ("key", "agency", "enterprise", "mandate", "grant")
SUSPENDABLE = ("key", "agency")
RESTORABLE = ("key", "agency", "enterprise")
ROLES = {
    "registry.revocation": REVOCABLE,
    "registry.suspension": SUSPENDABLE,
    "registry.restoration": RESTORABLE,
}
_KEY = "urn:suyuan:key:"


def subject_ended(event: Event) -> tuple[str, str]:
    """Return role and subject of what a revocation, suspension or restoration is about.

    Raises:
        MalformedError: none, or more than one.
    """
    roles = ROLES[event.head.type]
    if event.body is None:
        raise MalformedError(event.head.type, came="no body", expected="the body of a registry event")
    named = [(role, subject) for role in roles for subject in event.body.of_role(role)]
    if len(named) != 1:
        raise MalformedError(f"{event.head.type}.subjects", came=named, expected=f"exactly one of {', '.join(roles)}")
    return named[0]


def kid_of(subject: str) -> bytes:
    """Return the kid in a key's subject.

    Raises:
        MalformedError: it is no key's subject.
    """
    try:
        if subject.startswith(_KEY) and len(kid := bytes.fromhex(subject.removeprefix(_KEY))) == 32:
            return kid
    except ValueError:
        pass
    raise MalformedError("subjects.key", came=subject, expected=f"{_KEY} and 64 hex digits")


def revoke(registry: Registry, event: Event, moment: Moment) -> Effect:
    """End a key, agency, enterprise, mandate or grant. What is not there is not ended."""
    role, subject = _subject(registry, event)
    compromised = _compromised_since(data_of(event, {"reason", "compromisedSince"}), role, event.leaf)
    reach = 0 if moment.by_roots else max(0, moment.time - REACH)
    turn = Revocation(event.name, moment.since, compromised, reach)
    known = is_known(registry, role, subject, moment.leaf)
    return lambda: registry.set_life(subject, registry.life(subject).then(turn)) if known else None


def suspend(registry: Registry, event: Event, moment: Moment) -> Effect:
    """Pause a key or agency, until a ledger time."""
    data_of(event, {"reason"})
    role, subject = _subject(registry, event)
    if event.head.until is None:
        raise MalformedError("head.until", came="nothing", expected="the ledger time at which it ends by itself")
    turn = Suspension(event.name, moment.since, moment.time, event.head.until, moment.hasty)
    known = is_known(registry, role, subject, moment.leaf)
    return lambda: registry.set_life(subject, registry.life(subject).then(turn)) if known else None


def restore(registry: Registry, event: Event, moment: Moment) -> Effect:
    """End a suspension, and undo a revocation, from the leaf after on."""
    data_of(event, {"reason"})
    role, subject = _subject(registry, event)
    life = registry.life(subject)
    if role == "key" and life.is_compromised:
        raise NotPermittedError(
            "restoration.key",
            came=f"{subject}, revoked as compromised",
            expected="a key that nobody called compromised",
            todo="Register a new key.",
        )
    turn = Restoration(event.name, moment.since)
    return lambda: registry.set_life(subject, life.then(turn)) if life.turns else None


def succeed(registry: Registry, event: Event, moment: Moment) -> Effect:
    """Let an agency carry on for another, which is not admitted any more."""
    data_of(event, set())
    agency, successor = subject_of(event, "agency"), subject_of(event, "successor")
    if before := registry.succession_at(agency, moment.since):
        raise NotPermittedError(
            "succession.agency", came=agency, expected=f"one that {before.successor} did not follow"
        )
    if agency == successor or registry.participant_at(successor, moment.leaf) is None:
        raise NotPermittedError("succession.successor", came=successor, expected="another agency that is admitted")
    if registry.succession_at(successor, moment.since):  # hence no circle: who follows has nobody after it
        raise NotPermittedError("succession.successor", came=successor, expected="an agency that nobody follows")
    succession = Succession(successor, moment.since, event.name)
    return lambda: registry.set_succession(agency, succession)


def _subject(registry: Registry, event: Event) -> tuple[str, str]:
    """Return role and subject of what is ended, once it is nothing that the charter alone can end."""
    role, subject = subject_ended(event)
    if role == "key" and registry.is_charter_key(kid_of(subject)):
        todo = "Propose a charter that does not name it."
        raise NotPermittedError(
            f"{event.head.type}.key", came=f"{subject}, a key of the charter", expected="another key", todo=todo
        )
    return role, subject


def is_known(registry: Registry, role: str, subject: str, leaf: int) -> bool:
    """Return whether a registry has, by a leaf, what a role of `ROLES` names, in force or not."""
    if role == "key":
        return registry.is_registered_at(kid_of(subject), leaf)
    if role in ("mandate", "grant"):
        given = registry.mandate(subject) if role == "mandate" else registry.grant(subject)
        return given is not None and given.since <= leaf
    return registry.was_admitted(subject, leaf)


def _compromised_since(data: Any, role: str, leaf: int) -> int | None:
    since = data["compromisedSince"]
    if since is None:
        return None
    if role in ("mandate", "grant"):
        raise MalformedError("compromisedSince", came=since, expected=f"null: a {role} signs nothing")
    if not isinstance(since, int) or isinstance(since, bool) or not 0 <= since <= leaf:
        raise MalformedError("compromisedSince", came=since, expected=f"null, or a leaf up to {leaf}")
    return since
