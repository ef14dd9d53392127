"""Whatever stands in a registry body, replay answers with a refusal and never with another exception."""

from __future__ import annotations

import string
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.judgement.chronicle import TIME, Chronicle, bare
from verifier.errors import SuyuanError
from verifier.judgement.replay import IMPLEMENTED
from verifier.ledgerformat.body import Body
from verifier.ledgerformat.event import Event

_TEXT = st.text(alphabet=string.ascii_lowercase + ":.-1é", max_size=6)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=6,
)
_FOUNDED = Chronicle().found()


@given(st.sampled_from(sorted(IMPLEMENTED)), st.data())
def test_whatever_a_registry_body_holds_replay_raises_only_refusals(kind, data):
    honest = next((each for each in _FOUNDED.events if each.head.type == kind), None)
    members = dict(honest.body.data) if honest and honest.body else {}
    names = [*members, "names", "roles", "key", "use", "types", "subjects", "rule", "basis", "file", "reason",
             "compromisedSince", "jurisdiction", "gs1Prefixes"]  # fmt: skip
    bent = {**members, **data.draw(st.dictionaries(st.sampled_from(names), _JSON, min_size=1, max_size=4))}
    roles = {"agency": "urn:suyuan:agency:a", "key": f"urn:suyuan:key:{'0' * 64}", "policy": "urn:suyuan:policy:a",
             "holder": "urn:suyuan:agency:a", "type": "urn:suyuan:type:a.b", "kind": "urn:suyuan:kind:a",
             "enterprise": "urn:suyuan:enterprise:a", "ledger": "urn:suyuan:ledger:a"}  # fmt: skip
    given_roles = data.draw(st.dictionaries(st.sampled_from(sorted(roles)), st.booleans(), max_size=8))
    subjects = {role: roles[role] if single else [roles[role]] * 2 for role, single in given_roles.items()}
    kid = data.draw(st.sampled_from([_FOUNDED.customs.root.public.kid, _FOUNDED.customs.signer.public.kid, bytes(32)]))
    head = bare(kind, _FOUNDED.leaf, issuer=_FOUNDED.customs.uri).head
    event = Event(bytes(32), _FOUNDED.leaf, 0, head, Body(subjects, bent, {}), kid)
    with suppress(SuyuanError):
        _FOUNDED.replay.copy().apply(event, time=TIME)
