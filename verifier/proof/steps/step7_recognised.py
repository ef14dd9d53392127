"""Step 7, Recognised: endorsements satisfy the policies in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verifier.errors import MismatchError, NotRecognisedError
from verifier.judgement.participants import Participant
from verifier.judgement.recognition import ENDORSEMENTS, Answers, Recognition, judge_recognition
from verifier.judgement.registry import Registry
from verifier.judgement.standing import Dispute, Standing
from verifier.judgement.trace import HISTORY_WALKS
from verifier.ledgerformat.event import Event
from verifier.proof.examination import Examination, Shown
from verifier.proof.steps.step4_keys import BUILTIN
from verifier.proof.verdict import Said, StoryEvent


def establish_recognised(found: Examination, walk: str = "public") -> list[Said]:
    """Establish what the policies make of each event of the story; all are told before any failure is raised.

    A proof of one history does not show what agencies answered: then recognition is listed as unchecked.
    """
    registry, closure = found.registry, found.closure
    if registry is None or closure is None:
        raise MismatchError("trace", came="none", expected="step 5 first")
    events = closure.events()
    judging = _Judging(found, registry, Standing(registry), Answers(events), asked=walk not in HISTORY_WALKS)
    found.told += [judging.tell(event) for event in events if event.name not in closure.outside]
    if walk in HISTORY_WALKS:
        found.unchecked.append(Said("unchecked.trace"))
    if found.standpoint.answering or walk in HISTORY_WALKS:
        found.unchecked.append(Said("unchecked.recognition"))
        return []
    for told in found.told:
        if _must_suffice(told.event) and not told.recognition.sufficient:
            raise _refusal(told)
    judged = [told for told in found.told if told.recognition.policies]
    return [Said("step7.recognised", {"judged": len(judged), "recorded": len(found.told) - len(judged)})]


@dataclass(frozen=True, slots=True)
class _Judging:
    """What it takes to judge the events of one proof; `asked`: whether the proof shows what agencies answered."""

    found: Examination
    registry: Registry
    standing: Standing
    answers: Answers
    asked: bool

    def tell(self, event: Event) -> StoryEvent:
        """Return an event of the story, with what the policies make of it."""
        recognition = judge_recognition(
            event,
            self.answers,
            registry=self.registry,
            time=self.found.seal_of(event.leaf).time,
            at=self.found.newest_seal.time,
            disputes=self._disputes,
        )
        if not self.asked and recognition.policies and recognition.outcome != "disputed":
            recognition = Recognition("not judged", (), recognition.policies, (), ())
        return _tell(self.found, self.registry, self.found.trace_events[event.name], recognition)

    def _disputes(self, event: Event) -> Sequence[Dispute]:
        return self.standing.disputes(event, self.found.seal_of(event.leaf).time)


def _must_suffice(event: Event) -> bool:
    """Return whether an event has to be recorded or recognised: what only answers counts for nothing if disputed."""
    return event.head.type not in ENDORSEMENTS and not event.head.type.startswith(BUILTIN)


def _tell(found: Examination, registry: Registry, shown: Shown, recognition: Recognition) -> StoryEvent:
    event = shown.event
    principal = _participant(found, registry, event.head.principal, event)
    cosigners = {each.by.uri for each in recognition.endorsements}
    return StoryEvent(
        event=event,
        kind=registry.type_at(event.head.type, event.leaf),
        issuer=principal,
        time=found.seal_of(event.leaf).time,
        recognition=recognition,
        body=shown.body,
        disclosures=shown.disclosures,
        agent=_participant(found, registry, event.head.issuer, event) if event.head.behalf is not None else None,
        successor=_carrier(found, registry, principal.uri),
        carriers={uri: carrier for uri in cosigners if (carrier := _carrier(found, registry, uri))},
    )


def _carrier(found: Examination, registry: Registry, uri: str) -> Participant | None:
    """Return who carries on for an agency as of the proof's size."""
    behind = registry.successor_of(uri, found.newest_seal.covered + 1)
    return registry.participant(behind) if behind else None


def _participant(found: Examination, registry: Registry, uri: str, event: Event) -> Participant:
    """Return who said an event, as admitted at its leaf; a root holder that is not, as its charter names it."""
    if admitted := registry.participant_at(uri, event.leaf):
        return admitted
    root = found.charter_at(event.leaf).roots.get(event.kid)
    if root is None or root.agency != uri:
        raise MismatchError("head.issuer", came=uri, expected="an admitted participant")
    return Participant(uri, event.leaf, root.names, frozenset())


def _refusal(told: StoryEvent) -> NotRecognisedError:
    recognition = told.recognition
    what = f"{told.event.head.type} {told.event.name.hex()[:12]}…"
    if recognition.outcome == "disputed":
        came = ", ".join(reason.code for reason in recognition.reasons if reason.code.startswith("disputed."))
        todo = "Ask another agency to attest it again."
        return NotRecognisedError(what, came=came, expected="an event that is not disputed", todo=todo)
    if recognition.outcome == "refused":
        return NotRecognisedError(what, came=f"refused by {', '.join(recognition.refused_by)}", expected="no refusal")
    by = ", ".join(sorted(each.by.uri for each in recognition.endorsements if each.accepts)) or "nobody"
    policies = ", ".join(policy.subject for policy in recognition.unmet)
    return NotRecognisedError(what, came=f"recognised by {by}", expected=f"what {policies} asks for")
