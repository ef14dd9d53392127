"""A proof replays only the registry histories that it rests on, and they say of its signers what the whole says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from fixtures.zone.actors import Actor, agency
from ledger.compose.event import Draft
from tests.verifier.judgement.chronicle import (
    NAMES,
    ORIGIN,
    TIME,
    Chronicle,
    administered,
    admission,
    approval,
    bare,
    ending,
    key_draft,
    key_uri,
    new_key,
    restoration,
    suspension,
    under,
)
from tests.world import handle
from verifier.errors import NotPermittedError
from verifier.judgement.life import DAY, HOUR
from verifier.judgement.needs import registry_needs
from verifier.judgement.registry import Registry
from verifier.judgement.replay import Replay
from verifier.ledgerformat.event import Event
from verifier.ledgerformat.subject import subject_name
from verifier.vocabulary import registry_types

Act = Callable[["Story"], Any]


class Story:
    """A zone in which agencies do to each other what the registry has acts for."""

    def __init__(self) -> None:
        """Found it, and give tax administrators and a privacy officer a key."""
        self.chronicle = Chronicle().found()
        self.administrators = [new_key() for _ in range(3)]
        self.officer = agency("privacy", "隐", "Privacy", ["privacy-officer"])
        self.chronicle.decree(administered(self.chronicle.tax, self.administrators, 2), admission(self.officer))
        self.chronicle.decree(key_draft(self.officer.uri, self.officer.signer.public))
        self.mandates = 0

    def rotate(self) -> None:
        """Let two administrators of tax give it another key, and end the one that it has."""
        chronicle, new = self.chronicle, new_key()
        speakers = [under(chronicle.tax, each) for each in self.administrators]
        for draft in (key_draft(chronicle.tax.uri, new.public), ending(_key(chronicle.tax), chronicle.leaf - 3)):
            (said,) = chronicle.say(speakers[0], draft)
            for speaker in speakers[1:]:
                chronicle.say(speaker, approval(said))

    def mandate(self) -> None:
        """Let the seller give tax a mandate."""
        self.mandates += 1
        subjects = {"mandate": handle("mandate", str(self.mandates)), "principal": self.chronicle.seller.uri,
                    "agent": self.chronicle.tax.uri}  # fmt: skip
        data = {"types": ["*"], "subjects": []}
        self.chronicle.say(
            self.chronicle.seller, Draft("registry.mandate", TIME, subjects, data, until=TIME + 40 * DAY)
        )

    def end_mandate(self) -> None:
        """Let customs end the newest mandate."""
        self.chronicle.say(self.chronicle.customs, ending({"mandate": handle("mandate", str(self.mandates))}))

    def suspend(self) -> None:
        """Let two roots suspend tax, and two others its key: more of them than may at once."""
        for subjects in ({"agency": self.chronicle.tax.uri}, _key(self.chronicle.tax)):
            draft = suspension(subjects, self.chronicle.time + 90 * DAY)
            (said,) = self.chronicle.say(self.chronicle.customs, draft, as_root=True)
            self.chronicle.approve(said, *self.chronicle.agencies[:2])

    def suspend_one(self, subjects: dict[str, str]) -> None:
        """Let two roots suspend something, and a third one approve it later where that is asked for."""
        (said,) = self.chronicle.say(
            self.chronicle.customs, suspension(subjects, self.chronicle.time + 90 * DAY), as_root=True
        )
        self.chronicle.approve(said, *self.chronicle.agencies[:2])

    def decree(self, draft: Draft) -> None:
        """Let the roots decide."""
        self.chronicle.decree(draft)

    def succeed(self) -> None:
        """Let customs carry on for inspection and quarantine."""
        subjects = {"agency": self.chronicle.inspection.uri, "successor": self.chronicle.customs.uri}
        self.decree(Draft("registry.succession", TIME, subjects, {}))


def _key(who: Actor) -> dict[str, str]:
    return {"key": key_uri(who.signer.public)}


ACTS: dict[str, Act] = {
    "rotate": Story.rotate,
    "mandate": Story.mandate,
    "end mandate": Story.end_mandate,
    "suspend": Story.suspend,
    "suspend key": lambda story: story.suspend_one(_key(story.chronicle.tax)),
    "suspend agency": lambda story: story.suspend_one({"agency": story.chronicle.tax.uri}),
    "succeed": Story.succeed,
    "revoke agency": lambda story: story.decree(ending({"agency": story.chronicle.tax.uri}, 5)),
    "restore agency": lambda story: story.decree(restoration({"agency": story.chronicle.tax.uri})),
    "restore key": lambda story: story.decree(restoration(_key(story.chronicle.tax))),
    "revoke seller": lambda story: story.chronicle.say(
        story.chronicle.customs, ending({"enterprise": story.chronicle.seller.uri}, 2)
    ),
    "other administrators": lambda story: story.decree(
        administered(story.chronicle.tax, [*story.administrators[1:], new_key()], 1)
    ),
    "other roles": lambda story: story.decree(
        Draft("registry.role", TIME, {"agency": story.chronicle.customs.uri}, {"roles": ["customs"]})
    ),
    "policy": lambda story: story.decree(
        Draft("registry.policy", TIME, {"policy": "urn:suyuan:policy:p", "types": ["urn:suyuan:type:order.placed"]},
              {"rule": {"agency": story.chronicle.inspection.uri}, "basis": NAMES})
    ),
}  # fmt: skip


@settings(max_examples=60)
@example([("suspend agency", 0), ("suspend key", 1)])  # of which the second takes the threshold
@given(st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 40 * 24)), max_size=7))
def test_what_a_proof_rests_on_says_of_its_signers_what_the_whole_registry_says(acts):
    story = Story()
    chronicle = story.chronicle
    for word, hours in acts:
        chronicle.time += hours * HOUR
        try:
            ACTS[word](story)
        except NotPermittedError:
            continue  # refused, hence in no log
    for who in (chronicle.tax, chronicle.seller, chronicle.inspection, chronicle.customs):
        _compare(chronicle, who)
    _compare_walk(chronicle, chronicle.tax)


def _compare(chronicle: Chronicle, who: Actor) -> None:
    kid = who.signer.public.kid
    behalf = chronicle.seller.uri if who is chronicle.tax else None
    event = replace(bare("order.placed", chronicle.leaf, issuer=who.uri, behalf=behalf), kid=kid)
    part = _replayed(chronicle, [event])
    for leaf in range(chronicle.leaf + 1):
        time = chronicle.times.get(leaf, chronicle.time)
        assert _validity(part, kid, leaf, time) == _validity(chronicle.registry, kid, leaf, time)
        assert part.participant_at(who.uri, leaf) == chronicle.registry.participant_at(who.uri, leaf)
        pair = chronicle.seller.uri, chronicle.tax.uri
        if behalf:
            assert part.mandates_at(*pair, leaf, time) == chronicle.registry.mandates_at(*pair, leaf, time)
    assert part.suspicions_of(kid) == chronicle.registry.suspicions_of(kid)
    assert part.successor_of(who.uri, chronicle.leaf) == chronicle.registry.successor_of(who.uri, chronicle.leaf)


def _compare_walk(chronicle: Chronicle, who: Actor) -> None:
    """Compare what the registry walk of a key shows: its own history, and what that rests on."""
    key = key_uri(who.signer.public)
    own = [each for each in chronicle.events if each.joins(("registry", subject_name(key)))]
    part = _replayed(chronicle, own, *own)
    for leaf, time in chronicle.times.items():
        assert part.suspension_at(key, leaf, time) == chronicle.registry.suspension_at(key, leaf, time)
        assert part.revocation_at(key, leaf) == chronicle.registry.revocation_at(key, leaf)


def _replayed(chronicle: Chronicle, events: list[Event], *shown: Event) -> Registry:
    """Return the registry that follows from events that are shown and the histories that others need."""
    needs = registry_needs(
        events,
        origin=ORIGIN,
        is_root=lambda each: chronicle.replay.is_root(each.kid, each.leaf),
        history_of=lambda pair: [each for each in chronicle.events if each.joins(pair)],
    )
    replay = Replay(registry_types())
    once = {each.name: each for history in (*needs.values(), shown) for each in history}
    for each in sorted(once.values(), key=lambda each: each.place):
        if each.leaf:
            replay.signer_at(each.kid, each.leaf, chronicle.times[each.leaf])
        replay.apply(each, time=chronicle.times[each.leaf])
    return replay.registry


def _validity(registry: Registry, kid: bytes, leaf: int, time: int) -> str:
    try:
        return registry.key_at(kid, leaf, time).holder
    except NotPermittedError as refusal:
        return str(refusal)
