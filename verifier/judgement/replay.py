"""Replay of registry events, in log order (docs/formats.md, section 12).

Each event is judged by what was in force at its leaf; what it brings about holds from the leaf after
it, or after the approval that completes it. Ledger, verifier and auditor run this same code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from verifier.errors import NotPermittedError, UnsupportedError
from verifier.judgement import admissions, endings, mandates
from verifier.judgement.acts import Act, Approval
from verifier.judgement.charter import APPROVAL, CHARTER, Charter, Root, parse_charter, require_successor
from verifier.judgement.moment import Moment, Plan
from verifier.judgement.participants import Key
from verifier.judgement.proposals import SUSPENSION, Proposal, complete, is_hasty
from verifier.judgement.registry import Registry
from verifier.judgement.rights import (
    ERASURE,
    GRANT,
    MANDATE,
    PRIVACY_OFFICER,
    REATTESTATION,
    REGISTRAR,
    RESTORATION,
    REVOCATION,
    require_administrators_right,
    require_direct_right,
    require_issuer,
    require_roots_right,
)
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.vocabulary import EventType
from verifier.primitives.keys import PublicKey

__all__ = ["ADMINISTRATOR", "IMPLEMENTED", "REGISTRAR", "ROOT", "STATEMENT", "Replay", "Signer", "require_supported"]

ROOT, ADMINISTRATOR, STATEMENT = "root", "administrator", "statement"
_BUILTIN = "registry."


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
        self._proposals: dict[bytes, Proposal] = {}
        self._founding: Charter | None = None
        self._first_named: dict[bytes, int] = {}  # by root key, the leaf of the first charter that named it
        self._waiting_roots: dict[bytes, tuple[tuple[bytes, Root], ...]] = {}  # by root key, with who proposes it

    def copy(self) -> Replay:
        """Return a replay that can go on without changing this one."""
        other = Replay({})
        other.registry = self.registry.copy()
        other._founding = self._founding
        other._first_named = dict(self._first_named)
        other._waiting_roots = dict(self._waiting_roots)
        other._proposals = dict(self._proposals)
        return other

    @property
    def founding(self) -> Charter | None:
        """Return version 1 of the charter, approved or not."""
        return self._founding

    @property
    def waiting(self) -> tuple[Proposal, ...]:
        """Return the acts that wait for approvals, oldest first."""
        return tuple(self._proposals.values())

    def root_key(self, kid: bytes, leaf: int) -> tuple[str, PublicKey] | None:
        """Return holder and key of a root in force, or of a charter that waits; None if it is none.

        A charter that waits is the word of whoever proposed it: its roots may approve it, and no more, and
        a key that was registered meanwhile is none of them.
        """
        if root := self.registry.root_at(kid, leaf):
            return root
        if self.registry.key(kid) or self.registry.administrator(kid):
            return None
        for _, waiting in self._waiting_roots.get(kid, ()):
            return waiting.agency, waiting.key
        return None

    def is_root(self, kid: bytes, leaf: int) -> bool:
        """Return whether a key stood for a root at a leaf, of a charter in force or proposed by then.

        Nothing that came later changes the answer, so that a proof of an older size rests on the same histories.
        """
        if self.registry.is_registered_at(kid, leaf):
            return False
        return kid in self._first_named and self._first_named[kid] <= leaf

    def ever_named(self, kids: Iterable[bytes]) -> bool:
        """Return whether a charter, in force or not, ever named one of these keys as a root's."""
        return not self._first_named.keys().isdisjoint(kids)

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
        """Bring about what a registry event states.

        Args:
            event: a registry event, with its body.
            time: ledger time of its leaf, that of the covering seal; 0 for a walk over charters alone.

        Raises:
            NotPermittedError: whoever signed it may not say it.
            MalformedError: its body makes no sense.
            UnsupportedError: it is only a format so far.
        """
        effect = self._plan(event, time)
        head = event.head
        self.registry.set_act(Act(event.name, event.leaf, time, head.type, event.kid, head.issuer, head.about))
        effect()

    def _plan(self, event: Event, time: int) -> Callable[[], None]:
        """Return what applying the event will do, once it is known that it may be said."""
        require_supported(event)
        kind = event.head.type
        if event.head.behalf is not None:
            raise NotPermittedError("head.behalf", came=event.head.behalf, expected="none: nobody rules for another")
        if kind == CHARTER:
            return self._plan_charter(event)
        if kind == APPROVAL:
            return self._plan_approval(event, time)
        if root := self.registry.root_at(event.kid, event.leaf):
            require_issuer(event, root[0], "root key")
            require_roots_right(event)
            _PLANS[kind](self.registry, event, Moment(event.leaf, time, by_roots=True))
            return lambda: self._propose(Proposal(event))
        if self.root_key(event.kid, event.leaf):
            expected = "a root key of the charter in force"
            raise NotPermittedError(kind, came="a root key of a charter that waits", expected=expected)
        moment = Moment(event.leaf, time, by_roots=False)
        if self.registry.administrator(event.kid):
            agency = self._administered(event, time)
            require_administrators_right(self.registry, event, agency)
            _PLANS[kind](self.registry, event, moment)
            return lambda: self._propose(Proposal(event, agency))
        require_direct_right(self.registry, event)
        return _PLANS[kind](self.registry, event, moment)

    def _administered(self, event: Event, time: int) -> str:
        """Return the agency for which an administrator key speaks."""
        agency = self.registry.require_administrator(event.kid, event.leaf, time).agency
        require_issuer(event, agency, "administrator key")
        return agency

    def _propose(self, proposal: Proposal) -> None:
        self._proposals[proposal.event.name] = proposal

    # Charters.

    def _plan_charter(self, event: Event) -> Callable[[], None]:
        charter = parse_charter(event)
        if self._founding is None:
            if (event.leaf, event.position, charter.version) != (0, 0, 1) or event.kid not in charter.roots:
                raise NotPermittedError(
                    "charter", came=f"leaf {event.leaf}", expected="version 1 in leaf 0, by its root"
                )
            require_issuer(event, charter.roots[event.kid].agency, "root key")
            founding = self.registry.live(charter)
            return lambda: self._found(event, founding)
        require_successor(charter, self.registry.charter_at(event.leaf))
        self.registry.require_own_keys(charter)
        root = self.registry.root_at(event.kid, event.leaf)
        if root is None:
            raise NotPermittedError("charter.kid", came=event.kid, expected="a root key of the charter in force")
        require_issuer(event, root[0], "root key")
        live = self.registry.live(charter)
        return lambda: self._propose_charter(event, live)

    def _propose_charter(self, event: Event, charter: Charter) -> None:
        for kid, root in charter.roots.items():
            self._first_named.setdefault(kid, charter.leaf)
            self._waiting_roots[kid] = (*self._waiting_roots.get(kid, ()), (charter.name, root))
        self._propose(Proposal(event, charter=charter))

    def _found(self, event: Event, charter: Charter) -> None:
        self._founding = charter
        self._propose_charter(event, charter)

    # Approvals.

    def _plan_approval(self, event: Event, time: int) -> Callable[[], None]:
        mandates.require_one_part(event)
        waiting = [self._proposals[name] for name in event.head.about if name in self._proposals]
        if root := self.root_key(event.kid, event.leaf):
            self._require_root_may_approve(event, root[0])
            return lambda: self._approve(event, waiting, time)
        known = [act for name in event.head.about if (act := self.registry.act(name))]
        if self.registry.administrator(event.kid):
            agency = self._administered(event, time)
            _require_own(known, lambda act: self._is_administered(act, agency), f"acts of {agency}'s administrators")
            return lambda: self._approve(event, waiting, time)
        officer = self.registry.key_at(event.kid, event.leaf, time).holder
        require_issuer(event, officer, "statement key")
        _require_own(known, lambda act: act.type == ERASURE, "orders to erase, or a root key")
        participant = self.registry.participant_at(officer, event.leaf)
        if participant is None or not participant.is_agency or PRIVACY_OFFICER not in participant.roles:
            raise NotPermittedError(APPROVAL, came=officer, expected=f"an agency with role {PRIVACY_OFFICER}")
        return lambda: self._approve(event, waiting, time, officer)

    def _require_root_may_approve(self, event: Event, holder: str) -> None:
        """Refuse a new charter's root for anything but that charter, and any root for what is not the roots'."""
        require_issuer(event, holder, "root key")
        in_force = self.registry.root_at(event.kid, event.leaf)
        for name in event.head.about:
            target = self._proposals.get(name)
            own = target and target.charter and event.kid in target.charter.roots
            if not (in_force or own) and self.registry.act(name):
                raise NotPermittedError(APPROVAL, came=event.kid, expected="a root key of the charter in force")
            if target and target.agency is not None:
                raise NotPermittedError(
                    APPROVAL, came="a root key", expected=f"an administrator key of {target.agency}"
                )

    def _is_administered(self, act: Act, agency: str) -> bool:
        """Return whether an act was proposed by an agency's administrators."""
        administrator = self.registry.administrator(act.kid)
        return act.type != APPROVAL and administrator is not None and administrator.agency == agency

    def _approve(self, event: Event, waiting: Sequence[Proposal], time: int, officer: str | None = None) -> None:
        for each in waiting:
            approvals = (*each.approvals, Approval(event.name, event.kid, event.leaf))
            officers = {**(each.officers or {}), event.kid: officer} if officer else each.officers
            proposal = replace(each, approvals=approvals, officers=officers)
            if completion := complete(proposal, self.registry, leaf=event.leaf, time=time):
                by_roots = proposal.agency is None
                hasty = by_roots and is_hasty(completion, self.registry, event.leaf)
                self._enact(proposal, Moment(event.leaf, time, by_roots=by_roots, hasty=hasty))
                self.registry.set_completion(completion)
                self._close(proposal)
            else:
                self._proposals[each.event.name] = proposal

    def _close(self, proposal: Proposal) -> None:
        """Let an act wait no longer, and its roots, if it is a charter, stand for it alone no longer."""
        del self._proposals[proposal.event.name]
        for kid in proposal.charter.roots if proposal.charter else ():
            kept = tuple(each for each in self._waiting_roots[kid] if each[0] != proposal.event.name)
            self._waiting_roots[kid] = kept

    def _enact(self, proposal: Proposal, moment: Moment) -> None:
        if not proposal.charter:
            _PLANS[proposal.event.head.type](self.registry, proposal.event, moment)()
            return
        if (before := self.registry.charter_in_force(moment.since)) is not None:
            require_successor(proposal.charter, before)
            self.registry.require_own_keys(proposal.charter)
        self.registry.set_charter(proposal.charter, moment.since if before else 0)


def require_supported(event: Event) -> None:
    """Refuse what is only a format so far.

    Raises:
        UnsupportedError: an unknown registry type.
    """
    head = event.head
    if head.type.startswith(_BUILTIN) and head.type not in IMPLEMENTED:
        raise UnsupportedError("head.type", came=head.type, expected="a registry type that is implemented here")


def _require_own(known: Sequence[Act], is_own: Callable[[Act], bool], expected: str) -> None:
    """Return if an approval is about acts that its signer may approve, as far as they are known.

    Whoever replays a proof knows the acts of the histories that it holds, hence one at least of each approval's.
    """
    if not known or not all(is_own(act) for act in known):
        came = ", ".join(sorted({act.type for act in known})) or "acts that are not known"
        raise NotPermittedError(APPROVAL, came=came, expected=expected)


_PLANS: dict[str, Plan] = {
    "registry.agency": admissions.admit_agency,
    "registry.enterprise": admissions.admit_enterprise,
    "registry.role": admissions.set_roles,
    "registry.jurisdiction": admissions.set_jurisdiction,
    "registry.key": admissions.register_key,
    "registry.enterprise-key": admissions.register_key,
    "registry.type": admissions.register_type,
    "registry.kind": admissions.begin_kind,
    "registry.policy": admissions.adopt_policy,
    REVOCATION: endings.revoke,
    SUSPENSION: endings.suspend,
    RESTORATION: endings.restore,
    "registry.succession": endings.succeed,
    MANDATE: mandates.give_mandate,
    GRANT: mandates.give_grant,
    REATTESTATION: mandates.attest_again,
    ERASURE: mandates.order_erasure,
}
IMPLEMENTED = frozenset({CHARTER, APPROVAL, *_PLANS})
