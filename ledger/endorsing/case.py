"""The checked case of one event: what an officer looks at before answering. Pure; `fetch` brings the bytes.

Whatever the service says of an event is believed only as far as the proof bears it out: the whole trace of the
subject that it joins, by the officer's own trust policy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ledger.endorsing.differences import Difference, find_differences
from verifier.errors import IncompleteError, MismatchError
from verifier.judgement.recognition import Endorsement
from verifier.ledgerformat.disclosure import Disclosure
from verifier.ledgerformat.event import Event
from verifier.primitives.base64strict import format_base64url
from verifier.proof.examination import Standpoint
from verifier.proof.verdict import CONTRADICTORY, VERIFIED, Story, StoryEvent, Verdict
from verifier.proof.verify import RefusedError, examine_trace

Disclosed = Mapping[bytes, Mapping[str, Disclosure]]  # by event name and pointer, each of its event's `_sd`


@dataclass(frozen=True, slots=True)
class Case:
    """An event with everything that was checked of it.

    Attributes:
        told: the event in its verified story.
        verdict: `verified`, or `contradictory`: the story cannot be told in this order.
        story: the trace of the subject that it joins.
        proof: the `.trace` file that all this was checked by.
        disclosed: of the story's events, the disclosures that were fetched, each checked against its event.
        differences: what different sources say differently of one thing.
    """

    told: StoryEvent
    verdict: Verdict
    story: Story
    proof: bytes
    disclosed: Disclosed
    differences: tuple[Difference, ...]

    def disclosing(self, disclosed: Disclosed) -> Case:
        """Return the case with disclosures, each of its event's `_sd`; raise MismatchError if one is not."""
        require_own_disclosures(self.story.timeline, disclosed)
        return replace(self, disclosed=disclosed, differences=find_differences(self.story, disclosed))

    @property
    def event(self) -> Event:
        """Return the event."""
        return self.told.event

    @property
    def name(self) -> bytes:
        """Return the event's name, 32 bytes."""
        return self.told.event.name

    @property
    def endorsements(self) -> tuple[Endorsement, ...]:
        """Return the standing answers of agencies, oldest first."""
        return self.told.recognition.endorsements

    @property
    def seen(self) -> tuple[str, ...]:
        """Return the digests of the event's disclosures that were looked at: base64url, sorted."""
        return tuple(sorted(format_base64url(each.digest) for each in self.disclosed.get(self.name, {}).values()))

    @property
    def is_contradictory(self) -> bool:
        """Return whether the story cannot be told in this order: then nothing of it is to be recognised."""
        return self.verdict.outcome == CONTRADICTORY

    @property
    def objection(self) -> str | None:
        """Return what keeps the event from being recognised: its story contradicts itself, or it is disputed."""
        if self.is_contradictory:
            return f"contradictory: {self.verdict.error}"
        return "disputed" if self.told.recognition.outcome == "disputed" else None

    def standing_of(self, agency: str) -> Endorsement | None:
        """Return the newest standing answer of an agency, else of one for which it carries on; None without any."""
        newest = tuple(reversed(self.endorsements))
        own = next((each for each in newest if each.event.head.principal == agency), None)
        return own or next((each for each in newest if self._heir_of(each) == agency), None)

    def _heir_of(self, answer: Endorsement) -> str | None:
        """Return who carries on for whoever gave an answer, as the story tells it."""
        told = next((each for each in self.story.timeline if each.event.name == answer.event.name), None)
        return told.successor.uri if told and told.successor else None


def check_case(name: bytes, proof: bytes, standpoint: Standpoint, *, subject: str, walk: str = "public") -> Case:
    """Return the case of an event, without disclosures yet.

    Args:
        name: the event's.
        proof: the `.trace` file of a subject that it joins.
        standpoint: whom the officer trusts.
        subject: that subject.
        walk: `public`, or `parties` where that was asked for.

    Raises:
        RefusedError: the proof does not verify; its verdict says at which step.
        IncompleteError: it is not a proof about this event.
    """
    verdict = examine_trace(proof, replace(standpoint, answering=True), subject=subject, walk=walk)
    story = verdict.story
    if story is None or verdict.outcome not in (VERIFIED, CONTRADICTORY):
        raise RefusedError(verdict)
    told = next((each for each in story.timeline if each.event.name == name), None)
    if told is None:
        todo = "Its newest quorum checkpoint may be older. Try again."
        raise IncompleteError("trace", came=f"no {name.hex()[:16]}… in it", expected="the event", todo=todo)
    return Case(told, verdict, story, proof, {}, find_differences(story, {}))


def require_own_disclosures(timeline: Sequence[StoryEvent], disclosed: Disclosed) -> None:
    """Return if every disclosure is of its event's `_sd`; raise MismatchError if not."""
    bodies = {each.event.name: each.event.body for each in timeline}
    for name, found in disclosed.items():
        body = bodies.get(name)
        for pointer, each in found.items():
            if body is None or body.digests.get(pointer) != each.digest:
                raise MismatchError(f"disclosures{pointer}", came="another event's", expected="one that its body names")
