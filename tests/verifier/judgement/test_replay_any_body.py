"""Whatever stands in a registry body, replay answers with a refusal and never with another exception."""

from __future__ import annotations

import string
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from tests.verifier.judgement.chronicle import TIME, Chronicle, administered, bare, new_key, revocation
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


def _founded() -> Chronicle:
    """Return a ledger on which tax has administrators, and the seller's key was revoked."""
    chronicle = Chronicle().found()
    chronicle.decree(administered(chronicle.tax, _ADMINISTRATORS, 1))
    chronicle.say(chronicle.customs, revocation(chronicle.seller.signer.public))
    return chronicle


_ADMINISTRATORS = [new_key()]
_FOUNDED = _founded()
_KIDS = [
    _FOUNDED.customs.root.public.kid, _FOUNDED.customs.signer.public.kid, _FOUNDED.seller.signer.public.kid,
    _ADMINISTRATORS[0].public.kid, bytes(32),
]  # fmt: skip
_ISSUERS = [_FOUNDED.customs.uri, _FOUNDED.tax.uri, _FOUNDED.seller.uri]


@given(st.sampled_from(sorted(IMPLEMENTED)), st.data())
def test_whatever_a_registry_body_holds_replay_raises_only_refusals(kind, data):
    honest = next((each for each in _FOUNDED.events if each.head.type == kind), None)
    members = dict(honest.body.data) if honest and honest.body else {}
    names = [*members, "names", "roles", "key", "use", "types", "subjects", "rule", "basis", "file", "reason",
             "compromisedSince", "jurisdiction", "gs1Prefixes", "administrators", "administratorThreshold", "fields",
             "what", "compromised", "zone"]  # fmt: skip
    bent = {**members, **data.draw(st.dictionaries(st.sampled_from(names), _JSON, min_size=1, max_size=4))}
    roles = {"agency": "urn:suyuan:agency:a", "key": f"urn:suyuan:key:{'0' * 64}", "policy": "urn:suyuan:policy:a",
             "holder": "urn:suyuan:agency:a", "type": "urn:suyuan:type:a.b", "kind": "urn:suyuan:kind:a",
             "enterprise": "urn:suyuan:enterprise:a", "ledger": "urn:suyuan:ledger:a", "successor": _FOUNDED.tax.uri,
             "mandate": f"urn:suyuan:mandate:{'a' * 32}", "principal": _FOUNDED.seller.uri,
             "agent": _FOUNDED.tax.uri, "grant": f"urn:suyuan:grant:{'a' * 32}",
             "grantee": _FOUNDED.tax.uri}  # fmt: skip
    given_roles = data.draw(st.dictionaries(st.sampled_from(sorted(roles)), st.booleans(), max_size=8))
    subjects = {role: roles[role] if single else [roles[role]] * 2 for role, single in given_roles.items()}
    kid, issuer = data.draw(st.sampled_from(_KIDS)), data.draw(st.sampled_from(_ISSUERS))
    about = tuple(data.draw(st.sets(st.sampled_from([each.name for each in _FOUNDED.events]), max_size=3)))
    until = data.draw(st.none() | st.integers(0, 2**53))
    head = bare(kind, _FOUNDED.leaf, issuer=issuer, about=about, until=until).head
    event = Event(bytes(32), _FOUNDED.leaf, 0, head, Body(subjects, bent, {}), kid)
    with suppress(SuyuanError):
        _FOUNDED.replay.copy().apply(event, time=TIME)
