"""One root holder proposes without end: nobody else pays for it."""

from __future__ import annotations

import pytest

from tests.verifier.judgement.chronicle import Chronicle, key_draft, new_key
from verifier.judgement.replay import ROOT, STATEMENT
from verifier.primitives.keys import format_key


class Unread(dict[bytes, object]):
    """What waits, which nobody may look through."""

    def values(self) -> object:
        """Refuse."""
        raise AssertionError("looked through all that waits")

    __iter__ = items = values


@pytest.fixture
def chronicle() -> Chronicle:
    return Chronicle().found()


def _waiting_root(chronicle: Chronicle) -> bytes:
    """Let a root holder propose a charter that names a new key for its agency; return the key's kid."""
    fresh, roots = new_key(), [dict(each) for each in chronicle.charter().data["roots"]]
    roots[2]["key"] = format_key(fresh.public)
    chronicle.say(chronicle.tax, chronicle.charter(roots=roots), as_root=True)
    return fresh.public.kid


def test_who_may_sign_is_told_without_looking_through_what_waits(chronicle: Chronicle):
    kid = _waiting_root(chronicle)
    chronicle.say(chronicle.tax, *[key_draft(chronicle.tax.uri, new_key().public) for _ in range(50)], as_root=True)
    chronicle.replay._proposals = Unread(chronicle.replay._proposals)
    for given, use in ((kid, ROOT), (chronicle.seller.signer.public.kid, STATEMENT)):
        assert chronicle.replay.signer_at(given, chronicle.leaf, chronicle.time).use == use


def test_a_root_of_a_charter_that_waits_goes_on_waiting_once_another_is_in_force(chronicle: Chronicle):
    kid = _waiting_root(chronicle)
    (other,) = chronicle.say(chronicle.customs, chronicle.charter(), as_root=True)
    chronicle.approve(other, *chronicle.agencies[:3])
    assert len(chronicle.registry.charters) == 2
    found = chronicle.replay.root_key(kid, chronicle.leaf)
    assert found
    assert found[0] == chronicle.tax.uri
