"""Whoever stole keys waits until their holder is admitted again."""

from __future__ import annotations

import pytest

from fixtures.zone.actors import Actor
from tests.verifier.judgement.chronicle import (
    Chronicle,
    administered,
    ending,
    key_draft,
    key_uri,
    new_key,
    restoration,
    under,
)
from verifier.errors import NotPermittedError


@pytest.fixture
def chronicle() -> Chronicle:
    return Chronicle().found()


def _end_and_restore(chronicle: Chronicle, who: Actor, since: int | None) -> None:
    """Let an agency be revoked by the roots, or an enterprise by a registrar, and be restored."""
    role = "agency" if who in chronicle.agencies else "enterprise"
    for draft in (ending({role: who.uri}, since), restoration({role: who.uri})):
        if role == "agency":
            chronicle.decree(draft)
        else:
            chronicle.say(chronicle.customs, draft)


def _is_valid(chronicle: Chronicle, kid: bytes) -> bool:
    try:
        return bool(chronicle.replay.signer_at(kid, chronicle.leaf, chronicle.time))
    except NotPermittedError:
        return False


@pytest.mark.parametrize("name", ["tax", "seller"])
@pytest.mark.parametrize("since", [None, 2])
def test_keys_of_a_holder_that_was_called_compromised_do_not_come_back_with_it(chronicle, name, since):
    who = getattr(chronicle, name)
    _end_and_restore(chronicle, who, since)
    assert chronicle.registry.participant_at(who.uri, chronicle.leaf), "it is admitted again"
    assert _is_valid(chronicle, who.signer.public.kid) == (since is None)


def test_the_refusal_says_what_ended_the_key_and_what_to_do(chronicle):
    _end_and_restore(chronicle, chronicle.tax, 2)
    with pytest.raises(NotPermittedError, match="ended for good with its holder") as refused:
        chronicle.registry.key_at(chronicle.tax.signer.public.kid, chronicle.leaf, chronicle.time)
    assert refused.value.todo == "Register a new key."


def test_restoring_such_a_key_by_itself_does_not_bring_it_back_either(chronicle):
    _end_and_restore(chronicle, chronicle.tax, 2)
    public = chronicle.tax.signer.public
    chronicle.decree(ending({"key": key_uri(public)}), restoration({"key": key_uri(public)}))
    assert not _is_valid(chronicle, public.kid)


def test_a_key_that_is_registered_afterwards_is_valid(chronicle):
    public = new_key().public
    chronicle.decree(ending({"agency": chronicle.tax.uri}, 2))
    chronicle.decree(key_draft(chronicle.tax.uri, public))
    chronicle.decree(restoration({"agency": chronicle.tax.uri}))
    assert _is_valid(chronicle, public.kid)


def test_a_later_revocation_that_reaches_back_ends_what_was_registered_until_then(chronicle):
    """The first said nothing of a theft: it was found out while the agency was away."""
    between = new_key().public
    chronicle.decree(ending({"agency": chronicle.tax.uri}))
    chronicle.decree(key_draft(chronicle.tax.uri, between))
    chronicle.decree(ending({"agency": chronicle.tax.uri}, 2))
    chronicle.decree(restoration({"agency": chronicle.tax.uri}))
    assert not _is_valid(chronicle, between.kid)
    assert not _is_valid(chronicle, chronicle.tax.signer.public.kid)


@pytest.mark.parametrize("since", [None, 2])
@pytest.mark.parametrize("again", [False, True])
def test_its_administrators_stay_ended_even_if_they_are_named_again(chronicle, since, again):
    stolen, fresh = new_key(), new_key()
    chronicle.decree(administered(chronicle.tax, [stolen], 1))
    _end_and_restore(chronicle, chronicle.tax, since)
    if again:
        chronicle.decree(administered(chronicle.tax, [stolen, fresh], 1))
        assert _is_valid(chronicle, fresh.public.kid)
    assert _is_valid(chronicle, stolen.public.kid) == (since is None)
    if since is not None:
        with pytest.raises(NotPermittedError, match="ended for good"):
            chronicle.say(under(chronicle.tax, stolen), key_draft(chronicle.tax.uri, new_key().public))


def test_what_was_valid_before_the_revocation_stays_valid_there(chronicle):
    kid, before = chronicle.tax.signer.public.kid, chronicle.leaf
    _end_and_restore(chronicle, chronicle.tax, 2)
    assert chronicle.registry.key_at(kid, before, chronicle.time).holder == chronicle.tax.uri
