"""A mandate or grant stands and falls with who gave it: revoked, restored, succeeded, suspended, robbed of a key."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from fixtures.zone.actors import Actor, enterprise
from ledger.compose.event import Draft
from tests.verifier.judgement.chronicle import (
    TIME,
    Chronicle,
    bare,
    ending,
    enterprise_admission,
    key_draft,
    key_uri,
    new_key,
    restoration,
    revocation,
    revoked_from,
    suspension,
    under,
)
from tests.world import handle, uscc
from verifier.judgement.life import DAY, LONGEST_SUSPENSION

YEAR = 365 * DAY


@dataclass
class Giving:
    """Somebody gives the broker a mandate or a grant."""

    chronicle: Chronicle
    broker: Actor
    giver: Actor
    what: str

    def give(self, seed: str = "1") -> str:
        """Say it; return its handle."""
        subject = handle(self.what, seed)
        if self.what == "mandate":
            parties = {"mandate": subject, "principal": self.giver.uri, "agent": self.broker.uri}
            draft = Draft("registry.mandate", TIME, parties, {"types": ["*"], "subjects": []}, until=TIME + YEAR)
        else:
            target = bare("order.placed", 3, issuer=self.giver.uri, joins=(("trace", bytes(32)),))
            self.chronicle.zone.heads[target.name] = target.head
            parties = {"grant": subject, "grantee": self.broker.uri}
            draft = Draft(
                "registry.grant", TIME, parties, {"fields": ["body"]}, until=TIME + YEAR, about=(target.name,)
            )
        self.chronicle.say(self.giver, draft)
        return subject

    def word(self, seed: str = "1", *, leaf: int | None = None, time: int | None = None) -> str:
        """Return how one stands, once admission's and readers' way of asking agree with it."""
        registry = self.chronicle.registry
        leaf, time = self.chronicle.leaf if leaf is None else leaf, self.chronicle.time if time is None else time
        subject = handle(self.what, seed)
        given = registry.mandate(subject) or registry.grant(subject)
        word = registry.standing_of(given, leaf, time).word
        if self.what == "mandate":
            held = registry.mandates_at(self.giver.uri, self.broker.uri, leaf, time)
        else:
            held = registry.grants_for(given.about[0], leaf, time)
        assert (given in held) == (word == "valid")
        return word

    def end_giver(self, since: int | None = None) -> None:
        """Revoke who gave it, by whoever may."""
        role = "agency" if self.giver is self.chronicle.tax else "enterprise"
        self._rule(ending({role: self.giver.uri}, since))

    def restore_giver(self) -> None:
        """Undo that."""
        role = "agency" if self.giver is self.chronicle.tax else "enterprise"
        self._rule(restoration({role: self.giver.uri}))

    def _rule(self, draft: Draft) -> None:
        if self.giver is self.chronicle.tax:
            self.chronicle.decree(draft)
        else:
            self.chronicle.say(self.chronicle.customs, draft)

    def renew_key(self) -> None:
        """Give the giver another key."""
        signer = new_key()
        self._rule(key_draft(self.giver.uri, signer.public))
        self.giver = under(self.giver, signer)


@pytest.fixture(
    params=["mandate of an enterprise", "mandate of an agency", "grant of an enterprise", "grant of an agency"]
)
def giving(request) -> Giving:
    chronicle = Chronicle().found()
    broker = enterprise(uscc("91330100MA2TEXT02"), "报关行", "Broker", ["broker"])
    chronicle.say(chronicle.customs, enterprise_admission(broker))
    what, _, _, giver = request.param.split()
    return Giving(chronicle, broker, chronicle.tax if giver == "agency" else chronicle.seller, what)


def test_what_a_revoked_participant_gave_opens_nothing_until_it_is_restored(giving):
    giving.give()
    before = giving.chronicle.leaf
    assert giving.word() == "valid"
    giving.end_giver()
    assert giving.word() == "giver-revoked"
    assert giving.word(leaf=before) == "valid", "what was so then was so"
    giving.restore_giver()
    assert giving.word() == "valid"


def test_what_a_participant_gave_before_it_was_called_compromised_stays_ended(giving):
    """Who stole its key may have given it."""
    giving.give()
    giving.end_giver(giving.chronicle.leaf)
    giving.restore_giver()
    assert giving.word() == "giver-revoked"
    giving.renew_key()
    giving.give("2")
    assert giving.word("2") == "valid"
    assert giving.word() == "giver-revoked"


def test_what_was_given_under_a_key_that_was_stolen_opens_nothing(giving):
    giving.give("before")
    stolen = giving.chronicle.leaf
    giving.give("by the thief")
    public = giving.giver.signer.public
    giving._rule(revocation(public, stolen))
    revoked = revoked_from(giving.chronicle, public)
    assert giving.word("before") == "valid"
    assert giving.word("by the thief") == "suspect"
    assert giving.word("by the thief", leaf=revoked - 1) == "valid", "nobody knew it yet"


def test_a_key_that_merely_ends_takes_nothing_with_it(giving):
    giving.give()
    giving._rule(revocation(giving.giver.signer.public))
    assert giving.word() == "valid"


def test_it_has_a_beginning_a_term_and_an_end(giving):
    giving.give()
    chronicle = giving.chronicle
    assert giving.word(leaf=chronicle.leaf - 1) == "not-yet"
    assert giving.word(time=TIME + YEAR) == "expired"
    chronicle.say(giving.giver, ending({giving.what: handle(giving.what, "1")}))
    assert giving.word(time=TIME + YEAR) == "revoked"


def test_whoever_receives_is_told_all_of_it_in_force_or_not(giving):
    subjects = [giving.give(seed) for seed in ("1", "2")]
    giving.chronicle.say(giving.giver, ending({giving.what: subjects[0]}))
    received = giving.chronicle.registry.received_by(giving.broker.uri)
    assert [each.subject for each in received] == subjects
    assert giving.chronicle.registry.received_by(giving.giver.uri) == ()


@pytest.mark.parametrize("giving", ["mandate of an agency", "grant of an agency"], indirect=True)
def test_what_a_suspended_agency_gave_rests_and_holds_again(giving):
    giving.give()
    chronicle = giving.chronicle
    (said,) = chronicle.say(
        chronicle.customs, suspension({"agency": giving.giver.uri}, chronicle.time + YEAR), as_root=True
    )
    chronicle.approve(said, *chronicle.agencies[:2])
    assert giving.word() == "giver-suspended"
    assert giving.word(time=chronicle.time + LONGEST_SUSPENSION) == "valid"


@pytest.mark.parametrize("giving", ["mandate of an agency", "grant of an agency"], indirect=True)
def test_what_a_succeeded_agency_gave_is_its_successors_to_give_again(giving):
    giving.give()
    subjects = {"agency": giving.giver.uri, "successor": giving.chronicle.inspection.uri}
    giving.chronicle.decree(Draft("registry.succession", TIME, subjects, {}))
    assert giving.word() == "giver-succeeded"


def test_a_key_of_the_giver_that_is_suspended_takes_nothing_with_it(giving):
    giving.give()
    chronicle = giving.chronicle
    chronicle.decree(suspension({"key": key_uri(giving.giver.signer.public)}, chronicle.time + YEAR))
    assert giving.word() == "valid"
