"""Which agencies an event awaits, and until when. Pure: policies, standing endorsements and the registry decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from verifier.judgement.acceptance import Acceptance, Named, Voice
from verifier.judgement.participants import Participant
from verifier.judgement.policies import ByAgency, ByRole, Policy, Rule
from verifier.judgement.recognition import Recognition
from verifier.judgement.registry import Registry
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.subject import is_agency

REQUESTED, ANSWERED = "assistance.requested", "assistance.answered"


@dataclass(frozen=True, slots=True)
class Awaited:
    """An agency whose answer an event awaits.

    Attributes:
        agency: its URI.
        policies: the policies that ask for it; none where the event itself does, a request for assistance.
        deadline: ledger time by which an answer is asked for, None where nothing names one.
    """

    agency: str
    policies: tuple[str, ...]
    deadline: int | None


class Agencies:
    """The agencies admitted at a leaf, by role; made once for many events."""

    def __init__(self, registry: Registry, leaf: int) -> None:
        """Look every agency up."""
        self._registry = registry
        self._leaf = leaf
        self._by_role: dict[str, list[Participant]] = {}
        for uri in filter(is_agency, registry.participants):
            admitted = registry.participant_at(uri, leaf)
            for role in admitted.roles if admitted else ():
                self._by_role.setdefault(role, []).append(admitted)  # type: ignore[arg-type] # it has roles

    def meant_by(self, rule: ByRole | ByAgency) -> Iterator[str]:
        """Yield the agencies that could meet a rule now: a successor in place of whom it followed."""
        if isinstance(rule, ByAgency):
            yield self._registry.successor_of(rule.agency, self._leaf) or rule.agency
            return
        for each in self._by_role.get(rule.role, ()):
            if rule.jurisdiction is None or rule.jurisdiction in each.jurisdiction:
                yield each.uri


def awaited_agencies(
    event: Event, recognition: Recognition, *, time: int, registry: Registry, agencies: Agencies
) -> tuple[Awaited, ...]:
    """Return the agencies that unmet rules name and that have not answered, sorted.

    An acknowledgement is no answer: its signer has seen the event and not decided. A policy that somebody whom it
    names has refused awaits nobody, until that is withdrawn.

    Args:
        event: what is to be answered.
        recognition: what the policies make of it.
        time: ledger time of its leaf.
        registry: who succeeded whom.
        agencies: those admitted now.
    """
    if recognition.outcome == "disputed":
        return ()
    endorsements = recognition.endorsements
    accepting = [Voice(each.by, each.event.leaf) for each in endorsements if each.accepts]
    principal = registry.participant_at(event.head.principal, event.leaf)
    if principal and principal.is_agency:
        accepting.append(Voice(principal, event.leaf))
    refusing = [Voice(each.by, each.event.leaf) for each in endorsements if each.refuses]
    answered = {voice.by.uri for voice in (*accepting, *refusing)}
    now = Acceptance(accepting, registry.successor_of)
    asking: dict[str, list[Policy]] = {}
    for policy in recognition.unmet:
        if any(map(Named([policy.rule], registry.successor_of).has, refusing)):
            continue
        for agency in dict.fromkeys(_asked(policy.rule, now, agencies)):
            if agency not in answered:
                asking.setdefault(agency, []).append(policy)
    return tuple(_awaited(agency, asking[agency], event, time) for agency in sorted(asking))


def awaited_assistance(event: Event, answers: Iterable[Event]) -> tuple[Awaited, ...]:
    """Return the agency that a request for assistance is made to, until it answers."""
    to = event.head.to
    if to is None or any(each.head.type == ANSWERED and event.name in each.head.about for each in answers):
        return ()
    return (Awaited(to, (), event.head.until),)


def _asked(rule: Rule, now: Acceptance, agencies: Agencies) -> Iterator[str]:
    """Yield the agencies that the parts of a rule name which are not met."""
    if now.meets(rule):
        return
    if isinstance(rule, ByRole | ByAgency):
        yield from agencies.meant_by(rule)
        return
    for inner in rule.rules:
        yield from _asked(inner, now, agencies)


def _awaited(agency: str, policies: Iterable[Policy], event: Event, time: int) -> Awaited:
    policies = tuple(policies)
    deadlines = [found for policy in policies if (found := _deadline(policy, event, time)) is not None]
    return Awaited(agency, tuple(each.subject for each in policies), min(deadlines, default=None))


def _deadline(policy: Policy, event: Event, time: int) -> int | None:
    """Return the policy's own deadline, else the earlier end of the event's and the policy's term."""
    if policy.deadline is not None:
        return time + policy.deadline
    return min((each for each in (event.head.until, policy.until) if each is not None), default=None)
