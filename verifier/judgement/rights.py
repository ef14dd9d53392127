"""Who may say which registry event alone, and who may propose it (docs/formats.md, section 12)."""

from __future__ import annotations

from verifier.errors import NotPermittedError
from verifier.judgement.endings import is_known, kid_of, subject_ended
from verifier.judgement.participants import Key, Participant, data_of, subject_of
from verifier.judgement.registry import Registry
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.subject import is_agency

REGISTRAR = "registrar"
PRIVACY_OFFICER = "privacy-officer"
REVOCATION, RESTORATION, ERASURE = "registry.revocation", "registry.restoration", "registry.erasure"
BY_REGISTRAR = frozenset({"registry.enterprise", "registry.enterprise-key"})
MANDATE, GRANT, REATTESTATION = "registry.mandate", "registry.grant", "registry.reattestation"
BY_PARTICIPANT = frozenset({MANDATE, GRANT})
ADMINISTERED_USES = frozenset({"statement", "request", "mirror"})
_A_ROOT = "a root key"
_THE_REGISTRAR = f"an agency with role {REGISTRAR}"


def require_issuer(event: Event, holder: str, what: str) -> None:
    """Return if an event is in the name of whoever holds the key that signed it."""
    if event.head.issuer != holder:
        raise NotPermittedError("head.issuer", came=event.head.issuer, expected=f"{holder}, who holds this {what}")


def require_roots_right(event: Event) -> None:
    """Return if roots may propose an event."""
    kind = event.head.type
    if kind in BY_REGISTRAR or (kind in (REVOCATION, RESTORATION) and subject_ended(event)[0] == "enterprise"):
        raise NotPermittedError(kind, came=_A_ROOT, expected=_THE_REGISTRAR)
    if kind in BY_PARTICIPANT:
        raise NotPermittedError(kind, came=_A_ROOT, expected="the principal's statement key")
    if kind == REATTESTATION:
        raise NotPermittedError(kind, came=_A_ROOT, expected="an agency's statement key")
    if kind == REVOCATION and (role := subject_ended(event)[0]) in ("mandate", "grant"):
        raise NotPermittedError(kind, came=_A_ROOT, expected=f"the principal of the {role}, or {_THE_REGISTRAR}")


def require_administrators_right(registry: Registry, event: Event, agency: str) -> None:
    """Return if an agency's administrators may propose an event: about that agency's own keys."""
    kind = event.head.type
    if kind == "registry.key":
        if (holder := subject_of(event, "holder")) != agency:
            raise NotPermittedError("key.holder", came=holder, expected=f"{agency}, whose administrators say it")
        if (use := data_of(event, {"use", "key", "types", "subjects"})["use"]) not in ADMINISTERED_USES:
            raise NotPermittedError("key.use", came=use, expected=f"one of {', '.join(sorted(ADMINISTERED_USES))}")
    elif kind == REVOCATION:
        role, subject = subject_ended(event)
        own = role == "key" and is_known(registry, role, subject, event.leaf)
        if not own or registry.holder_of(kid_of(subject)) != agency:
            raise NotPermittedError(f"{kind}.{role}", came=subject, expected=f"a key of {agency}")
    else:
        expected = "registry.key, registry.revocation or registry.approval"
        raise NotPermittedError("head.type", came=f"{kind} under an administrator key", expected=expected)


def require_direct_right(registry: Registry, event: Event) -> None:
    """Return if a participant may say an event alone, under a statement key."""
    kind = event.head.type
    issuer = registry.participant_at(event.head.issuer, event.leaf)
    if issuer is None:
        expected = f"a participant admitted at leaf {event.leaf}; for what is the roots', {_A_ROOT}"
        raise NotPermittedError("head.issuer", came=event.head.issuer, expected=expected)
    registrar = issuer.is_agency and REGISTRAR in issuer.roles
    if kind in BY_REGISTRAR:
        allowed, expected = registrar, _THE_REGISTRAR
    elif kind in BY_PARTICIPANT:  # whose principal is looked at where the event is read
        allowed, expected = True, ""
    elif kind == REATTESTATION:
        allowed, expected = issuer.is_agency, "an agency"
    elif kind == RESTORATION and subject_ended(event)[0] == "enterprise":
        allowed, expected = registrar, _THE_REGISTRAR
    elif kind == REVOCATION:
        allowed, expected = _may_revoke(registry, event, issuer, registrar)
    else:
        allowed, expected = False, _A_ROOT
    if not allowed:
        raise NotPermittedError(kind, came=event.head.issuer, expected=expected)


def _may_revoke(registry: Registry, event: Event, issuer: Participant, registrar: bool) -> tuple[bool, str]:  # noqa: FBT001
    """Return whether a participant may revoke that alone, and who may."""
    role, subject = subject_ended(event)
    if role == "agency":
        return False, _A_ROOT
    if role == "enterprise":
        return registrar, _THE_REGISTRAR
    known = is_known(registry, role, subject, event.leaf)  # what its own statement brings about is not yet
    if role == "key":
        key = registry.key(kid_of(subject)) if known else None
        if key is None and registry.administrator(kid_of(subject)):  # a stolen key must not take the cure away
            return False, f"{_A_ROOT}, or the agency's administrators, for a key of an administrator"
        own = issuer.is_agency and key is not None and key.holder == issuer.uri
        of_enterprise = key is not None and not is_agency(key.holder)
        return own or (registrar and of_enterprise), f"{_A_ROOT}, the agency that holds it, or a registrar"
    act = registry.mandate(subject) if role == "mandate" else registry.grant(subject)
    own = act is not None and known and act.principal == issuer.uri
    return own or registrar, f"the principal of the {role}, or {_THE_REGISTRAR}"


def require_note_right(key: Key | None, subject: str) -> None:
    """Return if a hash envelope about `subject` may be signed with a registered key; raise NotPermittedError if not.

    `key` is None for one that is not registered: a root's or an administrator's.
    """
    if key is None or not key.may_sign("note") or not key.subjects or not key.may_name(subject):
        expected = "a subject below a prefix that the registry gives this key for notes"
        raise NotPermittedError("statement.sub", came=subject, expected=expected)
