"""Whose acceptance an event has, and what the policies make of it (docs/formats.md, section 14)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from verifier.judgement.participants import Participant
from verifier.judgement.policies import ByAgency, ByRole, Policy, Rule
from verifier.judgement.registry import Registry
from verifier.ledgerformat.event import Event

RECOGNISED = "endorsement.recognised"
WITH_CONDITIONS = "endorsement.recognised-with-conditions"
ACKNOWLEDGED = "endorsement.acknowledged"
REFUSED = "endorsement.refused"
WITHDRAWN = "endorsement.withdrawn"


@dataclass(frozen=True, slots=True)
class Endorsement:
    """An agency's standing answer to an event."""

    event: Event
    by: Participant
    expired: bool

    @property
    def accepts(self) -> bool:
        """Return whether it counts towards a policy."""
        return self.event.head.type in (RECOGNISED, WITH_CONDITIONS) and not self.expired


@dataclass(frozen=True, slots=True)
class Recognition:
    """What the policies make of an event.

    Attributes:
        outcome: `recorded`, `recognised`, `not yet recognised` or `refused`.
        endorsements: standing ones, oldest first.
        policies: those in force for its type at its leaf.
        unmet: those whose rule is not met.
        refused_by: agencies that a rule names and that refused.
    """

    outcome: str
    endorsements: tuple[Endorsement, ...]
    policies: tuple[Policy, ...]
    unmet: tuple[Policy, ...]
    refused_by: tuple[str, ...]

    @property
    def sufficient(self) -> bool:
        """Return whether step 7 holds for the event."""
        return self.outcome in ("recorded", "recognised")


def judge_recognition(event: Event, answers: Sequence[Event], *, registry: Registry, time: int, at: int) -> Recognition:
    """Return what the policies in force for an event make of its endorsements.

    Args:
        event: what was endorsed.
        answers: events of its histories in log order; those about others are passed over.
        registry: roles and policies by position.
        time: ledger time of the event's leaf.
        at: ledger time of judgement, for terms that end.
    """
    policies = registry.policies_at(event.head.type, event.leaf, time)
    endorsements = _standing(event, answers, registry, at)
    accepting = [each.by for each in endorsements if each.accepts]
    principal = registry.participant_at(event.head.principal, event.leaf)
    if principal and principal.is_agency:
        accepting.append(principal)
    refusers = [each.by for each in endorsements if each.event.head.type == REFUSED]
    refused_by = tuple(each.uri for each in refusers if any(_names(policy.rule, each) for policy in policies))
    unmet = tuple(policy for policy in policies if not _is_met(policy.rule, accepting))
    if not policies:
        outcome = "recorded"
    elif refused_by:
        outcome = "refused"
    else:
        outcome = "not yet recognised" if unmet else "recognised"
    return Recognition(outcome, endorsements, policies, unmet, refused_by)


def _standing(event: Event, answers: Sequence[Event], registry: Registry, at: int) -> tuple[Endorsement, ...]:
    """Return endorsements about the event that were not withdrawn by who gave them."""
    withdrawn = {
        (name, each.head.principal) for each in answers if each.head.type == WITHDRAWN for name in each.head.about
    }
    standing = []
    for each in answers:
        is_endorsement = each.head.type in (RECOGNISED, WITH_CONDITIONS, ACKNOWLEDGED, REFUSED)
        if not is_endorsement or event.name not in each.head.about or (each.name, each.head.principal) in withdrawn:
            continue
        if by := registry.participant_at(each.head.principal, each.leaf):
            standing.append(Endorsement(each, by, expired=each.head.until is not None and each.head.until <= at))
    return tuple(standing)


def _is_met(rule: Rule, accepting: Collection[Participant]) -> bool:
    if isinstance(rule, ByRole):
        return any(rule.role in each.roles for each in accepting)
    if isinstance(rule, ByAgency):
        return any(rule.agency == each.uri for each in accepting)
    return sum(_is_met(inner, accepting) for inner in rule.rules) >= rule.least


def _names(rule: Rule, agency: Participant) -> bool:
    """Return whether a rule names an agency, by itself or by a role that it holds."""
    if isinstance(rule, ByRole):
        return rule.role in agency.roles
    if isinstance(rule, ByAgency):
        return rule.agency == agency.uri
    return any(_names(inner, agency) for inner in rule.rules)
