"""Who may read what: one decision, from plain facts (docs/access.md).

`decide` knows no HTTP, no database and no clock. Every read that is not open to everybody passes it; what no rule
names is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from verifier.ledgerformat.vocabulary import matches_any

READ_TRACE, WALK_PARTIES, READ_HEAD, READ_BODY = "trace", "walk", "head", "body"
READ_DISCLOSURE, READ_ATTACHMENT = "disclosure", "attachment"
READ_BATCH, READ_ENTRIES, READ_INBOX, READ_MEMBERS = "batches", "entries", "inbox", "members"
READ_HISTORY, READ_RECEIVED = "history", "received"
ACTIONS = (
    READ_TRACE, WALK_PARTIES, READ_HEAD, READ_BODY, READ_DISCLOSURE, READ_ATTACHMENT, READ_BATCH, READ_ENTRIES,
    READ_INBOX, READ_MEMBERS, READ_HISTORY, READ_RECEIVED,
)  # fmt: skip
PUBLIC_KINDS = frozenset({"trace", "recall", "registry"})
BODY = "body"  # what a grant calls the body, beside pointers of disclosures
_AGENCY = "urn:suyuan:agency:"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, as far as a signature on the request says it.

    Attributes:
        uri: the participant whose request key signed; None for anybody.
        roles: its role words.
        types: patterns of the types that the key is limited to; `*` for no limit.
        subjects: prefixes that the key is limited to; empty for no limit.
        kid: the key's thumbprint, 32 bytes.
    """

    uri: str | None = None
    roles: frozenset[str] = frozenset()
    types: tuple[str, ...] = ("*",)
    subjects: tuple[str, ...] = ()
    kid: bytes | None = None

    @property
    def is_agency(self) -> bool:
        """Return whether an agency asks."""
        return self.uri is not None and self.uri.startswith(_AGENCY)


ANYBODY = Actor()


@dataclass(frozen=True, slots=True)
class Thing:
    """What is asked for.

    Attributes:
        type: the event's type; None where it is no single event.
        subjects: in clear, as far as the thing names any.
        kinds: of the histories that the event joins.
        permanent: whether its type keeps no body back, ever.
        parties: who said it, in whose name, to whom it passes custody, who owns or holds a subject that it joins.
        agents: who acts for one of them under a mandate in force that covers it.
        granted: fields of it that grants in force open, by grantee: pointers, or `body`.
        audience: of a disclosure or attachment: `public`, `parties`, `agencies`.
        pointer: of that disclosure.
        agency: whose inbox it is.
    """

    type: str | None = None
    subjects: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    permanent: bool = False
    parties: frozenset[str] = frozenset()
    agents: frozenset[str] = frozenset()
    granted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    audience: str | None = None
    pointer: str | None = None
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided.

    Attributes:
        allowed: whether the actor may.
        rule: the rule that allowed it, or that refused.
        would_satisfy: who would be allowed; empty where the actor is.
    """

    allowed: bool
    rule: str
    would_satisfy: str = ""


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to be allowed."""

    rule: str
    who: str
    holds: Callable[[Actor, Thing], bool]
    scoped: bool = True  # whether the limits of the asker's key count


def decide(actor: Actor, action: str, thing: Thing) -> Decision:
    """Return whether an actor may do something to a thing, by which rule, and who else might."""
    ways = _ways(action, thing)
    for way in ways:
        if way.holds(actor, thing) and (not way.scoped or _covers(actor, thing)):
            return Decision(allowed=True, rule=way.rule)
    who = " or ".join(way.who for way in ways) or "nobody"
    if any(way.holds(actor, thing) for way in ways):
        would = f"{who}, with a request key whose types and subjects cover it"
        return Decision(allowed=False, rule="key scope", would_satisfy=would)
    rule = f"{action}: {', '.join(way.rule for way in ways) or 'closed'}"
    return Decision(allowed=False, rule=rule, would_satisfy=who)


_ALL = _Way("anybody", "anybody", lambda _actor, _thing: True, scoped=False)
_PUBLIC = _Way(
    "public history",
    "anybody, of an event that joins a public history",
    lambda _actor, thing: thing.permanent or bool(thing.kinds & PUBLIC_KINDS),
    scoped=False,
)
_AGENCIES = _Way("agency", "an agency", lambda actor, _thing: actor.is_agency)
_PARTY = _Way("party", "a party", lambda actor, thing: actor.uri is not None and actor.uri in thing.parties)
_AGENT = _Way(
    "mandate",
    "who acts for a party under a mandate",
    lambda actor, thing: actor.uri is not None and actor.uri in thing.agents,
)
_AUDITOR = _Way("auditor", "an auditor", lambda actor, _thing: "auditor" in actor.roles)
_WITNESS = _Way("witness", "a witness", lambda actor, _thing: "witness" in actor.roles)
_ITSELF = _Way("itself", "that agency itself", lambda actor, thing: actor.is_agency and actor.uri == thing.agency)
_GRANTED_BODY = _Way("grant", "who was granted it", lambda actor, thing: BODY in _fields(actor, thing))
_GRANTED = _Way("grant", "who was granted it", lambda actor, thing: _is_granted(thing.pointer, _fields(actor, thing)))

_BY_ACTION: Mapping[str, tuple[_Way, ...]] = {
    READ_TRACE: (_ALL,),
    READ_HEAD: (_ALL,),
    WALK_PARTIES: (_AGENCIES, _PARTY, _AGENT),
    READ_BODY: (_PUBLIC, _AGENCIES, _PARTY, _AGENT, _GRANTED_BODY),
    READ_BATCH: (_AGENCIES, _AUDITOR, _WITNESS, _PARTY),
    READ_ENTRIES: (_AGENCIES, _AUDITOR, _WITNESS),
    READ_INBOX: (_ITSELF,),
    READ_MEMBERS: (_AGENCIES,),
    READ_HISTORY: (_AGENCIES, _PARTY, _AGENT),
    READ_RECEIVED: (_AGENCIES, _PARTY),
}
_BY_AUDIENCE: Mapping[str | None, tuple[_Way, ...]] = {
    "public": (_ALL,),
    "parties": (_AGENCIES, _PARTY, _AGENT, _GRANTED),
    "agencies": (_AGENCIES, _GRANTED),
}


def _ways(action: str, thing: Thing) -> tuple[_Way, ...]:
    """Return the ways to be allowed; none for what no rule names."""
    if action in (READ_DISCLOSURE, READ_ATTACHMENT):
        return _BY_AUDIENCE.get(thing.audience, ())
    return _BY_ACTION.get(action, ())


def _covers(actor: Actor, thing: Thing) -> bool:
    """Return whether the asker's key is wide enough; what is no single event takes a key without limits."""
    if thing.type is None:
        return "*" in actor.types and not actor.subjects
    named = bool(thing.subjects) and all(each.startswith(actor.subjects) for each in thing.subjects)
    return matches_any(actor.types, thing.type) and (not actor.subjects or named)


def _fields(actor: Actor, thing: Thing) -> frozenset[str]:
    return thing.granted.get(actor.uri, frozenset()) if actor.uri else frozenset()


def _is_granted(pointer: str | None, fields: frozenset[str]) -> bool:
    """Return whether granted pointers open a disclosure: its own, or one above it."""
    return pointer is not None and any(each and f"{pointer}/".startswith(f"{each}/") for each in fields)
