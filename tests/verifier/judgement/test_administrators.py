"""An agency changes its own keys with its own administrators, and nothing else with them."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.zone.actors import Actor
from tests.verifier.judgement.chronicle import (
    Chronicle,
    administered,
    admission,
    approval,
    ending,
    enterprise_admission,
    key_draft,
    key_uri,
    new_key,
    restoration,
    revocation,
    suspension,
    under,
)
from verifier.errors import NotPermittedError
from verifier.judgement.life import HOUR
from verifier.judgement.replay import ADMINISTRATOR
from verifier.primitives.keys import format_key


class Agency:
    """Tax, with administrators of whom some must approve."""

    def __init__(self, *, keys: int = 3, threshold: int = 2) -> None:
        """Found a ledger and let the roots name the administrators."""
        self.chronicle = Chronicle().found()
        self.actor = self.chronicle.tax
        self.signers = [new_key() for _ in range(keys)]
        self.chronicle.decree(administered(self.actor, self.signers, threshold))
        self.administrators = [under(self.actor, each) for each in self.signers]

    def propose(self, draft=None):
        """Let the first administrator propose the registration of a new key; return event and key."""
        signer = new_key()
        draft = draft or key_draft(self.actor.uri, signer.public)
        (proposal,) = self.chronicle.say(self.administrators[0], draft)
        return proposal, signer.public

    def approve(self, proposal, *administrators: Actor) -> None:
        """Let administrators approve, each at a leaf of its own."""
        for each in administrators:
            self.chronicle.say(each, approval(proposal))


@pytest.fixture
def agency() -> Agency:
    return Agency()


def test_an_agency_rotates_its_key_without_a_root(agency):
    proposal, public = agency.propose()
    agency.approve(proposal, *agency.administrators[:2])
    chronicle, old = agency.chronicle, agency.actor.signer.public
    assert chronicle.registry.key_at(public.kid, chronicle.leaf, chronicle.time).holder == agency.actor.uri
    with pytest.raises(NotPermittedError):
        chronicle.registry.key_at(public.kid, chronicle.leaf - 1, chronicle.time)
    (gone,) = chronicle.say(agency.administrators[2], revocation(old))
    agency.approve(gone, *agency.administrators[1:])
    with pytest.raises(NotPermittedError, match="revoked"):
        chronicle.registry.key_at(old.kid, chronicle.leaf, chronicle.time)


@pytest.mark.parametrize("order", list(permutations(range(3), 2)))
def test_any_two_of_three_suffice_in_any_order(agency, order):
    proposal, public = agency.propose()
    agency.approve(proposal, *[agency.administrators[place] for place in order])
    assert agency.chronicle.registry.key(public.kid)


def test_proposing_is_not_approving_and_an_administrator_counts_once(agency):
    proposal, public = agency.propose()
    agency.approve(proposal, *[agency.administrators[0]] * 4)
    assert agency.chronicle.registry.key(public.kid) is None


@settings(max_examples=40)
@given(st.lists(st.integers(0, 4), max_size=8), st.integers(1, 5))
def test_as_many_distinct_administrators_as_the_agency_says_and_never_fewer(approvers, threshold):
    agency = _AGENCIES.setdefault(threshold, Agency(keys=5, threshold=threshold))
    proposal, public = agency.propose()
    approved: set[int] = set()
    for each in approvers:
        agency.approve(proposal, agency.administrators[each])
        approved.add(each)
        assert bool(agency.chronicle.registry.key(public.kid)) == (len(approved) >= threshold)


_AGENCIES: dict[int, Agency] = {}


@pytest.mark.parametrize("use", ["root", "administrator", "seal", "receipt", "cosignature", "checkpoint"])
def test_administrators_register_no_key_of_another_use(agency, use):
    with pytest.raises(NotPermittedError, match=r"key\.use"):
        agency.propose(key_draft(agency.actor.uri, new_key().public, use=use))


@pytest.mark.parametrize("use", ["request", "mirror"])
def test_administrators_register_the_keys_that_an_agency_works_with(agency, use):
    public = new_key().public
    proposal, _ = agency.propose(key_draft(agency.actor.uri, public, use=use))
    agency.approve(proposal, *agency.administrators[:2])
    assert agency.chronicle.registry.key(public.kid).use == use


def test_administrators_speak_for_their_own_agency_only(agency):
    customs, chronicle = agency.chronicle.customs, agency.chronicle
    drafts = [
        key_draft(customs.uri, new_key().public),
        revocation(customs.signer.public),
        ending({"agency": agency.actor.uri}),
        ending({"agency": customs.uri}),
        admission(agency.actor),
        suspension({"key": key_uri(agency.actor.signer.public)}, chronicle.time + HOUR),
        restoration({"key": key_uri(agency.actor.signer.public)}),
        enterprise_admission(chronicle.seller),
    ]
    for draft in drafts:
        with pytest.raises(NotPermittedError):
            agency.propose(draft)


def test_an_administrators_approval_counts_for_no_act_of_the_roots(agency):
    chronicle = agency.chronicle
    (proposal,) = chronicle.say(chronicle.customs, admission(agency.actor), as_root=True)
    with pytest.raises(NotPermittedError, match="administrators"):
        agency.approve(proposal, agency.administrators[0])


def test_a_roots_approval_counts_for_no_act_of_administrators(agency):
    proposal, public = agency.propose()
    with pytest.raises(NotPermittedError, match="an administrator key"):
        agency.chronicle.approve(proposal, agency.chronicle.customs)
    agency.approve(proposal, agency.administrators[0])
    assert agency.chronicle.registry.key(public.kid) is None


def test_another_agencys_administrators_approve_nothing_here(agency):
    chronicle = agency.chronicle
    others = [new_key() for _ in range(2)]
    chronicle.decree(administered(chronicle.inspection, others, 1))
    proposal, _ = agency.propose()
    with pytest.raises(NotPermittedError, match="administrators"):
        chronicle.say(under(chronicle.inspection, others[0]), approval(proposal))


def test_the_administrators_of_the_version_in_force_count_when_an_act_is_completed(agency):
    proposal, public = agency.propose()
    agency.approve(proposal, agency.administrators[0])
    replaced = [agency.signers[1], agency.signers[2], new_key()]
    agency.chronicle.decree(administered(agency.actor, replaced, 2))
    agency.approve(proposal, agency.administrators[1])
    assert agency.chronicle.registry.key(public.kid) is None, "who was replaced does not count"
    agency.approve(proposal, agency.administrators[2])
    assert agency.chronicle.registry.key(public.kid)


def test_an_administrator_whose_key_was_revoked_meanwhile_does_not_count(agency):
    proposal, public = agency.propose()
    agency.approve(proposal, agency.administrators[0])
    agency.chronicle.decree(revocation(agency.signers[0].public))
    agency.approve(proposal, agency.administrators[1])
    assert agency.chronicle.registry.key(public.kid) is None
    agency.approve(proposal, agency.administrators[2])
    assert agency.chronicle.registry.key(public.kid)


def test_a_statement_key_alone_ends_no_administrators_key(agency):
    """Else whoever stole an officer's key could take the agency's own cure away."""
    with pytest.raises(NotPermittedError, match="administrators"):
        agency.chronicle.say(agency.actor, revocation(agency.signers[0].public))
    (proposal,) = agency.chronicle.say(agency.administrators[1], revocation(agency.signers[0].public))
    agency.approve(proposal, *agency.administrators[1:])
    leaf = agency.chronicle.leaf
    assert agency.chronicle.registry.administrator_at(agency.signers[0].public.kid, leaf, 0) is None


@pytest.mark.parametrize("what", ["replaced", "key revoked", "key suspended", "agency revoked", "agency suspended"])
def test_an_administrator_key_ends_with_what_it_rests_on(agency, what):
    chronicle, key, uri = agency.chronicle, agency.signers[0].public, agency.actor.uri
    before = chronicle.leaf
    chronicle.decree(
        {
            "replaced": administered(agency.actor, agency.signers[1:], 1),
            "key revoked": revocation(key),
            "key suspended": suspension({"key": key_uri(key)}, chronicle.time + HOUR),
            "agency revoked": ending({"agency": uri}),
            "agency suspended": suspension({"agency": uri}, chronicle.time + HOUR),
        }[what]
    )
    assert chronicle.registry.administrator_at(key.kid, chronicle.leaf, chronicle.time) is None
    with pytest.raises(NotPermittedError, match=r"administrator|suspended|revoked"):
        agency.propose()
    assert chronicle.registry.administrator_at(key.kid, before, chronicle.time).agency == uri, "what was stays"


def test_whoever_signs_with_an_administrator_key_is_told_apart(agency):
    chronicle, kid = agency.chronicle, agency.signers[0].public.kid
    signer = chronicle.replay.signer_at(kid, chronicle.leaf, chronicle.time)
    assert (signer.holder, signer.use, signer.registered) == (agency.actor.uri, ADMINISTRATOR, None)
    assert not chronicle.replay.is_root(kid, chronicle.leaf)


def test_an_administrator_key_has_no_other_use(agency):
    """One key, one use: registered, of another agency, of a charter."""
    chronicle, key = agency.chronicle, agency.signers[0]
    with pytest.raises(NotPermittedError, match="one key, one use"):
        chronicle.say(chronicle.customs, key_draft(agency.actor.uri, key.public), as_root=True)
    with pytest.raises(NotPermittedError, match="stand nowhere else"):
        chronicle.say(chronicle.customs, administered(chronicle.customs, [key], 1), as_root=True)
    for taken in (chronicle.customs.root, chronicle.inspection.signer):
        with pytest.raises(NotPermittedError, match="stand nowhere else"):
            chronicle.say(chronicle.customs, administered(agency.actor, [taken], 1), as_root=True)
    roots = chronicle.charter().data["roots"]
    roots[0] = {**roots[0], "key": format_key(key.public)}
    with pytest.raises(NotPermittedError, match="one key, one use"):
        chronicle.say(chronicle.customs, chronicle.charter(roots=roots), as_root=True)


def test_two_acts_that_waited_cannot_give_one_key_two_uses(agency):
    """What would is refused with its last approval, so that nothing of it stands in the log."""
    chronicle, key = agency.chronicle, new_key()
    (admitted,) = chronicle.say(chronicle.customs, administered(chronicle.customs, [key], 1), as_root=True)
    proposal, _ = agency.propose(key_draft(agency.actor.uri, key.public))
    chronicle.approve(admitted, *chronicle.agencies[:3])
    agency.approve(proposal, agency.administrators[0])
    with pytest.raises(NotPermittedError, match="one key, one use"):
        agency.approve(proposal, agency.administrators[1])


def test_how_an_act_was_completed_is_remembered(agency):
    proposal, _ = agency.propose()
    agency.approve(proposal, *agency.administrators[:2])
    completion = agency.chronicle.registry.completion_of(proposal.name)
    assert [each.kid for each in completion.approvals] == [each.public.kid for each in agency.signers[:2]]
    assert [quorum.threshold for quorum in completion.quorums] == [2]
    assert completion.since == agency.chronicle.leaf
