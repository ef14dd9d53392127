"""A ceremony asks for as many root holders as the registry will."""

from __future__ import annotations

import pytest

from ledger.compose.event import Draft
from ledger.governance.circles import circles_of
from ledger.governance.state import RegistryState
from tests.verifier.judgement.chronicle import TIME, Chronicle, bare, key_uri, suspension
from verifier.judgement.life import DAY, LONGEST_SUSPENSION, PAUSE
from verifier.ledgerformat.body import Body
from verifier.ledgerformat.event import Event


def _asked_for(chronicle: Chronicle, draft: Draft) -> int:
    """Return how many root holders a ceremony about a draft asks for."""
    head = bare(draft.type, chronicle.leaf).head
    body = Body(dict(draft.subjects), dict(draft.data), {})
    act = Event(bytes(32), chronicle.leaf, 0, head, body, chronicle.customs.root.public.kid)
    state = RegistryState(
        chronicle.replay, chronicle.leaf, chronicle.time, {}, frozenset(), {}, quorum=True, subjects=()
    )
    (circle,) = circles_of([act], state)
    return circle.threshold


@pytest.mark.parametrize("first", ["key", "agency"])
@pytest.mark.parametrize("after", [0, LONGEST_SUSPENSION, LONGEST_SUSPENSION + PAUSE])
def test_two_are_asked_for_once_and_the_threshold_soon_after(first, after):
    chronicle = Chronicle().found()
    subjects = {"agency": {"agency": chronicle.tax.uri}, "key": {"key": key_uri(chronicle.tax.signer.public)}}
    drafts = {what: suspension(subjects[what], TIME + 365 * DAY) for what in subjects}
    assert [_asked_for(chronicle, each) for each in drafts.values()] == [2, 2]
    (said,) = chronicle.say(chronicle.customs, drafts[first], as_root=True)
    chronicle.approve(said, *chronicle.agencies[:2])
    chronicle.time += after
    later = {what: _asked_for(chronicle, draft) for what, draft in drafts.items()}
    soon = after < LONGEST_SUSPENSION + PAUSE
    assert later == {"key": 3 if soon else 2, "agency": 3 if soon and first == "agency" else 2}
