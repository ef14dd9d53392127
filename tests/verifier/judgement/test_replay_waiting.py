"""A charter that waits for approvals gives its roots one right: to approve it."""

from __future__ import annotations

import pytest

from fixtures.zone.actors import agency, enterprise
from tests.verifier.judgement.chronicle import (
    Chronicle,
    admission,
    enterprise_admission,
    key_draft,
    new_key,
    revocation,
)
from tests.world import uscc
from verifier.errors import NotPermittedError
from verifier.primitives.keys import format_key


@pytest.fixture
def chronicle() -> Chronicle:
    return Chronicle().found()


def _impostor(chronicle: Chronicle):
    """One root holder proposes, alone, a charter that names its own key as the root key of customs."""
    impostor = agency("customs", "假", "Impostor", ["customs", "registrar"])
    roots = chronicle.charter().data["roots"]
    roots[0] = {**roots[0], "key": format_key(impostor.root.public)}
    (proposal,) = chronicle.say(chronicle.tax, chronicle.charter(roots=roots), as_root=True)
    return impostor, proposal


def test_a_waiting_root_admits_nobody_in_an_agencys_name(chronicle):
    impostor, _ = _impostor(chronicle)
    shell = enterprise(uscc("91330100MA2TEXT99"), "壳", "Shell", ["seller"])
    with pytest.raises(NotPermittedError, match="root key"):
        chronicle.say(impostor, enterprise_admission(shell), as_root=True)
    assert chronicle.registry.participant_at(shell.uri, chronicle.leaf + 1) is None


def test_a_waiting_root_registers_no_key_in_an_agencys_name(chronicle):
    impostor, _ = _impostor(chronicle)
    public = new_key().public
    with pytest.raises(NotPermittedError, match="root key"):
        chronicle.say(impostor, key_draft(chronicle.seller.uri, public), as_root=True)
    assert chronicle.registry.key(public.kid) is None


def test_a_waiting_root_revokes_no_key_of_the_agency_that_it_names(chronicle):
    impostor, _ = _impostor(chronicle)
    with pytest.raises(NotPermittedError, match="root key"):
        chronicle.say(impostor, revocation(chronicle.customs.signer.public), as_root=True)


def test_a_waiting_root_proposes_nothing(chronicle):
    impostor, _ = _impostor(chronicle)
    for draft in (admission(agency("post", "邮", "Post", ["post"])), chronicle.charter()):
        with pytest.raises(NotPermittedError, match="root key"):
            chronicle.say(impostor, draft, as_root=True)


def test_a_waiting_root_approves_its_own_charter_and_nothing_else(chronicle):
    impostor, proposal = _impostor(chronicle)
    other = chronicle.say(chronicle.customs, admission(agency("post", "邮", "Post", ["post"])), as_root=True)[0]
    with pytest.raises(NotPermittedError, match="charter in force"):
        chronicle.approve(other, impostor)
    chronicle.approve(proposal, impostor)
    assert len(chronicle.registry.charters) == 1, "and that alone completes nothing"


def test_naming_a_registered_key_as_a_root_of_a_charter_is_refused(chronicle):
    """Otherwise one root holder could turn anybody's statement key into a root key, which says nothing."""
    roots = chronicle.charter().data["roots"]
    roots[0] = {**roots[0], "key": format_key(chronicle.seller.signer.public)}
    with pytest.raises(NotPermittedError, match="one key, one use"):
        chronicle.say(chronicle.tax, chronicle.charter(roots=roots), as_root=True)


def test_a_key_that_a_waiting_charter_names_is_a_registered_key_once_it_is_registered(chronicle):
    signer = new_key()
    (waiting,) = chronicle.say(chronicle.customs, key_draft(chronicle.tax.uri, signer.public), as_root=True)
    roots = chronicle.charter().data["roots"]
    roots[3] = {**roots[3], "key": format_key(signer.public)}
    (charter,) = chronicle.say(chronicle.inspection, chronicle.charter(roots=roots), as_root=True)
    chronicle.approve(waiting, *chronicle.agencies[:3])
    assert chronicle.registry.key(signer.public.kid).holder == chronicle.tax.uri
    assert chronicle.replay.root_key(signer.public.kid, chronicle.leaf) is None
    with pytest.raises(NotPermittedError, match="one key, one use"):
        chronicle.approve(charter, *chronicle.agencies[:3])
    assert len(chronicle.registry.charters) == 1


@pytest.mark.parametrize("place", ["another holder's root key", "the receipt key as seal key", "a log key as a root"])
def test_a_later_charter_gives_no_earlier_key_another_use_or_holder(chronicle, place):
    changes = _moved_keys(chronicle)[place]
    with pytest.raises(NotPermittedError, match="one key, one use"):
        chronicle.say(chronicle.tax, chronicle.charter(**changes), as_root=True)


def _moved_keys(chronicle: Chronicle) -> dict[str, dict[str, object]]:
    data = chronicle.charter().data
    swapped = [dict(each) for each in data["roots"]]
    swapped[0]["key"], swapped[1]["key"] = swapped[1]["key"], swapped[0]["key"]
    own = [dict(each) for each in data["roots"]]
    own[0]["key"] = data["receipt"]
    return {
        "another holder's root key": {"roots": swapped},
        "the receipt key as seal key": {"receipt": format_key(new_key().public), "seal": data["receipt"]},
        "a log key as a root": {"receipt": format_key(new_key().public), "roots": own},
    }
