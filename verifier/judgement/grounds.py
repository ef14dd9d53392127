"""What an event's standing depends on: its key, what brought its key and principal about, approvals (section 14)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from verifier.judgement.acts import Act, Quorum
from verifier.judgement.charter import APPROVAL
from verifier.judgement.life import Suspicion
from verifier.judgement.registry import Registry
from verifier.ledgerformat.event import Event


@dataclass(frozen=True, slots=True)
class Ground:
    """Something that an event rests on, or that speaks against it.

    Attributes:
        reason: word of what it is: `key`, `root`, `registration`, `admission`, `mandate`, `approval`.
        event: name of the event: what is rested on, or, for `key` and `root`, what calls the key suspect.
        voice: of what others can stand in for, who says it: the key of an approval, the mandate; else empty.
    """

    reason: str
    event: bytes
    voice: bytes = b""


@dataclass(frozen=True, slots=True)
class Node:
    """An event with what its standing depends on.

    Attributes:
        event: its name.
        issuer: who signed it.
        principal: whose it is.
        suspicions: what calls its key suspect for it.
        grounds: what it rests on.
        quorums: which voices among the grounds are enough.
        reattested_by: names of the re-attestations about it.
    """

    event: bytes
    issuer: str
    principal: str
    suspicions: tuple[Ground, ...]
    grounds: tuple[Ground, ...]
    quorums: tuple[Quorum, ...]
    reattested_by: tuple[bytes, ...]


class Grounds:
    """Looks up in one registry what events rest on."""

    def __init__(self, registry: Registry) -> None:
        """Read a registry that is not written meanwhile."""
        self._registry = registry
        self._compromised = _compromised_roots(registry)
        self._reaches: dict[bytes, _Reach] = {}

    def of_event(self, event: Event, time: int) -> Node:
        """Return any event of the log, whose leaf has this ledger time, with what it rests on."""
        head = event.head
        act = Act(event.name, event.leaf, time, head.type, event.kid, head.issuer, head.about)
        return self._node(act, head.principal)

    def of_act(self, name: bytes) -> Node:
        """Return a registry event that was applied, with what it rests on; one that is unknown rests on nothing."""
        act = self._registry.act(name)
        return self._node(act, act.issuer) if act else Node(name, "", "", (), (), (), ())

    def _node(self, act: Act, principal: str) -> Node:
        completion = self._registry.completion_of(act.event)
        approvals = completion.approvals if completion else ()
        mandates = self._mandates(act, principal)
        any_mandate = Quorum({each: each.hex() for each in mandates}, 1)
        return Node(
            event=act.event,
            issuer=act.issuer,
            principal=principal,
            suspicions=tuple(self._suspicions(act)),
            grounds=(
                *self._brought_about(act, principal),
                *(Ground("mandate", each, each) for each in mandates),
                *(Ground("approval", each.event, each.kid) for each in approvals),
            ),
            quorums=((any_mandate,) if mandates else ()) + (completion.quorums if completion else ()),
            reattested_by=self._registry.reattestations_of(act.event),
        )

    def _brought_about(self, act: Act, principal: str) -> Iterator[Ground]:
        """Yield what brought a registered or administrator's key about; a root's is named by charters."""
        registry = self._registry
        key = registry.key(act.kid)
        if key:
            yield Ground("registration", key.event)
        if key or registry.administrator(act.kid):
            for uri in dict.fromkeys((act.issuer, principal)):
                participant = registry.participant_at(uri, act.leaf)
                for event in participant.events if participant else ():
                    yield Ground("admission", event)

    def _mandates(self, act: Act, principal: str) -> list[bytes]:
        """Return the events of the mandates that let the issuer say this type for another."""
        if act.issuer == principal:
            return []
        mandates = self._registry.mandates_at(principal, act.issuer, act.leaf, act.time)
        return [each.event for each in mandates if each.allows_type(act.type)]

    def _suspicions(self, act: Act) -> Iterator[Ground]:
        if act.kid not in self._reaches:
            self._reaches[act.kid] = _Reach(self._registry.suspicions_of(act.kid))
        if suspicion := self._reaches[act.kid].find(act.leaf, act.time):
            yield Ground("key", suspicion.event)
        since, charter = self._compromised.get(act.kid, (act.leaf + 1, b""))
        if act.type == APPROVAL and act.leaf >= since:  # what a root proposes stands or falls with who approved it
            yield Ground("root", charter)


class _Reach:
    """The suspicions of one key. There may be as many as somebody likes, so not all are looked at for each event."""

    def __init__(self, suspicions: Sequence[Suspicion]) -> None:
        """Sort them by the leaf from which they reach, each with the one up to there that reaches back furthest."""
        self._sorted = sorted(suspicions, key=lambda each: each.since_leaf)
        self._since = [each.since_leaf for each in self._sorted]
        self._furthest = list(accumulate(self._sorted, _further))

    def find(self, leaf: int, time: int) -> Suspicion | None:
        """Return a suspicion that reaches an event, None where none does."""
        place = bisect_right(self._since, leaf)
        if not place or self._furthest[place - 1].not_before_time > time:
            return None
        if self._furthest[place - 1].reaches(leaf, time):
            return self._furthest[place - 1]
        return next(
            (each for each in self._sorted[:place] if each.reaches(leaf, time)), None
        )  # it was used again later


def _further(one: Suspicion, other: Suspicion) -> Suspicion:
    return min(one, other, key=lambda each: each.not_before_time)


def _compromised_roots(registry: Registry) -> Mapping[bytes, tuple[int, bytes]]:
    """Return the root keys that charters call compromised: from which leaf, and the charter that reaches furthest."""
    found: dict[bytes, tuple[int, bytes]] = {}
    for charter in registry.charters:
        for kid, since in charter.compromised.items():
            if kid not in found or since < found[kid][0]:
                found[kid] = since, charter.name
    return found
