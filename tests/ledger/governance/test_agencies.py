"""What `agency show` says of a key is what admission makes of it."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger.governance.agencies import portray
from ledger.governance.state import RegistryState
from tests.verifier.judgement.chronicle import Chronicle
from tests.verifier.judgement.test_parts_of_the_registry import ACTS, Story
from verifier.errors import NotPermittedError
from verifier.judgement.life import HOUR
from verifier.judgement.participants import key_subject


def _words(chronicle: Chronicle, uri: str) -> dict[bytes, str]:
    registry = chronicle.registry
    keys = tuple(key_subject(each.kid) for each in chronicle.events) + tuple(
        each for event in chronicle.events if event.body for each in event.body.of_role("key")
    )
    state = RegistryState(
        replay=chronicle.replay, size=chronicle.leaf, time=chronicle.time, bodies={}, recorded=frozenset(), numbers={},
        quorum=True, subjects=keys, events=tuple(chronicle.events),
    )  # fmt: skip
    assert registry.participant(uri)
    return {each.key.key.kid: each.word for each in portray(uri, state).keys}


def _is_valid(chronicle: Chronicle, kid: bytes) -> bool:
    try:
        chronicle.registry.key_at(kid, chronicle.leaf, chronicle.time)
    except NotPermittedError:
        return False
    return True


@settings(max_examples=20)
@example([("suspend key", 0), ("suspend agency", 80)])  # the agency is suspended, and this key is not
@example([("suspend agency", 0)])
@example([("revoke agency", 0)])
@example([("succeed", 0)])
@given(st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 40 * 24)), max_size=6))
def test_a_key_is_told_to_be_valid_where_it_may_sign_and_nowhere_else(acts):
    story = Story()
    chronicle = story.chronicle
    for word, hours in acts:
        chronicle.time += hours * HOUR
        try:
            ACTS[word](story)
        except NotPermittedError:
            continue
    for who in (chronicle.tax, chronicle.seller, chronicle.inspection, chronicle.customs):
        words = _words(chronicle, who.uri)
        assert who.signer.public.kid in words
        for kid, word in words.items():
            assert (word == "valid") == _is_valid(chronicle, kid)
