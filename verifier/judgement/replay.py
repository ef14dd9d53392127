"""Replay of registry events, in log order (docs/formats.md, section 12).

Each event is judged by what was in force at its leaf; what it brings about holds from the leaf after
it, or after the approval that completes it. Ledger, verifier and auditor run this same code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from verifier.errors import MalformedError, NotPermittedError, UnsupportedError
from verifier.judgement.charter import APPROVAL, CHARTER, Charter, parse_charter, require_successor
from verifier.judgement.life import Revocation
from verifier.judgement.participants import (
    Key,
    data_of,
    key_subject,
    parse_agency,
    parse_enterprise,
    parse_registered_key,
    parse_words,
    subject_of,
)
from verifier.judgement.policies import parse_policy
from verifier.judgement.registry import Registry
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.vocabulary import EventType, parse_type
from verifier.primitives.keys import PublicKey

REGISTRAR = "registrar"
ROOT, ADMINISTRATOR, STATEMENT = "root", "administrator", "statement"
REVOCATION = "registry.revocation"
BY_REGISTRAR = frozenset({"registry.enterprise", "registry.enterprise-key"})
_Effect: TypeAlias = Callable[[int], None]  # what an event brings about, given the leaf from which it holds


@dataclass(slots=True)
class _Proposal:
    """A roots' event that waits for approvals; `approvers` are the kids of root keys."""

    event: Event
    charter: Charter | None
    approvers: set[bytes] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proposal that waits, as others see it.

    Attributes:
        event: what is proposed.
        charter: the charter that it proposes, None for any other event.
        approvers: kids of the keys under which it was approved so far.
    """

    event: Event
    charter: Charter | None
    approvers: frozenset[bytes]


@dataclass(frozen=True, slots=True)
class Signer:
    """Who may have signed a statement.

    Attributes:
        holder: participant URI.
        key: the public key.
        use: `root`, `administrator` or `statement`.
        registered: what the registry says of a statement key; None for the others, who say registry events only.
    """

    holder: str
    key: PublicKey
    use: str
    registered: Key | None = None


class Replay:
    """A registry, and the proposals that wait for approvals.

    Attributes:
        registry: what the events applied so far have brought about.
    """

    def __init__(self, builtin: Mapping[str, EventType]) -> None:
        """Start with an empty registry."""
        self.registry = Registry(builtin)
        self._proposals: dict[bytes, _Proposal] = {}
        self._founding: Charter | None = None
        self._proposed: list[Charter] = []

    def copy(self) -> Replay:
        """Return a replay that can go on without changing this one."""
        other = Replay({})
        other.registry = self.registry.copy()
        other._founding = self._founding
        other._proposed = list(self._proposed)
        other._proposals = {
            name: _Proposal(each.event, each.charter, set(each.approvers)) for name, each in self._proposals.items()
        }
        return other

    @property
    def founding(self) -> Charter | None:
        """Return version 1 of the charter, approved or not."""
        return self._founding

    @property
    def waiting(self) -> tuple[Waiting, ...]:
        """Return the proposals that wait for approvals, oldest first."""
        return tuple(Waiting(each.event, each.charter, frozenset(each.approvers)) for each in self._proposals.values())

    def root_key(self, kid: bytes, leaf: int) -> tuple[str, PublicKey] | None:
        """Return holder and key of a root in force, or of a charter that waits; None if it is none.

        A charter that waits is the word of whoever proposed it: its roots may approve it, and no more, and
        a key that was registered meanwhile is none of them.
        """
        if root := self.registry.root_at(kid, leaf):
            return root
        if self.registry.key(kid) or self.registry.administrator(kid):
            return None
        for proposal in self._proposals.values():
            if proposal.charter and kid in proposal.charter.roots:
                waiting = proposal.charter.roots[kid]
                return waiting.agency, waiting.key
        return None

    def is_root(self, kid: bytes, leaf: int) -> bool:
        """Return whether a key stood for a root at a leaf, of a charter in force or proposed by then.

        Nothing that came later changes the answer, so that a proof of an older size rests on the same histories.
        """
        key = self.registry.key(kid)
        if key and key.since <= leaf:
            return False
        return any(charter.leaf <= leaf and kid in charter.roots for charter in self._proposed)

    def signer_at(self, kid: bytes, leaf: int, time: int) -> Signer:
        """Return who may sign statements with a key at a leaf of this ledger time.

        Raises:
            NotPermittedError: it is not valid there, or of another use.
        """
        if root := self.root_key(kid, leaf):
            return Signer(*root, ROOT)
        if self.registry.administrator(kid):
            administrator = self.registry.require_administrator(kid, leaf, time)
            return Signer(administrator.agency, administrator.key, ADMINISTRATOR)
        key = self.registry.key_at(kid, leaf, time)
        if key.use != STATEMENT:
            raise NotPermittedError("key.use", came=key.use, expected="statement: one key, one use")
        return Signer(key.holder, key.key, STATEMENT, key)

    def check(self, event: Event, *, time: int) -> None:
        """Raise what `apply` would raise, changing nothing."""
        self._plan(event, time)

    def apply(self, event: Event, *, time: int) -> None:
        """Bring about what a registry event states, in a leaf of this ledger time (0 for the charter walk).

        Raises:
            NotPermittedError: whoever signed it may not say it.
            MalformedError: its body makes no sense.
            UnsupportedError: it is only a format so far.
        """
        self._plan(event, time)()

    def _plan(self, event: Event, time: int) -> Callable[[], None]:
        """Return what applying the event will do, once it is known that it may be said."""
        require_supported(event)
        if event.head.type == CHARTER:
            return self._plan_charter(event)
        if event.head.type == APPROVAL:
            return self._plan_approval(event)
        effect = _EFFECTS[event.head.type](self.registry, event)
        if root := self.registry.root_at(event.kid, event.leaf):
            _require_holder(event, root[0])
            if event.head.type in BY_REGISTRAR:
                raise NotPermittedError(event.head.type, came="a root key", expected="an agency with role registrar")
            return lambda: self._proposals.update({event.name: _Proposal(event, None)})
        if self.root_key(event.kid, event.leaf):
            expected = "a root key of the charter in force"
            raise NotPermittedError(event.head.type, came="a root key of a charter that waits", expected=expected)
        _require_direct(self.registry, event)
        return lambda: effect(event.leaf + 1)

    def _plan_charter(self, event: Event) -> Callable[[], None]:
        charter = parse_charter(event)
        if self._founding is None:
            if (event.leaf, event.position, charter.version) != (0, 0, 1) or event.kid not in charter.roots:
                raise NotPermittedError(
                    "charter", came=f"leaf {event.leaf}", expected="version 1 in leaf 0, by its root"
                )
            _require_holder(event, charter.roots[event.kid].agency)
            return lambda: self._found(event, charter)
        require_successor(charter, self.registry.charter_at(event.leaf))
        self.registry.require_own_keys(charter)
        root = self.registry.root_at(event.kid, event.leaf)
        if root is None:
            raise NotPermittedError("charter.kid", came=event.kid, expected="a root key of the charter in force")
        _require_holder(event, root[0])
        return lambda: self._propose(event, charter)

    def _propose(self, event: Event, charter: Charter) -> None:
        self._proposed.append(charter)
        self._proposals[event.name] = _Proposal(event, charter)

    def _found(self, event: Event, charter: Charter) -> None:
        self._founding = charter
        self._propose(event, charter)

    def _plan_approval(self, event: Event) -> Callable[[], None]:
        targets = [self._proposals[name] for name in event.head.about if name in self._proposals]
        root = self.root_key(event.kid, event.leaf)
        if root is None:
            raise NotPermittedError(APPROVAL, came=event.kid, expected="a root key")
        _require_holder(event, root[0])
        if not self.registry.root_at(event.kid, event.leaf):  # a new charter's root approves that charter only
            for target in targets:
                if target.charter is None or event.kid not in target.charter.roots:
                    raise NotPermittedError(APPROVAL, came=event.kid, expected="a root key of the charter in force")
        return lambda: self._approve(event, targets)

    def _approve(self, event: Event, targets: list[_Proposal]) -> None:
        for proposal in targets:
            proposal.approvers.add(event.kid)
            if self._is_complete(proposal, event.leaf):
                del self._proposals[proposal.event.name]
                self._enact(proposal, event.leaf + 1)

    def _is_complete(self, proposal: _Proposal, leaf: int) -> bool:
        """Return whether k holders approved: of the charter in force, and of a new charter itself."""
        judges = [self.registry.charter_in_force(leaf), proposal.charter]
        return all(
            len({judge.roots[kid].agency for kid in proposal.approvers if kid in judge.roots}) >= judge.threshold
            for judge in judges
            if judge
        )

    def _enact(self, proposal: _Proposal, since: int) -> None:
        if not proposal.charter:
            _EFFECTS[proposal.event.head.type](self.registry, proposal.event)(since)
            return
        if (before := self.registry.charter_in_force(since)) is not None:
            require_successor(proposal.charter, before)
            self.registry.require_own_keys(proposal.charter)
        self.registry.set_charter(proposal.charter, since if before else 0)


def require_supported(event: Event) -> None:
    """Refuse what is only a format so far.

    Raises:
        UnsupportedError: a registry type, `behalf`, `state` or `compromisedSince`.
    """
    head = event.head
    if head.type.startswith("registry.") and head.type not in (CHARTER, APPROVAL) and head.type not in _EFFECTS:
        raise UnsupportedError("head.type", came=head.type, expected="a registry type that is implemented here")
    if head.behalf is not None or head.state is not None:
        raise UnsupportedError("head", came="behalf or state", expected="neither: mandates and states come later")
    if head.type == REVOCATION and event.body and event.body.data.get("compromisedSince") is not None:
        raise UnsupportedError("compromisedSince", came=event.body.data["compromisedSince"], expected="null")


def _require_holder(event: Event, holder: str) -> None:
    if event.head.issuer != holder:
        raise NotPermittedError("head.issuer", came=event.head.issuer, expected=f"{holder}, who holds this root key")


def _require_direct(registry: Registry, event: Event) -> None:
    """Refuse a registry event under a statement key whose holder may not say it alone."""
    issuer = registry.participant_at(event.head.issuer, event.leaf)
    registrar = issuer is not None and issuer.is_agency and REGISTRAR in issuer.roles
    if event.head.type in BY_REGISTRAR and registrar:
        return
    if event.head.type == REVOCATION and issuer is not None and issuer.is_agency:
        revoked = registry.key(_kid_of(event))
        if revoked and (
            revoked.holder == issuer.uri or (registrar and not revoked.holder.startswith("urn:suyuan:agency:"))
        ):
            return
    expected = "an agency with role registrar" if event.head.type in BY_REGISTRAR else "a root key"
    raise NotPermittedError(event.head.type, came=event.head.issuer, expected=expected)


def _kid_of(event: Event) -> bytes:
    return bytes.fromhex(subject_of(event, "key").removeprefix("urn:suyuan:key:"))


def _agency(registry: Registry, event: Event) -> _Effect:
    agency = parse_agency(event)
    return lambda since: registry.set_participant(replace(agency, since=since))


def _enterprise(registry: Registry, event: Event) -> _Effect:
    enterprise = parse_enterprise(event)
    return lambda since: registry.set_participant(replace(enterprise, since=since))


def _roles(registry: Registry, event: Event) -> _Effect:
    agency, roles = subject_of(event, "agency"), frozenset(parse_words(event, "roles"))

    def effect(since: int) -> None:
        if before := registry.participant_at(agency, since):
            registry.set_participant(replace(before, since=since, roles=roles))

    return effect


def _jurisdiction(registry: Registry, event: Event) -> _Effect:
    agency, zones = subject_of(event, "agency"), parse_words(event, "jurisdiction")

    def effect(since: int) -> None:
        if before := registry.participant_at(agency, since):
            registry.set_participant(replace(before, since=since, jurisdiction=zones))

    return effect


def _key(registry: Registry, event: Event) -> _Effect:
    key = parse_registered_key(event)
    agency = key.holder.startswith("urn:suyuan:agency:")
    if agency != (event.head.type == "registry.key"):
        raise NotPermittedError("key.holder", came=key.holder, expected=f"another holder for {event.head.type}")
    if registry.is_key_taken(key.key.raw):
        raise NotPermittedError("key", came=key.key.kid, expected="a key that stands nowhere else: one key, one use")

    def effect(since: int) -> None:
        if not registry.is_key_taken(key.key.raw):  # two proposals may have waited with the same key
            registry.set_key(replace(key, since=since))

    return effect


def _revocation(registry: Registry, event: Event) -> _Effect:
    data_of(event, {"reason", "compromisedSince"})
    kid = _kid_of(event)

    def effect(since: int) -> None:
        if registry.key(kid):
            subject = key_subject(kid)
            registry.set_life(subject, registry.life(subject).then(Revocation(event.name, since)))

    return effect


def _type(registry: Registry, event: Event) -> _Effect:
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
    return lambda since: registry.set_type(parsed, since)


def _kind(registry: Registry, event: Event) -> _Effect:
    kind = subject_of(event, "kind").removeprefix("urn:suyuan:kind:")
    return lambda since: registry.set_kind(kind, since)


def _policy(registry: Registry, event: Event) -> _Effect:
    policy = parse_policy(event)
    return lambda since: registry.set_policy(replace(policy, since=since))


_EFFECTS: dict[str, Callable[[Registry, Event], _Effect]] = {
    "registry.agency": _agency,
    "registry.enterprise": _enterprise,
    "registry.role": _roles,
    "registry.jurisdiction": _jurisdiction,
    "registry.key": _key,
    "registry.enterprise-key": _key,
    REVOCATION: _revocation,
    "registry.type": _type,
    "registry.kind": _kind,
    "registry.policy": _policy,
}
IMPLEMENTED = frozenset({CHARTER, APPROVAL, *_EFFECTS})
