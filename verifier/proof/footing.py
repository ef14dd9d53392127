"""How a story stands on its registry part: apart from it, so that whatever was found of the part holds for it, too.

A story stands apart where none of its events is of the registry, joins a history of the registry, stands in leaf 0 or
is signed by a root, and no registry event is about one of them. Then nothing in steps 1 and 4 depends on the story but
which histories it rests on. Any other story is examined as if nothing were known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verifier.errors import SuyuanError
from verifier.judgement.needs import reaches_registry
from verifier.judgement.replay import Replay
from verifier.ledgerformat.head import event_name, parse_head
from verifier.proof.bundle import StatementPart
from verifier.proof.examination import Examination, Shown
from verifier.proof.known import Ground, Replayed, Walked


@dataclass(frozen=True, slots=True)
class Footing:
    """A story that stands apart from its registry part, as far as the story itself says.

    Attributes:
        ground: what was found of the registry part.
        parts: the registry part.
        kids: keys that signed the story.
        names: of its events.
    """

    ground: Ground
    parts: Sequence[StatementPart]
    kids: frozenset[bytes]
    names: frozenset[bytes]

    def walked(self, found: Examination) -> Replay | None:
        """Return the charters, if they were walked before and name no key of the story; nothing is left to verify."""
        known = self.ground.walked
        if known is None or known.charters.ever_named(self.kids):
            return None
        found.verified.update(id(self.parts[place]) for place in known.rooted)
        return known.charters

    def keep_walked(self, found: Examination, charters: Replay) -> None:
        """Keep charters that no key of the story had a part in."""
        if not charters.ever_named(self.kids):
            rooted = (place for place, part in enumerate(self.parts) if id(part) in found.verified)
            self.ground.walked = Walked(charters, tuple(rooted))

    def replayed(self, found: Examination) -> Replayed | None:
        """Return the registry, if it was replayed before and the story stands apart from it."""
        known = self.ground.replayed
        if known is None or known.builtin is not found.standpoint.builtin or not self._is_apart(known):
            return None
        return known

    def keep_replayed(self, found: Examination, replay: Replay) -> Replayed | None:
        """Keep a replayed registry that the story stands apart from, and return it; None where it does not."""
        events: dict[bytes, Shown] = dict(found.registry_events)
        about = {name for shown in events.values() for name in shown.event.head.about}
        known = Replayed(replay, events, events.keys() | about, found.standpoint.builtin)
        if not self._is_apart(known):
            return None
        self.ground.replayed = known
        return known

    def _is_apart(self, known: Replayed) -> bool:
        return known.named.isdisjoint(self.names) and not known.replay.ever_named(self.kids)


def find_footing(
    found: Examination, registry: tuple[StatementPart, ...], trace: Sequence[StatementPart]
) -> Footing | None:
    """Return how a story stands on its registry part; None where it does not stand apart, or nothing is kept."""
    known = found.standpoint.known
    if not known.keeps:
        return None
    try:
        times = tuple(found.seal_of(part.leaf).time for part in registry)
        heads = [known.ask(parse_head, each.head) for part in trace for each in part.events]
        kids = frozenset(found.statement(part).header.kid for part in trace)
    except SuyuanError:
        return None  # the step whose matter it is says so
    if any(part.leaf == 0 for part in trace) or any(map(reaches_registry, heads)):
        return None
    names = frozenset(known.ask(event_name, each.head) for part in trace for each in part.events)
    return Footing(known.ground(found.standpoint.policy.charter, registry, times), registry, kids, names)
