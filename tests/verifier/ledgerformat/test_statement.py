import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reference import MTH
from tests.verifier.ledgerformat.signed import AGENCY, ORIGIN, SIGNING, statements, submission
from tests.verifier.primitives.keyring import signer
from tests.verifier.primitives.properties import bent, parse_or_refuse
from verifier.errors import BadSignatureError, MalformedError, MismatchError, TooLargeError
from verifier.ledgerformat.statement import (
    batch_root,
    build_statement,
    check_batch,
    parse_entry,
    parse_statement,
    statement_identity,
    statement_leaf,
)
from verifier.primitives.cbor import format_cbor
from verifier.primitives.cose import Sign1, format_sign1, signed_bytes
from verifier.primitives.keys import ALGORITHM_NAMES, EDDSA, ES256, P256_ORDER
from verifier.primitives.merkle import leaf_hash

KID = signer(EDDSA).public.kid
BATCH = "application/vnd.suyuan.batch+cbor"
BATCH_SUBJECT = "urn:suyuan:batch"
CLAIMS = {1: AGENCY, 2: BATCH_SUBJECT, 3: [ORIGIN]}
HEADER = {1: -8, 3: BATCH, 4: KID, 15: CLAIMS}
PAYLOAD = [1, bytes(32), 1, 0]
HEADS = st.lists(st.binary(max_size=40), min_size=1, max_size=5)


def spelt(header=HEADER, payload=PAYLOAD, unprotected=None, signature=bytes(64)):
    """A statement of these parts, in deterministic CBOR; nobody signed it."""
    spelt_payload = payload if isinstance(payload, bytes) or payload is None else format_cbor(payload)
    return format_sign1(Sign1(format_cbor(header), unprotected or {}, spelt_payload, signature))


class TestStatement:
    """**Statement** (an RFC 9943 Signed Statement): COSE_Sign1, unprotected empty. Protected, exactly: 1 alg · 3
    content type · 4 kid (32 bytes) · 15 {1 iss, 2 `urn:suyuan:batch`, 3 aud}. Payload: `[1, root, count, first]`."""

    @given(statements())
    def test_is_read_as_it_was_signed(self, entry):
        statement = parse_statement(entry)
        assert statement.entry == entry
        assert statement_leaf(entry) == leaf_hash(entry)
        statement.verify(signer(EDDSA).public)

    @given(st.one_of(st.binary(max_size=120), bent(statements())))
    def test_other_bytes_are_read_as_written_or_refused(self, data):
        parse_or_refuse(parse_entry, data, lambda parsed: parsed.entry)

    @given(statements())
    def test_cbor2_reads_the_same_parts(self, entry):
        statement, tagged = parse_statement(entry), cbor2.loads(entry)
        protected, unprotected, payload, signature = tagged.value
        assert (tagged.tag, unprotected) == (18, {})
        assert (protected, payload, signature) == (statement.protected, statement.payload, statement.signature)
        assert cbor2.loads(payload) == [1, statement.root, statement.count, statement.first]
        assert cbor2.loads(protected)[15] == {
            1: statement.header.issuer,
            2: BATCH_SUBJECT,
            3: list(statement.header.audience),
        }

    @given(statements())
    def test_follows_from_the_parts_that_a_proof_carries(self, entry):
        whole = parse_statement(entry)
        parts = {name: getattr(whole, name) for name in ("protected", "root", "count", "first", "signature")}
        assert build_statement(**parts) == whole

    @pytest.mark.parametrize("alg", SIGNING, ids=ALGORITHM_NAMES.get)
    def test_is_signed_with_each_algorithm(self, alg):
        statement = parse_statement(submission([b"head"], alg).statement)
        statement.verify(signer(alg).public)
        with pytest.raises(BadSignatureError, match="statement signature"):
            parse_statement(submission([b"head"], alg).statement[:-1] + b"\x00").verify(signer(alg).public)

    def test_is_asked_of_its_own_key_only(self):
        statement = parse_statement(submission([b"head"]).statement)
        for key in (signer(EDDSA, "other").public, signer(ES256).public):
            with pytest.raises(MismatchError, match="kid"):
                statement.verify(key)

    def test_has_at_most_65_535_bytes(self):
        with pytest.raises(TooLargeError, match="at most 65535"):
            parse_entry(bytes(65_536))


class TestIdentity:
    """**Same submission**: two statements are the same when protected header and payload are equal, whatever the
    signature."""

    def test_does_not_depend_on_the_signature(self):
        entry = submission([b"head"], ES256).statement
        r, s = entry[-64:-32], int.from_bytes(entry[-32:], "big")
        other = entry[:-64] + r + (P256_ORDER - s).to_bytes(32, "big")
        assert statement_identity(parse_statement(entry)) == statement_identity(parse_statement(other))
        assert statement_leaf(entry) != statement_leaf(other)

    @given(statements(), statements())
    def test_is_that_of_header_and_payload(self, one, other):
        first, second = parse_statement(one), parse_statement(other)
        same = (first.protected, first.payload) == (second.protected, second.payload)
        assert (statement_identity(first) == statement_identity(second)) == same


class TestBatch:
    """**Batch**: 1 to 4,096 heads of one issuer; its **root** is the RFC 6962 tree hash whose leaf hashes are the event
    names."""

    @given(HEADS)
    def test_root_is_the_tree_hash_over_the_heads(self, batch):
        assert batch_root(batch) == MTH(batch)
        check_batch(parse_statement(submission(batch).statement), batch)

    @given(HEADS, st.data())
    def test_is_exactly_these_heads(self, batch, data):
        statement = parse_statement(submission(batch).statement)
        at = data.draw(st.integers(0, len(batch) - 1))
        changed = [*batch[:at], batch[at] + b"\x00", *batch[at + 1 :]]
        for other in (batch[:-1], [*batch, batch[0]], changed):
            with pytest.raises(MismatchError, match="heads"):
                check_batch(statement, other)

    @pytest.mark.parametrize("count", [1, 4096])
    def test_has_1_to_4_096_heads(self, count):
        assert parse_statement(spelt(payload=[1, bytes(32), count, 0])).count == count


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"unprotected": {1: -8}}, "statement"),
        ({"payload": None}, "statement"),
        ({"header": HEADER | {2: [1]}}, "statement"),
        ({"header": HEADER | {"x": 1}}, "statement"),
        ({"header": {1: -8, 4: KID, 15: CLAIMS}}, "statement"),
        ({"header": HEADER | {3: "application/vnd.suyuan.batch+json"}}, "statement"),
        ({"header": HEADER | {3: "application/vnd.suyuan.seal+cbor"}}, "statement.content type"),
        ({"header": HEADER | {1: -9}}, "statement.alg"),
        ({"header": HEADER | {1: -19}}, "statement.alg"),
        ({"header": HEADER | {4: KID[:31]}}, "statement.kid"),
        ({"header": HEADER | {4: KID + b"\x00"}}, "statement.kid"),
        ({"header": HEADER | {4: KID.hex()}}, "statement.kid"),
        ({"header": HEADER | {15: CLAIMS | {6: 0}}}, "statement.claims"),
        ({"header": HEADER | {15: {1: AGENCY, 2: BATCH_SUBJECT}}}, "statement.claims"),
        ({"header": HEADER | {15: []}}, "statement.claims"),
        ({"header": HEADER | {15: CLAIMS | {1: "urn:suyuan:policy:a"}}}, "statement.iss"),
        ({"header": HEADER | {15: CLAIMS | {1: "urn:suyuan:agency:Customs"}}}, "statement.iss"),
        ({"header": HEADER | {15: CLAIMS | {1: "urn:suyuan:enterprise:91350100M000100Y44"}}}, "statement.iss"),
        ({"header": HEADER | {15: CLAIMS | {1: "urn:suyuan:agency:\u00e9"}}}, "statement.iss"),
        ({"header": HEADER | {15: CLAIMS | {1: b"urn:suyuan:agency:a"}}}, "statement.iss"),
        ({"header": HEADER | {15: CLAIMS | {2: "urn:suyuan:seal"}}}, "statement.sub"),
        ({"header": HEADER | {15: CLAIMS | {2: 0}}}, "statement.sub"),
        ({"header": HEADER | {15: CLAIMS | {3: []}}}, "statement.aud"),
        ({"header": HEADER | {15: CLAIMS | {3: ORIGIN}}}, "statement.aud"),
        ({"header": HEADER | {15: CLAIMS | {3: [0]}}}, "statement.aud"),
        ({"header": HEADER | {15: CLAIMS | {3: ["b", "a"]}}}, "statement.aud"),
        ({"header": HEADER | {15: CLAIMS | {3: ["a", "a"]}}}, "statement.aud"),
        ({"payload": [2, bytes(32), 1, 0]}, "statement.payload"),
        ({"payload": [1, bytes(32), 1]}, "statement.payload"),
        ({"payload": [1, bytes(32), 1, 0, 0]}, "statement.payload"),
        ({"payload": {}}, "statement.payload"),
        ({"payload": b""}, "statement.payload"),
        ({"payload": format_cbor(PAYLOAD) + b"\x00"}, "statement.payload"),
        ({"payload": [1, bytes(31), 1, 0]}, "statement.payload.root"),
        ({"payload": [1, bytes(32), 0, 0]}, "statement.payload.count"),
        ({"payload": [1, bytes(32), 4097, 0]}, "statement.payload.count"),
        ({"payload": [1, bytes(32), None, 0]}, "statement.payload.count"),
        ({"payload": [1, bytes(32), 1, -1]}, "statement.payload.first"),
        ({"payload": [1, bytes(32), 1, 2**53]}, "statement.payload.first"),
        ({"signature": bytes(63)}, "statement.signature"),
        ({"signature": bytes(65)}, "statement.signature"),
        ({"header": HEADER | {1: -48}}, "statement.signature"),
    ],
)
def test_a_wrong_part_is_refused_by_its_name(parts, field):
    parse_statement(spelt())
    with pytest.raises(MalformedError) as refusal:
        parse_statement(spelt(**parts))
    assert refusal.value.field == field


@pytest.mark.parametrize("protected", [b"\xa1\x01\x38\x07", b"\xa4" + format_cbor(HEADER)[1:] + b"\x00"])
def test_a_header_in_another_spelling_is_refused(protected):
    with pytest.raises(MalformedError):
        parse_statement(format_sign1(Sign1(protected, {}, format_cbor(PAYLOAD), bytes(64))))


def test_what_is_signed_covers_header_and_payload():
    statement = parse_statement(submission([b"head"]).statement)
    message = signed_bytes(protected=statement.protected, payload=statement.payload)
    assert message == cbor2.dumps(["Signature1", statement.protected, b"", statement.payload])
    signer(EDDSA).public.verify(statement.signature, message)
