"""Every text that admission lets through is kept as it came, by every engine."""

from __future__ import annotations

from contextlib import nullcontext
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.admission.storable import require_storable
from tests.ledger.store.blocks import EVENTS, block
from verifier.errors import MalformedError
from verifier.ledgerformat.disclosure import require_pointer

ANY = st.text(max_size=12)


def is_admitted(pointer):
    try:
        require_storable(require_pointer(pointer, "type"), "disclosure")
    except MalformedError:
        return False
    return True


POINTERS = st.builds("/{}".format, ANY).filter(is_admitted)
NONCES = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=16, max_size=64)
LINES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=80)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pointer=POINTERS, nonce=NONCES, line=LINES)
def test_text_that_is_admitted_is_kept_as_it_came(store, pointer, nonce, line):
    with store.read() as reader:
        number = reader.counters().size // 2
    made = block(number)
    made.disclosures[:] = [(EVENTS * number, pointer, "dGV4dA")]
    store.writer().commit(made, nullcontext())
    store.writer().add_cosignatures(2 * number + 2, [line], quorum=False)
    with store.read() as reader:
        assert reader.disclosures(EVENTS * number) == {pointer: "dGV4dA"}
        assert reader.cosignatures(2 * number + 2) == [line]
    kid = sha256(number.to_bytes(8, "big")).digest()
    assert store.nonces().use(kid, nonce, until=2_000, now=1_000)
    assert not store.nonces().use(kid, nonce, until=2_000, now=1_000)


@pytest.mark.parametrize("text", ["\0", "/a\0", "\0/b"])
def test_text_with_a_zero_sign_is_refused_by_its_field(text):
    with pytest.raises(MalformedError, match="disclosure"):
        require_storable(text, "disclosure")
