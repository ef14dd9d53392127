"""Step 7, Recognised: endorsements satisfy the policies in force."""

from __future__ import annotations

from verifier.errors import MismatchError, NotRecognisedError
from verifier.judgement.recognition import Recognition, judge_recognition
from verifier.proof.examination import Examination, Shown
from verifier.proof.verdict import Said, StoryEvent


def establish_recognised(found: Examination) -> list[Said]:
    """Establish what the policies make of each event; all are told before any failure is raised."""
    registry, closure = found.registry, found.closure
    if registry is None or closure is None:
        raise MismatchError("trace", came="none", expected="step 5 first")
    events = closure.events()
    for event in events:
        time = found.seal_of(event.leaf).time
        recognition = judge_recognition(event, events, registry=registry, time=time, at=found.newest_seal.time)
        found.told.append(_tell(found, found.trace_events[event.name], recognition, time))
    for told in found.told:
        if not told.recognition.sufficient and not found.standpoint.answering:
            raise _refusal(told)
    if found.standpoint.answering:
        found.unchecked.append(Said("unchecked.recognition"))
        return []
    judged = [told for told in found.told if told.recognition.policies]
    return [Said("step7.recognised", {"judged": len(judged), "recorded": len(found.told) - len(judged)})]


def _tell(found: Examination, shown: Shown, recognition: Recognition, time: int) -> StoryEvent:
    event = shown.event
    if found.registry is None:
        raise MismatchError("registry", came="none", expected="step 4 first")
    issuer = found.registry.participant_at(event.head.principal, event.leaf)
    if issuer is None:
        raise MismatchError("head.issuer", came=event.head.principal, expected="an admitted participant")
    kind = found.registry.type_at(event.head.type, event.leaf)
    return StoryEvent(event, kind, issuer, time, recognition, shown.body, shown.disclosures)


def _refusal(told: StoryEvent) -> NotRecognisedError:
    recognition = told.recognition
    what = f"{told.event.head.type} {told.event.name.hex()[:12]}…"
    if recognition.refused_by:
        return NotRecognisedError(what, came=f"refused by {', '.join(recognition.refused_by)}", expected="no refusal")
    by = ", ".join(sorted(each.by.uri for each in recognition.endorsements if each.accepts)) or "nobody"
    policies = ", ".join(policy.subject for policy in recognition.unmet)
    return NotRecognisedError(what, came=f"recognised by {by}", expected=f"what {policies} asks for")
