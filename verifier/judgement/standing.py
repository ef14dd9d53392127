"""Which events are disputed, and why (docs/formats.md, section 14).

An event is undisputed where its own key is not suspect for it and all that it rests on is undisputed, or where
somebody who is not involved re-attested it and that re-attestation is undisputed itself. The definition is inductive:
what it does not show to be undisputed is disputed. So a re-attestation that rests on what it heals heals nothing, and
every circle ends.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from verifier.judgement.grounds import Ground, Grounds, Node
from verifier.judgement.registry import Registry
from verifier.ledgerformat.event import Event


@dataclass(frozen=True, slots=True)
class Dispute:
    """One reason why an event is disputed.

    Attributes:
        reason: `key`: the key that signed it is suspect; `root`: the root key that signed it is named compromised; or
            what it rests on and is disputed itself: `registration`, `admission`, `mandate`, `approval`.
        by: name of the event that says so: the revocation, the charter, or the disputed event that it rests on.
    """

    reason: str
    by: bytes


def disputes(event: Event, time: int, registry: Registry) -> tuple[Dispute, ...]:
    """Return what disputes an event as of the registry's size; nothing where it stands.

    Args:
        event: any event of the log.
        time: ledger time of its leaf, milliseconds since 1970.
        registry: what was said until now, suspicions and re-attestations included.
    """
    return Standing(registry).disputes(event, time)


@dataclass(frozen=True, slots=True)
class _Settled:
    """What is known of one event: its issuer, its disputes, and whose suspect keys it rests on, healed or not."""

    issuer: str
    disputes: tuple[Dispute, ...]
    suspects: frozenset[str]


class Standing:
    """The standing of many events before one registry; what they share is looked at once."""

    def __init__(self, registry: Registry) -> None:
        """Judge by a registry that is not written meanwhile."""
        self._grounds = Grounds(registry)
        self._trusting = not registry.has_suspicions
        self._settled: dict[bytes, _Settled] = {}

    def disputes(self, event: Event, time: int) -> tuple[Dispute, ...]:
        """Return what disputes an event whose leaf has this ledger time."""
        if self._trusting:
            return ()
        if event.name not in self._settled:
            question = _Question(self._settled)
            question.collect(self._grounds.of_event(event, time), self._grounds)
            self._settled |= question.settle()
        return self._settled[event.name].disputes


@dataclass(slots=True)
class _Question:
    """Events whose standing hangs together: collected first, then settled from the ground up, in linear time."""

    settled: dict[bytes, _Settled]
    nodes: dict[bytes, Node] = field(default_factory=dict)
    resting: dict[bytes, list[bytes]] = field(default_factory=lambda: defaultdict(list))  # who rests on an event
    suspects: dict[bytes, set[str]] = field(default_factory=lambda: defaultdict(set))
    undisputed: set[bytes] = field(default_factory=set)

    def collect(self, asked: Node, grounds: Grounds) -> None:
        """Look at what an event rests on, who re-attested that, what these rest on, and so on, each once."""
        waiting = [asked]
        self.nodes[asked.event] = asked
        for node in waiting:
            rested = dict.fromkeys(each.event for each in node.grounds)
            for name in rested:
                self.resting[name].append(node.event)
            for name in (*rested, *node.reattested_by):
                if name not in self.nodes and name not in self.settled:
                    self.nodes[name] = grounds.of_act(name)
                    waiting.append(self.nodes[name])

    def settle(self) -> dict[bytes, _Settled]:
        """Return what is known of every event that was collected."""
        self._spread_suspects()
        heals = self._heal()
        waiting = list(self.nodes)
        for name in waiting:  # grows: whoever rests on an event is looked at again once that is undisputed
            if name in self.undisputed or self._is_sound(self.nodes[name]):
                waiting += self._accept(name, heals)
        return {
            name: _Settled(node.issuer, self._disputes(node), frozenset(self.suspects[name]))
            for name, node in self.nodes.items()
        }

    def _spread_suspects(self) -> None:
        """Note for every event whose suspect keys it rests on, however far below."""
        for name, node in self.nodes.items():
            known = (self.settled[each.event].suspects for each in node.grounds if each.event in self.settled)
            own = {node.issuer} if node.suspicions else set()
            for holder in own.union(*known):
                self._spread(holder, name)

    def _spread(self, holder: str, name: bytes) -> None:
        waiting = [name]
        for each in waiting:
            if holder not in self.suspects[each]:
                self.suspects[each].add(holder)
                waiting += self.resting[each]

    def _heal(self) -> dict[bytes, list[bytes]]:
        """Take for undisputed what is known to be healed; return what else each re-attestation would heal.

        Nobody heals what is its own, nor what rests on a suspect key of its own.
        """
        heals: dict[bytes, list[bytes]] = defaultdict(list)
        for name, node in self.nodes.items():
            involved = {node.issuer, node.principal, *self.suspects[name]}
            for other in node.reattested_by:
                known = self.settled.get(other)
                issuer = known.issuer if known else self.nodes[other].issuer
                if issuer in involved:
                    continue
                if known is None:
                    heals[other].append(name)
                elif not known.disputes:
                    self.undisputed.add(name)
        return heals

    def _accept(self, name: bytes, heals: dict[bytes, list[bytes]]) -> list[bytes]:
        """Take an event, and what it heals, for undisputed; return who rests on these."""
        resting: list[bytes] = []
        accepted = [name]
        self.undisputed.add(name)
        for each in accepted:
            fresh = [other for other in heals.pop(each, ()) if other not in self.undisputed]
            self.undisputed.update(fresh)
            accepted += fresh
            resting += self.resting.pop(each, ())
        return resting

    def _is_sound(self, node: Node) -> bool:
        return not node.suspicions and not self._lost(node)

    def _is_undisputed(self, name: bytes) -> bool:
        return name in self.undisputed or (name in self.settled and not self.settled[name].disputes)

    def _lost(self, node: Node) -> list[Ground]:
        """Return what a node rests on and cannot: of approvals and mandates, only where too few others are left."""
        lost = [each for each in node.grounds if not self._is_undisputed(each.event)]
        if any(each.voice for each in lost):
            left = {each.voice for each in node.grounds if each.voice and self._is_undisputed(each.event)}
            if all(quorum.is_met(left) for quorum in node.quorums):
                return [each for each in lost if not each.voice]
        return lost

    def _disputes(self, node: Node) -> tuple[Dispute, ...]:
        if node.event in self.undisputed:
            return ()
        reasons = (*node.suspicions, *self._lost(node))
        return tuple(dict.fromkeys(Dispute(each.reason, each.event) for each in reasons))
