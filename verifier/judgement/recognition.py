"""Whose acceptance an event has, and what the policies make of it (docs/formats.md, section 14)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from verifier.judgement.acceptance import Acceptance, Named, Voice
from verifier.judgement.endorsements import (
    ACKNOWLEDGED,
    ENDORSEMENTS,
    RECOGNISED,
    REFUSED,
    WITH_CONDITIONS,
    WITHDRAWN,
    Answers,
    Endorsement,
    standing_endorsements,
)
from verifier.judgement.policies import Policy, Some
from verifier.judgement.registry import Registry
from verifier.judgement.standing import Dispute
from verifier.ledgerformat.event import Event

__all__ = [
    "ACKNOWLEDGED", "ENDORSEMENTS", "RECOGNISED", "REFUSED", "WITHDRAWN", "WITH_CONDITIONS", "Answers", "Endorsement",
    "Reason", "Recognition", "judge_recognition",
]  # fmt: skip

_RECORDED, _DISPUTED = "recorded", "disputed"
_BEST_FIRST = ("recognised", "expired", "not yet recognised", "refused")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an outcome is what it is: a code (key `reason.<code>` of the catalogue), and what fills its text."""

    code: str
    facts: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recognition:
    """What the policies make of an event.

    Attributes:
        outcome: `recorded`, `recognised`, `not yet recognised`, `refused`, `disputed` or `expired`; `not judged` where
            a proof does not show what agencies answered.
        endorsements: standing ones, oldest first.
        policies: those in force for its type at its leaf.
        unmet: those whose rule is not met.
        refused_by: agencies that a rule names and that refused.
        zones: outcome by zone, of the policies that speak for one.
        recognised_by: agencies that a rule names and that accepted, in the order in which they did.
        met: inner rules that are met, of the outermost rule of the first unmet policy; 0 where all are met.
        needed: inner rules that it asks for; 0 where all policies are met.
        reasons: why, in codes and facts.
    """

    outcome: str
    endorsements: tuple[Endorsement, ...]
    policies: tuple[Policy, ...]
    unmet: tuple[Policy, ...]
    refused_by: tuple[str, ...]
    zones: Mapping[str, str] = field(default_factory=dict)
    recognised_by: tuple[str, ...] = ()
    met: int = 0
    needed: int = 0
    reasons: tuple[Reason, ...] = ()

    @property
    def sufficient(self) -> bool:
        """Return whether step 7 holds for the event."""
        return self.outcome in (_RECORDED, "recognised")


def undisputed(_event: Event) -> Sequence[Dispute]:
    """Return no dispute: for whoever judges recognition where standing is judged elsewhere."""
    return ()


def judge_recognition(
    event: Event,
    answers: Answers | Sequence[Event],
    *,
    registry: Registry,
    time: int,
    at: int,
    disputes: Callable[[Event], Sequence[Dispute]] = undisputed,
) -> Recognition:
    """Return what the policies in force for an event make of its endorsements.

    Args:
        event: what was endorsed.
        answers: endorsements of its histories; a sequence of events in log order is looked through first. Whoever
            judges many events of one trace makes the `Answers` once.
        registry: roles and policies by position.
        time: ledger time of the event's leaf.
        at: ledger time of judgement, for terms that end.
        disputes: what disputes an event, as of the size that is judged.
    """
    given = answers if isinstance(answers, Answers) else Answers(answers)
    policies = registry.policies_at(event.head.type, event.leaf, time)
    endorsements = standing_endorsements(event, given, registry, at=at, disputes=disputes)
    if not policies and not endorsements:
        return _without_policy(endorsements, disputes(event))
    return _Judgement(event, policies, endorsements, registry).conclude(disputes(event))


def _without_policy(endorsements: tuple[Endorsement, ...], disputed: Sequence[Dispute]) -> Recognition:
    outcome = _DISPUTED if disputed else _RECORDED
    reasons = (*map(_disputed, disputed), Reason("no-policy"))
    return Recognition(outcome, endorsements, (), (), (), reasons=reasons)


class _Judgement:
    """Policies, zone by zone, before those who accepted and refused."""

    def __init__(
        self, event: Event, policies: tuple[Policy, ...], endorsements: tuple[Endorsement, ...], registry: Registry
    ) -> None:
        self.policies = policies
        self.endorsements = endorsements
        self.successor_of = registry.successor_of
        principal = registry.participant_at(event.head.principal, event.leaf)
        own = [Voice(principal, event.leaf)] if principal and principal.is_agency else []
        self.accepting = [*own, *_voices(each for each in endorsements if each.accepts)]
        self.now = self.lasting = Acceptance(self.accepting, self.successor_of)
        if any(each.expired for each in endorsements):
            lasting = _voices(each for each in endorsements if each.lasting)
            self.lasting = Acceptance([*own, *lasting], self.successor_of)
        self.refusing = _voices(each for each in endorsements if each.refuses)

    def conclude(self, disputed: Sequence[Dispute]) -> Recognition:
        zones = {zone: self._panel(zone) for zone in dict.fromkeys(each.zone for each in self.policies)}
        general = zones.pop(None, _BEST_FIRST[0])
        best = min(zones.values(), key=_BEST_FIRST.index, default=_BEST_FIRST[0])
        outcome = max(general, best, key=_BEST_FIRST.index) if self.policies else _RECORDED
        named = Named((each.rule for each in self.policies), self.successor_of)
        unmet = sorted(
            (each for each in self.policies if not self.now.meets(each.rule)), key=lambda each: each.zone or ""
        )
        met, needed = self._progress(unmet[0]) if unmet else (0, 0)
        return Recognition(
            outcome=_DISPUTED if disputed else outcome,
            endorsements=self.endorsements,
            policies=self.policies,
            unmet=tuple(unmet),
            refused_by=_uris(voice for voice in self.refusing if named.has(voice)),
            zones={str(zone): found for zone, found in zones.items()},
            recognised_by=_uris(voice for voice in self.accepting if named.has(voice)),
            met=met,
            needed=needed,
            reasons=(*map(_disputed, disputed), *self._reasons(named)),
        )

    def _panel(self, zone: str | None) -> str:
        """Return the outcome of the policies of one zone, or of those that hold in all."""
        rules = [each.rule for each in self.policies if each.zone == zone]
        if self.refusing:
            named = Named(rules, self.successor_of)
            if any(map(named.has, self.refusing)):
                return "refused"
        if all(map(self.now.meets, rules)):
            return "recognised"
        return "expired" if all(map(self.lasting.meets, rules)) else "not yet recognised"

    def _progress(self, policy: Policy) -> tuple[int, int]:
        needed = policy.rule.least if isinstance(policy.rule, Some) else 1
        return self.now.count(policy.rule), needed

    def _reasons(self, named: Named) -> Iterator[Reason]:
        if not self.policies:
            yield Reason("no-policy")
        for policy in self.policies:
            met, needed = self._progress(policy)
            code = "met" if self.now.meets(policy.rule) else "unmet"
            facts: dict[str, str | int] = {"policy": policy.subject, "met": met, "needed": needed}
            yield Reason(f"{code}-in-zone", {**facts, "zone": policy.zone}) if policy.zone else Reason(code, facts)
        for each in self.endorsements:
            facts = {"agency": each.by.uri, "event": each.event.name.hex()}
            if each.disputed:
                yield Reason("disputed-endorsement", facts)
            elif each.refuses and named.has(Voice(each.by, each.event.leaf)):
                yield Reason("refused", facts)
            elif each.lasting and each.expired:
                yield Reason("expired", {**facts, "until": each.event.head.until or 0})


def _voices(endorsements: Iterable[Endorsement]) -> list[Voice]:
    return [Voice(each.by, each.event.leaf) for each in endorsements]


def _uris(voices: Iterable[Voice]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(voice.by.uri for voice in voices))


def _disputed(dispute: Dispute) -> Reason:
    return Reason(f"disputed.{dispute.reason}", {"event": dispute.by.hex()})
